# SPDX-License-Identifier: GPL-2.0-or-later
"""Multicast groups of a sleeping host, on a switch that snoops and asks: Linux's bridge."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import frames, wire
from harness.daemon import host_section
from harness.netns import never, run, wait_for

GROUPS = {4: "239.1.2.3", 6: "ff05::1:3"}
QUERY, RESPONSE, MEMBERSHIP = 1.0, 0.4, 2.4  # s: every second, and forgotten after two
# for all groups, to be answered within 100 ms; its sum is left out
IGMPV2_QUERY, IGMPV3_QUERY = bytes.fromhex("1101000000000000"), bytes.fromhex("1101000000000000027d0000")
IGMPV2_QUERY_1S = bytes.fromhex("110a000000000000")  # … within a second
ANSWERED = 0.4  # s: four times that
VERSIONS = [(4, 2), (4, 3), (6, 1), (6, 2)]
REPORTS = {
    (4, 2): "igmp.type == 0x16", (4, 3): "igmp.type == 0x22", (6, 1): "icmpv6.type == 131", (6, 2): "icmpv6.type == 143",
}  # fmt: skip


def enable_ipv6(namespace, *interfaces: str) -> None:
    with namespace.entered():
        for interface in ("all", *interfaces):
            Path(f"/proc/sys/net/ipv6/conf/{interface}/accept_dad").write_text("0")
            Path(f"/proc/sys/net/ipv6/conf/{interface}/disable_ipv6").write_text("0")


def link_local(machine) -> str:
    def found() -> str:
        shown = machine.namespace.ip("-6", "addr", "show", machine.interface, "-tentative")
        return "".join(re.findall(r"inet6 (fe80:\S+)/", shown)[:1])

    return wait_for("a link-local address", found)


class Snooper:
    """The LAN's switch."""

    def __init__(self, lan, family: int, version: int):
        self.lan, self.namespace = lan, lan.switch
        enable_ipv6(self.namespace, "lan")
        self.set("mcast_igmp_version" if family == 4 else "mcast_mld_version", version)
        for name, seconds in (
            ("query", QUERY), ("startup_query", QUERY), ("query_response", RESPONSE), ("last_member", 0.3)
        ):  # fmt: skip
            self.set(f"mcast_{name}_interval", int(seconds * 100))
        self.set("mcast_membership_interval", int(MEMBERSHIP * 100))
        # a router's port, to which switches pass reports on; the proxy on it sees what it says
        self.namespace.ip("link", "set", "proxy", "type", "bridge_slave", "mcast_router", 2)
        self.set("mcast_querier", 1)
        self.set("mcast_snooping", 1)
        time.sleep(RESPONSE)  # until then it floods: nothing shows when that ends

    def set(self, name: str, value: int) -> None:
        self.namespace.ip("link", "set", "lan", "type", "bridge", name, value)

    def ports(self, group: str) -> set[str]:
        """To which it passes the group on."""
        shown = run("bridge", "-n", self.namespace.name, "mdb", "show", "dev", "lan").stdout
        return set(re.findall(rf"port (\S+) grp {group} ", shown))


@contextlib.contextmanager
def member(machine, group: str) -> Iterator[None]:
    family = socket.AF_INET6 if ":" in group else socket.AF_INET
    with machine.namespace.entered():
        index = socket.if_nametoindex(machine.interface)
    with machine.namespace.socket(family, socket.SOCK_DGRAM) as link:
        octets = socket.inet_pton(family, group)
        if family == socket.AF_INET6:
            link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, octets + struct.pack("@I", index))
        else:
            link.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, octets + struct.pack("@4si", bytes(4), index))
        yield


@pytest.fixture(params=VERSIONS, ids=lambda of: f"{'IGMP' if of[0] == 4 else 'MLD'}v{of[1]}")
def snooped(lan, request):
    family, version = request.param
    if family == 6:
        for machine in (lan.host, lan.proxy):
            enable_ipv6(machine.namespace, machine.interface)
            link_local(machine)
    return Snooper(lan, family, version), family, version


def test_a_group_stays_while_its_host_sleeps_and_is_back_with_it(lan, start, known, snooped):
    switch, family, version = snooped
    group = GROUPS[family]
    daemon = start(known())
    with member(lan.host, group):
        wait_for("the proxy has seen it", lambda: daemon.show()["groups"] == [group])
        assert "host" in switch.ports(group)
        daemon.take_over(lan.host)
        capture = lan.capture("proxy", "igmp or ip6")
        wait_for("the proxy reports it", lambda: "proxy" in switch.ports(group))
        wait_for("the host's port is forgotten", lambda: "host" not in switch.ports(group))
        never("it is forgotten", lambda: "proxy" not in switch.ports(group), during=1.5 * MEMBERSHIP)
        assert daemon.status_of() == "asleep"
        check_reports(lan, capture, family, version)
        switch.set("mcast_querier", 0)
        time.sleep(RESPONSE)
        lan.host.resume()
        lan.host.ping(lan.peer.address)
        daemon.wait_state("awake")
        wait_for("the host reports again, to nobody's query but the proxy's", lambda: "host" in switch.ports(group), 1.5)


