# SPDX-License-Identifier: GPL-2.0-or-later
"""
DHCP over a relay: the LAN's servers are on a second network, and the LAN's router relays.

    lan switch ├─── 192.0.2.1 router 198.51.100.1 ─── 198.51.100.N distant
"""

from __future__ import annotations

from pathlib import Path

from .lan import PREFIX, Lan, Machine
from .programs import Program, executable

DISTANT_NETWORK = "198.51.100"
SERVER_PORT = 67


class Router(Machine):
    """The LAN's router, with a second interface, eth1, for one more machine."""

    def __init__(self, lan: Lan, number: int = 1):
        super().__init__(lan, "router", number)
        with self.namespace.entered():
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def route_for(self, machine: Machine) -> None:
        """The machine's way out of the LAN."""
        machine.namespace.ip("route", "replace", "default", "via", self.address)


class Distant(Machine):
    """A machine behind the LAN's router."""

    def __init__(self, router: Router, name: str, number: int):
        self.router = router
        super().__init__(router.lan, name, number)

    def plug(self) -> None:
        self.address, gateway = f"{DISTANT_NETWORK}.{self.number}", f"{DISTANT_NETWORK}.1"
        self.lan.cable(self.router.namespace, "eth1", self.namespace, self.interface, self.mac)
        self.router.namespace.ip("addr", "add", f"{gateway}/{PREFIX}", "dev", "eth1")
        self.router.namespace.ip("link", "set", "eth1", "up")
        self.configure()
        self.namespace.ip("route", "add", "default", "via", gateway)

    def unplug(self) -> None:
        self.router.namespace.ip("link", "del", "eth1")


class Relay(Program):
    def __init__(self, router: Router, server: str):
        super().__init__(router)
        self.server = server

    def start(self) -> Relay:
        self.spawn()
        self.wait_until("relays", lambda: self.listens_on(SERVER_PORT))
        return self


class DnsmasqRelay(Relay):
    name = "dnsmasq-relay"

    def command(self) -> list[object]:
        return [
            executable("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--port=0",
            f"--pid-file={self.directory / 'pid'}", f"--dhcp-relay={self.machine.address},{self.server}",
            "--log-facility=-", "--log-dhcp",
        ]  # fmt: skip


class Dhcrelay(Relay):
    """It also relays what a client sends to the server by unicast, and what is merely routed: the server sees both."""

    name = "dhcrelay"

    def command(self) -> list[object]:
        interfaces = ("-id", self.machine.interface, "-iu", "eth1")
        return [executable("dhcrelay"), "-4", "-d", "--no-pid", *interfaces, self.server]
