# SPDX-License-Identifier: GPL-2.0-or-later
"""
Messages of the Network Proxy Protocol, octet by octet after docs/npp.md: put together, taken apart and signed by none
of the proxy's code, so that no code judges itself.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import struct
import time
from collections.abc import Iterator
from typing import NamedTuple

from .dissector import CONFIRM, ICMP_TYPE, REPORT, REQUEST, SOLICITATION, WAKEUP_CONFIRM, octets, option, sealed
from .frames import IP, Ether

SLEEP_REQUEST_OPTION, SERVICES, AUTHENTICATION = 3, 7, 128
ADVERTISED, CODE = 2, 32  # the advertisement's option; an authentication code's octets
ARP, DHCP, TIMER, PORTS, ADDRESSES6, CLIENT_ID, HOST_NAME, BACKUP, LIFETIME, DHCP6 = 1, 2, *range(0x80, 0x88)
SERVES_ARP, SERVES_DHCP, SERVES_ND, SERVES_ECHO, WAKES_ON_PACKET, SERVES_DHCP6 = 1, 2, *range(0x8001, 0x8005)
PROTOCOLS = {"tcp": 6, "udp": 17}
SUCCESS, FAILURE = 0, 1
RENEWED, FAILED = 1, 2  # how a lease stands
LONG = 0xFFFF  # a lease's seconds: that or more
ETHERNET, IPV4 = 14, 20  # octets of a header
DUID = bytes.fromhex("00030001020000000020")  # RFC 8415, 11.4
ICMP = 1


def mac_octets(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


class Key(NamedTuple):
    number: int
    secret: bytes

    @property
    def line(self) -> str:
        """In the proxy's file of keys."""
        return f"{self.number} {self.secret.hex()}\n"


class Authentication(NamedTuple):
    key: int
    time: int
    nonce: bytes
    code: bytes


class Advertisement(NamedTuple):
    lifetime: int
    proxies: dict[str, int]  # preferences by addresses


class Notification(NamedTuple):
    code: int
    total: int
    left: int


class Message(NamedTuple):
    subtype: int
    transaction: int
    options: tuple[bytes, ...] = ()
    code: int = SUCCESS

    def octets(self, icmp_type: int = ICMP_TYPE) -> bytes:
        options = b"".join(self.options)
        head = struct.pack("!BBHHBB", icmp_type, self.code, 0, self.transaction, self.subtype, len(options))
        return sealed(head + options)

    def data(self, kind: int) -> bytes:
        """Of the first option of the type; empty: there is none."""
        return next((each[2:] for each in self.options if each[0] == kind), b"")

    def asked(self) -> dict[int, bytes]:
        """What a Sleep Request asks for, by Request Option Types."""
        return {each[2]: each[3:] for each in self.options if each[0] == SLEEP_REQUEST_OPTION}

    @property
    def client(self) -> tuple[int, int]:
        """The code and the Client Identifier of a confirmation or a report."""
        code, zero, client = struct.unpack("!BBH", self.data(self.subtype)[:4])
        assert zero == 0
        return code, client

    @property
    def confirmed(self) -> bool:
        return self.code == SUCCESS and self.client[0] == SUCCESS

    @property
    def refused(self) -> bool:
        return self.code == FAILURE and self.client == (FAILURE, 0)

    @property
    def advertisement(self) -> Advertisement:
        data = self.data(ADVERTISED)
        count, size, lifetime = struct.unpack("!BBH", data[:4])
        entries = list(struct.iter_unpack("!4si", data[4:]))
        assert (count, size) == (len(entries), 2)
        return Advertisement(lifetime, {socket.inet_ntoa(address): preference for address, preference in entries})

    @property
    def services(self) -> tuple[int, ...]:
        return tuple(number for (number,) in struct.iter_unpack("!H", self.data(SERVICES)))

    @property
    def notification(self) -> Notification | None:
        """How the lease stands, in a Wakeup Confirm."""
        about, *rest = struct.unpack_from("!H", self.data(WAKEUP_CONFIRM), 4)
        if about != DHCP:
            return None
        *fields, zero = struct.unpack("!HHHH", self.data(WAKEUP_CONFIRM)[6:])
        assert not rest and zero == 0
        return Notification(*fields)

    @property
    def authentication(self) -> Authentication | None:
        data = self.data(AUTHENTICATION)
        return Authentication(*struct.unpack(f"!BQ8s{CODE}s", data)) if data else None


def parse(message: bytes, icmp_type: int = ICMP_TYPE) -> Message:
    """ValueError: what a host would not take."""
    if len(message) < 8 or sealed(message) != message:
        raise ValueError(f"short, or of a wrong checksum: {message.hex()}")
    kind, code, _, transaction, subtype, length = struct.unpack("!BBHHBB", message[:8])
    if kind != icmp_type or length != len(message) - 8:
        raise ValueError(f"of another type, or of another length: {message.hex()}")
    return Message(subtype, transaction, tuple(split(message[8:])), code)


def split(options: bytes) -> Iterator[bytes]:
    while options:
        if len(options) < 2 or len(options) < 2 + options[1]:
            raise ValueError(f"an option is cut short: {options.hex()}")
        yield options[: 2 + options[1]]
        options = options[2 + options[1] :]


# What a Sleep Request asks for


def request(kind: int, *data: str | bytes) -> bytes:
    return option(SLEEP_REQUEST_OPTION, bytes([kind]), *data)


def arp(*pairs: tuple[str, str], head: str = "01 0800 06 04", count: int | None = None) -> bytes:
    """`head`: hardware type, protocol type, and their lengths."""
    said = len(pairs) if count is None else count
    entries = (mac_octets(mac) + socket.inet_aton(address) for mac, address in pairs)
    return request(ARP, head, struct.pack("!H", said), *entries)


