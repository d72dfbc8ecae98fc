# SPDX-License-Identifier: GPL-2.0-or-later
"""Linux hosts whose IPv6 addresses a network manager sees to: link-local, one that is configured, and by router's prefix."""

from __future__ import annotations

import json
import re

from .dhcp6 import NETWORK
from .lan import Machine, link_local_of
from .networkd import NetworkdProgram
from .programs import Program, executable


class Managed(Program):
    """A manager on its machine, which looks for duplicates (DAD), and a record of what became of its addresses."""

    def __init__(self, machine: Machine):
        super().__init__(machine)
        number = machine.number
        self.configured = f"{NETWORK}{number}"
        self.addresses = {link_local_of(number), f"{NETWORK}ff:fe00:{number}", self.configured}
        self.history, self.read = self.directory / "addresses", 0
        machine.use_ipv6(dad=True)

    def start(self) -> Managed:
        self.configure()
        with self.history.open("w") as record:
            self.namespace.start("ip", "-o", "-6", "monitor", "address", stdout=record)
        self.spawn()
        return self

    def preferred(self) -> set[str]:
        shown = json.loads(self.namespace.ip("-j", "-6", "addr", "show", "dev", self.machine.interface, "-tentative"))
        found = [each for interface in shown for each in interface.get("addr_info", [])]
        return {each["local"] for each in found if each and not each.get("dadfailed") and not each.get("deprecated")}

    def is_down(self) -> bool:
        """Its link is gone, and the manager has taken back what it had configured."""
        if self.preferred() & self.addresses - {link_local_of(self.machine.number)}:
            return False
        self.read = self.history.stat().st_size
        return "NO-CARRIER" in self.namespace.ip("link", "show", "dev", self.machine.interface)

    def lost(self) -> list[str]:
        """What the kernel has said since then of addresses that are duplicates: those with a lifetime it deletes."""
        return re.findall(r".*(?:dadfailed|Deleted).*", self.history.read_text()[self.read :])


class ManagedByNetworkd(NetworkdProgram, Managed):
    name = "networkd"

    def configure(self) -> None:
        super().configure(f"LinkLocalAddressing=ipv6\nIPv6LinkLocalAddressGenerationMode=eui64\nIPv6AcceptRA=yes\n"
                          f"Address={self.configured}/64\n[IPv6AcceptRA]\nToken=eui64\nUseDNS=no\n")  # fmt: skip


class ManagedByDhcpcd(Managed):
    name = "dhcpcd"

    def configure(self) -> None:
        self.write("dhcpcd.conf", f"ipv6only\nslaac hwaddr\ninterface {self.machine.interface}\n"
                   f"static ip6_address={self.configured}/64\n")  # fmt: skip

    def command(self) -> list[object]:
        argv = (executable("dhcpcd"), "-6", "-B", "-d", "--nodev", "-f", self.directory / "dhcpcd.conf",
                "-c", "/bin/true", self.machine.interface)  # fmt: skip
        return self.within({"state": "/var/lib/dhcpcd", "run": "/run"}, *argv)
