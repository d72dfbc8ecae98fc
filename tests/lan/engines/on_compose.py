# SPDX-License-Identifier: GPL-2.0-or-later
"""
packaging/container/compose.yaml: read by Debian's docker-compose, and run by it with podman. Its podman-compose (1.0.3) knows
neither the network of the host nor the options of a volume.
"""

from __future__ import annotations

import json
import shutil

import pytest
import yaml

from engine import Contained, Podman, it_does_its_work
from harness.lan import ROOT
from harness.netns import run, wait_for

COMPOSE = ROOT / "packaging" / "container" / "compose.yaml"
NAMED = {"IFACE": "eth0"}


def needs(program: str):
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@needs("docker-compose")
def test_docker_compose_understands_it():
    said = run("docker-compose", "--file", COMPOSE, "config", env=NAMED | {"PATH": "/usr/bin:/bin"}).stdout
    service = yaml.safe_load(said)["services"]["sleepproxy"]
    assert service["command"][:2] == ["--interface", "eth0"]
    assert service["network_mode"] == "host"


@needs("docker-compose")
def test_it_asks_for_the_interface():
    done = run("docker-compose", "--file", COMPOSE, "config", check=False, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode != 0
    assert "name the interface" in done.stderr


@pytest.fixture
def composed(podman_on: Podman, lan, config_file):
    """docker-compose talks to podman, as podman offers Docker's API."""
    address = f"unix://{podman_on.folder}/socket"
    podman_on.environment |= NAMED | {"CONFIG": str(config_file), "DOCKER_HOST": address}
    podman_on.namespace.start("podman", "system", "service", "--time", "0", address, env=podman_on.environment)
    wait_for("podman's socket", (podman_on.folder / "socket").exists)
    podman_on.program("docker-compose", "--file", COMPOSE, "up", "--detach", "--no-build")
    volumes = json.loads(podman_on.run("volume", "inspect", "container_run").stdout)
    yield Contained(lan, podman_on, "container_sleepproxy_1", volumes[0]["Mountpoint"]).start()
    podman_on.program("docker-compose", "--file", COMPOSE, "down", "--volumes", check=False)
    podman_on.close()
    (podman_on.folder / "socket").unlink()


@needs("docker-compose")
def test_docker_compose_runs_it_with_podman(composed, lan, ssh):
    it_does_its_work(composed, lan, ssh)
    assert composed.engine.inspect(composed.name)["HostConfig"]["ReadonlyRootfs"]


@needs("docker-compose")
def test_its_command_line_is_reached_by_its_service(composed):
    command = ("docker-compose", "--file", COMPOSE, "exec", "-T", "sleepproxy", "sleepproxyctl", "status")
    assert "serving: yes" in composed.engine.program(*command).stdout
