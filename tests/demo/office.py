# SPDX-License-Identifier: GPL-2.0-or-later
"""A small office on the demo's LAN: hosts that sleep, those who want something of them, and noise."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from dataclasses import dataclass

from harness.daemon import Daemon
from harness.lan import Lan, Sleeper
from harness.netns import wait_for
from harness.wire import EchoServer


@dataclass(frozen=True)
class Role:
    port: int
    watts: float
    resume: float  # seconds until it is up


ROLES = {
    "nas": Role(port=445, watts=38, resume=0.9),
    "workstation": Role(port=3389, watts=95, resume=1.4),
    "build-server": Role(port=22, watts=140, resume=2.1),
    "media": Role(port=8096, watts=24, resume=0.6),
    "backup": Role(port=873, watts=45, resume=1.2),
}
PEERS = {"laptop": 31, "phone": 32, "ci": 33}
NOISE_PORT = 53
AWAKE_WITHIN = 10.0


class Office:
    def __init__(self, lan: Lan, daemon: Daemon):
        self.daemon = daemon
        self.peers = {name: lan.machine(name, number) for name, number in PEERS.items()}
        self.hosts = {name: self._host(lan, name, 50 + at, role) for at, (name, role) in enumerate(ROLES.items())}
        self.machines = {**self.peers, **self.hosts}

    def _host(self, lan: Lan, name: str, number: int, role: Role) -> Sleeper:
        host = lan.sleeper(name, number, resume=role.resume)
        lan.closing.callback(EchoServer(host, role.port).close)
        options = ("--wake", f"tcp/{role.port}", "--watts", role.watts)
        self.daemon.add(host, *options)
        return host

    def is_asleep(self, name: str) -> bool:
        return self.hosts[name].nic.asleep

    def sleep(self, name: str) -> None:
        """A host that has not come up is asleep already."""
        if not self.is_asleep(name):
            self.hosts[name].sleep()
        self.daemon.sleep(name, "--now")
        self.daemon.wait_state("asleep", name, timeout=10)

    def connect(self, name: str, peer: str) -> None:
        with contextlib.suppress(OSError):
            self.machines[peer].connect_and_reset(self.hosts[name].address, ROLES[name].port, timeout=AWAKE_WITHIN)
        self.daemon.wait_state("awake", name, timeout=AWAKE_WITHIN)

    def command(self, name: str) -> None:
        self.daemon.wake(name)
        self.daemon.wait_state("awake", name, timeout=AWAKE_WITHIN)

    def fails(self, name: str, peer: str) -> None:
        """It is connected to, and its network card has lost its power."""
        card = self.hosts[name].nic
        card.broken = True
        with contextlib.suppress(OSError):
            self.machines[peer].connect(self.hosts[name].address, ROLES[name].port, timeout=0.3).close()
        wait_for("it is given up", lambda: "failed-wakes" in self.daemon.show(name), timeout=AWAKE_WITHIN)
        card.broken = False

    def noise(self, name: str, peer: str, frames: int) -> None:
        """What wakes nobody."""
        for _ in range(frames):
            self.machines[peer].send_udp(self.hosts[name].address, NOISE_PORT)


def live(office: Office, stop: threading.Event, seed: int = 1) -> None:
    """A minute of the office is a few hours of another: somebody wants something, or a host falls asleep."""
    chance = random.Random(seed)
    for name in office.hosts:
        office.sleep(name)
    while not stop.wait(chance.uniform(2, 6)):
        name, peer = chance.choice(list(office.hosts)), chance.choice(list(office.peers))
        with contextlib.suppress(AssertionError, RuntimeError, OSError):  # a person with the page's buttons was quicker
            if not office.is_asleep(name):
                office.sleep(name)
            elif chance.random() < 0.25:
                office.noise(name, peer, chance.randrange(20, 200))
            else:
                office.connect(name, peer)
