# SPDX-License-Identifier: GPL-2.0-or-later
"""sleepproxy-agent on a machine of the LAN: as nobody in particular, with CAP_NET_RAW alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

from .dhcp6 import Client6, Dhclient6, Dhcpcd6, Networkd6
from .dhcp_clients import Client, Dhclient, Dhcpcd, NetworkdClient
from .lan import BUILD, Machine

ROOT, NOBODY = 0, 65534
PROMPT = {"grace_period": "100ms", "check_interval": "50ms"}  # a proxy of hosts that fall silent as soon as they are handed over
# A machine has a name and files of its own, which namespaces of networks alone do not give it.
AT_HOME = """hostname "$0"
while [ "$1" != -- ]; do mount --bind "$1" "$2" && shift 2 || exit; done
shift
exec "$@"
"""
OF_DHCPCD, OF_RUN = ("state", "/var/lib/dhcpcd"), ("run", "/run")  # a client's own, and a machine's
PLACES = {Dhcpcd: OF_DHCPCD, Dhcpcd6: OF_DHCPCD, NetworkdClient: OF_RUN, Networkd6: OF_RUN}


def config_text(**settings: object) -> str:
    def word(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else f'"{value}"'

    def words(value: object) -> str:
        return f"{{{', '.join(map(word, value))}}}" if isinstance(value, (list, tuple)) else word(value)

    return "".join(f"{name.replace('_', '-')} = {words(value)}\n" for name, value in settings.items())


class Agent:
    def __init__(self, machine: Machine, client: Client | Client6 | None = None, user: int = NOBODY, **settings: object):
        self.machine, self.user, self.may = machine, user, "+net_raw"
        self.home = machine.lan.directory / f"agent-{machine.name}"
        self.home.mkdir()
        self.program = shutil.copy(BUILD / "sleepproxy-agent", self.home)
        self.config, self.state = self.home / "agent.conf", self.home / "state.json"
        machine.lan.directory.chmod(0o755)
        self.own(self.home)
        self.mounts = self._mounts(client)
        self.configure(**settings)

    def own(self, path: Path) -> None:
        shutil.chown(path, self.user, self.user)

    def _mounts(self, client: Client | Client6 | None) -> list[object]:
        """Nobody's leases but the client's are its machine's."""
        leases = self.home / "leases"
        leases.mkdir()
        if isinstance(client, (Dhclient, Dhclient6)):
            (leases / "dhclient.leases").symlink_to(client.directory / "leases")
        here, there = PLACES.get(type(client), ("", ""))
        return [leases, "/var/lib/dhcp", *((client.directory / here, there) if here else ())]

    def configure(self, **settings: object) -> None:
        self.config.write_text(config_text(**({"interface": self.machine.interface} | settings)))

    def command(self, *words: object) -> list[object]:
        kept = ",".join(filter(None, ("-all", self.may)))
        return ["unshare", "--mount", "--uts", "sh", "-c", AT_HOME, self.machine.name, *self.mounts, "--",
                "setpriv", "--reuid", self.user, "--regid", self.user, "--clear-groups", "--no-new-privs",
                "--inh-caps", kept, "--ambient-caps", kept, "--bounding-set", kept,
                self.program, "--config", self.config, "--state", self.state, *words]  # fmt: skip

    def start(self, *words: object) -> subprocess.Popen:
        out = subprocess.PIPE
        return self.machine.namespace.start(*self.command(*words), stdout=out, stderr=out, text=True)

    def run(self, *words: object) -> subprocess.CompletedProcess:
        return self.machine.namespace.run(*self.command(*words), check=False)

    def bounded(self, seconds: float, *words: object) -> subprocess.CompletedProcess:
        """It ends within this time and half a second, by itself: without what it takes to start a program here."""
        began = time.monotonic()
        self.say("--version")
        started = time.monotonic()
        done = self.run(*words)
        took = time.monotonic() - started - (started - began)
        assert took < seconds + 0.5, f"{took:.2f} s: {done.stdout}{done.stderr}"
        return done

    def fail(self, *words: object, status: int = 1) -> str:
        """What it tells people, of a command that does not succeed."""
        return failed(self.run(*words), status)

    def say(self, *words: object) -> str:
        """What it tells people, of a command that succeeds."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def blocks(self, *words: object) -> list[dict[str, str]]:
        """The same, line by line: "key: value", with an empty line between results."""
        return [dict(line.split(": ", 1) for line in block.splitlines()) for block in self.say(*words).split("\n\n")]

    def ask(self, *words: object) -> dict:
        return json.loads(self.say("--json", *words))

    def handovers(self) -> list[dict]:
        """What the state file has."""
        return json.loads(self.state.read_text())["registrations"] if self.state.exists() else []


def failed(done: subprocess.CompletedProcess, status: int = 1) -> str:
    assert done.returncode == status, done.stdout + done.stderr
    return done.stderr.strip()
