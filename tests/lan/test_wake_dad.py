# SPDX-License-Identifier: GPL-2.0-or-later
"""
Hosts whose network manager configures their addresses anew when their link is back: no address is ever taken for a
duplicate, whoever asks for it meanwhile. `make check-kernels` has WAKES=100, of each kind of host.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from harness.daemon import host_section
from harness.dhcp6 import Radvd
from harness.managed import ManagedByDhcpcd, ManagedByNetworkd
from harness.netns import wait_for
from harness.wire import keep_looking, ndisc6

HOSTS = 20
WAKES = int(os.environ.get("WAKES", HOSTS))


@pytest.mark.parametrize("kind", (ManagedByNetworkd, ManagedByDhcpcd), ids=lambda kind: kind.name)
def test_every_address_is_preferred_after_each_wake(lan, start, kind):
    lan.peer.use_ipv6("2001:db8::10")
    lan.proxy.use_ipv6("2001:db8::2")
    Radvd(lan.machine("router", 1)).advertise(3600, 7200)
    hosts = [kind(lan.machine(f"host{number}", number)).start() for number in range(30, 30 + HOSTS)]
    up(hosts)
    daemon = start(*(host_section(host.machine.name, host.machine.mac, sorted(host.addresses)) for host in hosts))
    for host in hosts:
        lan.peer.namespace.start("ping", "-6", "-q", "-i", 0.1, host.configured, stdout=subprocess.DEVNULL)
    found = keep_looking(lan.peer, [host.configured for host in hosts], lan.directory / "found")
    for wake in range(-(-WAKES // HOSTS)):
        for host in hosts:
            lan.switch.ip("link", "set", host.machine.name, "down")
            daemon.sleep(host.machine.name, "--now")
        for host in hosts:
            daemon.wait_state("asleep", host.machine.name, timeout=10)
            assert ndisc6(lan.peer, host.configured) == lan.proxy.mac
            wait_for("it is down", host.is_down)
        for host in hosts[wake % 2 :: 2]:
            daemon.wake(host.machine.name)
        for host in hosts:
            lan.switch.ip("link", "set", host.machine.name, "up")
        up(hosts)
        for host in hosts:
            daemon.wait_state("awake", host.machine.name)
    assert found() == {lan.proxy.mac, *(host.machine.mac for host in hosts)}


def up(hosts) -> None:
    for host in hosts:
        host.wait_until("its addresses are preferred", lambda: host.preferred() >= host.addresses, timeout=20)
    assert not [line for host in hosts for line in host.lost()]
