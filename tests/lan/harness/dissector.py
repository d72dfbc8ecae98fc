# SPDX-License-Identifier: GPL-2.0-or-later
"""
What tshark shows of the Network Proxy Protocol by packaging/wireshark/npp.lua, and messages for it: put together octet
by octet after docs/npp.md, by none of the proxy's code.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scapy.utils import PcapWriter

from .frames import IP, Dot1Q, Ether
from .netns import run

SCRIPT = Path(__file__).resolve().parents[3] / "packaging/wireshark/npp.lua"
DLT_EN10MB, ICMP_TYPE = 1, 253
SOLICITATION, ADVERTISEMENT, REQUEST, CONFIRM, REPORT, WAKEUP_CONFIRM = range(1, 7)
ERROR = 0x800000  # how grave a remark of tshark's is
MAC, HOST, SERVER = "52:54:00:12:34:56", "192.168.1.5", "192.168.1.1"


def octets(*parts: str | bytes) -> bytes:
    """In hexadecimal, or as they are."""
    return b"".join(bytes.fromhex(part) if isinstance(part, str) else part for part in parts)


def option(kind: int, *data: str | bytes) -> bytes:
    return bytes([kind, len(octets(*data))]) + octets(*data)


def request(kind: int, *data: str | bytes) -> bytes:
    return option(3, bytes([kind]), *data)


def checksum(message: bytes) -> bytes:
    """RFC 1071"""
    total = sum(struct.unpack(f"!{(len(message) + 1) // 2}H", message + bytes(len(message) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def sealed(message: bytes) -> bytes:
    message = message[:2] + bytes(2) + message[4:]
    return message[:2] + checksum(message) + message[4:]


def message(subtype: int, *options: bytes, code: int = 0, length: int | None = None, icmp_type: int = ICMP_TYPE) -> bytes:
    said = sum(map(len, options)) if length is None else length
    return sealed(octets(bytes([icmp_type, code]), "0000 1a2b", bytes([subtype, said]), *options))


def ethernet(octets: bytes, tags: tuple[int, ...] = ()) -> bytes:
    """In a frame, with its padding."""
    frame = Ether(src=MAC, dst="ff:ff:ff:ff:ff:ff")
    for tag in tags:
        frame /= Dot1Q(vlan=tag)
    return bytes(frame / IP(src=HOST, dst=SERVER, proto="icmp") / octets).ljust(60, b"\0")


@dataclass
class Seen:
    """What tshark shows of a frame: its fields in their order, and its remarks by their names."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    remarks: dict[str, int] = field(default_factory=dict)

    @property
    def npp(self) -> dict[str, list[str]]:
        return {name[4:]: values for name, values in self.fields.items() if name.startswith("npp.")}

    @property
    def flaws(self) -> set[str]:
        return {name.removeprefix("npp.") for name, severity in self.remarks.items() if severity >= ERROR}


def leaves(node: tuple) -> Iterator[tuple[str, str]]:
    for name, value in node:
        if isinstance(value, tuple):
            yield from leaves(value)
        else:
            yield name, value


def seen(frame: tuple) -> Seen:
    result, remark = Seen(), ""
    for name, value in leaves(frame):
        if name == "_ws.expert.severity":
            result.remarks[remark] = int(value)
        elif not value:
            remark = name
        result.fields.setdefault(name, []).append(value)
    for name in result.remarks:
        del result.fields[name]
    return result


class Tshark:
    """tshark at a home of its own, where nothing is configured or installed."""

    def __init__(self, home: Path):
        self.home, self.script = home, ["-X", f"lua_script:{SCRIPT}"]
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        self.environment |= {"HOME": str(home), "TZ": "JST-9"}

    def run(self, *argv: object) -> str:
        done = run("tshark", *argv, "-n", env=self.environment, errors="replace")
        assert "Lua" not in done.stderr, done.stderr
        return done.stdout

    def read(self, frames: tuple[bytes, ...], *argv: str, on_the_wire: int = 0) -> str:
        path = self.home / "frames.pcap"
        with PcapWriter(str(path), linktype=DLT_EN10MB) as writer:
            writer.write_header(None)
            for frame in frames:
                writer.write_packet(frame, sec=0, usec=0, wirelen=max(len(frame), on_the_wire))
        return self.run("-r", path, *self.script, *argv)

    def dissect(self, *frames: bytes, options: tuple[str, ...] = (), on_the_wire: int = 0) -> list[Seen]:
        """Frames that were captured so far, and may have been longer."""
        shown = self.read(frames, *options, "-T", "json", on_the_wire=on_the_wire)
        assert "Lua Error" not in shown
        found = [seen(frame) for frame in json.loads(shown, object_pairs_hook=tuple)]
        assert len(found) == len(frames)
        return found

    def columns(self, *frames: bytes, options: tuple[str, ...] = ()) -> list[str]:
        """Protocol and Info of each frame."""
        columns = ("-T", "fields", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info", "-E", "separator=/s")
        return self.read(frames, *options, *columns).splitlines()
