# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces: made, entered and removed. Sockets and processes keep the namespace in which they were made."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 0x0003
_libc = ctypes.CDLL(None, use_errno=True)


class CommandFailed(RuntimeError):
    def __init__(self, done: subprocess.CompletedProcess):
        super().__init__(f"{' '.join(done.args)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")


def run(*argv: object, check: bool = True, timeout: float = 20, **options) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [str(arg) for arg in argv], capture_output=True, text=True, timeout=timeout, **options
    )
    if check and done.returncode != 0:
        raise CommandFailed(done)
    return done


def end(process: subprocess.Popen, patience: float = 3) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def _stat(pid: int) -> list[str]:
    """What proc(5) tells of a process, from its state on."""
    with contextlib.suppress(OSError):
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return ["X", "0"]


def freeze(pid: int) -> list[int]:
    """A process and all that it started, stopped: parents first, so that who has been looked for starts no more."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    wait_for(f"process {pid} stops", lambda: _stat(pid)[0] in "TtZX")
    others = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid, *(each for child in others if int(_stat(child)[1]) == pid for each in freeze(child))]


def signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_for(what: str, condition: Callable[[], object], timeout: float = 5, interval: float = 0.02) -> object:
    """The condition's first true value."""
    until = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(interval)


def never(what: str, condition: Callable[[], object], during: float, interval: float = 0.02) -> None:
    until = time.monotonic() + during
    while time.monotonic() < until:
        value = condition()
        assert not value, f"{what}: {value}"
        time.sleep(interval)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    def __init__(self, name: str):
        self.name = name
        self.path = Path("/run/netns") / name
        self.processes: list[subprocess.Popen] = []
        run("ip", "netns", "add", name)
        with self.entered():
            Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1")
            Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
            Path("/proc/sys/net/ipv4/ip_forward").write_text("0")  # which it has from a machine with containers
        self.ip("link", "set", "lo", "up")

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in the namespace, so what it opens belongs there."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(self.path, os.O_RDONLY)
        try:
            _setns(there)
            yield
        finally:
            _setns(home)
            os.close(there)
            os.close(home)

    def ip(self, *argv: object) -> str:
        return run("ip", "-n", self.name, *argv).stdout

    def command(self, *argv: object) -> list[str]:
        return ["nsenter", f"--net={self.path}", *(str(arg) for arg in argv)]

    def run(self, *argv: object, **options) -> subprocess.CompletedProcess:
        return run(*self.command(*argv), **options)

    def start(self, *argv: object, **options) -> subprocess.Popen:
        """A process of this namespace; it ends with it, and with us."""
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.command(*argv)], **options)
        self.processes.append(process)
        return process

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        with self.entered():
            return socket.socket(family, kind, protocol)

    def packet_socket(self, interface: str) -> socket.socket:
        raw = self.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind((interface, ETH_P_ALL))
        return raw

    def close(self) -> None:
        for process in self.processes:
            end(process)
        run("ip", "netns", "del", self.name, check=False)
