# SPDX-License-Identifier: GPL-2.0-or-later
"""sleepproxy-agent on a machine of the LAN: as nobody in particular, with CAP_NET_RAW alone."""

from __future__ import annotations

import json
import shutil
import subprocess

from .dhcp_clients import Dhclient
from .lan import BUILD, Machine

NOBODY = 65534
# A machine has a name and files of its own, which namespaces of networks alone do not give it.
AT_HOME = 'hostname "$0" && mount --bind "$1" /var/lib/dhcp && shift && exec "$@"'


def config_text(**settings: object) -> str:
    def word(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else f'"{value}"'

    def words(value: object) -> str:
        return f"{{{', '.join(map(word, value))}}}" if isinstance(value, (list, tuple)) else word(value)

    return "".join(f"{name.replace('_', '-')} = {words(value)}\n" for name, value in settings.items())


class Agent:
    def __init__(self, machine: Machine, client: Dhclient | None = None, **settings: object):
        self.machine = machine
        self.home = machine.lan.directory / f"agent-{machine.name}"
        self.leases = self.home / "leases"
        self.leases.mkdir(parents=True)
        self.program = shutil.copy(BUILD / "sleepproxy-agent", self.home)
        self.config, self.state = self.home / "agent.conf", self.home / "state.json"
        machine.lan.directory.chmod(0o755)
        shutil.chown(self.home, NOBODY, NOBODY)
        if client:
            (self.leases / "dhclient.leases").symlink_to(client.directory / "leases")
        self.configure(**settings)

    def configure(self, **settings: object) -> None:
        self.config.write_text(config_text(interface=self.machine.interface, **settings))

    def command(self, *words: object) -> list[object]:
        kept = "-all,+net_raw"
        return ["unshare", "--mount", "--uts", "sh", "-c", AT_HOME, self.machine.name, self.leases,
                "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs",
                "--inh-caps", kept, "--ambient-caps", kept, "--bounding-set", kept,
                self.program, "--config", self.config, "--state", self.state, *words]  # fmt: skip

    def run(self, *words: object) -> subprocess.CompletedProcess:
        return self.machine.namespace.run(*self.command(*words), check=False)

    def say(self, *words: object) -> str:
        """What it tells people, of a command that succeeds."""
        done = self.run(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def ask(self, *words: object) -> dict:
        return json.loads(self.say("--json", *words))
