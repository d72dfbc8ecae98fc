# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures: a fresh LAN for each test, the daemon on its proxy, and what the daemon said where a test fails."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.daemon import BpfFilesystem, Daemon, config_text, host_section
from harness.dhcp_clients import Client
from harness.dhcp_servers import Server
from harness.lan import BUILD, Lan, Machine, remove_leftovers
from harness.leases import Leaseholder
from harness.npp import Crowd, NppHost
from harness.wire import EchoServer

# The daemons' stores and all else are in memory, where there is room: or tests wait for the disk that all of them share.
MEMORY, ROOM = Path("/dev/shm"), 2 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
    tempfile.tempdir = str(MEMORY)


@pytest.fixture(scope="session")
def bpf_filesystem() -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("network namespaces and bpffs need root")
    remove_leftovers()
    filesystem = BpfFilesystem()
    yield filesystem.path
    filesystem.close()


@pytest.fixture
def lan(bpf_filesystem: Path) -> Iterator[Lan]:
    with Lan() as lan:
        yield lan


Start = Callable[..., Daemon]


@pytest.fixture
def prepare(lan: Lan, bpf_filesystem: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """A daemon that is configured, but not started."""
    daemons: list[Daemon] = []
    request.node.daemons = daemons

    def prepare(
        *hosts: str, interface: str = "eth0", name: str = "proxy", machine: Machine | None = None, **settings: object
    ) -> Daemon:
        for program in ("sleepproxyd", "sleepproxyctl"):
            assert (BUILD / program).exists(), f"{BUILD / program} is not built: run make"
        pins = bpf_filesystem / f"{lan.prefix}-{name}"
        daemons.append(Daemon(lan, pins, config_text(*hosts, **settings), interface, name, machine))
        return daemons[-1]

    yield prepare
    for daemon in daemons:
        daemon.close()


@pytest.fixture
def start(prepare: Start) -> Start:
    """A daemon whose socket answers."""
    return lambda *hosts, **options: prepare(*hosts, **options).start()


@pytest.fixture
def known(lan: Lan) -> Callable[..., str]:
    """The host's section of a configuration file."""
    return lambda **options: host_section("host", lan.host.mac, [lan.host.address], **options)


@pytest.fixture
def asleep(lan: Lan, start: Start, known: Callable[..., str]) -> Callable[..., Daemon]:
    """A daemon that answers for the LAN's host, which is silent."""

    def asleep(host_options: dict | None = None, **settings: object) -> Daemon:
        daemon = start(known(**(host_options or {})), **settings)
        daemon.take_over(lan.host)
        return daemon

    return asleep


@pytest.fixture
def leaseholder(lan: Lan, start: Start) -> Callable[..., Leaseholder]:
    """A daemon that knows the host's MAC alone, a server that runs, and a client that does not yet."""

    def leaseholder(server: type[Server], client: type[Client], seconds: int = 8, **options: object) -> Leaseholder:
        server_options = {name: options.pop(name) for name in ("t1", "t2") if name in options}
        running = server(lan.machine("server", 3), max(server.shortest, seconds), **server_options).start()
        daemon = start(host_section("host", lan.host.mac, []), min_lease="1s", **options)
        return Leaseholder(daemon, client(lan.host), running)

    return leaseholder


@pytest.fixture
def ssh(lan: Lan) -> Iterator[EchoServer]:
    """The host's service: port 22, which echoes."""
    server = EchoServer(lan.host, 22)
    yield server
    server.close()


@pytest.fixture(scope="module")
def crowd_of_module(bpf_filesystem: Path, request: pytest.FixtureRequest) -> Iterator[Crowd]:
    settings = getattr(request.module, "settings", lambda lan: {})
    daemons: list[Daemon] = []

    def start(**values: object) -> Daemon:
        daemons.append(Daemon(lan, bpf_filesystem / f"{lan.prefix}-proxy", config_text(**values)))
        return daemons[-1].start()

    with Lan() as lan:
        try:
            yield Crowd(lan, start, **settings(lan))
        finally:
            for daemon in daemons:
                daemon.close()


@pytest.fixture
def crowd(crowd_of_module: Crowd, request: pytest.FixtureRequest) -> Crowd:
    """A daemon for all tests of a module, configured by its settings(), and a host for whoever asks for one."""
    request.node.daemons = [crowd_of_module.daemon]
    assert crowd_of_module.daemon.running
    return crowd_of_module


@pytest.fixture
def own_crowd(lan: Lan, start: Start) -> Callable[..., Crowd]:
    """The same, for one test."""
    return lambda *hosts, **settings: Crowd(lan, start, *hosts, **settings)


@pytest.fixture
def npp(lan: Lan) -> NppHost:
    """The LAN's host, which speaks the Network Proxy Protocol."""
    return NppHost(lan.host, lan.proxy)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for daemon in getattr(item, "daemons", []):
            report.sections.append((f"sleepproxyd, {daemon.log_path.name}", daemon.log))
            if daemon.config_path.exists():  # at the end of the test it is gone
                report.sections.append((f"{daemon.config_path.name}", daemon.config_path.read_text()))
