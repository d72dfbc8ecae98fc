# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers and clients of DHCPv6, and a router, the real ones. All addresses are of one prefix."""

from __future__ import annotations

import csv
import json
import re
import signal
from pathlib import Path

from .lan import Machine
from .netns import freeze, signal_all, wait_for
from .programs import Program, executable

NETWORK = "2001:db8::"
FIRST, LAST = f"{NETWORK}100", f"{NETWORK}150"


def wait_for_link_local(machine: Machine) -> None:
    argv = ("-6", "-o", "addr", "show", "dev", machine.interface, "scope", "link", "-tentative")
    wait_for("a link-local address", lambda: "fe80" in machine.namespace.ip(*argv))


class Server6(Program):
    """Its leases are valid for so many seconds, preferred and renewed as `times` says."""

    shortest = 1

    def __init__(self, machine: Machine, seconds: int = 12, t1: int = 3, t2: int = 6):
        super().__init__(machine)
        self.database = self.directory / "leases"
        self.seconds, self.t1, self.t2 = max(seconds, self.shortest), t1, t2
        machine.use_ipv6(f"{NETWORK}3")

    def configure(self) -> None:
        pass

    def start(self) -> Server6:
        wait_for_link_local(self.machine)
        self.configure()
        self.spawn()
        self.wait_until("serves", self.serves, timeout=10)
        return self

    def serves(self) -> bool:
        table = Path("/proc", str(self.process.pid), "net/udp6").read_text().splitlines()[1:]
        return any(line.split()[1].endswith(":0223") for line in table)

    def ends(self, address: str) -> float:
        """When the lease of the address ends, as time.time() counts; 0: there is none."""
        raise NotImplementedError


