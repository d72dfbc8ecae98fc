# SPDX-License-Identifier: GPL-2.0-or-later
"""The page at "/", in Debian's Chromium: it says what the API says, follows live, and does no harm."""

from __future__ import annotations

import re
import time

import pytest
from selenium.webdriver.common.keys import Keys

from harness.browser import Browser
from harness.daemon import host_section
from harness.forged_api import forged
from harness.http import LISTEN, PORT, Http
from harness.netns import wait_for
from harness.relay import Relay

URL = f"http://127.0.0.1:{PORT}/"
TOKEN = "4f1d0a9c5b7e4f1d0a9c5b7e"
HOSTILE = "<img src=x onerror=\"document.title='harm'\">"
NET_ERROR = re.compile(r"net::ERR_|status of 50\d")  # of a daemon that is gone for a while


@pytest.fixture(scope="module")
def chromium(bpf_filesystem):
    """`bpf_filesystem`: for who may run any of this."""
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(lan, prepare, chromium):
    """
    The proxy's port is on its loopback. At the end it has asked for nothing elsewhere, and its console has no error but those
    that the test expects. `prepare`: while the daemon runs.
    """
    relay = Relay(lan.proxy.namespace, PORT, listen=PORT, within=chromium.namespace)
    chromium.clear()
    chromium.expected = None
    yield chromium
    errors, requested = chromium.logged()
    chromium.open("about:blank")
    relay.close()
    assert not [error for error in errors if not (chromium.expected and chromium.expected.search(error))]
    assert URL in requested and not [url for url in requested if not url.startswith((URL, "data:image/svg+xml,"))]


@pytest.fixture
def served(asleep):
    return Http(asleep(http=LISTEN))


@pytest.fixture
def page(browser, served):
    return show(browser)


def show(browser: Browser, fragment: str = "") -> Browser:
    browser.open(URL + fragment)
    wait_live(browser)
    return browser


def wait_live(browser: Browser, timeout: float = 15) -> None:
    wait_for("the page is live", lambda: browser.text("#link") == "live", timeout)


def row(browser: Browser, name: str = "host") -> dict[str, str]:
    """What is shown of a host."""
    return browser.run(
        """
        const group = [...document.querySelectorAll('.group')].find(g => g.querySelector('.open').textContent === arguments[0]);
        const text = name => group.querySelector(name).textContent;
        return group && { state: text('.badge'), since: text('.since'), woken: text('.woken'), address: text('.address'),
                          asleep: text('.asleep > span'), saved: text('.saved > span'), ignored: text('.noise > span'),
                          marks: [...group.querySelectorAll('.mark')].map(mark => mark.getAttribute('aria-label')),
                          spans: [...group.querySelectorAll('rect.span')].map(span => span.classList[1]) }
        """,
        name,
    )


def seconds(text: str) -> int:
    """Of "1 h 2 min" and the like."""
    units = {"s": 1, "min": 60, "h": 3600, "d": 86400}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (s|min|h|d)\b", text))


def width(browser: Browser) -> int:
    return browser.run("return document.documentElement.scrollWidth")


def test_it_shows_what_the_api_says(lan, browser, start, ssh):
    others = [host_section(f"h{n}", f"02:00:00:00:01:{n}", [f"192.0.2.{n}"]) for n in range(50, 55)]
    served = Http(start(host_section("host", lan.host.mac, [lan.host.address], watts=100000), *others, http=LISTEN))
    served.daemon.take_over(lan.host)
    lan.peer.connect(lan.host.address, 22).close()
    served.daemon.wait_state("awake")
    served.daemon.take_over(lan.host)
    show(browser, "#hour")
    hosts = {host["name"]: host for host in served.get("/api/hosts").json["hosts"]}
    assert browser.texts(".open") == sorted(hosts)
    for name, host in hosts.items():
        shown = row(browser, name)
        assert (shown["state"], shown["address"]) == (host["state"], host["addresses"][0])
        assert abs(seconds(shown["since"]) - host["for"]) < 3
    assert browser.text("#sentence") == "1 of 6 hosts is asleep."
    assert browser.text("#version").strip() == served.get("/api/status").json["version"]
    shown = browser.texts("#log .event p")
    events = [event for event in served.get("/api/history").json["events"] if event["event"] != "magic-packet"]
    assert shown == [re.sub(r" \([0-9a-f:]{17}\)", "", event["text"]) for event in reversed(events)]
    waking = next(event for event in served.daemon.history() if event["event"] == "waking")
    assert f"by {waking['peer']}, tcp/22" in row(browser)["woken"]
    [mark] = row(browser)["marks"]
    assert f"by {lan.peer.address}, tcp/22" in mark and "up after" in mark
    assert row(browser)["spans"] == ["awake", "drowsy", "asleep", "waking", "awake", "drowsy", "asleep"]
    compare_report(browser, served)


