# SPDX-License-Identifier: GPL-2.0-or-later
"""The image, as Docker built it, and the command of docs/guide.md that runs it, by Docker and by podman."""

from __future__ import annotations

import json
import re
import shlex
import tarfile

import pytest

from engine import Contained, Engine, it_does_its_work
from harness.lan import ROOT
from harness.netns import wait_for

GUIDE = ROOT / "docs" / "guide.md"
THREE = sum(1 << number for number in (12, 13, 39))  # CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF


def guides_commands() -> list[list[str]]:
    """What the guide says to run, from the volume on; the image is built already."""
    section = GUIDE.read_text().split("\n## Containers\n")[1]
    block = re.search(r"```sh\n(.*?)```", section, re.S)[1].replace("\\\n", " ")
    block = re.sub(r"--cap-add (\w+)", r"--cap-add=\1", block)
    return [shlex.split(line)[1:] for line in block.splitlines() if line.startswith(("docker volume", "docker run"))]


def run_as_the_guide_says(engine: Engine, config_file, without: str = "", **options):
    """But with a configuration of the test's."""
    volume, container = guides_commands()
    engine.run(*volume)
    at = container.index("sleepproxy", container.index("--security-opt"))
    image = [*container[at:], "--config", "/etc/sleepproxy/sleepproxyd.conf"]
    mounted = ["--volume", f"{config_file}:/etc/sleepproxy/sleepproxyd.conf:ro"]
    given = [each for each in container[:at] if each != without]
    return engine.run(*given, *mounted, *image, cwd=ROOT, **options)


def contained(engine: Engine, lan, config_file) -> Contained:
    run_as_the_guide_says(engine, config_file)
    sockets = json.loads(engine.run("volume", "inspect", "sleepproxy-run").stdout)[0]["Mountpoint"]
    return Contained(lan, engine, "sleepproxy", sockets).start()


@pytest.fixture
def podmans(podman_on, lan, config_file):
    yield contained(podman_on, lan, config_file)
    podman_on.close()


def test_docker_runs_it(docker_on, lan, config_file, ssh):
    if docker_on.version < (23,):
        pytest.skip("Docker before 23.0 cannot grant CAP_BPF")
    daemon = contained(docker_on, lan, config_file)
    it_does_its_work(daemon, lan, ssh)
    it_has_three_capabilities(daemon)
    docker_on.run("rm", "--force", "sleepproxy")


def test_a_docker_that_cannot_grant_cap_bpf_says_so(docker_on, config_file):
    if docker_on.version >= (23,):
        pytest.skip("Docker from 23.0 on grants CAP_BPF")
    refused = run_as_the_guide_says(docker_on, config_file, check=False)
    assert 'unknown capability: "CAP_BPF"' in refused.stderr


def test_without_cap_bpf_the_daemon_names_it(docker_on, config_file):
    run_as_the_guide_says(docker_on, config_file, without="--cap-add=BPF")
    docker_on.run("wait", "sleepproxy")
    done = docker_on.run("logs", "sleepproxy")
    docker_on.run("rm", "sleepproxy")
    assert set(re.findall(r"CAP_\w+", done.stderr)) == {"CAP_BPF"}, done.stderr


def test_the_image_has_the_two_programs_and_no_shell(archive, folder):
    layers = folder / "layers"
    with tarfile.open(archive) as image:
        image.extractall(layers)
    manifest = json.loads((layers / "manifest.json").read_text())[0]
    names = set()
    for layer in manifest["Layers"]:
        with tarfile.open(layers / layer) as files:
            names |= {member.name.removeprefix("./") for member in files if member.isfile()}
    programs = {name for name in names if not re.search(r"\.so[.\d]*$", name)}
    assert programs == {"usr/sbin/sleepproxyd", "usr/bin/sleepproxyctl", "etc/passwd", "etc/group"}
    config = json.loads((layers / manifest["Config"]).read_text())["config"]
    assert (config["User"], config["Entrypoint"]) == ("65534:65534", ["/usr/sbin/sleepproxyd"])


def it_has_three_capabilities(daemon: Contained) -> None:
    status = (line.split(":") for line in open(f"/proc/{daemon.pid}/status") if ":" in line)
    status = {name: value.strip() for name, value in status}
    for kind in ("CapPrm", "CapEff", "CapBnd"):
        assert int(status[kind], 16) == THREE, kind
    assert status["Uid"].split() == ["65534"] * 4
    assert status["Seccomp"] == "2"


def test_podman_runs_it(podmans, lan, ssh):
    it_does_its_work(podmans, lan, ssh)
    it_has_three_capabilities(podmans)


def test_its_health_is_that_of_its_service(podmans, lan):
    healthy = ("sleepproxyctl", "status", "--healthy")
    assert podmans.execute(*healthy).returncode == 0
    lan.proxy.namespace.ip("link", "set", "eth0", "down")
    wait_for("it is unhealthy", lambda: podmans.execute(*healthy, check=False).returncode == 3)


def test_a_restart_loses_no_host(podmans, lan):
    podmans.take_over(lan.host)
    podmans.engine.run("restart", "sleepproxy")
    podmans.start().wait_state("asleep")
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
