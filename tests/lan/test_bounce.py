# SPDX-License-Identifier: GPL-2.0-or-later
"""Who still has the proxy's MAC for a host that is awake loses nothing, and is told where it is, at a bounded rate."""

from __future__ import annotations

import os
import threading

import pytest
from scapy.layers.inet6 import IPv6

from harness import frames
from harness.daemon import host_section
from harness.netns import wait_for
from harness.wire import EchoServer

HOST6, PEER6, FAR, FAR6 = "fd00::20", "fd00::10", "198.51.100.9", "fd01::9"
FRAMES, NOTICES_MAX = 300, 50
TRANSFER = 1 << 20
families = pytest.mark.parametrize("ipv6", (False, True), ids=("ipv4", "ipv6"))


@pytest.fixture
def slept(lan, start):
    """A daemon whose host sleeps, and its address of a family."""

    def slept(ipv6: bool, **settings):
        lan.peer.use_ipv6(PEER6)
        lan.proxy.use_ipv6("fd00::2")
        lan.host.use_ipv6(HOST6)
        wait_for("the prefix is known", lambda: "fd00::2/64" in lan.proxy.namespace.ip("-6", "addr"))
        daemon = start(host_section("host", lan.host.mac, [lan.host.address, HOST6]), **settings)
        daemon.take_over(lan.host)
        return daemon, HOST6 if ipv6 else lan.host.address

    return slept


def point(machine, address: str, mac: str, state: str) -> None:
    machine.namespace.ip("neigh", "replace", address, "lladdr", mac, "nud", state, "dev", machine.interface)


def resume(lan, daemon) -> None:
    lan.host.resume()
    lan.host.arping(lan.proxy.address)
    daemon.wait_state("awake")


def ping(place, address: str) -> bool:
    return place.run("ping", "-n", "-c", 1, "-W", 1, address, check=False).returncode == 0


def transfer(link, data: bytes) -> bytes:
    """To an echo server and back."""
    back = b""
    sender = threading.Thread(target=link.sendall, args=(data,))
    sender.start()
    while len(back) < len(data) and (more := link.recv(1 << 16)):
        back += more
    sender.join()
    return back


@families
@pytest.mark.parametrize("mode", ("auto", "generic"))
def test_a_neighbour_that_never_learns_loses_nothing(lan, slept, ipv6, mode):
    daemon, address = slept(ipv6, mode=mode)
    point(lan.peer, address, lan.proxy.mac, "permanent")
    server = EchoServer(lan.host, 22, address)
    data = os.urandom(TRANSFER)
    with lan.peer.connect(address, 22, timeout=10) as link:
        daemon.wait_state("awake")
        before = daemon.counters()
        assert transfer(link, data) == data
    server.close()
    assert lan.peer.neighbour(address) == lan.proxy.mac
    assert daemon.counters()["bounced"] - before["bounced"] >= 16
    assert lan.switch_port_of(lan.peer.mac) == "peer"


@families
def test_ping_in_both_directions(lan, slept, ipv6):
    daemon, address = slept(ipv6)
    point(lan.peer, address, lan.proxy.mac, "permanent")
    resume(lan, daemon)
    assert ping(lan.peer.namespace, address)
    assert ping(lan.host.namespace, PEER6 if ipv6 else lan.peer.address)
    assert daemon.counters()["bounced"] >= 2


def to_host(lan, ipv6: bool):
    body = frames.UDP(sport=40000, dport=9) / b"hello"
    if not ipv6:
        return frames.ip(lan.peer, lan.host, lan.proxy.mac, body)
    return frames.ether(lan.peer, lan.proxy.mac) / IPv6(src=PEER6, dst=HOST6) / body


@families
def test_a_burst_goes_on_and_its_sender_is_told_a_few_times(lan, slept, ipv6):
    daemon, address = slept(ipv6)
    resume(lan, daemon)
    point(lan.peer, address, lan.proxy.mac, "reachable")
    at_host, at_peer = lan.capture("host", "udp"), lan.capture("peer", "arp or icmp6")
    lan.peer.send(*[to_host(lan, ipv6)] * FRAMES)
    wait_for("the host's MAC at the peer", lambda: lan.peer.neighbour(address) == lan.host.mac)
    arrived = at_host.fields(f"eth.dst == {lan.host.mac} && udp.dstport == 9", "eth.src")
    assert arrived == [(lan.proxy.mac,)] * FRAMES
    told = f"icmpv6.type == 136 && icmpv6.nd.na.target_address == {address}"
    if not ipv6:
        told = f"arp.opcode == 2 && arp.src.proto_ipv4 == {address} && arp.src.hw_mac == {lan.host.mac}"
    notices = at_peer.fields(f"eth.src == {lan.proxy.mac} && {told}", "eth.dst")
    assert 1 <= len(notices) <= NOTICES_MAX
    assert set(notices) == {(lan.peer.mac,)}


@pytest.fixture
def far(lan):
    """A machine behind a router, and the router."""
    router, far = lan.machine("router", 3), lan.namespace("far")
    lan.cable(router.namespace, "lan1", far, "eth0")
    router.use_ipv6("fd00::3")
    for place, interface, addresses in (
        (router.namespace, "lan1", ("198.51.100.1/24", "fd01::1/64")),
        (far, "eth0", (f"{FAR}/24", f"{FAR6}/64")),
    ):
        for name in ("disable_ipv6", "accept_dad", "dad_transmits"):
            place.run("sysctl", "-qw", f"net.ipv6.conf.{interface}.{name}=0")
        for address in addresses:
            place.ip("addr", "add", address, "dev", interface)
        place.ip("link", "set", interface, "up")
    for name in ("ipv4.ip_forward", "ipv6.conf.all.forwarding"):
        router.namespace.run("sysctl", "-qw", f"net.{name}=1")
    far.ip("route", "add", "default", "via", "198.51.100.1")
    far.ip("-6", "route", "add", "default", "via", "fd01::1")
    return far, router


@families
def test_a_router_is_told_whoever_sends(lan, far, slept, ipv6):
    daemon, address = slept(ipv6)
    lan.host.namespace.ip("route", "add", "198.51.100.0/24", "via", far[1].address)
    lan.host.namespace.ip("-6", "route", "add", "fd01::/64", "via", "fd00::3")
    point(lan.host, "fd00::3" if ipv6 else far[1].address, far[1].mac, "permanent")  # else it asks, and so tells
    resume(lan, daemon)
    point(far[1], address, lan.proxy.mac, "reachable")
    assert ping(far[0], address)
    wait_for("the host's MAC at the router", lambda: far[1].neighbour(address) == lan.host.mac)
    assert ping(far[0], address)
    assert daemon.counters()["bounced"] >= 1
