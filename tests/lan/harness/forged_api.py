# SPDX-License-Identifier: GPL-2.0-or-later
"""The page as the daemon serves it, and an API that says what a test wants, in the daemon's place."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator

from .http import PORT, Answer
from .netns import Namespace


class Forger(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    page: Answer
    said: dict[str, dict]

    def log_message(self, *_) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self.answer(self.page.body, **self.page.headers)
        elif path == "/api/events":
            self.answer(b"retry: 1000\n\n", content_type="text/event-stream")
            self.wfile.flush()
        else:
            self.answer(json.dumps(self.said[path]).encode(), content_type="application/json")

    def answer(self, body: bytes, **headers: str) -> None:
        stream = headers.get("content_type") == "text/event-stream"
        self.send_response(200)
        for name, value in headers.items():
            if name not in ("content-length", "connection", "date"):
                self.send_header(name.replace("_", "-"), value)
        if not stream:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if stream:
            self.server.done.wait(60)


@contextlib.contextmanager
def forged(namespace: Namespace, page: Answer, said: dict[str, dict]) -> Iterator[None]:
    """`said`: by path."""
    handler = type("Handler", (Forger,), {"page": page, "said": said})
    with namespace.entered():
        server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), handler)
    server.daemon_threads, server.done = True, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.done.set()
    server.shutdown()
    server.server_close()
