# SPDX-License-Identifier: GPL-2.0-or-later
"""What a night adds up to: asleep, woken, by whom, and what that has saved."""

import json
import sqlite3
import time
from datetime import datetime, timezone

import pytest

from harness import frames
from harness.daemon import CtlFailed, host_section
from harness.netns import wait_for

WATTS = 36.5


def wake_by_connection(lan, daemon, port=22):
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=port))
    daemon.wait_state("awake")


def report(daemon, *options):
    document = daemon.ctl("report", *options)
    assert document["schema"] == 1
    return document, {host["name"]: host for host in document["hosts"]}


def add_naps(database, count):
    """As the daemon writes them; the last one has just ended."""
    begin = time.time() - 60 * count
    rows = []
    for nap in range(count):
        for kind, at in (("asleep", 0), ("waking", 30), ("awake", 31)):
            moment = datetime.fromtimestamp(begin + 60 * nap + at, timezone.utc)
            event = {"time": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "host": "tv", "event": kind, "why": "command"}
            rows.append(("tv", json.dumps(event)))
    with sqlite3.connect(database) as history:
        history.execute("DELETE FROM history")
        history.executemany("INSERT INTO history (host, event) VALUES (?, ?)", rows)


def test_a_night_adds_up(lan, start, known):
    """Asleep twice, woken once by a connection and once by command, with frames that woke nobody between."""
    other = lan.machine("other", 30)
    daemon = start(known(wake=["tcp/22"], watts=WATTS), host_section("other", other.mac, [other.address]))
    began = time.monotonic()
    daemon.take_over(lan.host)
    slept = time.monotonic()
    lan.peer.send(*[frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=23)] * 3)
    time.sleep(1.5)
    awake = time.monotonic()
    wake_by_connection(lan, daemon)
    daemon.take_over(lan.host)
    wait_for("it is stored", lambda: [event["event"] for event in daemon.history()].count("asleep") == 2)
    daemon.kill()  # the history outlives it
    daemon.start()
    daemon.wait_state("asleep")
    daemon.wake()
    daemon.wait_state("awake")
    document, hosts = report(daemon, "--since", "1h")
    host, total = hosts["host"], document["total"]
    assert (host["wakes"], host["failed"], host["ignored"]) == (2, 0, 3)
    assert awake - slept - 0.01 <= host["longest"] < host["asleep"] < time.monotonic() - began
    assert host["watts"] == WATTS and abs(host["kwh"] - host["asleep"] * WATTS / 3.6e6) < 1e-6
    assert {"peer": lan.peer.address, "port": "tcp/22", "why": "connection", "wakes": 1} in host["woken-by"]
    assert {"why": "command", "wakes": 1} in host["woken-by"]
    assert hosts["other"] == hosts["other"] | {"asleep": 0, "wakes": 0, "woken-by": []} and "kwh" not in hosts["other"]
    assert (total["wakes"], total["asleep"], total["kwh"]) == (2, host["asleep"], host["kwh"])
    assert document["since"] < document["known-since"] < document["until"]


def test_the_sleep_that_lasts_counts(lan, asleep):
    daemon = asleep()
    _, before = report(daemon)
    time.sleep(1)
    _, after = report(daemon)
    assert 1 <= after["host"]["asleep"] - before["host"]["asleep"] < 10
    assert after["host"]["wakes"] == 0 and "kwh" not in after["host"]


def test_a_wake_that_fails_is_no_sleep(lan, asleep):
    daemon = asleep({"wake": ["tcp/22"]})
    lan.host.nic.broken = True
    watch = daemon.watch()
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=22))
    failed = watch.wait("wake-failed")
    _, hosts = report(daemon)
    assert (hosts["host"]["wakes"], hosts["host"]["failed"]) == (1, 1)
    assert failed["took"] > 1
    times = [event["time"] for event in daemon.history() if event["event"] == "asleep"]
    assert len(times) == 1
    assert lan.host.name in daemon.ctl_text("report") and lan.peer.address in daemon.ctl_text("report")


def test_a_long_history_is_read_in_parts(lan, start, known):
    """25 hours of naps of a minute, at each of which the host slept for half of it."""
    daemon = start(known())
    daemon.take_over(lan.host)
    daemon.wake()
    daemon.wait_state("awake")
    daemon.stop()
    add_naps(daemon.state / "sleepproxy.db", 1500)
    daemon.start()
    document, hosts = report(daemon, "--since", "2d")
    assert hosts["tv"]["asleep"] == pytest.approx(1500 * 30, abs=0.1)
    assert hosts["tv"]["wakes"] == 1500 and len(hosts["tv"]["woken-by"]) == 1
    _, hosts = report(daemon, "--since", "1h")
    assert hosts["tv"]["wakes"] in (59, 60, 61)


@pytest.mark.parametrize("since", ["soon", "7x", "2026-13-01", "-1d"])
def test_what_is_no_time_is_refused(start, known, since):
    daemon = start(known())
    with pytest.raises(CtlFailed) as refused:
        daemon.ctl("report", f"--since={since}")
    assert refused.value.status == 2 and since in refused.value.stderr
