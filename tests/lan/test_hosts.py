# SPDX-License-Identifier: GPL-2.0-or-later
"""Several hosts, hosts in VLANs, and machines with few addresses of their own."""

import re
from pathlib import Path

import pytest

from harness import frames
from harness.daemon import host_section
from harness.netns import never, wait_for


def section(machine, **options):
    return host_section(machine.name, machine.mac, [machine.address], **options)


def test_each_host_sleeps_and_wakes_for_itself(lan, start):
    second = lan.sleeper("second", 21)
    daemon = start(section(lan.host), section(second))
    daemon.take_over(lan.host)
    assert lan.peer.who_has(second.address) == {second.mac}
    daemon.take_over(second)

    lan.peer.send(frames.tcp(lan.peer, second, lan.proxy.mac, "S"))
    daemon.wait_state("awake", "second")
    assert daemon.status_of("host") == "asleep"
    assert lan.host.nic.magic == [] and second.nic.magic
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
    assert lan.peer.who_has(second.address) == {second.mac}


def test_one_sleeper_wakes_another(lan, start):
    """The owner of one entry is a peer for all others."""
    second = lan.sleeper("second", 21)
    daemon = start(section(lan.host), section(second))
    daemon.take_over(lan.host)
    second.send(frames.tcp(second, lan.host, lan.proxy.mac, "S"))
    daemon.wait_state("awake", "host")


def test_a_host_in_a_vlan_is_answered_for_there_only(lan, start):
    daemon = start(section(lan.host, vlan=10))
    capture = lan.capture("host")
    daemon.take_over(lan.host)
    assert lan.peer.who_has(lan.host.address) == set()
    for tag, expected in ((10, {lan.proxy.mac}), (11, set())):
        answer = lan.peer.ask(frames.arp_request(lan.peer, lan.host.address, tags=(tag,)), wait=0.2)
        assert frames.arp_answers(answer, lan.host.address, tags=1) == expected
    daemon.wake()
    wait_for("a Magic Packet", lambda: daemon.status_of() == "waking")
    never("it wakes untagged", lambda: False, during=0.3)
    own = f"eth.src == {lan.proxy.mac}"
    assert {vlan for (vlan,) in capture.fields(own, "vlan.id")} == {"10"}


def test_in_host_mode_the_interface_takes_in_the_host_s_mac(lan, asleep):
    asleep(answer="host")
    shown = lan.proxy.namespace.ip("-d", "link", "show", "eth0").split()
    assert int(shown[shown.index("promiscuity") + 1]) >= 1


def test_without_an_address_of_its_own_it_never_probes(lan, start, known):
    """A question from 0.0.0.0 or from the loopback's address would harm: then there is no takeover."""
    lan.host.sleep()
    lan.proxy.namespace.ip("addr", "flush", "dev", "eth0")
    daemon = start(known())
    capture = lan.capture("proxy", "arp")
    daemon.sleep("host", "--now")
    never("taken over unchecked", lambda: lan.proxy.mac in lan.peer.who_has(lan.host.address), during=1)
    spoken = f"eth.src == {lan.proxy.mac} && (arp.src.proto_ipv4 == 0.0.0.0 || arp.src.proto_ipv4 == 127.0.0.1)"
    assert capture.lines(spoken) == []


def test_an_owner_that_speaks_through_a_repeater_is_known_by_its_arp(lan, asleep):
    """Wi-Fi repeaters put their own MAC into the Ethernet header."""
    daemon = asleep()
    repeater = lan.machine("repeater", 31)
    frame = frames.arp_request(lan.host, lan.peer.address)
    frame.src = repeater.mac
    repeater.send(frame)
    daemon.wait_state("awake", timeout=1)


def test_there_may_be_a_million(lan, asleep):
    """The most that `max-hosts` can say. The tables of the kernel take 1.5 GB."""
    available = re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
    if int(available[1]) < 3 << 20:
        pytest.skip(f"too little memory: {available[0]}")
    daemon = asleep(max_hosts=1000000)
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    daemon.wait_state("awake")
    assert daemon.counters()["wake_sent"] == 1
