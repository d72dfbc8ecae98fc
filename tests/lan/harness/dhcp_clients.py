# SPDX-License-Identifier: GPL-2.0-or-later
"""DHCP clients, the real ones, each on a machine of the LAN, which has no address but what its client is given."""

from __future__ import annotations

import json
import signal

from .lan import Machine
from .netns import freeze, signal_all
from .networkd import NetworkdProgram
from .programs import Program, executable

FOREVER = 0xFFFFFFFF  # of an address's lifetimes in the kernel


class Client(Program):
    """It may sleep with its machine: freeze() before the machine sleeps, thaw() when it resumes."""

    def __init__(self, machine: Machine):
        super().__init__(machine)
        self.frozen: list[int] = []
        self.lifetimes: list[tuple[str, int, int]] = []
        machine.drop_address()

    def configure(self) -> None:
        pass

    def start(self) -> Client:
        self.configure()
        self.spawn()
        return self

    def _addresses(self) -> list[dict]:
        shown = json.loads(self.namespace.ip("-j", "-4", "addr", "show", "dev", self.machine.interface))
        return [address for interface in shown for address in interface.get("addr_info", [])]

    def address(self) -> str:
        """What the machine's kernel has."""
        return next((each["local"] for each in self._addresses()), "")

    def wait_bound(self, timeout: float = 10) -> str:
        """The address, which is the machine's from here on."""
        self.machine.address = self.wait_until("takes a lease", self.address, timeout)
        return self.machine.address

    def freeze(self) -> None:
        """Nothing runs on a machine that sleeps, nor do its kernel's clocks: addresses do not expire."""
        self.frozen = freeze(self.process.pid)
        self.lifetimes = [
            (f"{each['local']}/{each['prefixlen']}", each["valid_life_time"], each["preferred_life_time"])
            for each in self._addresses()
            if each["valid_life_time"] != FOREVER
        ]
        for address, _, _ in self.lifetimes:
            self._set_lifetime(address, "forever", "forever")

    def thaw(self) -> None:
        for lifetime in self.lifetimes:
            self._set_lifetime(*lifetime)
        signal_all(self.frozen, signal.SIGCONT)
        self.frozen, self.lifetimes = [], []

    def _set_lifetime(self, address: str, valid: object, preferred: object) -> None:
        self.namespace.ip("addr", "change", address, "dev", self.machine.interface,
                          "valid_lft", valid, "preferred_lft", preferred)  # fmt: skip

    def release(self) -> None:
        """The client is gone, and its server does not hear of it."""
        self.kill()
        self.machine.drop_address()


class Dhclient(Client):
    name = "dhclient"
    # What Debian's dhclient-script does to addresses and routes, and nothing of what it does to the machine's files.
    SCRIPT = """#!/bin/sh
case $reason in
BOUND|RENEW|REBIND|REBOOT)
	[ -z "$old_ip_address" ] || [ "$old_ip_address" = "$new_ip_address" ] || ip -4 addr flush dev "$interface"
	ip -4 addr replace "$new_ip_address/$new_subnet_mask" broadcast "$new_broadcast_address" dev "$interface" \\
		valid_lft "$new_dhcp_lease_time" preferred_lft "$new_dhcp_lease_time"
	[ -z "$new_routers" ] || ip -4 route replace default via "${new_routers%% *}" dev "$interface"
	;;
EXPIRE|FAIL|RELEASE|STOP)
	ip -4 addr flush dev "$interface"
	;;
esac
"""

    def configure(self) -> None:
        self.write("script", self.SCRIPT, mode=0o755)
        wanted = "subnet-mask, broadcast-address, routers, dhcp-renewal-time, dhcp-rebinding-time"
        self.write("dhclient.conf", f"initial-delay 0;\nretry 1;\nrequest {wanted};\n")

    def command(self) -> list[object]:
        return [self.outside_apparmor("dhclient"), "-4", "-d", "-v", "-cf", self.directory / "dhclient.conf",
                "-lf", self.directory / "leases", "-pf", self.directory / "pid", "-sf", self.directory / "script",
                self.machine.interface]  # fmt: skip


class Dhcpcd(Client):
    """Privilege separation and all: four processes and more. It takes a lease to last 20 s at least."""

    name = "dhcpcd"

    def configure(self) -> None:
        self.write("dhcpcd.conf", "duid\npersistent\noption interface_mtu, classless_static_routes\n"
                   "require dhcp_server_identifier\nnodelay\nnoipv4ll\nnoarp\n")  # fmt: skip

    def command(self) -> list[object]:
        argv = (executable("dhcpcd"), "-4", "-B", "-d", "--nodev", "-f", self.directory / "dhcpcd.conf",
                "-c", "/bin/true", self.machine.interface)  # fmt: skip
        return self.within({"state": "/var/lib/dhcpcd", "run": "/run"}, *argv)


class Udhcpc(Client):
    """busybox. It takes a lease to last 16 s at least, and does not notice that its link was down."""

    name = "udhcpc"
    SCRIPT = """#!/bin/sh
case $1 in
bound|renew)
	ip -4 addr replace "$ip/$mask" dev "$interface"
	[ -z "$router" ] || ip -4 route replace default via "${router%% *}" dev "$interface"
	;;
deconfig)
	ip -4 addr flush dev "$interface"
	;;
esac
"""

    def configure(self) -> None:
        self.write("script", self.SCRIPT, mode=0o755)

    def command(self) -> list[object]:
        return [executable("udhcpc"), "-f", "-i", self.machine.interface, "-s", self.directory / "script",
                "-t", 10, "-T", 1, "-A", 1]  # fmt: skip

    def renew(self) -> None:
        """At once, and not at half its lease."""
        self.process.send_signal(signal.SIGUSR1)


class NetworkdClient(NetworkdProgram, Client):
    """When it learns that its link was down, it sends a DHCPRELEASE first, then asks for the same address again."""

    name = "networkd-client"

    def configure(self) -> None:
        unused = "UseDNS=no\nUseNTP=no\nUseHostname=no\nUseTimezone=no\nSendHostname=no\n"
        super().configure(f"DHCP=ipv4\n[DHCPv4]\n{unused}")
