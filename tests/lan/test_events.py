# SPDX-License-Identifier: GPL-2.0-or-later
"""Who woke whom, when and why: followed live, looked up afterwards, logged, counted."""

import time
from datetime import datetime

from harness import frames
from harness.netns import wait_for

LIFE = ["drowsy", "asleep", "waking", "awake"]


def wake_by_connection(lan, daemon):
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=22))
    daemon.wait_state("awake")


def states_in(kinds):
    return [kind for kind in kinds if kind in LIFE]


def test_watch_follows_a_night(lan, start, known):
    daemon = start(known())
    watch = daemon.watch()
    daemon.take_over(lan.host)
    wake_by_connection(lan, daemon)
    watch.wait("awake")
    assert states_in(watch.kinds()) == LIFE


def test_watch_names_who_woke_whom(lan, asleep):
    daemon = asleep()
    watch = daemon.watch()
    wake_by_connection(lan, daemon)
    event = watch.wait("waking")
    assert event["peer"] == lan.peer.address
    assert event["peer-mac"] == lan.peer.mac
    assert event["address"] == lan.host.address
    assert (event["protocol"], int(event["port"])) == ("tcp", 22)
    assert lan.peer.address in event["text"] and "22" in event["text"]
    datetime.fromisoformat(event["time"].replace("Z", "+00:00"))


def test_watch_says_how_long_a_wake_took(lan, asleep):
    daemon = asleep()
    lan.host.nic.resume_delay = 1
    watch = daemon.watch()
    began = time.monotonic()
    wake_by_connection(lan, daemon)
    took = watch.wait("awake")["took"]
    assert 0.5 < took <= time.monotonic() - began  # the daemon's time, which begins a look later than the datapath's


def test_what_did_not_wake_it_is_told_when_it_wakes(lan, asleep):
    daemon = asleep()
    lan.peer.send(*(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "A", port=22) for _ in range(3)))
    wait_for("they are counted", lambda: daemon.show().get("ignored") == 3)
    daemon.kill()
    daemon.start()
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "A", port=22))
    wait_for("they still are", lambda: daemon.show().get("ignored") == 4)
    watch = daemon.watch()
    wake_by_connection(lan, daemon)
    assert watch.wait("waking")["ignored"] == 4
    assert "ignored" not in watch.wait("awake") and "ignored" not in daemon.show()
    assert [each["ignored"] for each in daemon.history() if "ignored" in each] == [4]


def test_watch_as_text_is_readable(lan, asleep):
    daemon = asleep()
    shown = daemon.follow_text()
    wake_by_connection(lan, daemon)
    wait_for("a line", lambda: lan.peer.address in shown.read_text() and "host" in shown.read_text())


def test_two_watchers_hear_the_same(lan, asleep):
    daemon = asleep()
    watches = [daemon.watch(), daemon.watch()]
    daemon.wake()
    for watch in watches:
        watch.wait("waking")
        watch.wait("awake")


def test_a_watcher_that_is_gone_disturbs_nobody(lan, asleep):
    daemon = asleep()
    daemon.watch().process.kill()
    daemon.wake()
    daemon.wait_state("awake")
    assert daemon.running


def test_the_history_remembers(lan, start, known):
    daemon = start(known())
    daemon.take_over(lan.host)
    wake_by_connection(lan, daemon)
    events = daemon.history()
    assert states_in(event["event"] for event in events)[-4:] == LIFE
    [waking] = [event for event in events if event["event"] == "waking"]
    assert waking["peer"] == lan.peer.address


def test_the_log_names_who_woke_whom(lan, asleep):
    daemon = asleep()
    wake_by_connection(lan, daemon)
    lines = [line for line in daemon.log.splitlines() if lan.peer.address in line]
    assert any("host" in line and "22" in line for line in lines)


def test_each_kind_of_frame_is_counted(lan, asleep):
    daemon = asleep({"wake": ["tcp/22"], "deny": ["192.0.2.30"]})
    other = lan.machine("other", 30)
    lan.host.nic.broken = True
    before = daemon.counters()
    via = lan.proxy.mac
    lan.peer.send(
        frames.arp_request(lan.peer, lan.host.address),
        frames.arp_request(lan.peer, lan.host.address, sender=frames.NOBODY),
        frames.tcp(lan.peer, lan.host, via, "A"),
        frames.tcp(lan.peer, lan.host, via, "S", port=23),
        frames.ip(lan.peer, lan.host, via, frames.ICMP()),
        frames.udp(lan.peer, lan.host, via, 22),
    )
    other.send(frames.tcp(other, lan.host, via, "S"))
    lan.peer.send(frames.tcp(lan.peer, lan.host, via, "S"), frames.tcp(lan.peer, lan.host, via, "S"))
    daemon.wait_state("waking")
    after = daemon.ctl("counters")
    grown = {name: after[name] - before[name] for name in after}
    expected = {
        "arp_answered": 1,
        "arp_probe_answered": 1,
        "tcp_not_syn": 1,
        "wake_port_denied": 2,
        "echo_answered": 1,
        "wake_source_denied": 1,
        "wake_sent": 1,
        "wake_in_progress": 1,
    }
    assert {name: grown[name] for name in expected} == expected


def test_every_outcome_is_shown(start, known):
    daemon = start(known())
    shown = daemon.ctl("counters")
    assert {"other_protocol", "arp_answered", "wake_sent", "heartbeat_stale"} <= shown.keys()
    text = daemon.ctl_text("counters", "--all")
    assert "arp_answered" in text and "wake_sent" in text


def test_watch_begins_with_the_states_and_lives_through_a_restart(lan, asleep):
    daemon = asleep()
    watch = daemon.watch()
    assert watch.wait("state")["state"] == "asleep"
    shown = daemon.follow_text()
    wait_for("the state as text", lambda: "is asleep" in shown.read_text())
    daemon.stop()
    watch.events.clear()
    daemon.start()
    assert watch.wait("state")["state"] == "asleep"
    daemon.wake()
    watch.wait("awake")


def test_the_history_of_a_time(lan, asleep):
    daemon = asleep()
    wake_by_connection(lan, daemon)
    events = daemon.listed("events", "history", "host")
    assert daemon.listed("events", "history", "host", "--limit", 2) == events[-2:]
    assert daemon.listed("events", "history", "--since", "1h") == events
    assert daemon.listed("events", "history", "--since", "2000-01-01") == events
    assert daemon.listed("events", "history", lan.host.address, "--since", "2100-01-01 12:00") == []
    since = events[-1]["time"]
    assert daemon.ask("history", since=since)["result"] == events[-1:]