def check_reports(lan, capture, family: int, version: int) -> None:
    """In the host's name, from the proxy's MAC, and as tshark would have them."""
    source = f"ip.src == {lan.host.address}" if family == 4 else f"ipv6.src == {link_local(lan.host)}"
    sent = capture.fields(f"eth.src == {lan.proxy.mac} && {source}", "frame.protocols", "_ws.expert.message")
    reports = capture.fields(f"eth.src == {lan.proxy.mac} && {source} && {REPORTS[family, version]}", "frame.number")
    print("\n".join(capture.lines("igmp or icmpv6")))
    assert len(sent) == len(reports) and {expert for _, expert in sent} == {""}
    queries = capture.fields("igmp.type == 0x11" if family == 4 else "icmpv6.type == 130", "frame.number")
    assert len(queries) - 1 <= len(reports) <= len(queries) + 1


def test_a_described_group_is_reported_where_the_switch_shows_no_reports(lan, start, known):
    """As most do not: what hosts say goes to routers alone."""
    switch = Snooper(lan, 4, 2)
    lan.switch.ip("link", "set", "proxy", "type", "bridge_slave", "mcast_router", 0)
    lan.host.namespace.run("sysctl", "-qw", "net.ipv4.conf.eth0.force_igmp_version=2")
    daemon = start(known(groups=[GROUPS[4]]))
    with member(lan.host, "239.9.9.9"):
        wait_for("the host reports", lambda: "host" in switch.ports("239.9.9.9"))
        daemon.take_over(lan.host)
        wait_for("the described one is reported", lambda: "proxy" in switch.ports(GROUPS[4]))
    assert daemon.show()["groups"] == [GROUPS[4]]
    assert "proxy" not in switch.ports("239.9.9.9")


def test_a_group_that_the_host_left_is_not_reported_and_a_restart_keeps_the_others(lan, start, known):
    switch = Snooper(lan, 4, 3)
    daemon = start(known())
    with member(lan.host, GROUPS[4]):
        with member(lan.host, "239.9.9.9"):
            wait_for("both are seen", lambda: sorted(daemon.show()["groups"]) == [GROUPS[4], "239.9.9.9"])
        wait_for("it was left", lambda: daemon.show()["groups"] == [GROUPS[4]])
        for go_on in (lambda: daemon.take_over(lan.host), lambda: None):
            daemon.stop()
            daemon.start()
            assert daemon.show()["groups"] == [GROUPS[4]]
            go_on()
        wait_for("it is reported", lambda: "proxy" in switch.ports(GROUPS[4]))
        assert "proxy" not in switch.ports("239.9.9.9")


def test_nothing_is_sent_where_memberships_are_off(lan, start, known):
    switch = Snooper(lan, 4, 3)
    daemon = start(known(groups=[GROUPS[4]]), memberships=False)
    with member(lan.host, "239.9.9.9"):
        daemon.take_over(lan.host)
        never("a report", lambda: "proxy" in switch.ports(GROUPS[4]), during=2 * QUERY)
    assert daemon.counters()["group_queries"] == 0


def test_a_group_of_two_sleepers_is_reported_once_where_hosts_suppress_reports(lan, start, known):
    """IGMPv2: one report is enough, whoever's."""
    other = lan.sleeper("other", 30)
    daemon = start(known(groups=[GROUPS[4]]), host_section("other", other.mac, [other.address], groups=[GROUPS[4]]))
    for host in (lan.host, other):
        daemon.take_over(host)
    for query, reports in ((IGMPV2_QUERY, 1), (IGMPV3_QUERY, 2)):
        capture = lan.capture("proxy", "igmp")
        lan.peer.send(igmp_query(lan.peer, query))
        time.sleep(ANSWERED)
        assert len(capture.fields(f"eth.src == {lan.proxy.mac}", "frame.number")) == reports


def test_with_answers_from_the_host_reports_are_too(lan, start, known):
    daemon = start(known(groups=[GROUPS[4]]), answer="host")
    daemon.take_over(lan.host)
    capture = lan.capture("proxy", "igmp")
    lan.peer.send(igmp_query(lan.peer, IGMPV2_QUERY))
    time.sleep(ANSWERED)
    assert capture.fields("igmp.type == 0x16", "eth.src", "ip.src") == [(lan.host.mac, lan.host.address)]


