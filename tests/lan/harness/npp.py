# SPDX-License-Identifier: GPL-2.0-or-later
"""Who speaks the Network Proxy Protocol: a host that says what a test wants, and a proxy that answers as it is told."""

from __future__ import annotations

import contextlib
import itertools
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import ClassVar

from . import frames
from .daemon import Daemon
from .dissector import CONFIRM, ICMP_TYPE, REPORT, REQUEST, SOLICITATION, WAKEUP_CONFIRM
from .frames import BROADCAST
from .lan import Lan, Machine, address_of
from .netns import run, wait_for
from .nic import magic_payload
from .npp_message import (
    FAILURE,
    SERVES_ARP,
    SERVES_DHCP,
    WAKES_ON_PACKET,
    Heard,
    Key,
    Message,
    Notification,
    advertisement,
    arp,
    framed,
    heard,
    mac_octets,
    new_transaction,
    signed,
    sleep_confirm,
    sleep_request,
    solicitation,
    wakeup_confirm,
    wakeup_report,
)
from .wire import Capture

EVERYBODY = "255.255.255.255"
PATIENCE = 4.0  # s, for an answer that is to come
SILENCE = 0.5  # s without an answer; a handover takes 0.3
RIGHT = "1 1"  # checksums


def checksums(capture: Capture) -> list[str]:
    """Of IPv4 and of ICMP, as tshark finds them, of each frame with ICMP."""
    fields = ("-e", "ip.checksum.status", "-e", "icmp.checksum.status")
    argv = ("tshark", "-r", capture.stop().path, "-o", "ip.check_checksum:TRUE", "-Y", "icmp")
    return run(*argv, "-T", "fields", "-E", "separator=/s", *fields).stdout.splitlines()


