# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of the LAN's machines that are not ours: they see the machine's network, and keep to files of their own."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from .lan import Machine
from .netns import end, freeze, signal_all, wait_for


def executable(program: str) -> str:
    """Debian has them in sbin, which is not on everybody's path."""
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin:/lib/systemd")
    assert found, f"{program} is not installed"
    return found


class Program:
    """A program in a directory of its own. Its children share its fate: they freeze, and end, with it."""

    name = ""

    def __init__(self, machine: Machine):
        self.machine, self.namespace = machine, machine.namespace
        self.directory = machine.lan.place(f"{machine.name}-{self.name}")
        self.log_path = self.directory / "log"
        self.process: subprocess.Popen | None = None
        machine.lan.closing.callback(self.close)

    def command(self) -> list[object]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def outside_apparmor(self, program: str) -> Path:
        """A copy: Debian's profiles go by the path, and forbid files other than the machine's own."""
        copy = self.directory / program
        if not copy.exists():
            shutil.copy(executable(program), copy)
        return copy

    def within(self, mounts: dict[str, str], *argv: object) -> list[object]:
        """The command with directories of ours in the place of the machine's."""
        lines = []
        for name, target in mounts.items():
            (self.directory / name).mkdir(parents=True, exist_ok=True)
            lines.append(f"mount --bind {shlex.quote(str(self.directory / name))} {target}")
        lines += ["mount -t sysfs -o ro sysfs /sys", 'exec "$@"']
        return ["unshare", "--mount", "sh", "-ec", "\n".join(lines), "sh", *argv]

    def spawn(self) -> None:
        environment = os.environ | self.environment()
        with self.log_path.open("a") as log:
            self.process = self.namespace.start(*self.command(), stdout=log, stderr=log, env=environment)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_until(self, what: str, condition: Callable[[], object], timeout: float = 5) -> object:
        """The condition's first true value; what the program said where it never comes."""
        try:
            value = wait_for(f"{self.name}: {what}", lambda: condition() or not self.running, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log}") from None
        assert self.running, f"{self.name} ended with status {self.process.returncode}:\n{self.log}"
        return value

    def listens_on(self, port: int) -> bool:
        """A UDP socket of the program's machine is bound to the port."""
        table = Path("/proc", str(self.process.pid), "net/udp").read_text().splitlines()[1:]
        return any(line.split()[1].endswith(f":{port:04X}") for line in table)

    def stop(self) -> None:
        """As a service manager would."""
        if self.process:
            end(self.process)

    def kill(self) -> None:
        """Without a word, to anybody."""
        if self.running:
            signal_all(freeze(self.process.pid), signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        self.kill()
