# SPDX-License-Identifier: GPL-2.0-or-later
"""Docker and podman as programs that a test starts, in a network namespace, apart from those of the machine."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.daemon import Daemon
from harness.lan import Lan
from harness.netns import Namespace, end, run, wait_for

# What works without systemd, in folders of the test's. Its profile denies bpf(2) even to CAP_BPF, where none is named.
CONTAINERS_CONF = """
[containers]
seccomp_profile = "{seccomp}"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
tmp_dir = "{folder}/tmp"
static_dir = "{folder}/static"
volume_path = "{folder}/volumes"
[network]
network_config_dir = "{folder}/networks"
"""
STORAGE_CONF = """
[storage]
driver = "vfs"
graphroot = "{folder}/root"
runroot = "{folder}/run"
"""


def find_docker() -> str | None:
    """That of the system before one that somebody put in /usr/local without its plugins."""
    found = shutil.which("docker", path="/usr/bin:/bin") or shutil.which("docker")
    return found if shutil.which("dockerd") else None


def debian_archive(path: Path) -> Path:
    """debian:12, made once, as its image is: the smallest Debian that can install packages."""
    if not path.exists():
        if shutil.which("debootstrap") is None:
            pytest.skip("no registry is in reach, and debootstrap is not installed")
        root = path.with_suffix(".d")
        run("debootstrap", "--variant=minbase", "bookworm", root, timeout=900)
        run("tar", "-C", root, "-cf", path.with_suffix(".part"), ".", timeout=120)
        shutil.rmtree(root)
        path.with_suffix(".part").rename(path)
    return path


class Engine:
    """A command line, in a namespace or in that of the tests."""

    def __init__(self, argv: list[object], namespace: Namespace | None = None, environment: dict[str, str] | None = None):
        self.argv, self.namespace = argv, namespace
        self.environment = os.environ | (environment or {})

    def run(self, *argv: object, **options) -> subprocess.CompletedProcess:
        return self.program(*self.argv, *argv, **options)

    def program(self, *command: object, **options) -> subprocess.CompletedProcess:
        """With this engine's environment, and in its namespace."""
        full = self.namespace.command(*command) if self.namespace else command
        return run(*full, env=self.environment, **{"timeout": 60} | options)

    def inspect(self, name: str) -> dict:
        return json.loads(self.run("inspect", name).stdout)[0]


class Docker(Engine):
    def __init__(self, folder: Path, namespace: Namespace | None = None):
        self.folder = folder
        self.address = f"unix://{folder}/socket"
        super().__init__([find_docker(), "--host", self.address], namespace, {"DOCKER_BUILDKIT": "1"})

    def __enter__(self) -> Docker:
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / "log"
        argv = ["dockerd", "--host", self.address, "--data-root", self.folder / "data", "--exec-root", self.folder / "exec",
                "--pidfile", self.folder / "pid", "--storage-driver=vfs", "--bridge=none", "--ip-forward=false", "--iptables=false",
                "--ip6tables=false", "--userland-proxy=false"]  # fmt: skip
        full = self.namespace.command(*argv) if self.namespace else [str(each) for each in argv]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *full], stdout=log, stderr=log)
        wait_for("dockerd answers, or ends", lambda: self.ended or self.answers, timeout=60, interval=0.2)
        if self.ended:
            pytest.skip(f"dockerd does not run here: {self.log.read_text().splitlines()[-1]}")
        return self

    def __exit__(self, *_) -> None:
        end(self.process, patience=30)
        run("umount", "--lazy", self.folder / "exec" / "netns" / "default", check=False)

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def answers(self) -> bool:
        return self.run("version", check=False).returncode == 0

    @property
    def version(self) -> tuple[int, ...]:
        said = self.run("version", "--format", "{{.Server.Version}}").stdout
        return tuple(map(int, said.split("+")[0].strip().split(".")[:2]))


class Podman(Engine):
    def __init__(self, folder: Path, namespace: Namespace | None = None):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        seccomp = Path(__file__).resolve().parents[3] / "packaging" / "container" / "seccomp.json"
        paths = {}
        for name, text in (("CONTAINERS_CONF", CONTAINERS_CONF), ("CONTAINERS_STORAGE_CONF", STORAGE_CONF)):
            path = folder / name.lower()
            path.write_text(text.format(folder=folder, seccomp=seccomp))
            paths[name] = str(path)
        super().__init__(["podman"], namespace, paths)

    def on(self, namespace: Namespace) -> Podman:
        return Podman(self.folder, namespace)

    def close(self) -> None:
        self.run("rm", "--all", "--force", "--time", "0", check=False)
        self.run("pod", "rm", "--all", "--force", check=False)
        self.run("volume", "rm", "--all", "--force", check=False)


class Contained(Daemon):
    """The daemon in a container that an engine runs: its socket is in a directory that both see."""

    def __init__(self, lan: Lan, engine: Engine, name: str, sockets: str):
        super().__init__(lan, Path("/sys/fs/bpf/sleepproxy"), "", name="contained")
        self.engine, self.name = engine, name
        self.socket_path = Path(sockets) / "control.sock"

    def start(self) -> Contained:
        def answers_or_has_ended() -> bool:
            return self.answers() or not self.running

        wait_for("the daemon's socket answers", answers_or_has_ended, timeout=30)
        assert self.running, self.log
        return self

    @property
    def running(self) -> bool:
        with contextlib.suppress(RuntimeError, IndexError):
            return self.engine.inspect(self.name)["State"]["Running"]
        return False

    @property
    def pid(self) -> int:
        return self.engine.inspect(self.name)["State"]["Pid"]

    @property
    def log(self) -> str:
        done = self.engine.run("logs", self.name, check=False)
        return done.stdout + done.stderr

    def execute(self, *argv: object, **options) -> subprocess.CompletedProcess:
        return self.engine.run("exec", self.name, *argv, **options)


def it_does_its_work(daemon: Contained, lan: Lan, ssh: Callable) -> None:
    """It answers for the LAN's host, and wakes it when a connection comes."""
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    lan.peer.forget()
    with lan.peer.connect(lan.host.address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"
    daemon.wait_state("awake")
    assert lan.host.nic.magic
