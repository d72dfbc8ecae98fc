# SPDX-License-Identifier: GPL-2.0-or-later
"""
The daemon in a container, as packaging/container describes it to runc: a read-only root with nothing but the daemon, a
user other than root, three capabilities, no new privileges, a BPF file system of its own. The network is the proxy's.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.daemon import Daemon, config_text
from harness.lan import BUILD, ROOT, Lan
from harness.netns import end, run, wait_for

PACKAGING = ROOT / "packaging" / "container"
CAPABILITIES = {"CAP_NET_ADMIN": 12, "CAP_NET_RAW": 13, "CAP_BPF": 39}
NOBODY = 65534
RUN, STATE, CONFIG = "/run/sleepproxy", "/var/lib/sleepproxy", "/etc/sleepproxy"

pytestmark = pytest.mark.skipif(shutil.which("runc") is None, reason="runc is not installed")


class Container(Daemon):
    def __init__(self, lan: Lan, config: str, without: str = ""):
        self.bundle = lan.directory / "bundle"
        self.run = lan.directory / "run"
        self.runc = ("runc", "--root", lan.directory / "runc")
        self.name = f"{lan.prefix}-container"
        super().__init__(lan, Path("/sys/fs/bpf/sleepproxy"), config, name="container")
        self.socket_path = self.run / "control.sock"
        self.make_bundle(without)

    def make_bundle(self, without: str) -> None:
        run(PACKAGING / "rootfs", BUILD, self.bundle / "rootfs")
        settings = self.bundle / "rootfs" / CONFIG[1:] / "sleepproxyd.conf"
        settings.write_text(self.config_path.read_text())
        self.run.mkdir()
        shutil.chown(self.run, NOBODY, NOBODY)
        spec = json.loads((PACKAGING / "config.json").read_text())
        self.fill_in(spec, without)
        (self.bundle / "config.json").write_text(json.dumps(spec))

    def fill_in(self, spec: dict, without: str) -> None:
        """What the description leaves open: the network, and where the socket is seen from outside."""
        spec["process"]["args"] += ["--config", f"{CONFIG}/sleepproxyd.conf"]
        spec["linux"]["namespaces"].append({"type": "network", "path": str(self.namespace.path)})
        spec["linux"]["seccomp"] = json.loads((PACKAGING / "seccomp.json").read_text())
        # Where SAN=1 built it: the search for leaks would use ptrace(), which seccomp refuses.
        spec["process"]["env"].append("ASAN_OPTIONS=detect_leaks=0")
        for mount in spec["mounts"]:
            if mount["destination"] == RUN:
                mount |= {"type": "bind", "source": str(self.run), "options": ["bind", "rw"]}
        for kind in spec["process"]["capabilities"].values():
            if without:
                kind.remove(without)

    def spawn(self) -> None:
        with self.log_path.open("a") as log:
            argv = [str(each) for each in (*self.runc, "run", "--bundle", self.bundle, self.name)]
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def as_docker_does(self) -> None:
        """Docker makes capabilities no more than possible for a user other than root: the program's file has them."""
        granted = re.search(r"setcap (\S+) ", (PACKAGING / "Dockerfile").read_text())[1]
        run("setcap", granted, self.bundle / "rootfs/usr/sbin/sleepproxyd")
        path = self.bundle / "config.json"
        spec = json.loads(path.read_text())
        spec["process"]["capabilities"] = {"bounding": spec["process"]["capabilities"]["bounding"]}
        spec["process"]["noNewPrivileges"] = False
        path.write_text(json.dumps(spec))

    def execute(self, *argv: str) -> subprocess.CompletedProcess:
        """A command within the container."""
        return run(*self.runc, "exec", self.name, *argv, check=False)

    @property
    def pid(self) -> int:
        return json.loads(run(*self.runc, "state", self.name).stdout)["pid"]

    def close(self) -> None:
        run(*self.runc, "kill", self.name, "KILL", check=False)
        if self.process:
            end(self.process)
        run(*self.runc, "delete", "--force", self.name, check=False)
        assert "refused system call" not in self.log