class Dnsmasq6(Server6):
    name = "dnsmasq"
    shortest = 120

    def command(self) -> list[object]:
        return [executable("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--port=0",
                f"--pid-file={self.directory / 'pid'}", f"--interface={self.machine.interface}", "--bind-interfaces",
                f"--dhcp-range={FIRST},{LAST},64,{self.seconds}", f"--dhcp-leasefile={self.database}",
                "--log-facility=-", "--log-dhcp"]  # fmt: skip

    def ends(self, address: str) -> float:
        rows = [line.split() for line in self.database.read_text().splitlines()]
        return next((float(row[0]) for row in rows if address in row), 0.0)

    def forget(self) -> None:
        """To who renews a lease then it says NoBinding."""
        self.stop()
        lines = self.database.read_text().splitlines(keepends=True)
        self.database.write_text("".join(line for line in lines if line.startswith("duid")))
        self.start()


class IscDhcpd6(Server6):
    name = "dhcpd"
    LEASE = re.compile(r"iaaddr (\S+) \{(.*?)\n  \}", re.S)

    def configure(self) -> None:
        self.database.touch()
        self.write("dhcpd.conf", f"db-time-format local;\ndefault-lease-time {self.seconds};\npreferred-lifetime {self.seconds};\n"
                   f"option dhcp-renewal-time {self.t1};\noption dhcp-rebinding-time {self.t2};\n"
                   f"subnet6 {NETWORK}/64 {{ range6 {FIRST} {LAST}; }}\n")  # fmt: skip

    def command(self) -> list[object]:
        return [self.outside_apparmor("dhcpd"), "-6", "-f", "-d", "--no-pid", "-cf", self.directory / "dhcpd.conf",
                "-lf", self.database, self.machine.interface]  # fmt: skip

    def ends(self, address: str) -> float:
        """The file is a journal: the last word on an address counts."""
        text = dict(self.LEASE.findall(self.database.read_text())).get(address, "")
        found = re.search(r"ends epoch (\d+);", text)
        return float(found[1]) if found and "binding state active" in text else 0.0


class Kea6(Server6):
    name = "kea-dhcp6"

    def configure(self) -> None:
        settings = {
            "interfaces-config": {"interfaces": [self.machine.interface]},
            "lease-database": {"type": "memfile", "name": str(self.database), "lfc-interval": 0},
            "server-id": {"type": "LL", "persist": False},
            "preferred-lifetime": self.seconds,
            "valid-lifetime": self.seconds,
            "renew-timer": self.t1,
            "rebind-timer": self.t2,
            "subnet6": [{"id": 1, "interface": self.machine.interface, "subnet": f"{NETWORK}/64",
                         "pools": [{"pool": f"{FIRST} - {LAST}"}]}],
            "loggers": [{"name": "kea-dhcp6", "severity": "DEBUG", "debuglevel": 40,
                         "output_options": [{"output": "stdout"}]}],
        }  # fmt: skip
        self.write("kea.json", json.dumps({"Dhcp6": settings}))

    def environment(self) -> dict[str, str]:
        return {"KEA_LOCKFILE_DIR": "none", "KEA_PIDFILE_DIR": str(self.directory),
                "KEA_DHCP_DATA_DIR": str(self.directory)}  # fmt: skip

    def command(self) -> list[object]:
        return [self.outside_apparmor("kea-dhcp6"), "-c", self.directory / "kea.json"]

    def ends(self, address: str) -> float:
        with self.database.open(newline="") as text:
            rows = {row["address"]: row for row in csv.DictReader(text)}
        return float(rows[address]["expire"]) if address in rows else 0.0


class Client6(Program):
    def __init__(self, machine: Machine):
        super().__init__(machine)
        machine.use_ipv6()

    def configure(self) -> None:
        pass

    def start(self) -> Client6:
        wait_for_link_local(self.machine)
        self.configure()
        self.spawn()
        return self

    def address(self) -> str:
        """What the machine's kernel has of the prefix."""
        shown = json.loads(self.namespace.ip("-j", "-6", "addr", "show", "dev", self.machine.interface))
        found = [each["local"] for interface in shown for each in interface.get("addr_info", [])]
        return next((each for each in found if each.startswith(NETWORK)), "")

    def wait_bound(self) -> str:
        return self.wait_until("takes a lease", self.address, timeout=10)

    def freeze(self) -> None:
        """Nothing runs on a machine that sleeps."""
        self.frozen = freeze(self.process.pid)

    def thaw(self) -> None:
        signal_all(self.frozen, signal.SIGCONT)


class Dhclient6(Client6):
    name = "dhclient"
    SCRIPT = """#!/bin/sh
case $reason in
BOUND6|RENEW6|REBIND6)
	ip -6 addr replace "$new_ip6_address/64" dev "$interface" valid_lft "$new_max_life" preferred_lft "$new_preferred_life"
	;;
esac
"""

    def command(self) -> list[object]:
        script = self.write("script", self.SCRIPT, mode=0o755)
        conf = self.write("dhclient.conf", 'send fqdn.fqdn "sleeper.example";\n')
        return [self.outside_apparmor("dhclient"), "-6", "-d", "-v", "-cf", conf, "-lf", self.directory / "leases",
                "-pf", self.directory / "pid", "-sf", script, self.machine.interface]  # fmt: skip


class Dhcpcd6(Client6):
    name = "dhcpcd"

    def command(self) -> list[object]:
        conf = self.write("dhcpcd.conf", "duid\npersistent\nnodelay\nnoipv6rs\nipv6only\nslaac hwaddr\n"
                          f"interface {self.machine.interface}\nia_na 1\n")  # fmt: skip
        argv = (executable("dhcpcd"), "-6", "-B", "-d", "--nodev", "-f", conf, "-c", "/bin/true", self.machine.interface)
        return self.within({"state": "/var/lib/dhcpcd", "run": "/run"}, *argv)


class Networkd6(Client6):
    name = "networkd"

    def command(self) -> list[object]:
        self.write("run/systemd/network/lan.network", f"[Match]\nName={self.machine.interface}\n[Network]\nDHCP=ipv6\n"
                   "LinkLocalAddressing=ipv6\nIPv6AcceptRA=no\nLLDP=no\nKeepConfiguration=yes\n"
                   "[DHCPv6]\nWithoutRA=solicit\nUseDNS=no\n")  # fmt: skip
        mac = self.machine.mac
        self.write("run/systemd/networkd.conf.d/lan.conf", f"[DHCPv6]\nDUIDType=link-layer\nDUIDRawData=00:01:{mac}\n")
        (self.directory / "run/systemd/netif").mkdir()
        for path in self.directory.rglob("*"):
            path.chmod(0o777 if path.is_dir() else 0o666)
        return self.within({"run": "/run"}, executable("systemd-networkd"))

    def environment(self) -> dict[str, str]:
        return {"SYSTEMD_LOG_TARGET": "console", "SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_COLOR": "no"}


class Radvd(Program):
    """Advertises the prefix with what is set at its next start, or reload."""

    name = "radvd"

    def __init__(self, machine: Machine):
        super().__init__(machine)
        self.conf = self.directory / "radvd.conf"
        machine.use_ipv6(f"{NETWORK}1")
        with machine.namespace.entered():
            Path("/proc/sys/net/ipv6/conf/all/forwarding").write_text("1")

    def advertise(self, preferred: int, valid: int) -> None:
        """From here on; within the three seconds that RFC 4861 allows."""
        self.conf.write_text(
            f"interface {self.machine.interface} {{ AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; "
            f"prefix {NETWORK}/64 {{ AdvPreferredLifetime {preferred}; AdvValidLifetime {valid}; }}; }};\n"
        )
        if self.running:
            self.process.send_signal(signal.SIGHUP)
        else:
            self.spawn()

    def command(self) -> list[object]:
        return [executable("radvd"), "-n", "-m", "stderr", "-C", self.conf, "-p", self.directory / "pid"]
