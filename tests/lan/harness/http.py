# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of the daemon's HTTP, by raw sockets in the proxy's namespace: what it sends is what the test says."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from dataclasses import dataclass

from .daemon import Daemon
from .netns import wait_for

PORT = 9464
LISTEN = f'"127.0.0.1:{PORT}"'


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


def parse(octets: bytes) -> Answer:
    head, _, body = octets.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body)


class Http:
    def __init__(self, daemon: Daemon, address: str = "127.0.0.1", port: int = PORT):
        self.daemon, self.address, self.port = daemon, address, port

    def connect(self, timeout: float = 10, room: int = 0) -> socket.socket:
        """`room`: octets that its kernel takes without it."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with self.daemon.namespace.entered():
            link = socket.socket(family)
        link.settimeout(timeout)
        if room:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        link.connect((self.address, self.port))
        return link

    def raw(self, octets: bytes) -> bytes:
        """All that it says to that until it closes the connection."""
        with self.connect() as link:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                link.sendall(octets)
            said = b""
            with contextlib.suppress(ConnectionResetError):
                while more := link.recv(65536):
                    said += more
        return said

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        host = f"[{self.address}]" if ":" in self.address else self.address
        values = {"Host": f"{host}:{self.port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if body or method == "POST":
            values["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in values.items() if value)]
        return parse(self.raw("\r\n".join([*lines, "", ""]).encode() + body))

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def post(self, path: str, token: str = "", body: bytes = b"", **headers: str) -> Answer:
        given = {"Authorization": f"Bearer {token}"} if token else {}
        return self.request("POST", path, body, **given, **headers)

    def follow(self) -> Stream:
        stream = Stream(self)
        self.daemon.lan.closing.callback(stream.close)
        return stream


class Stream:
    """/api/events, read as it comes."""

    def __init__(self, http: Http):
        self.link = http.connect(timeout=60)
        self.link.sendall(f"GET /api/events HTTP/1.0\r\nHost: {http.address}\r\n\r\n".encode())
        self.lines: list[str] = []
        threading.Thread(target=self._read, name="stream", daemon=True).start()
        wait_for("the stream begins", lambda: any(line.startswith("retry:") for line in self.lines))

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            for line in self.link.makefile():
                self.lines.append(line.rstrip("\r\n"))

    @property
    def events(self) -> list[dict]:
        return [json.loads(line[6:]) for line in list(self.lines) if line.startswith("data: ")]

    def wait(self, kind: str, host: str = "host", timeout: float = 5) -> dict:
        def seen() -> dict | None:
            return next((each for each in self.events if each["event"] == kind and each["host"] == host), None)

        return wait_for(f"event {kind} of {host}", seen, timeout)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.link.shutdown(socket.SHUT_RDWR)
        self.link.close()
