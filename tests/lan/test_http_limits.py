# SPDX-License-Identifier: GPL-2.0-or-later
"""Slow, huge, many and hostile clients: the others are served, and so are the sleepers."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from harness.http import LISTEN, Http, parse
from harness.netns import wait_for

EVENTS = 4000
MANY = 230  # more than there may be connections, and no more than can wait for one
HEAD = b"GET /api/hosts HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def served(lan, asleep):
    served = Http(asleep(http=LISTEN))
    yield served
    assert served.get("/api/hosts").status == 200
    assert "is started again" not in served.daemon.log
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}


@pytest.fixture
def hold(served):
    """Clients that have sent something, and stay."""
    with contextlib.ExitStack() as held:
        yield lambda count, octets=b"": [held.enter_context(_sent(served, octets)) for _ in range(count)]


def _sent(served: Http, octets: bytes) -> socket.socket:
    link = served.connect(timeout=40)
    link.sendall(octets)
    return link


def is_over(link: socket.socket) -> bool:
    link.settimeout(0.1)
    with contextlib.suppress(TimeoutError):
        try:
            return not link.recv(65536)
        except ConnectionResetError:
            return True
    return False


@pytest.mark.parametrize("octets", [b"GET /", HEAD], ids=["a part of a line", "no end of the head"])
def test_many_who_do_not_end_their_requests_keep_nobody_out(served, hold, octets):
    threading.Thread(target=_trickle, args=hold(MANY, octets), daemon=True).start()
    assert served.get("/api/hosts").status == 200


def test_many_who_say_nothing_keep_nobody_out(served, hold):
    hold(MANY)
    assert served.get("/api/hosts").status == 200


def test_one_who_never_ends_is_let_go(served, hold):
    [slow, other] = hold(2, b"GET /")
    sender = threading.Thread(target=_trickle, args=(other,), daemon=True)
    sender.start()
    wait_for("the silent one is let go", lambda: is_over(slow), timeout=20)
    wait_for("so is one who sends an octet now and then", lambda: is_over(other), timeout=40)


def _trickle(*links: socket.socket) -> None:
    """So that none of them is idle; as a part of a header's name it never ends one."""
    left = set(links)
    while left:
        for link in tuple(left):
            try:
                link.send(b"x", socket.MSG_DONTWAIT)
            except OSError:
                left.remove(link)
        time.sleep(0.5)


def test_requests_of_no_size_are_refused(served):
    assert 400 <= parse(served.raw(HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n")).status < 500
    assert 400 <= parse(served.raw(HEAD + b"X: y\r\n" * 10_000 + b"\r\n")).status < 500
    assert 400 <= served.get("/" + "x" * 100_000).status < 500
    assert served.get("/api/hosts/" + "x" * 5000).status == 404
    assert served.post("/api/hosts/host/wake", "x", b"x" * 100_000).status == 413
    endless = b"POST /api/hosts/host/wake HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n"
    assert parse(served.raw(endless + b"x" * 100_000)).status == 413


def test_nonsense_is_refused(served):
    for octets in [
        b"\r\n\r\n\r\n", b"\0" * 1000, b"\xff" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET http:// HTTP/1.1\r\n\r\n",
        b"GET //[ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /%00%zz%2e%2e HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500,
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", HEAD + b": x\r\n\r\n", HEAD + b" folded\r\n\r\n",
    ]:  # fmt: skip
        with served.connect() as link:
            link.sendall(octets)
            link.shutdown(socket.SHUT_WR)
            said = b""
            with contextlib.suppress(ConnectionResetError):
                while more := link.recv(65536):
                    said += more
        assert not said or parse(said).status < 500


def test_many_follow_the_events(lan, served, hold):
    streams = hold(60, b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    served.daemon.wake()
    for stream in streams:
        said = b""
        while b'"waking"' not in said:
            said += (more := stream.recv(65536))
            assert more
    served.daemon.wait_state("awake")
    served.daemon.take_over(lan.host)


def test_too_many_are_told_so(served, hold):
    hold(64, b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    refused = served.get("/api/events")
    assert refused.status == 503 and "retry-after" in refused.headers
    assert served.get("/api/hosts").status == 200


def test_a_stream_that_is_not_read_is_let_go(lan, served):
    """While others are sent each event."""
    with served.connect(timeout=20, room=4096) as deaf:
        deaf.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream = served.follow()
        for _ in range(EVENTS // 2):
            served.daemon.ask("host-add", name="x" * 60, mac="02:00:00:00:00:70", addresses=[])
            served.daemon.ask("host-remove", name="x" * 60)
        wait_for("all events", lambda: len(stream.events) == EVENTS, timeout=20)
        said = b""
        while said.count(b"data: ") < EVENTS and (more := deaf.recv(65536)):
            said += more
    assert said.count(b"data: ") < EVENTS


def test_a_client_that_leaves_before_its_answer(served):
    for _ in range(200):
        with served.connect() as link:
            link.sendall(HEAD + b"\r\n")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_requests_in_a_row_get_one_answer(served):
    said = served.raw((HEAD + b"\r\n") * 50)
    assert said.count(b"HTTP/1.1 200 OK") == 1
