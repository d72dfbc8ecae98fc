# SPDX-License-Identifier: GPL-2.0-or-later
"""The way from awake to asleep: grace, the check that nobody answers, and who may stop it."""

import time

from harness import frames
from harness.netns import never, wait_for


def answered_by_proxy(lan):
    return lan.proxy.mac in lan.peer.who_has(lan.host.address)


def test_a_host_that_still_answers_is_not_taken_over(lan, start, known):
    daemon = start(known())
    watch = daemon.watch()
    daemon.sleep("host", "--now")
    never("the proxy answers", lambda: answered_by_proxy(lan), during=1.5)
    watch.wait("still-active")
    assert "asleep" not in watch.kinds()
    wait_for("it counts as awake", lambda: daemon.status_of() == "awake")


def test_a_host_that_falls_quiet_late_is_taken_over(lan, start, known):
    daemon = start(known(), sleep_timeout="5s")
    daemon.sleep("host", "--now")
    time.sleep(0.5)
    lan.host.sleep()
    daemon.wait_state("asleep")
    assert answered_by_proxy(lan)


def test_an_address_that_another_machine_has_is_not_taken_over(lan, start, known):
    daemon = start(known())
    lan.host.sleep()
    other = lan.machine("other", 30)
    other.namespace.ip("addr", "add", f"{lan.host.address}/24", "dev", "eth0")
    watch = daemon.watch()
    daemon.sleep("host", "--now")
    event = watch.wait("address-in-use")
    assert event["peer-mac"] == other.mac
    assert "asleep" not in watch.kinds()
    assert lan.peer.arping(lan.host.address).macs == {other.mac}


def test_grace_comes_first(lan, start, known):
    daemon = start(known(), grace_period="1s")
    watch = daemon.watch()
    lan.host.sleep()
    daemon.sleep("host")
    began = time.monotonic()
    watch.wait("drowsy")
    never("the proxy answers", lambda: answered_by_proxy(lan), during=0.5)
    assert daemon.status_of() == "drowsy"
    daemon.wait_state("asleep")
    assert 1.0 <= time.monotonic() - began < 3


def test_now_skips_the_grace_but_not_the_check(lan, start, known):
    daemon = start(known(), grace_period="30s", check_requests=3)
    capture = lan.capture("proxy", "arp")
    began = time.monotonic()
    daemon.take_over(lan.host)
    assert time.monotonic() - began < 3
    asked = f"arp.opcode == 1 && arp.src.hw_mac == {lan.proxy.mac} && arp.dst.proto_ipv4 == {lan.host.address}"
    senders = [sender for (sender,) in capture.fields(asked, "arp.src.proto_ipv4")]
    assert senders.count(lan.proxy.address) >= 3
    assert "0.0.0.0" not in senders


def test_a_frame_of_the_owner_ends_the_grace(lan, start, known):
    daemon = start(known(), grace_period="2s", sleep_timeout="0s")
    daemon.sleep("host")
    assert daemon.status_of() == "drowsy"
    lan.host.arping(lan.peer.address)
    daemon.wait_state("awake", timeout=1)


def test_a_host_with_detect_sleep_is_taken_over_when_it_falls_silent(lan, start, known):
    daemon = start(known(detect_sleep=True))
    lan.host.arping(lan.peer.address)
    lan.host.sleep()
    daemon.wait_state("asleep", timeout=8)
    assert answered_by_proxy(lan)


def test_a_host_with_detect_sleep_that_is_merely_silent_stays_awake(lan, start, known):
    daemon = start(known(detect_sleep=True))
    never("taken over", lambda: daemon.status_of() == "asleep", during=4)
    assert not answered_by_proxy(lan)


def test_a_silent_host_is_not_taken_over_without_detect_sleep(lan, start, known):
    daemon = start(known())
    lan.host.arping(lan.peer.address)
    lan.host.sleep()
    never("taken over", lambda: daemon.status_of() != "awake", during=3)


def test_the_host_falls_asleep_again_after_a_wake(lan, asleep):
    daemon = asleep()
    for _ in range(2):
        daemon.wake()
        daemon.wait_state("awake")
        daemon.take_over(lan.host)
        assert answered_by_proxy(lan)


def moved_to_another_card(lan):
    """The sleeper's machine, with its address, on another MAC."""
    other = lan.machine("other", 30)
    other.namespace.ip("addr", "add", f"{lan.host.address}/24", "dev", "eth0")
    return other


def test_a_live_claimant_wins_where_the_owner_does_not_wake(lan, asleep):
    daemon = asleep()
    watch = daemon.watch()
    lan.host.nic.broken = True
    other = moved_to_another_card(lan)
    lan.peer.send(frames.arp_announcement(other, lan.host.address))
    watch.wait("waking")
    watch.wait("address-in-use", timeout=10)
    assert daemon.show()["address-in-use"]
    assert "another machine has its address" in daemon.ctl_text("host", "show", "host")
    assert lan.peer.arping(lan.host.address).macs == {other.mac}


def test_a_ghost_whose_address_others_probe_is_given_up(lan, asleep):
    daemon = asleep()
    watch = daemon.watch()
    lan.host.nic.broken = True
    found = lambda: lan.peer.arping(lan.host.address, "-D", "-f", count=1).status  # noqa: E731
    assert found() == 1
    assert daemon.status_of() == "asleep"
    wait_for("free", lambda: found() == 0, timeout=40)
    watch.wait("address-in-use")
    assert daemon.show()["address-in-use"]
