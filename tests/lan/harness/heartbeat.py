# SPDX-License-Identifier: GPL-2.0-or-later
"""How late the daemon's heartbeat is: the answers end when it is later than heartbeat-timeout, which may be 3 s."""

from __future__ import annotations

import ctypes
import os
import struct
import threading
import time
from pathlib import Path

LATENESS = 2.0
OBJ_GET, MAP_LOOKUP_ELEM = 7, 1
BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]

_libc = ctypes.CDLL(None, use_errno=True)


def _bpf(command: int, attributes: bytes) -> int:
    done = _libc.syscall(BPF, command, attributes, len(attributes))
    if done < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return done


class Heartbeat:
    """Looks at a daemon's map, many times a second, while it is entered: `worst` is the greatest age seen, in s."""

    def __init__(self, pins: Path):
        path = ctypes.create_string_buffer(str(pins / "heartbeat").encode())
        self.map = _bpf(OBJ_GET, struct.pack("=QII", ctypes.addressof(path), 0, 0))
        self.worst = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def age(self) -> float:
        key, value = ctypes.create_string_buffer(4), ctypes.create_string_buffer(16)
        place = struct.pack("=IIQQQ", self.map, 0, ctypes.addressof(key), ctypes.addressof(value), 0)
        _bpf(MAP_LOOKUP_ELEM, place)
        [last] = struct.unpack_from("=Q", value.raw)
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9 - last / 1e9

    def _look(self) -> None:
        while not self.ended.wait(0.02):
            self.worst = max(self.worst, self.age())

    def __enter__(self) -> Heartbeat:
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()
        os.close(self.map)