class NppHost:
    """
    A host, played by a machine: by default the machine itself, else one with a MAC and an address of its own, behind
    the same port of the switch, which sleeps as long as it says nothing.
    """

    def __init__(
        self,
        machine: Machine,
        proxy: Machine,
        mac: str = "",
        address: str = "",
        key: Key | None = None,
        ahead: int = 0,
        interface: str = "",
        icmp_type: int = ICMP_TYPE,
    ):
        self.machine, self.proxy = machine, proxy
        self.mac, self.address = mac or machine.mac, address or machine.address
        self.key, self.ahead = key, ahead  # its clock is so many seconds ahead
        self.icmp_type = icmp_type
        self.transaction, self.client = new_transaction(), 0
        self.said: Message | None = None
        self.sent: bytes = b""
        self.frames: list[bytes] = []
        self.socket = machine.namespace.packet_socket(interface or machine.interface)
        machine.lan.closing.callback(self.socket.close)

    @property
    def name(self) -> str:
        """By which the proxy knows it where it said no host name."""
        return f"host-{self.mac.replace(':', '')}"

    def begin(self) -> NppHost:
        """A new handover."""
        self.transaction = new_transaction()
        return self

    def solicit(self, wait: float = PATIENCE) -> Heard | None:
        return self.ask(solicitation(), wait, BROADCAST, EVERYBODY)

    def request(self, *more: bytes, wait: float = PATIENCE) -> Heard | None:
        """Hands over its address, and what else is given."""
        return self.request_whole(arp((self.mac, self.address)), *more, wait=wait)

    def request_whole(self, *options: bytes, wait: float = PATIENCE) -> Heard | None:
        answer = self.ask(sleep_request(self.transaction, *options), wait)
        if answer and answer.message.confirmed:
            self.client = answer.message.client[1]
        return answer

    def report(self, client: int | None = None, wait: float = PATIENCE) -> Heard | None:
        return self.ask(wakeup_report(self.transaction, self.client if client is None else client), wait)

    def hand_over(self, *more: bytes) -> NppHost:
        """A request that is granted."""
        return self.hand_over_whole(arp((self.mac, self.address)), *more)

    def hand_over_whole(self, *options: bytes) -> NppHost:
        answer = self.request_whole(*options, wait=1) or self.persist()
        assert answer and answer.message.confirmed, answer
        self.client = answer.message.client[1]
        assert self.client >= 1
        return self

    def ask(self, message: Message, wait: float = PATIENCE, to: str = "", destination: str = "") -> Heard | None:
        """The answer; None: there was none in that time."""
        self.hear_now()
        self.say(message, to, destination)
        return self._answer(wait)

    def again(self, wait: float = PATIENCE) -> Heard | None:
        """The same, octet for octet."""
        self.hear_now()
        self.send(self.sent)
        return self._answer(wait)

    def persist(self) -> Heard | None:
        """The same, until any of them is answered, as often as a host may."""
        for wait in (0.5, 1, 2, 4):
            self.send(self.sent)
            if answer := self._answer(wait):
                return answer
        return None

    def tell(self, frame: bytes, wait: float = SILENCE) -> Heard | None:
        """What is answered to the frame, whatever that is about."""
        self.hear_now()
        self.send(frame)
        return self.hear(lambda said: said.to == self.mac, wait)

    def say(self, message: Message, to: str = "", destination: str = "") -> None:
        destination = destination or self.proxy.address
        if self.key:
            at = int(time.time()) + self.ahead
            message = signed(message, self.key, self.address, destination, at=at, icmp_type=self.icmp_type)
        self.said = message
        self.send(self.frame(message.octets(self.icmp_type), to, destination))

    def frame(self, message: bytes, to: str = "", destination: str = "", **ip: object) -> bytes:
        """Octets that may be anything, on their way to the proxy."""
        to, destination = to or self.proxy.mac, destination or self.proxy.address
        return framed(message, self.mac, to, self.address, destination, **ip)

    def send(self, frame: bytes) -> None:
        self.sent = frame
        self.socket.send(frame)

    def stir(self) -> None:
        """It is awake, and says so to all by some frame of its own."""
        self.socket.send(bytes(frames.arp_announcement(self, self.address)))

    def _answer(self, wait: float) -> Heard | None:
        about = (self.said.subtype + 1, self.said.transaction)
        return self.hear(lambda said: (said.message.subtype, said.message.transaction) == about, wait)

    def hear(self, wanted: Callable[[Heard], bool] = lambda _: True, wait: float = PATIENCE) -> Heard | None:
        return next((said for said in self.listen(wait) if wanted(said)), None)

    def listen(self, wait: float) -> Iterator[Heard]:
        """Messages to it, or to all. What else comes is kept."""
        until = time.monotonic() + wait
        while select.select([self.socket], [], [], max(0.0, until - time.monotonic()))[0]:
            frame, origin = self.socket.recvfrom(2048)
            if origin[2] == socket.PACKET_OUTGOING:
                continue
            self.frames.append(frame)
            said = heard(frame, self.icmp_type)
            if said and said.to in (self.mac, BROADCAST):
                yield said

    def hear_now(self) -> list[Heard]:
        return list(self.listen(0))

    @property
    def magic(self) -> list[bytes]:
        """The Magic Packets that it has heard so far."""
        self.hear_now()
        pattern = b"\xff" * 6 + mac_octets(self.mac) * 16
        return [frame for frame in self.frames if pattern in (magic_payload(frame) or b"")]


class Crowd:
    """Hosts that one machine of a LAN plays, and the daemon that they speak to."""

    QUICK: ClassVar = {"grace_period": "100ms", "check_interval": "50ms"}  # none of them takes time to fall silent

    def __init__(self, lan: Lan, start: Callable[..., Daemon], *hosts: str, **settings: object):
        self.lan, self.machine = lan, lan.machine("crowd", 50)
        self.daemon = start(*hosts, **(self.QUICK | settings))
        self._numbers = itertools.count(51)

    def host(self, **options: object) -> NppHost:
        number = next(self._numbers)
        mac = {"mac": f"02:00:00:00:01:{number:02x}"}
        return NppHost(self.machine, self.lan.proxy, **(mac | {"address": address_of(number)} | options))

    def sleeper(self, *options: bytes) -> NppHost:
        """A host that is answered for."""
        return self.sleepers(1, *options)[0]

    def sleepers(self, count: int, *options: bytes) -> list[NppHost]:
        hosts = [self.host().hand_over(*options) for _ in range(count)]
        for host in hosts:
            self.daemon.wait_state("asleep", host.name)
        return hosts

    def answered(self, host: NppHost) -> set[str]:
        """Who answers for the host's address."""
        return self.lan.peer.who_has(host.address)

    def connect(self, host: NppHost, port: int, protocol: Callable = frames.TCP, **fields: object) -> None:
        """The first packet of a connection."""
        body = protocol(sport=40000, dport=port, **({"flags": "S"} if protocol is frames.TCP else {}))
        self.lan.peer.send(frames.ip(self.lan.peer, host, self.lan.proxy.mac, body, **fields))

    def is_known(self, host: NppHost) -> bool:
        """To people, or to the datapath."""
        listed = any(each["mac"] == host.mac for each in self.daemon.listed("hosts"))
        return listed or host.mac in self.daemon.table("addresses4").values() or host.mac in self.daemon.table("hosts")

    def state(self, host: NppHost) -> str:
        return self.daemon.status_of(host.name)

    @contextlib.contextmanager
    def counted(self, **expected: int) -> Iterator[None]:
        """Messages come to these ends, and to no other."""
        before = self.daemon.npp()
        yield
        after = self.daemon.npp()
        assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == expected


