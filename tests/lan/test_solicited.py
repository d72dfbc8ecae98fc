# SPDX-License-Identifier: GPL-2.0-or-later
"""Solicited-node groups: what network cards and switches let in is what the proxy is a member of. Linux's bridge snoops."""

from __future__ import annotations

import re

import pytest

from harness.daemon import host_section
from harness.lan import link_local_of
from harness.netns import never, run, wait_for
from harness.wire import ndisc6

PEER, PROXY, HOST, TWIN, OTHER = "fd00::10", "fd00::2", "fd00::20", "fd00:0:0:0:1::20", "fd00::99:9999"
GROUP, OTHER_GROUP = "ff02::1:ff00:20", "ff02::1:ff99:9999"


@pytest.fixture
def known6(lan, start):
    def known6(*addresses: str, **settings):
        lan.peer.use_ipv6(PEER)
        lan.proxy.use_ipv6(PROXY)
        lan.host.use_ipv6(HOST)
        return start(host_section("host", lan.host.mac, [lan.host.address, *(addresses or (HOST,))]), **settings)

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
        wait_for("all are checked", lambda: not lines_of(hosts, "tentative"), timeout=10)
        assert not lines_of(hosts, "dadfailed")
        assert len(lines_of(hosts, "inet6")) == 3 * HOSTS
        for host in hosts:
            daemon.wait_state("awake", host.name)
