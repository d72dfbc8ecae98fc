# SPDX-License-Identifier: GPL-2.0-or-later
"""
Status, list, top, page, API and metrics say the same of the hosts, during a busy minute: each burst changes what some of them
do. Who asks has what is true at that moment; who follows live is some moments behind.
"""

from __future__ import annotations

import random
import re
import threading
import time

import pytest
from test_http_metrics import scrape
from test_page import browser, chromium, row, show  # noqa: F401: fixtures
from test_top import state, top  # noqa: F401: fixtures

from harness.daemon import host_section
from harness.http import LISTEN, Http
from harness.netns import wait_for

MINUTE, BURST, BEHIND = 60, 5, 2.5
HOSTS = {f"h{n}": f"02:00:00:00:01:{n}" for n in range(30, 36)}
STATES = ("awake", "drowsy", "asleep", "waking")


@pytest.fixture
def busy(start):
    """Hosts that are told to sleep and to wake, two of them at a time; none is there, so that wakes fail."""
    sections = [host_section(name, mac, [f"192.0.2.{name[1:]}"], watts=60) for name, mac in HOSTS.items()]
    daemon = start(*sections, http=LISTEN)
    over = threading.Event()

    def change() -> None:
        choice = random.Random(1)
        while not over.wait(BURST):
            for name in choice.sample(sorted(HOSTS), 2):
                wake = daemon.status_of(name) in ("asleep", "waking")
                daemon.ask("host-wake" if wake else "host-sleep", name=name, **({} if wake else {"now": True}))

    thread = threading.Thread(target=change, name="busy", daemon=True)
    thread.start()
    yield Http(daemon)
    over.set()
    thread.join()


def states(hosts: list[dict]) -> dict[str, str]:
    return {host["name"]: host["state"] for host in hosts}


def count(of: dict[str, str]) -> dict[str, int]:
    return {state: list(of.values()).count(state) for state in STATES}


def asked(served: Http) -> dict[str, dict]:
    """What is said to who asks: of each host, or how many there are."""
    values = scrape(served)
    told = [re.match(r'sleepproxy_host_state\{host="(\w+)",state="(\w+)"\}', name) for name, value in values.items() if value == 1]
    return {
        "status": served.daemon.ctl("status")["hosts"],
        "list": states(served.daemon.listed("hosts")),
        "api": states(served.get("/api/hosts").json["hosts"]),
        "api status": served.get("/api/status").json["hosts"],
        "metrics": {each[1]: each[2] for each in told if each},
    }


def followed(page, terminal) -> dict[str, dict]:
    return {
        "page": {name: row(page, name)["state"] for name in HOSTS},
        "top": {name: state(terminal, name) for name in HOSTS},
    }


def differing(said: dict[str, dict], true: dict[str, str]) -> dict[str, dict]:
    return {who: what for who, what in said.items() if what not in (true, count(true))}


def test_all_agree_during_a_busy_minute(browser, busy, top):  # noqa: F811
    page, terminal = show(browser, "#hour"), top(busy.daemon)
    end, since, seen, agreed = time.monotonic() + MINUTE, time.monotonic(), {}, []
    while time.monotonic() < end:
        before = states(busy.daemon.ask("host-list")["result"])
        by_asking, live = asked(busy), followed(page, terminal)
        if before != states(busy.daemon.ask("host-list")["result"]):
            continue
        if before != seen:
            seen, since = before, time.monotonic()
        assert not differing(by_asking, before)
        if not differing(live, before):
            agreed.append(before)
        else:
            assert time.monotonic() < since + BEHIND, (differing(live, before), before)
    assert len(agreed) > MINUTE / BURST and len({str(each) for each in agreed}) > MINUTE / BURST / 2
    compare_totals(busy, page)


def compare_totals(served: Http, page) -> None:
    """Once nothing happens any more."""
    wait_for("quiet", lambda: set(states(served.daemon.listed("hosts")).values()) <= {"asleep", "awake"}, timeout=15)
    values, report = scrape(served), served.daemon.ctl("report", "--since", "1h")
    for host in report["hosts"]:
        name = host["name"]
        ended = [value for metric, value in values.items() if metric.startswith(f'sleepproxy_wakes_total{{host="{name}"')]
        assert sum(ended) == host["wakes"]
        assert values[f'sleepproxy_host_asleep_seconds_total{{host="{name}"}}'] == pytest.approx(host["asleep"], abs=2)
        assert values[f'sleepproxy_energy_saved_joules_total{{host="{name}"}}'] == pytest.approx(host["kwh"] * 3.6e6, abs=120)
    assert report["total"]["wakes"] > 0
    wait_for("the page agrees", lambda: page.text("#total-wakes") == str(report["total"]["wakes"]))
