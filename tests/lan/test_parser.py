# SPDX-License-Identifier: GPL-2.0-or-later
"""What the network sends is parsed in a process that has no rights; whatever becomes of it, the daemon serves on."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from harness.lan import SANITIZED
from harness.netns import wait_for


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processes_of(daemon) -> tuple[int, int]:
    """The supervisor and the parser, when there is one."""
    [supervisor] = children_of(daemon.process.pid)
    [parser] = wait_for("a parser", lambda: children_of(supervisor))
    return supervisor, parser


def replaced(daemon, parser: int) -> int:
    return wait_for("another parser", lambda: next((pid for pid in [processes_of(daemon)[1]] if pid != parser), None))


def status_of(pid: int) -> dict[str, str]:
    return dict(re.findall(r"^(\w+):\s+(.*)$", Path(f"/proc/{pid}/status").read_text(), re.M))


def test_its_processes_have_no_rights(start, known):
    daemon = start(known())
    for pid in processes_of(daemon):
        status = wait_for("it is confined", lambda pid=pid: (now := status_of(pid))["Seccomp"] == "2" and now or SANITIZED and now)
        assert {int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd")} == {0}
        assert status["NoNewPrivs"] == "1"
    _, parser = processes_of(daemon)
    names = {os.readlink(link).split(":")[0] for link in Path(f"/proc/{parser}/fd").iterdir() if int(link.name) > 2}
    assert names == {"socket"}


def test_a_parser_that_is_killed_costs_no_answer(lan, own_crowd):
    """Again and again, while hosts register."""
    crowd = own_crowd()
    asleep = crowd.sleeper()
    for _ in range(3):
        _, parser = processes_of(crowd.daemon)
        os.kill(parser, signal.SIGKILL)
        assert crowd.answered(asleep) == {lan.proxy.mac}
        replaced(crowd.daemon, parser)
        crowd.sleeper()
    assert crowd.daemon.log.count("is started again") == 3


def test_a_parser_that_hangs_is_replaced(lan, own_crowd):
    crowd = own_crowd()
    asleep, host = crowd.sleeper(), crowd.host()
    os.kill(processes_of(crowd.daemon)[1], signal.SIGSTOP)
    assert host.request(wait=0.5) is None
    assert crowd.answered(asleep) == {lan.proxy.mac}
    wait_for("it is given up", lambda: crowd.daemon.counters()["parser_lost"])
    assert host.persist()


def test_they_end_with_the_daemon(start, known):
    daemon = start(known())
    pids = processes_of(daemon)
    daemon.kill()
    wait_for("their end", lambda: not any(Path(f"/proc/{pid}").exists() and status_of(pid)["State"][0] != "Z" for pid in pids))
    assert "is started again" not in daemon.log


def test_without_its_supervisor_the_daemon_ends_and_answers_go_on(lan, asleep):
    daemon = asleep()
    supervisor, _ = processes_of(daemon)
    os.kill(supervisor, signal.SIGKILL)
    wait_for("the end", lambda: not daemon.running)
    assert daemon.process.returncode == 1
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    daemon.start()
    assert daemon.status_of() == "asleep"
