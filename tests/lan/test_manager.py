# SPDX-License-Identifier: GPL-2.0-or-later
"""What the service manager is told (sd_notify(3)), and the exit status by which it knows a wrong configuration."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable

import pytest

from harness.daemon import CtlFailed
from harness.lan import BUILD, ROOT, Lan
from harness.netns import run, wait_for

EX_CONFIG = 78


class Manager:
    """Hears what the programs that it starts have to say."""

    def __init__(self, lan: Lan, abstract: bool):
        self.name = f"{'@' if abstract else ''}{lan.directory}/notify"
        # abstract names are those of a network namespace
        self.socket = lan.proxy.namespace.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace("@", "\0"))
        self.socket.setblocking(False)
        self.heard: list[dict[str, str]] = []

    def listen(self) -> list[dict[str, str]]:
        try:
            while lines := self.socket.recv(4096).decode():
                self.heard.append(dict(line.split("=", 1) for line in lines.splitlines()))
        except BlockingIOError:
            return self.heard

    def wait(self, what: str, condition: Callable[[dict[str, str]], object]) -> dict[str, str]:
        """The first message of that kind that was not waited for; those before it are forgotten."""
        found = wait_for(what, lambda: next((each for each in self.listen() if condition(each)), None))
        del self.heard[: self.heard.index(found) + 1]
        return found


@pytest.fixture(params=["path", "abstract"])
def manager(lan, request, monkeypatch) -> Manager:
    manager = Manager(lan, request.param == "abstract")
    monkeypatch.setenv("NOTIFY_SOCKET", manager.name)
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    yield manager
    manager.socket.close()


def test_it_says_that_it_is_ready_alive_reloading_and_stopping(lan, manager, start, known):
    daemon = start(known())
    assert manager.wait("ready", lambda said: "READY" in said) == {"READY": "1", "STATUS": "0 asleep, eth0 native"}
    manager.wait("alive", lambda said: said.get("WATCHDOG") == "1")
    daemon.take_over(lan.host)
    manager.wait("a sleeper", lambda said: said.get("STATUS") == "1 asleep, eth0 native")
    lan.proxy.namespace.ip("link", "set", "eth0", "down")
    manager.wait("no link", lambda said: said.get("STATUS") == "1 asleep, eth0: the link is down")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    daemon.hang_up()
    began = manager.wait("reloading", lambda said: said.get("RELOADING") == "1")
    assert before <= int(began["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    manager.wait("ready again", lambda said: said.get("READY") == "1")
    daemon.configure("grace-period = never\n")
    with pytest.raises(CtlFailed):
        daemon.ctl("reload")
    manager.wait("reloading", lambda said: said.get("RELOADING") == "1")
    manager.wait("ready as before", lambda said: said.get("READY") == "1")
    daemon.stop()
    manager.wait("the end", lambda said: said.get("STOPPING") == "1")


WRONG = {
    "a mistake": "grace-period = never\n",
    "no file of keys": 'npp-keys = "/nowhere/keys"\n',
    "the loopback": "interface lo { }\n",
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_configuration_has_a_status_of_its_own(prepare, mistake):
    daemon = prepare()
    daemon.configure(daemon.config_path.read_text() + WRONG[mistake])
    daemon.spawn()
    assert daemon.process.wait(5) == EX_CONFIG
    assert daemon.config_path.name in daemon.log or "/nowhere/keys" in daemon.log
    unit = (ROOT / "packaging/systemd/sleepproxyd.service").read_text()
    assert re.search(r"^RestartPreventExitStatus=(\d+)$", unit, re.M)[1] == str(EX_CONFIG)


@pytest.mark.parametrize("name", ["lo", "../../x", ""])
def test_what_cannot_be_served_is_refused(name):
    """A name that would be a path elsewhere, and an interface without other machines."""
    done = run(BUILD / "sleepproxyd", "--interface", name, check=False)
    assert done.returncode == 2
    assert f"'{name}' is " in done.stderr
