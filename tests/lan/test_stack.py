# SPDX-License-Identifier: GPL-2.0-or-later
"""The proxy's own kernel never speaks in a sleeper's name, and its own traffic is left alone."""

import pytest

from harness import frames
from harness.daemon import host_section
from harness.dhcp6 import wait_for_link_local
from harness.wire import EchoServer

KINDS = {
    "syn": lambda lan: frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=23),
    "ack": lambda lan: frames.tcp(lan.peer, lan.host, lan.proxy.mac, "A"),
    "udp": lambda lan: frames.udp(lan.peer, lan.host, lan.proxy.mac, 9999),
    "ping": lambda lan: frames.ip(lan.peer, lan.host, lan.proxy.mac, frames.ICMP()),
    "fragment": lambda lan: frames.ip(lan.peer, lan.host, lan.proxy.mac, frames.UDP(dport=9), frag=5, flags="MF"),
    "dying": lambda lan: frames.ip(lan.peer, lan.host, lan.proxy.mac, frames.UDP(dport=9), ttl=1),
    "other protocol": lambda lan: frames.ip(lan.peer, lan.host, lan.proxy.mac, b"hello", proto=47),
}

PEER6, PROXY6, HOST6 = "fd00::10", "fd00::2", "fd00::20"
KINDS6 = {
    "syn": ({}, frames.TCP(dport=23, flags="S")),
    "ack": ({}, frames.TCP(dport=22, flags="A")),
    "udp": ({}, frames.UDP(dport=9999)),
    "ping": ({}, frames.ICMPv6EchoRequest()),
    "fragment": ({}, frames.IPv6ExtHdrFragment(offset=5, m=1) / b"12345678"),
    "dying": ({"hlim": 1}, frames.UDP(dport=9)),
    "other protocol": ({"nh": 47}, b"hello"),
    "unknown option": ({"nh": 60}, bytes.fromhex("3b00 c104 00000000")),
}


@pytest.mark.parametrize("forwarding", [0, 1], ids=["host", "router"])
def test_ip_for_a_sleeper_never_reaches_the_stack(lan, start, known, forwarding):
    lan.proxy.namespace.run("sysctl", "-qw", f"net.ipv4.ip_forward={forwarding}")
    daemon = start(known(wake=["tcp/22"]))
    daemon.take_over(lan.host)
    lan.host.nic.broken = True
    capture = lan.capture("proxy")
    for make in KINDS.values():
        lan.peer.send(make(lan))
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"), KINDS["ping"](lan))
    daemon.wait_state("waking")
    magic = "eth.type == 0x0842 || (udp.dstport == 9 && eth.dst == ff:ff:ff:ff:ff:ff)"
    pongs = "icmp.type == 0 && icmp.checksum.status == 1"  # by the datapath: the stack has no such address
    assert capture.lines(f"eth.src == {lan.proxy.mac} && !arp && !({magic}) && !({pongs})") == []
    asked = f"eth.src == {lan.proxy.mac} && arp.opcode == 1 && arp.dst.proto_ipv4 == {lan.peer.address}"
    assert capture.lines(asked) == []


def test_ipv6_for_a_sleeper_never_reaches_the_stack(lan, start):
    """Of a router: others say nothing to a packet that is not theirs."""
    for machine, address in ((lan.peer, PEER6), (lan.proxy, PROXY6), (lan.host, HOST6)):
        machine.use_ipv6(address)
    lan.proxy.namespace.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
    wait_for_link_local(lan.proxy)  # from which it would speak
    daemon = start(host_section("host", lan.host.mac, [HOST6], wake=["tcp/22"]))
    daemon.take_over(lan.host)
    lan.host.nic.broken = True
    capture = lan.capture("proxy")
    for fields, body in (*KINDS6.values(), ({}, frames.TCP(dport=22, flags="S")), KINDS6["ping"]):
        lan.peer.send(frames.ether(lan.peer, lan.proxy.mac) / frames.IPv6(src=PEER6, dst=HOST6, **fields) / body)
    daemon.wait_state("waking")
    sent = f"ipv6 && eth.src == {lan.proxy.mac}"
    assert len(capture.lines(f"{sent} && icmpv6.type == 129 && icmpv6.checksum.status == 1")) == 2  # by the datapath
    of_the_daemon = f"icmpv6.type in {{130..136, 143}} && !(icmpv6.nd.ns.target_address == {PEER6})"
    assert capture.lines(f"{sent} && !(icmpv6.type == 129) && !({of_the_daemon})") == []


def test_the_proxy_s_own_services_work(lan, asleep):
    asleep()
    server = EchoServer(lan.proxy, 22)
    with lan.peer.connect(lan.proxy.address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(16) == b"hello"
    server.close()
    assert lan.peer.ping(lan.proxy.address)


def test_an_awake_host_s_traffic_is_left_alone(lan, start, known, ssh):
    daemon = start(known())
    with lan.peer.connect(lan.host.address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(16) == b"hello"
    assert lan.peer.ping(lan.host.address)
    counters = daemon.counters()
    assert counters["arp_answered"] == counters["wake_sent"] == counters["bounced"] == 0