def lease(total: int, left: int, server: str) -> bytes:
    return request(DHCP, struct.pack("!BHH", 0, total, left), socket.inet_aton(server))


def timer(seconds: int) -> bytes:
    return request(TIMER, struct.pack("!I", seconds))


def lifetime(seconds: int) -> bytes:
    return request(LIFETIME, struct.pack("!I", seconds))


def ports(*wanted: str) -> bytes:
    """As in tcp/22 and udp/any."""
    words = (each.split("/") for each in wanted)
    return request(PORTS, *(struct.pack("!BBH", PROTOCOLS[of], 0, int(n) if n != "any" else 0) for of, n in words))


def addresses6(*addresses: str) -> bytes:
    return request(ADDRESSES6, *(socket.inet_pton(socket.AF_INET6, address) for address in addresses))


def client_identifier(identifier: bytes) -> bytes:
    return request(CLIENT_ID, identifier)


def host_name(name: str) -> bytes:
    return request(HOST_NAME, name.encode())


def backup(first: str) -> bytes:
    return request(BACKUP, socket.inet_aton(first))


def lease6(*addresses: str, iaid: int = 0x20, duid: bytes = DUID, server: bytes = b"", left: int = 0) -> bytes:
    """`left`: s, of each lifetime."""
    head = struct.pack("!III", iaid, 0, 0), bytes([len(duid)]), duid, bytes([len(server)]), server
    entries = (socket.inet_pton(socket.AF_INET6, address) + struct.pack("!II", left, left) for address in addresses)
    return request(DHCP6, *head, *entries)


# Messages as a whole


def new_transaction() -> int:
    return secrets.randbelow(0xFFFF) + 1


def solicitation() -> Message:
    return Message(SOLICITATION, new_transaction(), (option(SOLICITATION, "0001 0001"),))


def sleep_request(transaction: int, *options: bytes) -> Message:
    return Message(REQUEST, transaction, options)


def wakeup_report(transaction: int, client: int) -> Message:
    return Message(REPORT, transaction, (option(REPORT, struct.pack("!BBHH", SUCCESS, 0, client, 0)),))


def advertisement(
    proxies: dict[str, int], lifetime: int, services: tuple[int, ...] = (SERVES_ARP, SERVES_DHCP), transaction: int = 0
) -> Message:
    entries = (socket.inet_aton(address) + struct.pack("!i", preference) for address, preference in proxies.items())
    addresses = option(ADVERTISED, struct.pack("!BBH", len(proxies), 2, lifetime), *entries)
    return Message(ADVERTISED, transaction, (addresses, option(SERVICES, struct.pack(f"!{len(services)}H", *services))))


def sleep_confirm(transaction: int, client: int, code: int = SUCCESS) -> Message:
    return Message(CONFIRM, transaction, (option(CONFIRM, struct.pack("!BBHH", code, 0, client, 0)),), code)


def wakeup_confirm(
    transaction: int, client: int, code: int = SUCCESS, notification: Notification | None = None
) -> Message:
    stands = struct.pack("!HHHHH", DHCP, *notification, 0) if notification else bytes(2)
    said = option(WAKEUP_CONFIRM, struct.pack("!BBH", code, 0, client), stands)
    return Message(WAKEUP_CONFIRM, transaction, (said,), code)


# Who says so


def code_of(message: bytes, secret: bytes, source: str, destination: str) -> bytes:
    """Of a message that ends in option 128."""
    blank = message[:2] + bytes(2) + message[4:-CODE] + bytes(CODE)
    return hmac.digest(secret, socket.inet_aton(source) + socket.inet_aton(destination) + blank, "sha256")


def signed(
    message: Message,
    key: Key,
    source: str,
    destination: str,
    *,
    at: int | None = None,
    nonce: bytes = b"",
    icmp_type: int = ICMP_TYPE,
) -> Message:
    clock = int(time.time()) if at is None else at
    head = octets(struct.pack("!BQ", key.number, clock), nonce or secrets.token_bytes(8))
    blank = message._replace(options=(*message.options, option(AUTHENTICATION, head, bytes(CODE))))
    code = code_of(blank.octets(icmp_type), key.secret, source, destination)
    return message._replace(options=(*message.options, option(AUTHENTICATION, head, code)))


class Heard(NamedTuple):
    """A message with who says it to whom."""

    mac: str
    to: str
    source: str
    destination: str
    octets: bytes
    message: Message

    def is_signed(self, key: Key, nonce: bytes) -> bool:
        said = self.message.authentication
        if said is None or (said.key, said.nonce) != (key.number, nonce):
            return False
        return said.code == code_of(self.octets, key.secret, self.source, self.destination)


def heard(frame: bytes, icmp_type: int = ICMP_TYPE) -> Heard | None:
    """None: something else. Of an untagged frame with an IPv4 header without options, and maybe padding."""
    if len(frame) < ETHERNET + IPV4 + 1 or frame[12:15] != b"\x08\x00\x45" or frame[23] != ICMP:
        return None
    said = frame[ETHERNET + IPV4 : ETHERNET + int.from_bytes(frame[16:18], "big")]
    if not said or said[0] != icmp_type:
        return None
    addresses = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
    return Heard(frame[6:12].hex(":"), frame[:6].hex(":"), *addresses, said, parse(said, icmp_type))


def framed(message: bytes, mac: str, to: str, source: str, destination: str, **ip: object) -> bytes:
    """In a frame, with its padding; `ip`: fields of the IPv4 header as scapy names them."""
    packet = IP(src=source, dst=destination, **({"proto": "icmp"} | ip)) / message
    return bytes(Ether(src=mac, dst=to) / packet).ljust(60, b"\0")
