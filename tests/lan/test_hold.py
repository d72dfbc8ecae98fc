# SPDX-License-Identifier: GPL-2.0-or-later
"""
The connection that wakes a host is held for it: connect() takes as long as the host does to wake, and no retransmission.
`CONNECTS=100 WAKES_IN=0.3,1.5,8` tries as often, with hosts that take so many seconds.
"""

from __future__ import annotations

import math
import os
import socket
import struct
import threading
import time

import pytest

from harness import frames
from harness.daemon import host_section
from harness.netns import wait_for
from harness.wire import EchoServer

HOST6 = "fd00::20"
CONNECTS = int(os.environ.get("CONNECTS", 1))
WAKES_IN = [float(each) for each in os.environ.get("WAKES_IN", "0.3,1.5").split(",")]


@pytest.fixture
def held(lan, start):
    """A daemon, and a host with a service at an address of either family; its settings."""
    servers = []

    def held(dad: bool = False, **settings):
        lan.peer.use_ipv6("fd00::10")
        lan.proxy.use_ipv6("fd00::2")
        addresses = [lan.host.address, lan.host.use_ipv6(dad=dad), HOST6]
        lan.host.namespace.ip("-6", "addr", "add", f"{HOST6}/64", "dev", "eth0", *([] if dad else ["nodad"]))
        servers.extend(EchoServer(lan.host, 22, address) for address in (lan.host.address, HOST6))
        daemon = start(host_section("host", lan.host.mac, addresses, wake=["tcp/any", "udp/any"]), **settings)
        return daemon

    yield held
    for server in servers:
        server.close()


def connect_all(lan, address: str, clients: int) -> list[float]:
    """How long after the host's card began to be up each connection was, in s; its kernel needs some ms to see that."""
    connected: list[float] = []

    def connect() -> None:
        with lan.peer.connect(address, 22, timeout=20) as link:
            connected.append(time.monotonic())
            # a reset: a host that is sent to sleep in the middle of an end would go on asking for its peer, as none sleeps so
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    threads = [threading.Thread(target=connect) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(connected) == clients
    nic = lan.host.nic
    up = next(magic.at for magic in nic.magic if magic.at > nic.slept_at) + nic.resume_delay
    return sorted(at - up for at in connected)


@pytest.mark.parametrize("wakes_in", WAKES_IN)
@pytest.mark.parametrize("clients", (1, 20))
@pytest.mark.parametrize("family", (4, 6))
def test_connect_takes_as_long_as_the_host_does(lan, held, family, clients, wakes_in):
    address = lan.host.address if family == 4 else HOST6
    lan.host.nic.resume_delay = wakes_in
    daemon = held()
    late: list[float] = []
    for _ in range(CONNECTS):
        daemon.take_over(lan.host)
        late += connect_all(lan, address, clients)
        daemon.wait_state("awake")
    late.sort()
    print(f"IPv{family}, {clients} at once, {wakes_in} s: {len(late)} connected, median {late[len(late) // 2] * 1000:.1f} ms, "
          f"p99 {late[math.ceil(len(late) * 0.99) - 1] * 1000:.1f} ms")  # fmt: skip
    assert late[-1] < 0.3, late
