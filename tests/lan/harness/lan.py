# SPDX-License-Identifier: GPL-2.0-or-later
"""
The LAN: a switch (a bridge) and the machines on it, each in a namespace of its own.

    peer ────┐
    proxy ───┤ switch ├─── nic ─── host

Between the switch and a host that can sleep stands the host's network card: while the host is asleep the card's link to
the switch stays up, as in life, and nothing passes but the card's own look at the frames, for Magic Packets.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import tempfile
from pathlib import Path

from . import wire
from .netns import Namespace, run, wait_for
from .nic import Nic

HARNESS = Path(__file__).resolve().parent
ROOT = HARNESS.parents[2]
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
SANITIZED = BUILD.name.endswith("-san")
NETWORK = "192.0.2"
PREFIX = 24

_numbers = itertools.count(1)


def mac_of(number: int) -> str:
    return f"02:00:00:00:00:{number:02d}"


def address_of(number: int) -> str:
    return f"{NETWORK}.{number}"


def link_local_of(number: int) -> str:
    """As RFC 4291, A, makes it of the MAC."""
    return f"fe80::ff:fe00:{number}"


class Machine(wire.Talker):
    """A machine with one interface, eth0, whose other end is the switch's port of the machine's name."""

    interface = "eth0"

    def __init__(self, lan: Lan, name: str, number: int, addressed: bool = True):
        self.lan, self.name, self.number = lan, name, number
        self.mac, self.address = mac_of(number), address_of(number)
        self.addressed = addressed
        self.namespace = lan.namespace(name)
        self.plug()

    def plug(self) -> None:
        self.lan.cable(self.lan.switch, self.name, self.namespace, self.interface, self.mac)
        self.lan.port(self.name)
        self.configure()

    def configure(self) -> None:
        if self.addressed:
            self.namespace.ip("addr", "add", f"{self.address}/{PREFIX}", "dev", self.interface)
        self.namespace.ip("link", "set", self.interface, "up")

    def use_ipv6(self, *addresses: str, dad: bool = False) -> str:
        """From here on it has a link-local address, which this gives, and these with the prefix length 64."""
        values = {"disable_ipv6": 0} if dad else {"dad_transmits": 0, "accept_dad": 0, "disable_ipv6": 0}
        with self.namespace.entered():
            for each in ("all", "default", self.interface):
                for name, value in values.items():
                    Path(f"/proc/sys/net/ipv6/conf/{each}/{name}").write_text(str(value))
        for address in addresses:
            self.namespace.ip("-6", "addr", "add", f"{address}/64", "dev", self.interface)
        return link_local_of(self.number)

    def drop_address(self) -> None:
        """From here on its address is somebody else's to give, such as a DHCP server's."""
        self.addressed = False
        self.namespace.ip("addr", "flush", "dev", self.interface)

    def unplug(self) -> None:
        """The interface is gone, from both ends."""
        self.lan.switch.ip("link", "del", self.name)


class Proxy(Machine):
    def plug(self) -> None:
        super().plug()
        self.lan.switch.ip("link", "set", "dev", self.name, "xdpdrv", "obj", self.lan.pass_program, "sec", "xdp")


class Sleeper(Machine):
    """A host that goes silent, and wakes by a Magic Packet alone. Like a real one, it announces nothing on resume."""

    def __init__(
        self, lan: Lan, name: str, number: int, secureon: bytes = b"", resume: float = 0.2, addressed: bool = True
    ):
        self.card = lan.namespace(f"{name}-nic")
        super().__init__(lan, name, number, addressed)
        self.nic = Nic(self.card, mac_of(number), secureon, resume)
        lan.closing.callback(self.nic.close)

    def plug(self) -> None:
        lan, card = self.lan, self.card
        lan.cable(lan.switch, self.name, card, "wire")
        lan.cable(card, "core", self.namespace, self.interface, self.mac)
        card.ip("link", "add", "nic", "type", "bridge", "mcast_snooping", "0")
        for end in ("wire", "core"):
            card.ip("link", "set", end, "master", "nic", "up")
            card.ip("link", "set", end, "type", "bridge_slave", "learning", "off")
        card.ip("link", "set", "nic", "up")
        lan.port(self.name)
        self.configure()

    def sleep(self) -> None:
        self.nic.sleep()

    def resume(self) -> None:
        """Somebody pressed its button. The kernel tells of a carrier when it comes to it: what is sent before is lost."""
        self.nic.resume()
        for place, interface in ((self.card, "core"), (self.namespace, self.interface)):
            wait_for(f"{interface} is up", lambda: "state UP" in place.ip("-o", "link", "show", interface))


class Lan:
    def __init__(self):
        self.closing = contextlib.ExitStack()
        self.prefix = f"sp{os.getpid()}-{next(_numbers)}"
        self.directory = Path(tempfile.mkdtemp(prefix=f"sleepproxy-{os.getpid()}-"))
        self.closing.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.pass_program = build_pass_program()
        try:
            self.switch = self.namespace("switch")
            self.switch.ip("link", "add", "lan", "type", "bridge", "mcast_snooping", "0")
            self.switch.ip("link", "set", "lan", "up")
            self.proxy = Proxy(self, "proxy", 2)
            self.peer = Machine(self, "peer", 10)
            self.host = Sleeper(self, "host", 20)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Lan:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.closing.close()

    def namespace(self, name: str) -> Namespace:
        made = Namespace(f"{self.prefix}-{name}")
        self.closing.callback(made.close)
        return made

    def place(self, name: str) -> Path:
        """A new directory, which ends with the LAN."""
        path = self.directory / f"{name}-{next(_numbers)}"
        path.mkdir()
        return path

    def machine(self, name: str, number: int, **options) -> Machine:
        return Machine(self, name, number, **options)

    def sleeper(self, name: str, number: int, **options) -> Sleeper:
        return Sleeper(self, name, number, **options)

    def cable(self, a: Namespace, a_end: str, b: Namespace, b_end: str, b_mac: str = "") -> None:
        address = ["address", b_mac] if b_mac else []
        a.ip("link", "add", a_end, "type", "veth", "peer", "name", b_end, *address, "netns", b.name)
        a.run("ethtool", "-K", a_end, "txvlan", "off")
        b.run("ethtool", "-K", b_end, "txvlan", "off")

    def port(self, name: str) -> None:
        self.switch.ip("link", "set", name, "master", "lan", "up")

    def capture(self, port: str, expression: str = "") -> wire.Capture:
        """What passes one of the switch's ports, in either direction."""
        capture = wire.Capture(self.switch, port, self.directory / f"{port}-{next(_numbers)}.pcap", expression)
        self.closing.callback(capture.stop)
        return capture

    def switch_port_of(self, mac: str) -> str:
        """Behind which port the switch believes the MAC to be."""
        table = run("bridge", "-n", self.switch.name, "fdb", "show", "br", "lan", "dynamic").stdout
        ports = [line.split()[2] for line in table.splitlines() if line.startswith(mac)]
        return ports[0] if ports else ""


def build_pass_program() -> Path:
    source = HARNESS.parent / "pass.bpf.c"
    target = BUILD / "tests" / "lan" / "pass.bpf.o"
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        run("clang", "-target", "bpf", "-O2", "-g", "-c", source, "-o", target)
    return target


def remove_leftovers() -> None:
    """What earlier runs left that were killed: its name carries the id of a process that is no more."""
    for path in Path("/run/netns").glob("sp[0-9]*-[0-9]*-*"):
        if _is_dead(path.name[2:].split("-")[0]):
            _kill_within(path.name)
            run("ip", "netns", "del", path.name, check=False)
    for path in Path(tempfile.gettempdir()).glob("sleepproxy-[0-9]*-*"):
        if _is_dead(path.name.split("-")[1]):
            if os.path.ismount(path):
                run("umount", path, check=False)
            shutil.rmtree(path, ignore_errors=True)


def _kill_within(namespace: str) -> None:
    """The kernel takes back "die with your parent" from who changes its user, as systemd-networkd does."""
    for pid in run("ip", "netns", "pids", namespace, check=False).stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def _is_dead(pid: str) -> bool:
    return pid.isdigit() and not Path("/proc", pid).exists()