class NppProxy:
    """
    A proxy that answers by a table, which may be changed at any time: a function of what was heard for each subtype.
    Other answers than its methods: `silent`, and `mistaken` of any.
    """

    def __init__(
        self,
        machine: Machine,
        key: Key | None = None,
        preference: int = 0,
        lifetime: int = 1800,
        services: tuple[int, ...] = (SERVES_ARP, SERVES_DHCP, WAKES_ON_PACKET),
        icmp_type: int = ICMP_TYPE,
    ):
        self.machine, self.key = machine, key
        self.preference, self.lifetime, self.services = preference, lifetime, services
        self.icmp_type = icmp_type
        self.client = 1
        self.notification: Notification | None = None
        self.heard: list[Heard] = []
        self.answers: dict[int, Answer] = {
            SOLICITATION: self.advertise, REQUEST: self.confirm, REPORT: self.take_back,
        }  # fmt: skip
        self.socket = machine.namespace.packet_socket(machine.interface)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        machine.lan.closing.callback(self.close)

    def advertise(self, said: Heard) -> Message:
        return self.advertisement(said.message.transaction)

    def confirm(self, said: Heard) -> Message:
        return sleep_confirm(said.message.transaction, self.client)

    def take_back(self, said: Heard) -> Message:
        return wakeup_confirm(said.message.transaction, self.client, notification=self.notification)

    def refuse(self, said: Heard) -> Message:
        """Of a request or a report."""
        what = {REQUEST: sleep_confirm, REPORT: wakeup_confirm}[said.message.subtype]
        return what(said.message.transaction, 0, FAILURE)

    def advertisement(self, transaction: int = 0) -> Message:
        return advertisement({self.machine.address: self.preference}, self.lifetime, self.services, transaction)

    def leave(self) -> None:
        """It is going to stop, and says so to all."""
        farewell = advertisement({self.machine.address: self.preference}, 0, self.services)
        self.say(farewell, BROADCAST, EVERYBODY)

    def say(self, message: Message, to: str, destination: str, nonce: bytes = b"") -> None:
        own = self.machine
        if self.key and nonce:
            message = signed(message, self.key, own.address, destination, nonce=nonce, icmp_type=self.icmp_type)
        self.socket.send(framed(message.octets(self.icmp_type), own.mac, to, own.address, destination))

    def of(self, subtype: int) -> list[Message]:
        """What it was told of a kind, repetitions and all."""
        return [said.message for said in list(self.heard) if said.message.subtype == subtype]

    def wait(self, subtype: int, count: int = 1, timeout: float = 10) -> Message:
        """The last of so many messages of a kind."""
        wait_for(f"message {subtype}", lambda: len(self.of(subtype)) >= count, timeout)
        return self.of(subtype)[count - 1]

    def _run(self) -> None:
        while not self._closing:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            frame, origin = self.socket.recvfrom(2048)
            said = heard(frame, self.icmp_type) if origin[2] != socket.PACKET_OUTGOING else None
            if said and said.destination in (self.machine.address, EVERYBODY):
                self._hear(said)

    def _hear(self, said: Heard) -> None:
        self.heard.append(said)
        answer = self.answers.get(said.message.subtype, silent)(said)
        signature = said.message.authentication
        if answer:
            self.say(answer, said.mac, said.source, signature.nonce if signature else b"")

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        self.socket.close()


Answer = Callable[[Heard], Message | None]


def silent(said: Heard) -> None:
    """An answer that is none."""


def mistaken(answer: Answer) -> Answer:
    """The answer to something else."""

    def mistaken(said: Heard) -> Message | None:
        right = answer(said)
        return right and right._replace(transaction=right.transaction ^ 1)

    return mistaken
