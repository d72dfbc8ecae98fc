# SPDX-License-Identifier: GPL-2.0-or-later
"""The network card of a host that sleeps: deaf and mute, but for Magic Packets that name it."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass

from .netns import Namespace

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_WAKE = 0x0842
PROTOCOL_UDP = 17


@dataclass(frozen=True)
class Magic:
    at: float
    ethertype: int
    destination: str
    frame: bytes


def magic_payload(frame: bytes) -> bytes | None:
    """Where a card looks for the pattern: behind UDP, or behind EtherType 0x0842."""
    ethertype = int.from_bytes(frame[12:14], "big")
    if ethertype == ETHERTYPE_WAKE:
        return frame[14:]
    if ethertype != ETHERTYPE_IPV4 or len(frame) < 34 or frame[23] != PROTOCOL_UDP:
        return None
    udp = 14 + (frame[14] & 15) * 4
    length = struct.unpack("!H", frame[udp + 4 : udp + 6])[0]
    return frame[udp + 8 : udp + length]


class Nic:
    def __init__(self, card: Namespace, mac: str, secureon: bytes = b"", resume_delay: float = 0.2):
        self.card, self.mac, self.secureon = card, bytes.fromhex(mac.replace(":", "")), secureon
        self.resume_delay = resume_delay
        self.broken = False
        self.asleep = False
        self.slept_at = self.woken_at = 0.0
        self.magic: list[Magic] = []
        self._resume_at: float | None = None
        self._stop_read, self._stop_write = os.pipe()
        self._socket = card.packet_socket("wire")
        self._thread = threading.Thread(target=self._watch, name="nic", daemon=True)
        self._thread.start()

    @property
    def wakes_at(self) -> float:
        """When it begins to be up, by the first Magic Packet since it fell asleep."""
        return next(magic.at for magic in self.magic if magic.at > self.slept_at) + self.resume_delay

    def sleep(self) -> None:
        self.card.ip("link", "set", "core", "down")
        self.slept_at = time.monotonic()
        self.asleep = True

    def resume(self) -> None:
        self._resume_at = None
        self.card.ip("link", "set", "core", "up")
        self.asleep = False
        self.woken_at = time.monotonic()

    def is_magic(self, frame: bytes) -> bool:
        payload = magic_payload(frame)
        pattern = b"\xff" * 6 + self.mac * 16 + self.secureon
        return payload is not None and pattern in payload

    def _watch(self) -> None:
        while True:
            left = None if self._resume_at is None else max(0.0, self._resume_at - time.monotonic())
            ready, _, _ = select.select([self._socket, self._stop_read], [], [], left)
            if self._stop_read in ready:
                return
            if self._socket in ready:
                self._hear(*self._socket.recvfrom(2048))
            if self._resume_at is not None and time.monotonic() >= self._resume_at:
                self.resume()

    def _hear(self, frame: bytes, origin: tuple) -> None:
        if origin[2] == socket.PACKET_OUTGOING or not self.is_magic(frame):
            return
        ethertype = int.from_bytes(frame[12:14], "big")
        self.magic.append(Magic(time.monotonic(), ethertype, frame[:6].hex(":"), frame))
        if self.asleep and not self.broken and self._resume_at is None:
            self._resume_at = time.monotonic() + self.resume_delay

    def close(self) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join()
        self._socket.close()
        os.close(self._stop_read)
        os.close(self._stop_write)