def igmp(source, message: bytes, to: str, *tags: int):
    """With its sum."""
    octets = message[:2] + struct.pack("!H", wire.checksum(message)) + message[4:]
    alert = frames.IPOption(bytes.fromhex("94040000"))
    packet = frames.IP(src=source.address, dst=to, ttl=1, proto=2, options=alert) / octets
    mac = "01:00:5e:{:02x}:{:02x}:{:02x}".format(*socket.inet_aton(to)[1:])
    return frames.ether(source, mac, tags) / packet


def igmp_query(source, message: bytes, *tags: int):
    return igmp(source, message, "224.0.0.1", *tags)


def igmp_report(source, group: str, *tags: int):
    return igmp(source, bytes.fromhex("16000000") + socket.inet_aton(group), group, *tags)


def test_a_query_in_its_vlan_alone_is_answered(lan, start, known):
    daemon = start(known(groups=[GROUPS[4]], vlan=10))
    daemon.take_over(lan.host)
    for tag, answers in ((0, 0), (20, 0), (10, 1)):
        capture = lan.capture("proxy", "")
        lan.peer.send(igmp_query(lan.peer, IGMPV2_QUERY, *([tag] if tag else [])))
        time.sleep(ANSWERED)
        sent = capture.fields(f"eth.src == {lan.proxy.mac} && igmp.type == 0x16", "vlan.id", "igmp.maddr")
        assert sent == [(str(tag), GROUPS[4])] * answers
    assert daemon.counters()["group_queries"] == 3


@pytest.fixture
def two_vlans(lan, start, known):
    """The host is in VLAN 10, and in VLAN 20 is another."""
    other = lan.sleeper("other", 30)
    return lambda **options: start(known(vlan=10, **options), host_section("other", other.mac, [other.address], vlan=20))


def test_a_report_in_another_vlan_suppresses_none(lan, two_vlans):
    daemon = two_vlans(groups=[GROUPS[4]])
    daemon.take_over(lan.host)
    capture = lan.capture("proxy", "")
    lan.peer.send(igmp_query(lan.peer, IGMPV2_QUERY_1S, 10), igmp_report(lan.peer, GROUPS[4], 20))
    wait_for("ours is sent", lambda: daemon.counters()["group_reports_sent"])
    assert capture.fields(f"eth.src == {lan.proxy.mac} && igmp.type == 0x16", "vlan.id") == [("10",)]
    assert daemon.counters()["group_reports"] == 1


@pytest.mark.parametrize("vlan, groups", [(10, []), (20, [GROUPS[4]])], ids=["its own VLAN", "another"])
def test_queries_in_its_vlan_alone_tell_what_the_host_left(lan, two_vlans, vlan, groups):
    daemon = two_vlans()
    lan.host.send(igmp_report(lan.host, GROUPS[4], 10))
    wait_for("it is seen", lambda: daemon.show()["groups"] == [GROUPS[4]])
    for queries in (1, 2):
        time.sleep(ANSWERED)
        lan.peer.send(igmp_query(lan.peer, IGMPV2_QUERY, vlan))
        wait_for("the query is heard", lambda: daemon.counters()["group_queries"] == queries)
    time.sleep(1.2)  # when the host was seen is known to a second
    lan.host.send(frames.arp_request(lan.host, lan.peer.address, tags=(10,)))
    daemon.take_over(lan.host)
    assert daemon.show().get("groups", []) == groups


@pytest.mark.parametrize("family", (4, 6))
def test_multicast_wakes_nobody(lan, start, family):
    for machine in (lan.host, lan.proxy, lan.peer) if family == 6 else ():
        machine.use_ipv6(f"fd00::{machine.number}")
    switch = Snooper(lan, family, 3 if family == 4 else 2)
    addresses, group = [lan.host.address, *(["fd00::20"] if family == 6 else [])], GROUPS[family]
    daemon = start(host_section("host", lan.host.mac, addresses, groups=[group], wake=["udp/any", "tcp/any"]))
    daemon.take_over(lan.host)
    wait_for("it is reported", lambda: "proxy" in switch.ports(group))
    capture = lan.capture("proxy", "udp dst port 5004")
    with lan.peer.namespace.socket(wire.family_of(group), socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        for _ in range(20):
            link.sendto(b"stream", (group, 5004))
    never("a wake", lambda: daemon.status_of() != "asleep", during=0.3)
    assert len(capture.lines("")) == 20
