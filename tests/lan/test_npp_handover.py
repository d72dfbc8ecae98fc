# SPDX-License-Identifier: GPL-2.0-or-later
"""A host hands itself over, whole or not at all, is woken for what it named, and takes itself back."""

from __future__ import annotations

import pytest

from harness import frames
from harness import npp_message as messages
from harness.netns import never, wait_for

FAR = "192.0.2.200"  # an address that nobody has
OFF_LINK = "2001:db8::20"  # the proxy has no such prefix
STRANGER = "02:00:00:00:02:01"


@pytest.mark.parametrize("answer", ["proxy", "host"])
def test_a_host_s_night(lan, start, npp, answer):
    daemon = start(answer=answer)
    watch = daemon.watch()
    confirm = npp.request(messages.host_name("nas"), messages.ports("tcp/22"))
    lan.host.sleep()
    assert confirm.message.confirmed and npp.client >= 1
    assert (confirm.mac, confirm.source, confirm.destination) == (lan.proxy.mac, lan.proxy.address, lan.host.address)
    daemon.wait_state("asleep", "nas")
    assert daemon.show("nas")["addresses"] == [lan.host.address]
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac if answer == "proxy" else lan.host.mac}
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=22))
    wait_for("it is woken", lambda: not lan.host.nic.asleep)
    confirm = npp.report(wait=1) or npp.persist()
    assert confirm.message.client == (0, npp.client)
    assert confirm.message.notification is None
    assert daemon.status_of("nas") == "awake"
    assert lan.peer.who_has(lan.host.address) == {lan.host.mac}
    lan.host.sleep()
    never("asleep again", lambda: daemon.status_of("nas") != "awake", during=0.8)
    assert [kind for kind in watch.kinds("nas") if kind in NIGHT] == NIGHT


WAKES = {
    "one port": (["tcp/22"], ("tcp", 23), ("tcp", 22)),
    "another protocol": (["udp/22"], ("tcp", 22), ("udp", 22)),
    "any": (["udp/any"], ("tcp", 161), ("udp", 161)),
    "unsaid": (None, ("udp", 22), ("tcp", 7777)),
}
NIGHT = ["added", "asleep", "waking"]  # with moments of being awake and drowsy, by its last frames and its first
PROTOCOLS = {"tcp": frames.TCP, "udp": frames.UDP}


@pytest.mark.parametrize("case", WAKES)
def test_the_ports_that_it_named_wake_it_alone(crowd, case):
    wanted, noise, call = WAKES[case]
    host = crowd.sleeper(*([] if wanted is None else [messages.ports(*wanted)]))
    crowd.connect(host, noise[1], PROTOCOLS[noise[0]])
    never("it is woken", lambda: host.magic or crowd.state(host) != "asleep", during=0.3)
    crowd.connect(host, call[1], PROTOCOLS[call[0]])
    wait_for("a Magic Packet", lambda: host.magic)
    host.stir()


def test_nothing_wakes_who_names_no_port(crowd):
    host = crowd.sleeper(messages.ports())
    crowd.connect(host, 22)
    crowd.connect(host, 22, frames.UDP)
    never("it is woken", lambda: host.magic or crowd.state(host) != "asleep", during=0.4)


def test_a_report_ends_it(crowd):
    host = crowd.sleeper()
    assert crowd.answered(host) == {crowd.lan.proxy.mac}
    answer = host.report().message
    assert answer.client == (0, host.client)
    assert (crowd.state(host), crowd.answered(host)) == ("awake", set())
    never("asleep again", lambda: crowd.state(host) != "awake", during=0.5)
    assert not host.magic


def test_a_report_before_anybody_took_over_ends_it_too(crowd):
    host = crowd.host().hand_over()
    assert crowd.state(host) == "drowsy"
    assert host.report().message.confirmed
    never("asleep", lambda: crowd.state(host) != "awake", during=0.5)


def test_seen_awake_without_a_report_it_may_still_report(crowd):
    host = crowd.sleeper()
    host.stir()
    crowd.daemon.wait_state("awake", host.name)
    assert crowd.answered(host) == set()
    assert host.report().message.client == (0, host.client)


def test_the_next_night_is_as_the_first(crowd):
    host = crowd.sleeper()
    first = host.client
    assert host.report().message.confirmed
    host.begin().hand_over()
    crowd.daemon.wait_state("asleep", host.name)
    assert host.client == first
    assert host.report().message.client == (0, first)


def test_an_unknown_option_is_passed_over_but_no_part_of_a_request(crowd):
    host = crowd.host()
    assert host.request(messages.option(99, "0102")).message.confirmed
    assert crowd.host().request(messages.request(99, "0102")).message.refused


