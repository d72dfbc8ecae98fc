# SPDX-License-Identifier: GPL-2.0-or-later
"""Solicited-node groups: what network cards and switches let in is what the proxy is a member of. Linux's bridge snoops."""

from __future__ import annotations

import re
import time
from socket import AF_INET6, inet_pton

import pytest
from scapy.layers import inet6

from harness import frames
from harness.daemon import host_section
from harness.lan import link_local_of
from harness.netns import never, run, wait_for
from harness.wire import keep_looking, ndisc6

PEER, PROXY, HOST, TWIN, OTHER = "fd00::10", "fd00::2", "fd00::20", "fd00:0:0:0:1::20", "fd00::99:9999"
GROUP, OTHER_GROUP = "ff02::1:ff00:20", "ff02::1:ff99:9999"


@pytest.fixture
def known6(lan, start):
    def known6(*addresses: str, vlan: int | None = None, **settings):
        lan.peer.use_ipv6(PEER)
        lan.proxy.use_ipv6(PROXY)
        lan.host.use_ipv6(HOST)
        options = {"vlan": vlan} if vlan else {}
        section = host_section("host", lan.host.mac, [lan.host.address, *(addresses or (HOST,))], **options)
        return start(section, **settings)

    return known6


def groups(machine) -> set[str]:
    """Those that its interface is a member of, but for its own addresses'."""
    shown = machine.namespace.ip("-6", "maddr", "show", "dev", machine.interface)
    return set(re.findall(r"inet6 (ff02::1:ff\S+)", shown)) - {"ff02::1:ff00:2"}


def snoop(lan) -> None:
    """Once it has been a querier for a while, the switch passes groups on to members alone."""
    lan.switch.run("sysctl", "-q", "net.ipv6.conf.lan.accept_dad=0", "net.ipv6.conf.lan.disable_ipv6=0")
    for name, value in (("mcast_query_response_interval", 20), ("mcast_startup_query_interval", 50),
                        ("mcast_querier", 1), ("mcast_snooping", 1)):  # fmt: skip
        lan.switch.ip("link", "set", "lan", "type", "bridge", name, value)


def members(lan, group: str) -> set[str]:
    shown = run("bridge", "-n", lan.switch.name, "mdb", "show", "dev", "lan").stdout
    return set(re.findall(rf"port (\S+) grp {group} ", shown))


def arrives(lan, address: str) -> bool:
    """Does a solicitation for the address come out of the proxy's port?"""
    capture = lan.capture("proxy", "icmp6")
    ndisc6(lan.peer, address)
    return bool(capture.lines(f"icmpv6.nd.ns.target_address == {address}"))


def test_members_while_the_host_is_answered_for(lan, known6):
    daemon = known6(HOST, TWIN, OTHER)
    assert not groups(lan.proxy)
    daemon.take_over(lan.host)
    wait_for("it has joined", lambda: groups(lan.proxy) == {GROUP, OTHER_GROUP})  # two addresses have one
    lan.host.resume()
    lan.host.arping(lan.peer.address)
    daemon.wait_state("awake")
    wait_for("it has left", lambda: not groups(lan.proxy))


def test_hosts_share_a_group(lan, known6):
    daemon = known6()
    other = lan.sleeper("other", 30)
    daemon.ask("host-add", name="other", mac=other.mac, addresses=[TWIN])
    daemon.take_over(lan.host)
    daemon.take_over(other)
    wait_for("it has joined", lambda: groups(lan.proxy) == {GROUP})
    lan.host.resume()
    lan.host.arping(lan.peer.address)
    daemon.wait_state("awake")
    never("other groups", lambda: groups(lan.proxy) ^ {GROUP}, during=1)  # two ticks
    daemon.ask("host-remove", name="other")
    wait_for("it has left", lambda: not groups(lan.proxy))


def test_a_switch_that_snoops(lan, known6):
    daemon = known6()
    snoop(lan)
    daemon.take_over(lan.host)
    wait_for("the proxy is a member there", lambda: "proxy" in members(lan, GROUP))
    wait_for("it passes on to members alone", lambda: not arrives(lan, OTHER), timeout=20, interval=0.5)
    assert arrives(lan, HOST)
    lan.peer.forget()
    assert ndisc6(lan.peer, HOST) == lan.proxy.mac