def compare_report(browser: Browser, served: Http) -> None:
    report = served.get("/api/report?since=1h").json
    for host in report["hosts"]:
        shown = row(browser, host["name"])
        assert abs(seconds(shown["asleep"]) - host["asleep"]) < 30
        assert shown["ignored"] == str(host["ignored"])
        assert (shown["saved"] == "–") == ("kwh" not in host)
    assert browser.text("#total-wakes") == str(report["total"]["wakes"]) == "1"
    assert browser.text("#total-noise") == str(report["total"]["ignored"])


def test_it_follows_live(lan, page, ssh):
    page.run("window.same = true")
    assert row(page)["state"] == "asleep" and page.text("#sentence") == "The only host is asleep."
    lan.peer.connect(lan.host.address, 22).close()
    wait_for("the page says awake", lambda: row(page)["state"] == "awake")
    wait_for("and why", lambda: f"by {lan.peer.address}, tcp/22" in row(page)["woken"])
    wait_for("the mark of the wake", lambda: any("up after" in mark for mark in row(page)["marks"]))
    assert page.text("#sentence") == "The only host is awake."
    assert "opens tcp/22" in "".join(page.texts("#log .event p"))
    assert page.driver.title == "0 of 1 asleep · sleepproxy"
    assert page.run("return window.same"), "it was loaded again"


def test_hosts_come_and_go(page, served):
    served.daemon.ctl("host", "add", "nas", "--mac", "02:00:00:00:01:05", "--address", "192.0.2.105")
    wait_for("nas is shown", lambda: "nas" in page.texts(".open"))
    served.daemon.ctl("host", "remove", "nas")
    wait_for("nas is gone", lambda: "nas" not in page.texts(".open"))


def test_it_survives_a_restart_of_the_daemon(lan, page, served, ssh):
    page.expected = NET_ERROR
    before = page.run("return document.querySelector('.since').title")
    served.daemon.kill()
    wait_for("the page says so", lambda: page.text("#link") != "live")
    assert page.find("#stale").is_displayed() and row(page)["state"] == "asleep"
    served.daemon.start()
    wait_live(page)
    assert not page.find("#stale").is_displayed()
    assert page.run("return document.querySelector('.since').title") == before
    lan.peer.connect(lan.host.address, 22).close()
    wait_for("it follows again", lambda: row(page)["state"] == "awake")


