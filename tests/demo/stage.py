# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's output: lines with time and speaker, checks, tables. Colours only on a terminal."""

from __future__ import annotations

import os
import sys
import threading
import time

WIDTH = 80
INDENT = 15
BOLD, DIM, RED = "1", "2", "31"
ACTORS = {"peer": "36", "host": "34", "card": "34", "proxy": "32", "server": "33", "tshark": "35"}
SUMMARY = "  "


def wrap(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


class Stage:
    def __init__(self, hurry: bool = False):
        self.hurry = hurry
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.began = time.monotonic()
        self.failures: list[str] = []
        self._lock = threading.Lock()

    def paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour and code else text

    def line(self, text: str = "") -> None:
        with self._lock:
            print(text, flush=True)

    def heading(self, text: str) -> None:
        self.pause(0.8)
        self.line(self.paint(BOLD, text))

    def say(self, actor: str, text: str, ok: bool = True) -> None:
        first, *rest = wrap(text, WIDTH - INDENT)
        stamp = self.paint(DIM, f"{time.monotonic() - self.began:6.2f}")
        name = self.paint(ACTORS.get(actor, ""), f"{actor:<6}")
        body = [first, *(" " * INDENT + line for line in rest)]
        if not ok:
            body = [self.paint(RED, part) for part in body]
        self.line("\n".join([f"{stamp}  {name} {body[0]}", *body[1:]]))

    def expect(self, happened: object, actor: str, text: str, otherwise: str) -> None:
        if happened:
            self.say(actor, text)
            return
        self.failures.append(otherwise)
        self.say(actor, f"NOT AS EXPECTED: {otherwise}", ok=False)

    def pause(self, seconds: float) -> None:
        """For the reader, not for the proxy."""
        if not self.hurry:
            time.sleep(seconds)

    def table(self, title: str, rows: list[tuple[str, str, str]]) -> None:
        self.line(self.paint(BOLD, title))
        for label, value, note in rows:
            number, unit = value.split()
            self.line(f"{SUMMARY}{label:<32}{number:>8} {unit:<2}   {self.paint(DIM, note)}".rstrip())

    def columns(self, title: str, cells: list[tuple[str, int]], across: int = 3) -> None:
        self.line(self.paint(BOLD, title))
        for start in range(0, len(cells), across):
            row = (f"{name:<19}{count:>4}" for name, count in cells[start : start + across])
            self.line(SUMMARY + "   ".join(row))