def test_members_again_on_another_interface_and_after_a_restart(lan, known6):
    daemon = known6()
    daemon.take_over(lan.host)
    lan.proxy.unplug()
    wait_for("it is gone", lambda: daemon.interface_state() == "absent")
    lan.proxy.plug()
    lan.proxy.use_ipv6(PROXY)
    wait_for("a member again", lambda: groups(lan.proxy) == {GROUP})
    daemon.kill()
    wait_for("nobody is", lambda: not groups(lan.proxy))
    daemon.start()
    assert groups(lan.proxy) == {GROUP}


def test_more_groups_than_there_is_room_for(lan, known6):
    addresses = [f"fd00::{number:x}:{number}" for number in range(1, 33)]
    daemon = known6(*addresses[1:])
    lan.proxy.namespace.run("sysctl", "-q", "net.core.optmem_max=100")  # a group for each socket
    daemon.take_over(lan.host)
    wait_for("all-multicast", lambda: "allmulti 3" in lan.proxy.namespace.ip("-d", "link", "show", "eth0"))
    assert 0 < len(groups(lan.proxy)) < 31
    assert daemon.log.count("eth0: a member of all multicast groups") == 1
    assert [ndisc6(lan.peer, address) for address in addresses[1:]] == [lan.proxy.mac] * 31


MLDV2_GROUP, MLDV1_GROUP = "icmpv6.mldr.mar.multicast_address", "icmpv6.mld.multicast_address"


def tagged_reports(lan, capture) -> list[tuple[str, ...]]:
    """The proxy's, of MLD: VLAN, type, groups."""
    reports = f"eth.src == {lan.proxy.mac} && icmpv6.type in {{131, 143}} && vlan"
    rows = capture.fields(reports, "vlan.id", "icmpv6.type", MLDV2_GROUP, MLDV1_GROUP, "_ws.expert.message")
    assert not any(expert for *_, expert in rows)
    return [(vlan, kind, v2 or v1) for vlan, kind, v2, v1, _ in rows]


def mld_query(lan, query, *tags: int):
    """To the group that it asks for."""
    to = "ff02::1" if query.mladdr == "::" else query.mladdr
    alert = inet6.IPv6ExtHdrHopByHop(options=inet6.RouterAlert())
    packet = inet6.IPv6(src=link_local_of(10), dst=to, hlim=1) / alert / query
    mac = "33:33:{:02x}:{:02x}:{:02x}:{:02x}".format(*inet_pton(AF_INET6, to)[12:])
    return frames.ether(lan.peer, mac, tags) / packet


MLDV1_QUERY, MLDV2_QUERY = inet6.ICMPv6MLQuery(mrd=100), inet6.ICMPv6MLQuery2(mrd=100)
GROUP_QUERY = inet6.ICMPv6MLQuery2(mrd=100, mladdr=OTHER_GROUP)
ANSWERED = 0.4  # s: four times that
BOTH, ONE = [("10", "143", f"{GROUP},{OTHER_GROUP}")], [("10", "143", OTHER_GROUP)]
SINGLES = [("10", "131", GROUP), ("10", "131", OTHER_GROUP)]


def wait_for_reports(daemon, count: int) -> None:
    wait_for("they are sent", lambda: daemon.counters()["group_reports_sent"] >= count)
    time.sleep(ANSWERED)  # and no more


@pytest.mark.parametrize("query, reports", [(None, BOTH), (MLDV2_QUERY, BOTH), (MLDV1_QUERY, SINGLES)], ids=["", "v2", "v1"])
def test_in_its_vlan_a_host_that_falls_asleep_is_reported(lan, known6, query, reports):
    """In the version of the querier."""
    daemon = known6(HOST, TWIN, OTHER, vlan=10)
    if query:
        lan.peer.send(mld_query(lan, query, 10))
        wait_for("it is heard", lambda: daemon.counters()["group_queries"] == 1)
    capture = lan.capture("proxy", "")
    daemon.take_over(lan.host)
    wait_for_reports(daemon, len(reports))
    assert tagged_reports(lan, capture) == reports


