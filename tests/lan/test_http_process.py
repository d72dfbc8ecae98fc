# SPDX-License-Identifier: GPL-2.0-or-later
"""The process that speaks HTTP has no rights; whatever becomes of it, the daemon serves on, and another one follows."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from harness.daemon import config_text
from harness.http import LISTEN, PORT, Http
from harness.lan import SANITIZED
from harness.netns import wait_for

HANG = 10.5  # s, more than loader/http/http_process.c allows
SYS_PIDFD_GETFD = 438


def children_of(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def name_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def process_of(daemon, other_than: int = 0) -> int:
    def found() -> int | None:
        supervisors = children_of(daemon.process.pid)
        return next((pid for each in supervisors for pid in children_of(each) if name_of(pid) == "proxy-http" and pid != other_than), None)

    return wait_for("a process for HTTP", found)


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


@pytest.fixture
def served(asleep):
    served = Http(asleep(http=LISTEN))
    assert served.get("/api/hosts").status == 200
    return served


def test_it_has_no_rights(served):
    status = status_of(process_of(served.daemon))
    assert {int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd")} == {0}
    assert status["NoNewPrivs"] == "1"
    assert SANITIZED or status["Seccomp"] == "2"


def test_it_has_no_more_open_than_it_needs(served):
    """No map, no packet socket, no file."""
    links = [os.readlink(link) for link in Path(f"/proc/{process_of(served.daemon)}/fd").iterdir() if int(link.name) > 2]
    kinds = {link if link.startswith("anon_inode:") else link.split(":")[0] for link in links}
    assert kinds == {"socket", "pipe", "anon_inode:[eventpoll]"}


def test_it_may_ask_for_no_more_than_http_serves(served):
    """Whoever takes it over has its connection to the daemon, and no other."""
    pid = process_of(served.daemon)
    for descriptor in (int(link.name) for link in Path(f"/proc/{pid}/fd").iterdir() if int(link.name) > 2):
        said = ask_by(pid, descriptor, {"command": "host-remove", "name": "host"})
        if said:
            break
    assert said["ok"] is False and "not for clients of HTTP" in said["error"]
    assert served.daemon.status_of() == "asleep"


def ask_by(pid: int, descriptor: int, request: dict) -> dict | None:
    """By a copy of its descriptor, while it is stopped."""
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGSTOP)
    try:
        copy = ctypes.CDLL(None).syscall(SYS_PIDFD_GETFD, handle, descriptor, 0)
        if not os.readlink(f"/proc/self/fd/{copy}").startswith("socket:"):
            os.close(copy)
            return None
        with contextlib.suppress(OSError, ValueError), socket.socket(fileno=copy) as link:
            if (link.family, link.type) != (socket.AF_UNIX, socket.SOCK_STREAM):
                return None
            link.settimeout(1)
            link.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(link.makefile().readline())
        return None
    finally:
        os.kill(pid, signal.SIGCONT)
        os.close(handle)


def test_one_that_is_killed_is_replaced(lan, served):
    pid = process_of(served.daemon)
    os.kill(pid, signal.SIGKILL)
    process_of(served.daemon, pid)
    assert served.get("/api/hosts").status == 200
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert served.daemon.log.count("speaks HTTP ended (signal 9) and is started again") == 1


def test_a_daemon_with_one_that_hangs_serves_on(lan, served):
    stream = served.follow()
    pid = process_of(served.daemon)
    os.kill(pid, signal.SIGSTOP)
    for _ in range(3):
        served.daemon.wake()
        served.daemon.wait_state("awake")
        served.daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    os.kill(pid, signal.SIGCONT)
    assert served.get("/api/hosts").status == 200
    wait_for("what happened meanwhile is told", lambda: [e["event"] for e in stream.events].count("waking") == 3)


def test_one_whose_loop_hangs_is_replaced(served):
    """Its alarm, which a stopped process takes when it goes on, ends it."""
    pid = process_of(served.daemon)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(HANG)
    os.kill(pid, signal.SIGCONT)
    process_of(served.daemon, pid)
    assert served.get("/api/hosts").status == 200
    assert f"ended (signal {signal.SIGALRM.value})" in served.daemon.log


def test_without_its_supervisor_the_daemon_serves_on(lan, served):
    [supervisor] = [each for each in children_of(served.daemon.process.pid) if process_of(served.daemon) in children_of(each)]
    os.kill(supervisor, signal.SIGKILL)
    wait_for("it is told", lambda: "no HTTP until the next start" in served.daemon.log)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert served.daemon.ctl("status")["serving"]


def test_a_restart_is_survived(served):
    """Also one after a crash, with the port still in use for a moment."""
    for end in (served.daemon.kill, served.daemon.stop):
        end()
        served.daemon.start()
        assert served.get("/api/hosts").json["hosts"][0]["state"] == "asleep"


def test_a_port_in_use_is_told(lan, prepare, known):
    daemon = prepare(known(), http=LISTEN)
    with lan.proxy.namespace.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.bind(("127.0.0.1", PORT))
        other.listen()
        daemon.spawn()
        wait_for("the end", lambda: not daemon.running)
    assert daemon.process.returncode == 1 and f"http://127.0.0.1:{PORT}/: Address already in use" in daemon.log


def test_an_address_may_come_later(lan, start, known):
    served = Http(start(known(), http='"192.0.2.99:80"'), "192.0.2.99", 80)
    assert "other machines can read there" in served.daemon.log
    lan.proxy.namespace.ip("addr", "add", "192.0.2.99/24", "dev", "eth0")
    assert served.get("/api/hosts").status == 200


def test_a_client_with_a_link_local_address(lan, start, known):
    """Its scope is no name for a process that may not ask for it."""
    there = lan.proxy.use_ipv6("fd00::2")
    lan.peer.use_ipv6()
    for machine in (lan.proxy, lan.peer):
        wait_for("its address", lambda machine=machine: "tentative" not in machine.namespace.ip("-6", "addr"))
    served = Http(start(known(), http='"[::]:80"'))
    with lan.peer.namespace.entered():
        link = socket.socket(socket.AF_INET6)
        link.settimeout(5)
        link.connect((there, 80, 0, socket.if_nametoindex("eth0")))
    link.sendall(b"GET /api/status HTTP/1.1\r\nHost: [fd00::2]\r\n\r\n")
    assert link.recv(65536).startswith(b"HTTP/1.1 200 OK")
    link.close()
    assert "is started again" not in served.daemon.log


def test_a_reload_says_that_a_start_is_needed(served, known):
    served.daemon.configure(config_text(known(), http='"127.0.0.1:9999"'))
    served.daemon.ctl("reload")
    assert "http and http-token-file take effect at the next start" in served.daemon.log
    assert served.get("/api/hosts").status == 200