@pytest.fixture
def contain(lan, request):
    containers: list[Container] = []
    request.node.daemons = containers

    def contain(*hosts: str, without: str = "") -> Container:
        containers.append(Container(lan, config_text(*hosts), without))
        return containers[-1]

    yield contain
    for container in containers:
        container.close()


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(re.split(r":\s+", line, maxsplit=1) for line in lines if re.search(r":\s", line))


def mounts_of(pid: int) -> dict[str, tuple[str, list[str]]]:
    """Mount point: file system, options."""
    rows = (line.split() for line in Path(f"/proc/{pid}/mounts").read_text().splitlines())
    return {row[1]: (row[2], row[3].split(",")) for row in rows}


def test_it_answers_and_wakes(lan, contain, known, ssh):
    daemon = contain(known()).start()
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    lan.peer.forget()
    with lan.peer.connect(lan.host.address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"
    daemon.wait_state("awake")
    assert lan.host.nic.magic


@pytest.mark.skipif(shutil.which("setcap") is None, reason="setcap is not installed")
def test_it_answers_by_the_capabilities_of_its_file(lan, contain, known):
    daemon = contain(known())
    daemon.as_docker_does()
    daemon.start()
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert int(status_of(daemon.pid)["CapAmb"], 16) == 0


def test_it_has_three_capabilities_and_nothing_else(contain, known):
    daemon = contain(known()).start()
    status = status_of(daemon.pid)
    three = sum(1 << number for number in CAPABILITIES.values())
    for kind in ("CapPrm", "CapEff", "CapBnd"):
        assert int(status[kind], 16) == three, kind
    for kind in ("CapInh", "CapAmb"):
        assert int(status[kind], 16) == 0, kind
    assert status["Uid"].split() == [str(NOBODY)] * 4
    assert status["Gid"].split() == [str(NOBODY)] * 4
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_its_root_is_read_only_and_its_bpffs_its_own(contain, known):
    daemon = contain(known()).start()
    mounts = mounts_of(daemon.pid)
    assert "ro" in mounts["/"][1]
    assert mounts["/sys/fs/bpf"][0] == "bpf"
    pins = Path(f"/proc/{daemon.pid}/root/sys/fs/bpf/sleepproxy")
    assert {"hosts", "addresses4", "link-eth0"} <= {pin.name for pin in pins.iterdir()}
    assert daemon.execute("/usr/sbin/sleepproxyd", "--doctor", "--interface", "eth0").returncode == 0
    assert daemon.execute("/usr/bin/sleepproxyctl", "status").returncode == 0


def test_it_stops_when_asked(lan, contain, known):
    daemon = contain(known()).start()
    run(*daemon.runc, "kill", daemon.name, "TERM")
    wait_for("the end", lambda: not daemon.running)
    assert daemon.process.returncode == 0
    shown = json.loads(lan.proxy.namespace.ip("-j", "link", "show", "eth0"))
    assert "prog" not in shown[0].get("xdp", {})


@pytest.mark.parametrize("missing", CAPABILITIES)
def test_a_missing_capability_is_named(contain, known, missing):
    daemon = contain(known(), without=missing)
    daemon.spawn()
    wait_for("the end", lambda: not daemon.running)
    assert daemon.process.returncode != 0
    named = set(re.findall(r"CAP_\w+", daemon.log))
    assert named == {missing}, daemon.log


@pytest.mark.skipif(shutil.which("setcap") is None, reason="setcap is not installed")
@pytest.mark.parametrize("missing", CAPABILITIES)
def test_a_missing_capability_is_named_though_its_file_has_it(contain, known, missing):
    daemon = contain(known(), without=missing)
    daemon.as_docker_does()
    daemon.spawn()
    wait_for("the end", lambda: not daemon.running)
    assert set(re.findall(r"CAP_\w+", daemon.log)) == {missing}, daemon.log


def test_a_missing_volume_is_named(contain, known):
    daemon = contain(known())
    path = daemon.bundle / "config.json"
    spec = json.loads(path.read_text())
    spec["mounts"] = [mount for mount in spec["mounts"] if mount["destination"] != "/sys/fs/bpf"]
    path.write_text(json.dumps(spec))
    daemon.spawn()
    wait_for("the end", lambda: not daemon.running)
    assert "give it a volume of type bpf at /sys/fs/bpf" in daemon.log
