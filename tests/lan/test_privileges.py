# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon as a user other than root, with CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW: these suffice, each is needed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.daemon import Daemon, config_text
from harness.lan import BUILD, Lan
from harness.netns import run, wait_for

CAPABILITIES = {"CAP_NET_ADMIN": 12, "CAP_NET_RAW": 13, "CAP_BPF": 39}
PERFMON = 38  # without it the datapath is slower
NOBODY = 65534


class Unprivileged(Daemon):
    def __init__(self, lan: Lan, pins: Path, config: str, without: str = ""):
        super().__init__(lan, pins, config, name="unprivileged")
        self.capabilities = set(CAPABILITIES) - {without}
        self.home = lan.directory / "home"
        self.socket_path, self.state = self.home / "control.sock", self.home / "state"
        if not self.home.exists():
            self.move_in()

    def move_in(self) -> None:
        """Paths that another user can walk."""
        self.lan.directory.chmod(0o755)
        self.config_path.chmod(0o644)
        self.home.mkdir()
        shutil.copy(BUILD / "sleepproxyd", self.home)
        shutil.chown(self.home, NOBODY, NOBODY)

    def command(self) -> list[object]:
        kept = "-all" + "".join(f",+{name[4:].lower()}" for name in sorted(self.capabilities))
        return ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs",
                "--inh-caps", kept, "--ambient-caps", kept, "--bounding-set", kept,
                self.home / "sleepproxyd", *super().command()[1:]]  # fmt: skip


@pytest.fixture
def pins(lan) -> Iterator[Path]:
    """A directory on a BPF file system that belongs to the other user."""
    filesystem = lan.directory / "bpf"
    filesystem.mkdir()
    run("mount", "-t", "bpf", "-o", "mode=0700", "bpf", filesystem)
    os.chown(filesystem, NOBODY, NOBODY)
    yield filesystem / "sleepproxy"
    run("umount", filesystem)


@pytest.fixture
def prepare_as_nobody(lan, pins, request) -> Iterator[Callable[..., Unprivileged]]:
    daemons: list[Unprivileged] = []
    request.node.daemons = daemons

    def prepare(*hosts: str, **options: object) -> Unprivileged:
        daemons.append(Unprivileged(lan, options.pop("pins", pins), config_text(*hosts), **options))
        return daemons[-1]

    yield prepare
    for daemon in daemons:
        daemon.close()


def threads_of(pid: int) -> list[dict[str, str]]:
    """/proc/PID/status, the main thread's first."""
    texts = (path.read_text() for path in sorted(Path(f"/proc/{pid}/task").glob("*/status"), key=lambda path: int(path.parts[-2])))
    return [dict(re.findall(r"^(\w+):\s+(.*)$", text, re.M)) for text in texts]


def sets_of(status: dict[str, str]) -> dict[str, set[int]]:
    masks = {kind: int(status[kind], 16) for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd")}
    return {kind: {bit for bit in range(64) if mask >> bit & 1} for kind, mask in masks.items()}


def fails(daemon: Unprivileged) -> str:
    """Its words."""
    daemon.spawn()
    wait_for("the end", lambda: not daemon.running)
    assert daemon.process.returncode != 0
    return daemon.log


def test_three_capabilities_suffice(lan, prepare_as_nobody, known, ssh):
    daemon = prepare_as_nobody(known()).start()
    main, store = threads_of(daemon.process.pid)
    three = set(CAPABILITIES.values())
    assert main["Uid"].split()[:2] == [str(NOBODY)] * 2
    assert sets_of(main) == {"CapPrm": three, "CapEff": three, "CapInh": set(), "CapAmb": set(), "CapBnd": three}
    assert not sets_of(store)["CapPrm"]
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert lan.proxy.ping(lan.host.address)
    lan.peer.forget()
    lan.peer.connect(lan.host.address, 22).close()
    daemon.wait_state("awake")


def test_of_root_no_more_is_left_once_it_is_up(lan, start, known):
    main, store = threads_of(start(known()).process.pid)
    kept = {*CAPABILITIES.values(), PERFMON}
    assert sets_of(main) == {"CapPrm": kept, "CapEff": kept, "CapInh": set(), "CapAmb": set(), "CapBnd": set()}
    assert not any(sets_of(store).values())
    assert main["NoNewPrivs"] == store["NoNewPrivs"] == "1"


def test_root_still_reads_and_writes_what_is_another_users(lan, prepare, known, tmp_path):
    """A reload, an interface that comes back, the store: in directories that the service made as its own user."""
    daemon = prepare(known())
    daemon.state.mkdir(mode=0o700)
    for path in (daemon.config_path, daemon.state):
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o700)
    daemon.start()
    assert "keeps CAP_DAC_OVERRIDE" in daemon.log
    daemon.configure(config_text(known(), max_hosts=4))
    daemon.hang_up()
    wait_for("the reload", lambda: "max-hosts" in daemon.log)
    daemon.ctl("host", "add", "other", "--mac", "02:00:00:00:00:77")
    assert daemon.stop() == 0
    assert "cannot be written" not in daemon.log


def test_a_restart_takes_over_what_is_pinned(lan, prepare_as_nobody, known):
    daemon = prepare_as_nobody(known()).start()
    daemon.take_over(lan.host)
    daemon.kill()
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    daemon.start()
    assert daemon.status_of() == "asleep"
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}


@pytest.mark.parametrize("missing", CAPABILITIES)
def test_a_missing_capability_is_named(prepare_as_nobody, known, missing):
    said = fails(prepare_as_nobody(known(), without=missing))
    assert set(re.findall(r"CAP_\w+", said)) == {missing}


@pytest.mark.parametrize("missing", CAPABILITIES)
def test_a_missing_capability_is_named_where_pins_are_there_already(prepare_as_nobody, known, missing):
    prepare_as_nobody(known()).start().kill()
    said = fails(prepare_as_nobody(known(), without=missing))
    assert set(re.findall(r"CAP_\w+", said)) == {missing}


def test_a_directory_of_another_user_is_named(lan, prepare_as_nobody, known, bpf_filesystem):
    foreign = bpf_filesystem / f"{lan.prefix}-foreign"
    foreign.mkdir(mode=0o700)
    said = fails(prepare_as_nobody(known(), pins=foreign / "sleepproxy"))
    assert str(foreign) in said and "Permission denied" in said


def test_no_bpffs_and_no_right_to_mount_one(lan, prepare_as_nobody, known):
    plain = lan.directory / "plain"
    plain.mkdir()
    os.chown(plain, NOBODY, NOBODY)
    said = fails(prepare_as_nobody(known(), pins=plain / "sleepproxy"))
    assert "BPF file system" in said and "mount -t bpf" in said
