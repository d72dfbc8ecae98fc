# SPDX-License-Identifier: GPL-2.0-or-later
"""What machines say on the wire, and the independent tools that judge what they hear: arping, tcpdump, tshark."""

from __future__ import annotations

import contextlib
import logging
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .netns import CommandFailed, Namespace, run, wait_for

logging.getLogger("scapy").setLevel(logging.ERROR)
ARP_REQUEST_HEAD = bytes.fromhex("0806 0001 0800 06 04 0001")
SOL_PACKET, PACKET_AUXDATA, TP_STATUS_VLAN_VALID = 263, 8, 0x10
AUXDATA = struct.Struct("IIIHHHH")
ICMP_ECHO, PING_ID = 8, 0x5109
ARPING_REPLY = re.compile(r"reply from (\S+) \[([0-9A-Fa-f:]+)\](?: for [0-9.]+ \[[^]]*\])?\s+([0-9.]+)ms")


@dataclass(frozen=True)
class Arping:
    macs: set[str]
    times: list[float]
    status: int
    text: str

    @property
    def answered(self) -> bool:
        return bool(self.times)


def read_arping(done: subprocess.CompletedProcess) -> Arping:
    replies = ARPING_REPLY.findall(done.stdout)
    return Arping(
        macs={mac.lower() for _, mac, _ in replies},
        times=[float(ms) for _, _, ms in replies],
        status=done.returncode,
        text=done.stdout,
    )


class Talker:
    """What a machine can say, for tests."""

    namespace: Namespace
    interface: str
    address: str
    mac: str

    def who_has(self, address: str, wait: float = 0.2) -> set[str]:
        """Who answers one ARP request: quicker than arping, which waits for whole seconds."""
        answers = self.ask(arp_request(self, address), wait)
        return {arp_answer(frame, address) for frame in answers} - {""}

    def arping(self, address: str, *options: str, count: int = 1, wait: int = 1) -> Arping:
        argv = ("arping", "-I", self.interface, "-c", count, "-w", wait, *options, address)
        done = self.namespace.run(*argv, check=False)
        if done.returncode not in (0, 1):
            raise CommandFailed(done)
        return read_arping(done)

    def arping_in_background(self, address: str, seconds: float, interval: float = 0.02) -> RequestStream:
        return RequestStream(self, address, seconds, interval)

    def neighbour(self, address: str) -> str:
        """The MAC that this machine's kernel has for the address."""
        shown = self.namespace.ip("neigh", "show", address, "dev", self.interface).split()
        return shown[shown.index("lladdr") + 1] if "lladdr" in shown else ""

    def forget(self, address: str = "") -> None:
        self.namespace.ip("neigh", "flush", "all")

    def connect(self, address: str, port: int, timeout: float = 5) -> socket.socket:
        link = self.namespace.socket(family_of(address), socket.SOCK_STREAM)
        link.settimeout(timeout)
        try:
            link.connect(self._place(address, port))
        except BaseException:
            link.close()
            raise
        return link

    def connect_and_reset(self, address: str, port: int, timeout: float = 20) -> float:
        """
        When it was connected. A host that is sent to sleep in the middle of an end would go on asking for its peer, as none
        does that sleeps: a reset has no answer.
        """
        with self.connect(address, port, timeout) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return time.monotonic()

    def _place(self, address: str, port: int) -> tuple:
        """Of "fe80::1%eth0", too, by this machine's number of the interface."""
        bare, _, interface = address.partition("%")
        if not interface:
            return bare, port
        with self.namespace.entered():
            return bare, port, 0, socket.if_nametoindex(interface)

    def send_udp(self, address: str, port: int, data: bytes = b"hello") -> None:
        with self.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.sendto(data, (address, port))

    def ping(self, address: str, wait: float = 0.5) -> bool:
        echo = struct.pack("!BBHHH", ICMP_ECHO, 0, 0, PING_ID, 1)
        echo = struct.pack("!BBHHH", ICMP_ECHO, 0, checksum(echo), PING_ID, 1)
        with self.namespace.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            raw.sendto(echo, (address, 0))
            return any(packet[20:21] == b"\0" and packet[24:26] == echo[4:6] for packet in _replies(raw, wait))

    def send(self, *frames: object) -> None:
        """Frames as they are, such as scapy's."""
        with self.namespace.packet_socket(self.interface) as raw:
            for frame in frames:
                raw.send(bytes(frame))

    def ask(self, frame: object, wait: float = 0.5) -> list[bytes]:
        """The frames that come in after this one went out."""
        with self.namespace.packet_socket(self.interface) as raw:
            raw.send(bytes(frame))
            return list(_incoming(raw, time.monotonic() + wait))


def ndisc6(machine: Talker, address: str) -> str:
    """The MAC that a Neighbor Advertisement tells, or ""."""
    argv = ("ndisc6", "-1", "-q", "-r", 1, "-w", 500, address, machine.interface)
    return machine.namespace.run(*argv, check=False).stdout.strip().lower()