BAD = {
    "an unknown request": ("unknown_request", lambda host: [messages.request(0x7F)]),
    "IPv6 addresses off the link": ("off_link", lambda host: [messages.addresses6("fe80::1", OFF_LINK)]),
    "two timers": ("bad_option", lambda host: [messages.timer(60), messages.timer(60)]),
    "a timer that is cut short": ("bad_option", lambda host: [messages.request(messages.TIMER, "0000 3c")]),
    "a port and a half": ("bad_option", lambda host: [messages.request(messages.PORTS, "06 00 0016 06")]),
    "ports of ICMP": ("bad_option", lambda host: [messages.request(messages.PORTS, "01 00 0016")]),
    "a host name of two words": ("bad_option", lambda host: [messages.host_name("my nas")]),
    "no host name": ("bad_option", lambda host: [messages.host_name("")]),
    "a long client identifier": ("bad_option", lambda host: [messages.client_identifier(bytes(65))]),
}
BAD_PAIRS = {
    "Fibre Channel": ("bad_option", lambda host: messages.arp(pair(host), head="12 0800 06 04")),
    "IPX": ("bad_option", lambda host: messages.arp(pair(host), head="01 8137 06 04")),
    "longer MACs": ("bad_option", lambda host: messages.arp(pair(host), head="01 0800 08 04")),
    "a pair less than it says": ("bad_option", lambda host: messages.arp(pair(host), count=2)),
    "a pair more than it says": ("bad_option", lambda host: messages.arp(pair(host), count=0)),
    "a foreign MAC": ("mac_mismatch", lambda host: messages.arp((STRANGER, host.address))),
    "a foreign address": ("source_mismatch", lambda host: messages.arp((host.mac, FAR))),
    "a foreign address beside its own": ("source_mismatch", lambda host: messages.arp(pair(host), (host.mac, FAR))),
    "a foreign MAC beside its own": ("mac_mismatch", lambda host: messages.arp(pair(host), (STRANGER, host.address))),
}


def pair(host) -> tuple[str, str]:
    return host.mac, host.address


def check_refused(crowd, host, reason: str, *options: bytes) -> None:
    with crowd.counted(**{reason: 1}):
        assert host.request_whole(*options).message.refused
    assert not crowd.is_known(host)
    assert FAR not in crowd.daemon.table("addresses4")


@pytest.mark.parametrize("case", BAD)
def test_with_one_bad_part_all_is_refused(crowd, case):
    host, (reason, bad) = crowd.host(), BAD[case]
    check_refused(crowd, host, reason, messages.arp(pair(host)), *bad(host))


@pytest.mark.parametrize("case", ["an unknown request", "IPv6 addresses off the link", "ports of ICMP"])
def test_and_so_where_the_bad_part_comes_first(crowd, case):
    host, (reason, bad) = crowd.host(), BAD[case]
    check_refused(crowd, host, reason, *bad(host), messages.arp(pair(host)))


@pytest.mark.parametrize("case", BAD_PAIRS)
def test_with_one_bad_pair_all_is_refused(crowd, case):
    host, (reason, bad) = crowd.host(), BAD_PAIRS[case]
    check_refused(crowd, host, reason, bad(host), messages.host_name("nas"))


def test_a_refusal_leaves_what_was_granted_before(crowd):
    host = crowd.sleeper(messages.ports("tcp/22"))
    before = crowd.daemon.show(host.name)
    assert host.begin().request(messages.ports("tcp/23"), messages.addresses6(OFF_LINK)).message.refused
    after = crowd.daemon.show(host.name)
    its_frame_shows = ("state", "for", "registration")
    assert {**after, **dict.fromkeys(its_frame_shows)} == {**before, **dict.fromkeys(its_frame_shows)}
    for said in ("addresses", "ports", "client-identifier"):
        assert after["registration"][said] == before["registration"][said]


def test_a_refusal_is_one_line_of_the_log(lan, start, npp):
    daemon = start()
    before = daemon.log
    assert npp.request(messages.addresses6(OFF_LINK)).message.refused
    (line,) = wait_for("a line", lambda: daemon.log.removeprefix(before).splitlines())
    assert lan.host.address in line or lan.host.mac in line


def test_a_known_host_keeps_its_name_and_what_people_said(lan, start, known, npp):
    daemon = start(known(wake=["tcp/22"]))
    npp.hand_over(messages.host_name("nas"), messages.ports("tcp/80"))
    lan.host.sleep()
    daemon.wait_state("asleep")
    assert [host["name"] for host in daemon.listed("hosts")] == ["host"]
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=80))
    never("it is woken", lambda: lan.host.nic.magic, during=0.3)
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=22))
    daemon.wait_state("awake")


def test_a_known_host_gets_a_further_address(lan, start, known, npp):
    daemon = start(known())
    lan.host.namespace.ip("addr", "add", f"{FAR}/24", "dev", "eth0")
    npp.address = FAR
    npp.hand_over()
    lan.host.sleep()
    daemon.wait_state("asleep")
    for address in (lan.host.address, FAR):
        assert lan.peer.who_has(address) == {lan.proxy.mac}
    lan.host.resume()
    assert npp.report().message.confirmed
    for address in (lan.host.address, FAR):
        assert lan.peer.who_has(address) == {lan.host.mac}


def test_a_name_that_is_taken_is_not_given_twice(crowd):
    first, second = crowd.host(), crowd.host()
    first.hand_over(messages.host_name("twin"))
    second.hand_over(messages.host_name("twin"))
    assert crowd.daemon.show("twin")["mac"] == first.mac
    assert crowd.daemon.show(second.name)["mac"] == second.mac
