# SPDX-License-Identifier: GPL-2.0-or-later
"""A port of one loopback, the machine's or a namespace's, that leads to the port of another's."""

from __future__ import annotations

import contextlib
import socket
import threading

from .netns import Namespace

LOOPBACK = "127.0.0.1"


class Relay:
    def __init__(self, namespace: Namespace, port: int, listen: int = 0, within: Namespace | None = None):
        """From the port `listen`, or any that is free, of the namespace `within`, or of the machine, to `port` of `namespace`."""
        self.namespace, self.target = namespace, port
        with within.entered() if within else contextlib.nullcontext():
            self.listener = socket.create_server((LOOPBACK, listen))
        self.port: int = self.listener.getsockname()[1]
        self.ends: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                self._join(self.listener.accept()[0])

    def _join(self, outer: socket.socket) -> None:
        inner = self.namespace.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            inner.connect((LOOPBACK, self.target))
        except OSError:
            outer.close()
            inner.close()
            return
        self.ends |= {outer, inner}
        threading.Thread(target=self._serve, args=(outer, inner), name="relay", daemon=True).start()

    def _serve(self, outer: socket.socket, inner: socket.socket) -> None:
        back = threading.Thread(target=self._carry, args=(inner, outer), name="relay", daemon=True)
        back.start()
        self._carry(outer, inner)
        back.join()
        self.ends -= {outer, inner}
        outer.close()
        inner.close()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                target.sendall(octets)
        self._end(source, target)  # the other direction ends with this one

    @staticmethod
    def _end(*ends: socket.socket) -> None:
        for each in ends:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """With what it has joined: a browser would use a connection that is idle for its next request."""
        self._end(self.listener, *self.ends)
        self.listener.close()