def test_queries_in_its_vlan_are_answered(lan, known6):
    daemon = known6(HOST, TWIN, OTHER, vlan=10)
    daemon.take_over(lan.host)
    for tags, query, reports in (
        ((10,), MLDV2_QUERY, BOTH), ((10,), GROUP_QUERY, ONE), ((10,), MLDV1_QUERY, SINGLES), ((20,), MLDV2_QUERY, []),
        ((), MLDV2_QUERY, []),
    ):  # fmt: skip
        sent = daemon.counters()["group_reports_sent"]
        capture = lan.capture("proxy", "")
        lan.peer.send(mld_query(lan, query, *tags))
        wait_for_reports(daemon, sent + len(reports))
        assert tagged_reports(lan, capture) == reports


def test_the_kernel_reports_for_a_host_without_a_vlan(lan, known6):
    daemon = known6()
    daemon.take_over(lan.host)
    lan.peer.send(mld_query(lan, MLDV2_QUERY))
    time.sleep(ANSWERED)
    assert daemon.counters()["group_queries"] == 1 and daemon.counters()["group_reports_sent"] == 0


def test_nothing_is_tagged_where_memberships_are_off(lan, known6):
    daemon = known6(vlan=10, memberships=False)
    capture = lan.capture("proxy", "")
    daemon.take_over(lan.host)
    assert not tagged_reports(lan, capture)


def test_without_ipv6_on_its_interface(lan, start):
    lan.peer.use_ipv6(PEER)
    daemon = start(host_section("host", lan.host.mac, [link_local_of(20), HOST]))
    daemon.take_over(lan.host)
    wait_for("it has joined", lambda: groups(lan.proxy) == {GROUP})
    assert ndisc6(lan.peer, HOST) == lan.proxy.mac


HOSTS, ROUNDS = 20, 5


def lines_of(machines, word: str) -> list[str]:
    shown = [machine.namespace.ip("-o", "-6", "addr", "show", "dev", "eth0") for machine in machines]
    return [line for text in shown for line in text.splitlines() if word in line]


def test_a_hundred_wakes_with_duplicate_address_detection(lan, start):
    """Every address of a Linux host that is back is preferred, while others look for it all the time."""
    lan.peer.use_ipv6(PEER)
    lan.proxy.use_ipv6(PROXY)
    hosts = [lan.machine(f"host{number}", number) for number in range(30, 30 + HOSTS)]
    own = {host: (f"fd00::{host.number}", f"fd00::1:{host.number}") for host in hosts}
    for host in hosts:
        host.use_ipv6(*own[host], dad=True)
    daemon = start(
        *(host_section(host.name, host.mac, [host.address, *own[host], link_local_of(host.number)]) for host in hosts)
    )
    found = keep_looking(lan.peer, [own[host][0] for host in hosts], lan.directory / "found")
    for wake in range(ROUNDS):
        for host in hosts:
            host.namespace.ip("link", "set", "eth0", "down")
            daemon.sleep(host.name, "--now")
        for host in hosts:
            daemon.wait_state("asleep", host.name, timeout=10)
            assert ndisc6(lan.peer, own[host][0]) == lan.proxy.mac
        for host in hosts[wake % 2 :: 2]:
            daemon.wake(host.name)
        for host in hosts:
            host.namespace.ip("link", "set", "eth0", "up")
            for address in own[host]:
                host.namespace.ip("-6", "addr", "add", f"{address}/64", "dev", "eth0")
        checked = lambda: lines_of(hosts, "dadfailed") or not lines_of(hosts, "tentative")  # noqa: E731
        wait_for("all are checked", checked, timeout=10)
        assert not lines_of(hosts, "dadfailed")
        assert len(lines_of(hosts, "inet6")) == 3 * HOSTS
        for host in hosts:
            daemon.wait_state("awake", host.name)
    assert found() == {lan.proxy.mac, *(host.mac for host in hosts)}
