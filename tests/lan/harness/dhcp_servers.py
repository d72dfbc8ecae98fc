# SPDX-License-Identifier: GPL-2.0-or-later
"""
DHCP servers, the real ones, each for the addresses of the LAN, on it or behind a relay. What they say of a lease is
what their own database says, and no packet.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .lan import NETWORK, PREFIX, Machine, address_of
from .netns import end, run, wait_for
from .networkd import NetworkdProgram
from .programs import Program, executable

SERVER_PORT = 67
NETMASK = "255.255.255.0"


@dataclass(frozen=True)
class Lease:
    address: str
    mac: str
    ends: float  # as time.time() counts
    client_id: str = ""  # option 61 in hexadecimal, where the server keeps it


class Server(Program):
    """Changed settings are in force from the next start."""

    shortest = 1  # lease, in seconds
    repeated = 0.0  # part of a lease in which a renewal gets no more than the time that is left
    relayed = True  # it serves a network that it is not on

    def __init__(
        self,
        machine: Machine,
        lease_seconds: int = 120,
        first: int = 100,
        last: int = 150,
        router: str = "",
        t1: int = 0,
        t2: int = 0,
        authoritative: bool = True,
        pings: bool = False,  # an address before it offers it
    ):
        super().__init__(machine)
        self.database = self.directory / "leases"
        self.lease_seconds, self.t1, self.t2 = lease_seconds, t1, t2
        self.first, self.last = address_of(first), address_of(last)
        self.router, self.authoritative, self.pings = router, authoritative, pings

    def start(self) -> Server:
        self.configure()
        self.spawn()
        self.wait_until("serves", lambda: self.listens_on(SERVER_PORT))
        return self

    def configure(self) -> None:
        pass

    def leases(self) -> list[Lease]:
        raise NotImplementedError

    def lease(self, mac: str) -> Lease | None:
        return next((lease for lease in self.leases() if lease.mac == mac), None)

    def expiry(self, mac: str) -> float | None:
        """When the lease ends, as time.time() counts."""
        lease = self.lease(mac)
        return lease.ends if lease else None

    def expiry_of(self, address: str) -> float | None:
        return next((lease.ends for lease in self.leases() if lease.address == address), None)

    def address(self, mac: str) -> str:
        lease = self.lease(mac)
        return lease.address if lease else ""

    def forget(self, address: str) -> None:
        """
        The server knows nothing more of this lease. To who renews it then, dnsmasq says NAK if it is not authoritative
        (and nothing where that was broadcast), udhcpd nothing; the others give it anew.
        """
        self.stop()
        self.remove(address)
        self.start()

    def remove(self, address: str) -> None:
        """From the database of a server that does not run."""
        raise NotImplementedError


class Dnsmasq(Server):
    name = "dnsmasq"
    shortest = 120

    def command(self) -> list[object]:
        options = [f"--dhcp-option={self.option_router()}", "--dhcp-authoritative" if self.authoritative else ""]
        options += [f"--dhcp-option=option:{name},{value}" for name, value in self.times() if value]
        return [
            executable("dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--port=0",
            f"--pid-file={self.directory / 'pid'}", f"--interface={self.machine.interface}", "--bind-interfaces",
            f"--dhcp-range={self.first},{self.last},{NETMASK},{self.lease_seconds}",
            f"--dhcp-leasefile={self.database}", "--dhcp-sequential-ip" if self.pings else "--no-ping",
            "--log-facility=-", "--log-dhcp", *filter(None, options),
        ]  # fmt: skip

    def option_router(self) -> str:
        return f"option:router,{self.router}" if self.router else "option:router"

    def times(self) -> list[tuple[str, int]]:
        return [("T1", self.t1), ("T2", self.t2)]

    def leases(self) -> list[Lease]:
        lines = self.database.read_text().splitlines() if self.database.exists() else []
        rows = [line.split() for line in lines]
        return [
            Lease(address, mac, float(ends), client_id.replace(":", "").strip("*"))
            for ends, mac, address, _, client_id in rows
        ]

    def remove(self, address: str) -> None:
        lines = self.database.read_text().splitlines(keepends=True)
        self.database.write_text("".join(line for line in lines if f" {address} " not in line))


class IscDhcpd(Server):
    name = "dhcpd"
    repeated = 0.25  # dhcp-cache-threshold
    LEASE = re.compile(r"^lease (\S+) \{\n(.*?)^\}\n", re.M | re.S)

    def configure(self) -> None:
        self.database.touch()
        own = self.machine.address.rpartition(".")[0]
        lines = [
            "db-time-format local", "lease-id-format hex", f"ping-check {str(self.pings).lower()}",
            "authoritative" if self.authoritative else "not authoritative",
            *(f"{which}-lease-time {self.lease_seconds}" for which in ("default", "min", "max")),
        ]  # fmt: skip
        lines += [f"option routers {self.router}"] if self.router else []
        lines += [f"option dhcp-renewal-time {self.t1}"] if self.t1 else []
        lines += [f"option dhcp-rebinding-time {self.t2}"] if self.t2 else []
        text = "".join(f"{line};\n" for line in lines)
        text += f"subnet {NETWORK}.0 netmask {NETMASK} {{ range {self.first} {self.last}; }}\n"
        text += f"subnet {own}.0 netmask {NETMASK} {{ }}\n" if own != NETWORK else ""
        self.write("dhcpd.conf", text)

    def command(self) -> list[object]:
        return [self.outside_apparmor("dhcpd"), "-4", "-f", "-d", "--no-pid", "-cf", self.directory / "dhcpd.conf",
                "-lf", self.database, self.machine.interface]  # fmt: skip

    def leases(self) -> list[Lease]:
        """The file is a journal: the last word on an address counts."""
        last = dict(self.LEASE.findall(self.database.read_text()))
        return [self._lease(address, text) for address, text in last.items() if "binding state active" in text]

    @staticmethod
    def _lease(address: str, text: str) -> Lease:
        ends = re.search(r"^\s*ends epoch (\d+);", text, re.M)
        mac = re.search(r"hardware ethernet (\S+);", text)
        uid = re.search(r"^\s*uid (\S+);", text, re.M)
        octets = [f"{int(octet, 16):02x}" for octet in uid[1].split(":")] if uid else []
        return Lease(address, mac[1], float(ends[1]) if ends else float("inf"), "".join(octets))

    def remove(self, address: str) -> None:
        text = self.database.read_text()
        self.database.write_text(self.LEASE.sub(lambda found: "" if found[1] == address else found[0], text))


class Kea(Server):
    name = "kea-dhcp4"
    REMOVED = "0"

    def configure(self) -> None:
        routers = [{"name": "routers", "data": self.router}] if self.router else []
        subnet = {"id": 1, "subnet": f"{NETWORK}.0/{PREFIX}", "pools": [{"pool": f"{self.first} - {self.last}"}],
                  "option-data": routers}  # fmt: skip
        log = {"name": "kea-dhcp4", "severity": "DEBUG", "debuglevel": 40, "output_options": [{"output": "stdout"}]}
        settings = {
            "interfaces-config": {"interfaces": [self.machine.interface], "dhcp-socket-type": "raw"},
            "lease-database": {"type": "memfile", "name": str(self.database), "lfc-interval": 0},
            "authoritative": self.authoritative,
            "valid-lifetime": self.lease_seconds,
            "subnet4": [subnet],
            "loggers": [log],
        }
        settings |= {"renew-timer": self.t1} if self.t1 else {}
        settings |= {"rebind-timer": self.t2} if self.t2 else {}
        self.write("kea.json", json.dumps({"Dhcp4": settings}, indent=1))

    def environment(self) -> dict[str, str]:
        return {"KEA_LOCKFILE_DIR": "none", "KEA_PIDFILE_DIR": str(self.directory),
                "KEA_DHCP_DATA_DIR": str(self.directory)}  # fmt: skip

    def command(self) -> list[object]:
        return [self.outside_apparmor("kea-dhcp4"), "-c", self.directory / "kea.json"]

    def rows(self) -> dict[str, dict[str, str]]:
        """The file is a journal: the last word on an address counts."""
        with self.database.open(newline="") as text:
            return {row["address"]: row for row in csv.DictReader(text)}

    def leases(self) -> list[Lease]:
        return [
            Lease(row["address"], row["hwaddr"], float(row["expire"]), row["client_id"].replace(":", ""))
            for row in self.rows().values()
            if row["valid_lifetime"] != self.REMOVED
        ]

    def remove(self, address: str) -> None:
        lines = self.database.read_text().splitlines(keepends=True)
        self.database.write_text("".join(line for line in lines if not line.startswith(f"{address},")))


class Udhcpd(Server):
    """busybox. It writes its database when it is told to."""

    name = "udhcpd"
    shortest = 10
    relayed = False  # it can, but loses what the relay sends before its own answer's socket is closed
    RECORD = struct.Struct("!I4s6s20s2x")

    def configure(self) -> None:
        self.database.touch()
        lines = [f"start {self.first}", f"end {self.last}", f"interface {self.machine.interface}",
                 f"lease_file {self.database}", f"pidfile {self.directory / 'pid'}",
                 f"min_lease {self.shortest}", "max_leases 51",
                 f"option subnet {NETMASK}", f"option lease {self.lease_seconds}"]  # fmt: skip
        lines += [f"option router {self.router}"] if self.router else []
        lines += [f"option 0x3a {self.t1:08x}"] if self.t1 else []
        lines += [f"option 0x3b {self.t2:08x}"] if self.t2 else []
        self.write("udhcpd.conf", "\n".join(lines) + "\n")

    def command(self) -> list[object]:
        arping_milliseconds = 20
        return [executable("udhcpd"), "-f", "-I", self.machine.address, "-a", arping_milliseconds,
                self.directory / "udhcpd.conf"]  # fmt: skip

    def leases(self) -> list[Lease]:
        if self.running:
            self.database.unlink()
            self.process.send_signal(signal.SIGUSR1)
            self.wait_until("writes its leases", lambda: self.database.exists() and not self._is_writing())
        octets = self.database.read_bytes()
        written = int.from_bytes(octets[:8], "big")
        records = self.RECORD.iter_unpack(octets[8:])
        return [Lease(socket.inet_ntoa(ip), mac.hex(":"), float(written + left)) for left, ip, mac, _ in records]

    def _is_writing(self) -> bool:
        for descriptor in Path("/proc", str(self.process.pid), "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if os.readlink(descriptor) == str(self.database):
                    return True
        return False

    def remove(self, address: str) -> None:
        octets = self.database.read_bytes()
        records = [octets[at : at + self.RECORD.size] for at in range(8, len(octets), self.RECORD.size)]
        kept = [record for record in records if record[4:8] != socket.inet_aton(address)]
        self.database.write_bytes(octets[:8] + b"".join(kept))


class Networkd(NetworkdProgram, Server):
    """systemd-networkd's server. It keeps its database in memory, to be read over D-Bus: a bus of its own."""

    name = "networkd-server"
    relayed = False
    BUS = """<busconfig><type>system</type><listen>{address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>"""

    def __init__(self, machine: Machine, *settings, **named):
        super().__init__(machine, *settings, **named)
        self.bus: subprocess.Popen | None = None
        self.bus_path = self.directory / "run" / "dbus" / "system_bus_socket"
        machine.drop_address()

    def configure(self) -> None:
        lines = [f"Address={self.machine.address}/{PREFIX}", "DHCPServer=yes", "[DHCPServer]", *self._pool()]
        times = [(58, self.t1), (59, self.t2)]
        lines += [f"SendOption={code}:uint32:{value}" for code, value in times if value]
        super().configure("".join(f"{line}\n" for line in lines))
        self._start_bus()

    def _pool(self) -> list[str]:
        first, last = (int(address.rpartition(".")[2]) for address in (self.first, self.last))
        return [
            f"PoolOffset={first}", f"PoolSize={last - first + 1}", "EmitDNS=no", "EmitNTP=no", "EmitTimezone=no",
            f"DefaultLeaseTimeSec={self.lease_seconds}", f"MaxLeaseTimeSec={self.lease_seconds}",
            f"Router={self.router}" if self.router else "EmitRouter=no",
        ]  # fmt: skip

    def _start_bus(self) -> None:
        if self.bus:
            return
        self.bus_path.parent.mkdir()
        config = self.write("bus.conf", self.BUS.format(address=f"unix:path={self.bus_path}"))
        argv = (executable("dbus-daemon"), f"--config-file={config}", "--nofork", "--nopidfile")
        with (self.directory / "bus.log").open("w") as log:
            self.bus = self.namespace.start(*argv, stdout=log, stderr=log)
        wait_for("dbus-daemon", self.bus_path.exists)

    def leases(self) -> list[Lease]:
        link = json.loads(self.namespace.ip("-j", "link", "show", self.machine.interface))[0]["ifindex"]
        path = f"/org/freedesktop/network1/link/_{ord(str(link)[0]):x}{str(link)[1:]}"
        done = run("busctl", f"--address=unix:path={self.bus_path}", "--json=short", "get-property",
                   "org.freedesktop.network1", path, "org.freedesktop.network1.DHCPServer", "Leases")  # fmt: skip
        now, boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
        return [
            Lease(
                address=".".join(map(str, address)),
                mac=bytes(chaddr[:6]).hex(":"),
                ends=ends / 1e6 - boot + now,
                client_id=bytes(client_id).hex(),
            )
            for _, client_id, address, _, chaddr, ends in json.loads(done.stdout)["data"]
        ]

    def remove(self, address: str) -> None:
        """With its process, all that it knew is gone."""

    def close(self) -> None:
        super().close()
        if self.bus:
            end(self.bus)
