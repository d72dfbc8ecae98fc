# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a pseudo-terminal, and what a person would see there (pyte)."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import threading

import pyte

from .netns import end, wait_for


class Terminal:
    UP, DOWN, END, HOME = "\033[A", "\033[B", "\033[F", "\033[H"

    def __init__(self, *argv: object, rows: int = 24, columns: int = 80, **env: str):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.lock = threading.Lock()
        self.written = b""
        self.ours, theirs = pty.openpty()
        self._set_size(rows, columns)
        self.before = termios.tcgetattr(theirs)
        self.process = subprocess.Popen(
            [str(each) for each in argv], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), env=os.environ | {"TERM": "xterm"} | env,
        )  # fmt: skip
        self.theirs = theirs  # kept open, so that its settings can be read afterwards
        threading.Thread(target=self._read, name="terminal", daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                octets = os.read(self.ours, 65536)
            except OSError:
                return
            with self.lock:
                self.written += octets
                self.stream.feed(octets)

    def _set_size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows: int, columns: int) -> None:
        with self.lock:
            self.screen.resize(rows, columns)
            self.screen.erase_in_display(2)
        self._set_size(rows, columns)

    def type(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    @property
    def lines(self) -> list[str]:
        with self.lock:
            return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line_of(self, word: str) -> str:
        """The first line with it, after the title."""
        return next((line for line in self.lines[1:] if word in line), "")

    def colours_of(self, word: str) -> set[str]:
        """Of the word where it is first, below the title."""
        with self.lock:
            for row, line in enumerate(self.screen.display):
                at = line.find(word)
                if row and at >= 0:
                    return {self.screen.buffer[row][column].fg for column in range(at, at + len(word))}
        return set()

    def wait(self, what: str, condition, timeout: float = 5):
        try:
            return wait_for(what, condition, timeout)
        except AssertionError:
            raise AssertionError(f"not within {timeout} s: {what}, but:\n{self.text}") from None

    def wait_text(self, text: str, timeout: float = 5) -> None:
        self.wait(f"'{text}'", lambda: text in self.text, timeout)

    def wait_end(self, timeout: float = 5) -> int:
        return self.process.wait(timeout)

    @property
    def is_restored(self) -> bool:
        """The settings are as before, the cursor is visible, and the other screen was left."""
        left = self.written.rfind(b"\033[?1049l") > self.written.rfind(b"\033[?1049h") >= 0
        cursor = self.written.rfind(b"\033[?25h") > self.written.rfind(b"\033[?25l") >= 0
        return left and cursor and termios.tcgetattr(self.theirs) == self.before

    def close(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        end(self.process)
        os.close(self.theirs)
        os.close(self.ours)
