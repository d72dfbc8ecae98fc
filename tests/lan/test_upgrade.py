# SPDX-License-Identifier: GPL-2.0-or-later
"""Another build takes the place of the running one."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from harness.lan import BUILD, ROOT
from harness.netns import run


@pytest.fixture(scope="module")
def next_build(tmp_path_factory):
    """The same source under another version number, which is in few of its objects."""
    build = tmp_path_factory.mktemp("next-build")
    shutil.copytree(BUILD / "loader", build / "loader")
    for source in (ROOT / "loader").rglob("*.c"):
        if "VERSION" in source.read_text():
            (build / source.relative_to(ROOT)).with_suffix(".o").unlink()
    for generated in BUILD.glob("sleepproxy.*"):
        shutil.copy2(generated, build)
    kind = [f"{name.upper()}=1" for name in ("san", "coverage") if BUILD.name.endswith(f"-{name}")]
    run("make", "-C", ROOT, f"BUILD={build}", *kind, "VERSION=9.9.9", build / "sleepproxyd", timeout=120)
    return build / "sleepproxyd"


def attached(daemon) -> tuple[int, int]:
    """The link on the interface, and the program behind it."""
    link = json.loads(run("bpftool", "-j", "link", "show", "pinned", daemon.pins / "link-eth0").stdout)
    return link["id"], link["prog_id"]


def replace(daemon, program) -> None:
    argv = daemon.command()[1:]
    daemon.command = lambda: [program, *argv]
    daemon.kill()
    daemon.start()


def test_the_new_program_takes_the_old_one_s_place_without_a_gap(lan, asleep, next_build):
    daemon = asleep()
    link, program = attached(daemon)
    requests = lan.peer.arping_in_background(lan.host.address, seconds=2)
    time.sleep(0.2)
    replace(daemon, next_build)
    assert requests.lost() == 0
    assert daemon.ask("status")["result"]["version"] == "9.9.9"
    new_link, new_program = attached(daemon)
    assert new_link == link
    assert new_program != program
    assert daemon.status_of() == "asleep"


def test_a_wake_under_way_is_the_new_build_s(lan, asleep, next_build):
    daemon = asleep(wake_attempts=50)
    lan.host.nic.broken = True
    daemon.wake()
    replace(daemon, next_build)
    assert daemon.status_of() == "waking"
    capture = lan.capture("proxy", "ether proto 0x0842")
    time.sleep(0.7)
    assert capture.lines(f"wol.mac == {lan.host.mac}")
