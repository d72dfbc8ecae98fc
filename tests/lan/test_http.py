# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP says what sleepproxyctl -j says, and tells of events as they come."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime

import pytest

from harness.http import LISTEN, Http


@pytest.fixture
def served(asleep):
    """The LAN's host sleeps, and HTTP is served."""
    return Http(asleep(http=LISTEN))


def steady(value: object) -> object:
    """Without what counts the seconds."""
    if isinstance(value, dict):
        return {name: steady(each) for name, each in value.items() if name not in ("for", "uptime", "heartbeat-age")}
    return [steady(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/api/hosts", "host list"),
        ("/api/hosts/host", "host show host"),
        ("/api/history", "history"),
        ("/api/history?since=1h&limit=2&name=host", "history host --since 1h --limit 2"),
        ("/api/status", "status"),
        ("/api/counters", "counters"),
    ],
)
def test_it_says_what_the_command_line_says(served, path, command):
    answer = served.get(path)
    assert answer.status == 200
    assert steady(answer.json) == steady(served.daemon.ctl(*command.split()))


def hours_of(report):
    begin, end = (datetime.fromisoformat(report[name].replace("Z", "+00:00")) for name in ("since", "until"))
    return (end - begin).total_seconds() / 3600


def without_times(report):
    return {name: each for name, each in report.items() if name not in ("since", "until")}


@pytest.mark.parametrize(("query", "options", "hours"), [("", (), 168), ("?since=1h", ("--since", "1h"), 1)])
def test_a_report_is_that_of_the_command_line(lan, served, query, options, hours):
    lan.host.resume()
    served.daemon.wake()
    served.daemon.wait_state("awake")
    answer = served.get(f"/api/report{query}")
    assert answer.status == 200 and answer.json["hosts"][0]["wakes"] == 1
    assert hours_of(answer.json) == pytest.approx(hours, abs=0.1)
    assert without_times(answer.json) == without_times(served.daemon.ctl("report", *options))


def test_a_report_of_what_is_no_time_is_refused(served):
    for query in ["since=soon", "since=", "limit=1"]:
        assert served.get(f"/api/report?{query}").status == 400


def test_a_host_is_found_by_its_mac_and_its_address(lan, served):
    for name in (lan.host.mac, lan.host.mac.replace(":", "%3A"), lan.host.address):
        assert served.get(f"/api/hosts/{name}").json["name"] == "host"


def test_a_history_since_a_time_of_an_event_begins_with_it(served):
    events = served.get("/api/history").json["events"]
    assert len(events) > 1
    assert served.get(f"/api/history?since={events[-1]['time']}").json["events"] == events[-1:]


def test_events_come_as_they_happen(lan, served):
    stream = served.follow()
    lan.host.resume()
    served.daemon.wake()
    waking, awake = stream.wait("waking"), stream.wait("awake")
    assert waking["why"] == "command"
    history = served.daemon.history()
    assert waking in history and awake in history


def test_who_woke_it_is_told(lan, served, ssh):
    stream = served.follow()
    lan.peer.connect(lan.host.address, 22).close()
    waking = stream.wait("waking")
    assert (waking["peer"], waking["why"], waking["port"]) == (lan.peer.address, "connection", 22)


def test_answers_are_guarded(served):
    for path in ("/", "/api/hosts", "/nothing"):
        headers = served.get(path).headers
        assert headers["cache-control"] == "no-store" and headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")


def test_the_page_may_run_its_own_script_alone(served):
    answer = served.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(each.strip().split(" ", 1) for each in answer.headers["content-security-policy"].split(";"))
    for tag, source in (("script", "script-src"), ("style", "style-src")):
        [text] = re.findall(rf"<{tag}>(.*?)</{tag}>".encode(), answer.body, re.S)
        assert policy[source] == f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"
    assert policy["connect-src"] == "'self'"


def test_passwords_stay_with_the_daemon(start, known):
    served = Http(start(known(secureon="01:02:03:04:05:06"), http=LISTEN))
    assert served.daemon.show()["secureon"] == "01:02:03:04:05:06"
    for told in (served.get("/api/hosts/host").json, served.get("/api/hosts").json["hosts"][0]):
        assert told["secureon"] == ""


def test_it_is_off_unless_told(start, known):
    with pytest.raises(ConnectionRefusedError):
        Http(start(known())).get("/")


def test_the_option_names_another_address(lan, prepare, known):
    lan.proxy.use_ipv6()
    daemon = prepare(known(), http=LISTEN)
    command = [*daemon.command(), "--http", "[::1]:8000"]
    daemon.command = lambda: command
    served = Http(daemon.start(), "::1", 8000)
    assert served.get("/api/status").json["serving"]
