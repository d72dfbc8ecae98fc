# SPDX-License-Identifier: GPL-2.0-or-later
"""
Docker and podman, each with folders and a socket of its own, and the image of packaging/container/Dockerfile, which Docker
builds where it is installed, else podman: on debian:12, pulled, or made by debootstrap where no registry is in reach.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine import Docker, Engine, Podman, debian_archive, find_docker
from harness.daemon import config_text
from harness.lan import BUILD, ROOT, Lan

IMAGE = "sleepproxy:latest"


@pytest.fixture(scope="session")
def folder(bpf_filesystem: Path) -> Iterator[Path]:
    """Not below pytest's own: the path of a socket is short."""
    path = Path(tempfile.mkdtemp(prefix=f"sleepproxy-{os.getpid()}-engines-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def podman(folder: Path) -> Iterator[Podman]:
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed")
    podman = Podman(folder / "podman")
    yield podman
    podman.close()


@pytest.fixture(scope="session")
def docker_folder(folder: Path) -> Path:
    if find_docker() is None:
        pytest.skip("Docker is not installed")
    return folder / "docker"


@pytest.fixture(scope="session")
def archive(folder: Path, request: pytest.FixtureRequest) -> Path:
    """The image, as both can load it."""
    path = folder / "image.tar"
    if find_docker():
        with Docker(request.getfixturevalue("docker_folder")) as docker:
            build(docker, path)
    else:
        build(request.getfixturevalue("podman"), path)
    return path


def build(engine: Engine, archive: Path) -> None:
    base = "docker.io/library/debian:12"
    if engine.run("pull", base, check=False, timeout=300).returncode != 0:
        engine.run("import", debian_archive(BUILD / "debian12.tar"), base, timeout=120)
    dockerfile = ROOT / "packaging" / "container" / "Dockerfile"
    engine.run("build", "--network", "host", "--tag", IMAGE, "--file", dockerfile, ROOT, timeout=1500)
    engine.run("save", "--output", archive, IMAGE)


@pytest.fixture
def docker_on(docker_folder: Path, archive: Path, lan: Lan) -> Iterator[Docker]:
    """Docker's "host" network is that of its daemon: the LAN's proxy."""
    with Docker(docker_folder, lan.proxy.namespace) as docker:
        yield docker


@pytest.fixture(scope="session")
def podman_with_image(podman: Podman, archive: Path) -> Podman:
    podman.run("load", "--input", archive, timeout=120)
    return podman


@pytest.fixture
def podman_on(podman_with_image: Podman, lan: Lan) -> Podman:
    return podman_with_image.on(lan.proxy.namespace)


@pytest.fixture
def config_file(lan: Lan, known: Callable[..., str]) -> Path:
    path = lan.directory / "sleepproxyd.conf"
    path.write_text(config_text(known()))
    return path