def keep_looking(machine: Talker, addresses: list[str], path: Path) -> Callable[[], set[str]]:
    """The machine asks for one after the other, until it ends. The MACs that it was told so far."""
    each = f'while :; do for address; do ndisc6 -1 -q -r 1 -w 50 "$address" {machine.interface}; done; done'
    with path.open("w") as found:
        machine.namespace.start("sh", "-c", each, "sh", *addresses, stdout=found)
    return lambda: set(path.read_text().lower().split())


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def checksum(octets: bytes) -> int:
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def _replies(raw: socket.socket, wait: float) -> Iterator[bytes]:
    """Packets until nothing came for so long."""
    while select.select([raw], [], [], wait)[0]:
        yield raw.recv(2048)


def arp_request(machine: Talker, address: str) -> bytes:
    own, wanted = socket.inet_aton(machine.address), socket.inet_aton(address)
    mac = bytes.fromhex(machine.mac.replace(":", ""))
    return b"\xff" * 6 + mac + ARP_REQUEST_HEAD + mac + own + bytes(6) + wanted


def arp_answer(frame: bytes, address: str) -> str:
    """The MAC that this frame says the address is at, or ""."""
    if frame[12:14] != b"\x08\x06" or frame[20:22] != b"\x00\x02" or frame[28:32] != socket.inet_aton(address):
        return ""
    return frame[22:28].hex(":")


class RequestStream(threading.Thread):
    """ARP requests at short intervals, and how many of them nobody answered."""

    def __init__(self, machine: Talker, address: str, seconds: float, interval: float):
        super().__init__(name="requests", daemon=True)
        self.machine, self.address = machine, address
        self.count, self.interval, self.answered = int(seconds / interval), interval, 0
        self.start()

    def run(self) -> None:
        request = arp_request(self.machine, self.address)
        with self.machine.namespace.packet_socket(self.machine.interface) as raw:
            for _ in range(self.count):
                raw.send(request)
                frames = list(_incoming(raw, time.monotonic() + self.interval))
                self.answered += any(arp_answer(frame, self.address) for frame in frames)

    def lost(self) -> int:
        self.join()
        return self.count - self.answered


def _incoming(raw: socket.socket, until: float) -> Iterator[bytes]:
    raw.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    while (left := until - time.monotonic()) > 0 and select.select([raw], [], [], left)[0]:
        frame, notes, _, origin = raw.recvmsg(2048, socket.CMSG_SPACE(AUXDATA.size))
        if origin[2] != socket.PACKET_OUTGOING:
            yield _with_tag(frame, notes)


def _with_tag(frame: bytes, notes: list) -> bytes:
    """The kernel takes the outer VLAN tag out of a frame and tells of it beside."""
    for _, _, data in notes:
        status, _, _, _, _, tag, ethertype = AUXDATA.unpack(data)
        if status & TP_STATUS_VLAN_VALID:
            return frame[:12] + struct.pack("!HH", ethertype, tag) + frame[12:]
    return frame


class EchoServer:
    """Sends back what it is sent, on one TCP port of a machine."""

    def __init__(self, machine: Talker, port: int, address: str = ""):
        self.listener = machine.namespace.socket(family_of(address), socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address or machine.address, port))
        self.listener.listen()
        threading.Thread(target=self._serve, name="echo", daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self.listener.accept()
                threading.Thread(target=self._echo, args=(link,), name="echo", daemon=True).start()

    @staticmethod
    def _echo(link: socket.socket) -> None:
        with link, contextlib.suppress(OSError):
            while data := link.recv(4096):
                link.sendall(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@dataclass
class Capture:
    """tcpdump writes what passes an interface; tshark tells what it was."""

    namespace: Namespace
    interface: str
    path: Path
    expression: str = ""
    process: subprocess.Popen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        argv = ["tcpdump", "-i", self.interface, "-U", "-n", "-Z", "root", "--immediate-mode", "-w", self.path]
        notes = self.path.with_suffix(".txt")
        with notes.open("w") as out:
            self.process = self.namespace.start(*argv, *self.expression.split(), stderr=out, stdout=out)
        wait_for(f"tcpdump on {self.interface}", lambda: "listening on" in notes.read_text())

    def stop(self) -> Capture:
        if self.process and self.process.poll() is None:
            time.sleep(0.05)
            self.process.send_signal(signal.SIGINT)
            self.process.wait(5)
        return self

    def fields(self, display_filter: str, *names: str) -> list[tuple[str, ...]]:
        """tshark's fields of the frames that its filter takes."""
        self.stop()
        wanted = [part for name in names for part in ("-e", name)]
        argv = ("tshark", "-r", self.path, "-Y", display_filter, "-T", "fields", "-E", "separator=|", *wanted)
        return [tuple(line.split("|")) for line in run(*argv).stdout.splitlines()]

    def lines(self, display_filter: str) -> list[str]:
        """tshark's own words for the frames that its filter takes."""
        self.stop()
        return run("tshark", "-r", self.path, "-Y", display_filter).stdout.splitlines()

    def frames(self) -> list[bytes]:
        self.stop()
        from scapy.utils import RawPcapReader

        reader = RawPcapReader(str(self.path))
        try:
            return [frame for frame, _ in reader]
        finally:
            reader.close()