def test_what_happened_while_it_was_away_is_shown(lan, page, served, ssh):
    page.expected = NET_ERROR
    served.daemon.stop()
    wait_for("the page says so", lambda: page.text("#link") != "live")
    page.tell("Network.enable")
    page.tell("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    served.daemon.start()
    lan.peer.connect(lan.host.address, 22).close()
    served.daemon.wait_state("awake")
    page.tell("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    wait_live(page)
    assert row(page)["state"] == "awake"
    assert any(f"by {lan.peer.address}, tcp/22" in mark for mark in row(page)["marks"])


def test_nothing_is_wider_than_the_screen(page):
    page.run("document.querySelector('.open').click()")
    for size in (360, 600, 965, 1280, 1365, 1920):
        page.size(size, 780)
        page.run("scrollTo(1000, 0)")
        assert width(page) <= size and page.run("return scrollX") == 0
        assert page.find("#axis").size["width"] > 150, size


CONTRAST = """
const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
};
const ground = element => {
    for (; element; element = element.parentElement) {
        const colour = getComputedStyle(element).backgroundColor;
        if (!colour.startsWith('rgba(0, 0, 0, 0'))
            return colour;
    }
};
const found = [];
for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest('script, svg, option, :disabled'))
        continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5)
        found.push([element.textContent, (a + .05) / (b + .05)]);
}
return found;
"""


def test_light_and_dark_are_readable(page):
    page.run("document.querySelector('.open').click()")
    for scheme in ("light", "dark"):
        page.prefer(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
        ground = page.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
        assert (int(ground) > 128) == (scheme == "light")
        assert page.run(CONTRAST) == []


def test_who_wants_no_motion_sees_none(page):
    page.prefer(prefers_reduced_motion="reduce")
    page.run("document.querySelector('.badge').className = 'badge waking'")
    assert page.run("return getComputedStyle(document.querySelector('.badge'), '::before').animationName") == "none"
    page.prefer(prefers_reduced_motion="no-preference")
    assert page.run("return getComputedStyle(document.querySelector('.badge'), '::before').animationName") == "pulse"


def test_the_keyboard_will_do(lan, page, served, ssh):
    lan.peer.connect(lan.host.address, 22).close()
    wait_for("a mark", lambda: row(page)["marks"])
    served.daemon.ctl("host", "add", "nas", "--mac", "02:00:00:00:01:05", "--address", "192.0.2.105")
    wait_for("nas is shown", lambda: "nas" in page.texts(".open"))
    tab_to(page, "host")
    page.press(Keys.ENTER)
    assert page.find(".details").is_displayed()
    page.press(Keys.ARROW_DOWN)
    assert page.focused() == "nas"
    page.press(Keys.ARROW_UP)
    page.press(Keys.TAB)
    assert f"by {lan.peer.address}, tcp/22" in page.focused()
    assert lan.peer.address in page.text("#tip") and page.find("#tip").is_displayed()
    page.press(Keys.ESCAPE)
    assert not page.find("#tip").is_displayed()


def tab_to(page: Browser, name: str) -> None:
    for _ in range(20):
        page.press(Keys.TAB)
        if page.focused() == name:
            return
    raise AssertionError(f"Tab does not reach {name}")


def test_the_range_is_chosen_by_arrow_keys(page):
    page.run("document.querySelector('#range input:checked').focus()")
    page.press(Keys.ARROW_RIGHT)
    for name, words in (("week", "7 days"), ("day", "24 hours"), ("hour", "the last hour"), ("minutes", "10 minutes")):
        wait_for(name, lambda: words in page.text("#asleep-label"))
        assert page.driver.current_url == f"{URL}#{name}"
        assert len(page.texts("#axis span")) > 2
        page.press(Keys.ARROW_LEFT)


def test_all_that_can_be_used_has_a_name(page, served):
    served.daemon.ctl("host", "add", "nas", "--mac", "02:00:00:00:01:05", "--address", "192.0.2.105")
    wait_for("nas is shown", lambda: "nas" in page.texts(".open"))
    page.run("document.querySelector('.open').click()")
    named = page.named()
    roles = {role for role, _ in named}
    assert {"table", "row", "columnheader", "cell", "button", "radio", "status", "heading", "main"} <= roles
    for role, name in named:
        assert name or role not in ("button", "radio", "checkbox", "searchbox", "combobox", "table", "image"), role
    assert ("table", "Hosts") in named


def test_it_says_so_where_there_is_no_host(browser, start):
    start(http=LISTEN)
    show(browser)
    assert browser.text("#sentence") == "No hosts yet."
    assert "sleepproxyctl host add" in browser.find("#none").text


def test_two_thousand_hosts_are_found(browser, start):
    sections = [host_section(f"h{n}", f"02:00:00:01:{n // 256:02x}:{n % 256:02x}", [f"198.18.{n // 256}.{n % 256}"]) for n in range(2000)]
    start(*sections, http=LISTEN)
    show(browser)
    assert browser.text("#sentence") == "All hosts are awake." and browser.text("#hosts-title") == "Hosts (2,000)"
    assert len(browser.texts(".open")) == 100
    browser.find("#more").click()
    assert len(browser.texts(".open")) == 200 and browser.focused() == "h100"
    browser.find("#filter").send_keys("02:00:00:01:07:01")
    assert browser.texts(".open") == ["h1793"] and browser.text("#hosts-title") == "Hosts (1 of 2,000)"
    browser.find("#filter").send_keys(" nobody")
    assert browser.find("#none").text == "No host matches the filter."


@pytest.fixture
def with_token(lan, asleep):
    path = lan.directory / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return Http(asleep(http=LISTEN, http_token_file=f'"{path}"'))


def ask_to_wake(page: Browser, token: str) -> None:
    page.find(".details button").click()
    page.find("#token").send_keys(token)
    page.press(Keys.ENTER)


def test_the_button_wakes_with_the_token(lan, browser, with_token):
    show(browser).run("document.querySelector('.open').click()")
    browser.expected = re.compile("wake .* status of 401")
    ask_to_wake(browser, "wrong")
    wait_for("it is refused", lambda: "token" in browser.text(".details output"))
    assert with_token.daemon.status_of() == "asleep" and not lan.host.nic.magic
    ask_to_wake(browser, TOKEN)
    wait_for("a Magic Packet", lambda: lan.host.nic.magic)
    wait_for("the page says awake", lambda: row(browser)["state"] == "awake")
    assert TOKEN not in browser.run("return JSON.stringify([localStorage, sessionStorage, document.body.innerHTML])")


def past(hours: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - hours * 3600))


def day_api() -> dict[str, dict]:
    """A host that was woken by a connection, did not wake by a command, and was woken by its Sleep Timer, six hours apart."""
    connection = {"why": "connection", "peer": "192.0.2.10", "protocol": "tcp", "port": 22}
    events = [
        {"time": past(18), "event": "waking", **connection},
        {"time": past(17.999), "event": "awake"},
        {"time": past(17), "event": "asleep"},
        {"time": past(12), "event": "waking", "why": "command"},
        {"time": past(11.999), "event": "wake-failed"},
        {"time": past(6), "event": "waking", "why": "sleep-timer"},
        {"time": past(5.999), "event": "awake"},
    ]
    host = {"name": "host", "state": "awake", "for": 6 * 3600 - 4}
    return {
        "/api/hosts": {"hosts": [host]},
        "/api/history": {"events": [{"host": "host", "text": "", **event} for event in events]},
        "/api/status": {"version": "1", "serving": True, "problems": []},
        "/api/report": {"hosts": [], "total": {}},
    }


def test_arrow_keys_go_through_the_wakes(lan, browser, served):
    page = served.get("/")
    served.daemon.stop()
    with forged(lan.proxy.namespace, page, day_api()):
        show(browser)
        assert row(browser)["spans"] == ["asleep", "waking", "awake", "asleep", "waking", "asleep", "waking", "awake"]
        assert "since" in row(browser)["since"] and seconds(row(browser)["since"]) in range(5 * 3600 + 3500, 6 * 3600)
        tab_to(browser, "host")
        browser.press(Keys.TAB)
        assert "by its Sleep Timer" in browser.focused()
        browser.press(Keys.ARROW_LEFT)
        assert "by command, it did not wake" in browser.focused()
        browser.press(Keys.ARROW_LEFT)
        assert "by 192.0.2.10, tcp/22, up after" in browser.focused() and "tcp/22" in browser.text("#tip")
        browser.press(Keys.ARROW_LEFT, Keys.END)
        assert "by its Sleep Timer" in browser.focused()


def hostile_api() -> dict[str, dict]:
    names = [HOSTILE, "\u202edesrever", "a" * 300, "';document.title='harm'//", "../../status?#", "__proto__", "constructor"]
    host = {"mac": HOSTILE, "addresses": [HOSTILE], "wake": [HOSTILE], "state": HOSTILE, "for": 1, "origin": HOSTILE,
            "withheld": HOSTILE, "interface": HOSTILE, "registration": {"active": True}}  # fmt: skip
    event = {"time": past(1), "event": "waking", "text": HOSTILE, "why": HOSTILE, "peer": HOSTILE, "protocol": HOSTILE, "port": HOSTILE}
    events = [{**event, "host": name} for name in names] + [{**event, "host": "x", "event": HOSTILE}, {"event": 1}, {"time": "no"}]
    report = [{"name": name, "asleep": 1, "wakes": 1, "ignored": 1} for name in names]
    return {
        "/api/hosts": {"hosts": [{**host, "name": name} for name in names]},
        "/api/history": {"events": events},
        "/api/status": {"version": HOSTILE, "serving": False, "problems": [HOSTILE]},
        "/api/report": {"hosts": report, "total": {"wakes": 1, "asleep": 1, "ignored": 1}},
    }


def test_names_and_texts_are_text(lan, browser, served):
    page = served.get("/")
    served.daemon.stop()
    browser.size(360, 780)
    with forged(lan.proxy.namespace, page, hostile_api()):
        show(browser)
        browser.run("for (const button of document.querySelectorAll('.open')) button.click()")
        assert sorted(browser.texts(".open")) == sorted(host["name"] for host in hostile_api()["/api/hosts"]["hosts"])
        assert HOSTILE in browser.text("#problems") and HOSTILE in browser.text("#log")
        assert browser.run("return document.querySelectorAll('img, iframe, object, embed').length") == 0
        assert "harm" not in browser.driver.title
        assert width(browser) <= 360
