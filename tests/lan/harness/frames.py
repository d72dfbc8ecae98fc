# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames that no well-behaved stack would send when a test wants them: scapy's, with every address given."""

from __future__ import annotations

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption, IPOption_LSRR
from scapy.layers.inet6 import ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Packet

from .lan import Machine

BROADCAST = "ff:ff:ff:ff:ff:ff"
NOBODY = "0.0.0.0"
REQUEST, REPLY = 1, 2

__all__ = ["ARP", "BROADCAST", "Dot1Q", "Ether", "ICMP", "ICMPv6EchoRequest", "IP", "IPOption", "IPOption_LSRR", "IPv6",
           "IPv6ExtHdrFragment", "NOBODY", "REPLY", "REQUEST", "TCP", "UDP"]  # fmt: skip


def ether(source: Machine, destination: str, tags: tuple[int, ...] = ()) -> Packet:
    frame = Ether(src=source.mac, dst=destination)
    for tag in tags:
        frame /= Dot1Q(vlan=tag)
    return frame


def arp_request(
    source: Machine, target: str, sender: str | None = None, to: str = BROADCAST, tags: tuple[int, ...] = ()
) -> Packet:
    own = source.address if sender is None else sender
    body = ARP(op=REQUEST, hwsrc=source.mac, psrc=own, hwdst="00:00:00:00:00:00", pdst=target)
    return ether(source, to, tags) / body


def arp_announcement(source: Machine, address: str) -> Packet:
    return arp_request(source, address, sender=address)


def nd_announcement(source: Machine, address: str) -> Packet:
    body = ICMPv6ND_NA(tgt=address, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=source.mac)
    return ether(source, "33:33:00:00:00:01") / IPv6(src=address, dst="ff02::1", hlim=255) / body


def arp_answers(frames: list[bytes], address: str, tags: int = 0) -> set[str]:
    """The MACs that say that the address is theirs, in frames with so many VLAN tags."""
    found = set()
    for frame in (Ether(raw) for raw in frames):
        arp = frame.getlayer(ARP)
        if arp and arp.op == REPLY and arp.psrc == address and _tags(frame) == tags:
            found.add(arp.hwsrc)
    return found


def _tags(frame: Packet) -> int:
    count = 0
    while frame.getlayer(Dot1Q, count + 1):
        count += 1
    return count


def ip(source: Machine, to: Machine, via: str, body: Packet, **options: object) -> Packet:
    return ether(source, via) / IP(src=source.address, dst=to.address, **options) / body


def tcp(source: Machine, to: Machine, via: str, flags: str, port: int = 22, from_port: int = 40000) -> Packet:
    return ip(source, to, via, TCP(sport=from_port, dport=port, flags=flags, seq=1000))


def udp(source: Machine, to: Machine, via: str, port: int, from_port: int = 40000) -> Packet:
    return ip(source, to, via, UDP(sport=from_port, dport=port) / b"hello")
