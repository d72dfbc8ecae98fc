# SPDX-License-Identifier: GPL-2.0-or-later
"""What frames can do ends soon after the frames: a sleep that one ends goes on, a ghost is given up."""

from __future__ import annotations

from harness import frames
from harness import npp_message as messages
from harness.netns import wait_for
from harness.npp_message import Key

KEY = Key(1, bytes(range(32)))
QUICK_WAKE = {"wake_attempts": 2, "wake_interval": "200ms", "wake_holdoff": "0s"}


def spoof(lan, victim) -> None:
    """A frame in the name of a host that sleeps, from another port of the switch."""
    with lan.peer.namespace.packet_socket("eth0") as raw:
        raw.send(bytes(frames.arp_announcement(victim, victim.address)))


def test_a_spoofed_frame_ends_no_sleep_by_command(lan, asleep):
    daemon = asleep(silence_timeout="1s")
    spoof(lan, lan.host)
    daemon.wait_state("awake")
    daemon.wait_state("asleep")
    assert lan.proxy.mac in lan.peer.who_has(lan.host.address)


def test_a_spoofed_frame_ends_no_registration(own_crowd):
    crowd = own_crowd(silence_timeout="1s")
    host = crowd.sleeper(messages.timer(3600))
    spoof(crowd.lan, host)
    crowd.daemon.wait_state("awake", host.name)
    crowd.daemon.wait_state("asleep", host.name)
    assert crowd.answered(host) == {crowd.lan.proxy.mac}
    registration = crowd.daemon.show(host.name)["registration"]
    assert registration["active"] and 3500 < registration["wake-in"] <= 3600
    assert host.report().message.confirmed


def test_with_keys_it_costs_the_time_of_a_check(own_crowd, lan):
    path = lan.directory / "keys"
    path.write_text(KEY.line)
    path.chmod(0o600)
    crowd = own_crowd(npp_keys=f'"{path}"')
    host = crowd.host(key=KEY).hand_over()
    crowd.daemon.wait_state("asleep", host.name)
    spoof(lan, host)
    crowd.daemon.wait_state("awake", host.name)
    crowd.daemon.wait_state("asleep", host.name)


def test_a_ghost_whose_address_others_probe_is_given_up(own_crowd):
    crowd = own_crowd(**QUICK_WAKE)
    ghost = crowd.sleeper()
    watch = crowd.daemon.watch()
    assert crowd.answered(ghost) == {crowd.lan.proxy.mac}
    crowd.lan.peer.send(frames.arp_announcement(crowd.lan.peer, ghost.address))
    watch.wait("registration-expired", ghost.name)
    wait_for("it is forgotten", lambda: not crowd.is_known(ghost))
    assert crowd.answered(ghost) == set()


def test_who_is_not_seen_for_its_lifetime_is_woken(own_crowd):
    crowd = own_crowd(**QUICK_WAKE)
    host = crowd.sleeper(messages.lifetime(1))
    wait_for("a Magic Packet", lambda: host.magic)
    host.stir()
    crowd.daemon.wait_state("awake", host.name)
    assert host.report().message.confirmed


def test_strangers_that_were_never_seen_hold_no_place(own_crowd, lan, npp):
    crowd = own_crowd(max_registrations=4)
    strangers = [crowd.host().hand_over() for _ in range(4)]
    npp.hand_over()  # of a machine that answers the proxy's ARP request
    assert crowd.is_known(npp)
    assert [crowd.is_known(stranger) for stranger in strangers] == [False, True, True, True]
