# SPDX-License-Identifier: GPL-2.0-or-later
"""
The connection that wakes a host is held for it: connect() takes as long as the host does to wake, and no retransmission.
`CONNECTS=100 WAKES_IN=0.3,1.5,8` tries as often, with hosts that take so many seconds.
"""

from __future__ import annotations

import math
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

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
        addresses = [lan.host.address, lan.host.use_ipv6(HOST6, dad=dad), HOST6]
        wait_for("they are its own", lambda: "tentative" not in lan.host.namespace.ip("-6", "addr", "show"))
        servers.extend(EchoServer(lan.host, 22, address) for address in (lan.host.address, HOST6))
        return start(host_section("host", lan.host.mac, addresses, wake=["tcp/any", "udp/any"]), **settings)

    yield held
    for server in servers:
        server.close()


def connect_all(lan, address: str, clients: int) -> list[float]:
    """How long after the host's card began to be up each connection was, in s; its kernel needs some ms to see that."""
    with ThreadPoolExecutor(clients) as pool:
        attempts = [pool.submit(lan.peer.connect_and_reset, address, 22) for _ in range(clients)]
        connected = [attempt.result() for attempt in attempts]
    return sorted(at - lan.host.nic.wakes_at for at in connected)


@pytest.mark.parametrize("wakes_in", WAKES_IN)
@pytest.mark.parametrize("clients", (1, 20))
@pytest.mark.parametrize("family", (4, 6))
def test_connect_takes_as_long_as_the_host_does(lan, held, family, clients, wakes_in):
    lan.host.nic.resume_delay = wakes_in
    daemon = held(wake_attempts=100)
    late: list[float] = []
    for _ in range(CONNECTS):
        daemon.take_over(lan.host)
        late += connect_all(lan, lan.host.address if family == 4 else HOST6, clients)
        daemon.wait_state("awake")
    late.sort()
    p99 = late[math.ceil(len(late) * 0.99) - 1]
    print(f"IPv{family}, {clients} at once, {wakes_in} s: median {late[len(late) // 2] * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")
    assert late[-1] < 1 - wakes_in % 1, "none was a retransmission"
    counters = daemon.counters()
    assert counters["held"] == counters["held_sent"] == CONNECTS * clients
    assert not counters["held_full"] + counters["held_given_up"]


def test_a_tentative_address_is_sent_nothing(lan, held):
    """Duplicate address detection takes a second after the link is up: the SYN that is taken comes right after it."""
    daemon = held(dad=True)
    daemon.take_over(lan.host)
    wait_for("its kernel sees no carrier", lambda: "NO-CARRIER" in lan.host.namespace.ip("link", "show", "eth0"))
    for change in ("del", "add"):
        lan.host.namespace.ip("-6", "addr", change, f"{HOST6}/64", "dev", "eth0")
    capture = lan.capture("host", "ip6")
    [late] = connect_all(lan, HOST6, 1)
    syns = capture.fields(f"tcp.flags == 2 && eth.src == {lan.proxy.mac} && eth.dst == {lan.host.mac}", "frame.time_relative")
    assert len(syns) == 3
    answers = capture.fields(f"icmpv6.type == 136 && eth.dst == {lan.proxy.mac} && ipv6.src == {HOST6}", "frame.time_relative")
    assert 0 < float(syns[-1][0]) - float(answers[0][0]) < 0.1
    assert 0.5 < late < 3, "a busy machine notes late when the link came up"


def test_a_datagram_comes_once(lan, held):
    daemon = held()
    heard = lan.host.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.bind((lan.host.address, 5000))
    heard.settimeout(5)
    daemon.take_over(lan.host)
    with lan.peer.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.connect((lan.host.address, 5000))
        for word in (b"first", b"second", b"third"):
            link.send(word)
    with heard:
        assert heard.recv(16) == b"first"
        heard.settimeout(0.3)
        with pytest.raises(TimeoutError):
            heard.recv(16)
    assert (daemon.counters()["held"], daemon.counters()["held_repeated"]) == (1, 2)


def test_a_tagged_connection_keeps_its_tag(lan, held):
    daemon = held()
    daemon.take_over(lan.host)
    capture = lan.capture("host", "vlan")
    lan.peer.send(frames.ether(lan.peer, lan.proxy.mac, (7,)) / frames.IP(src=lan.peer.address, dst=lan.host.address) / frames.TCP(dport=22, flags="S"))
    daemon.wait_state("awake")
    wait_for("it is sent", lambda: daemon.counters()["held_sent"])
    assert capture.fields("tcp.flags == 2", "vlan.id", "eth.src", "eth.dst")[0] == ("7", lan.proxy.mac, lan.host.mac)


def test_what_does_not_wake_is_given_up(lan, held):
    daemon = held(wake_attempts=1)
    lan.host.nic.broken = True
    daemon.take_over(lan.host)
    lan.peer.send(*(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", from_port=40000 + i) for i in range(3)))
    wait_for("they are held", lambda: daemon.show().get("held") == 3)
    wait_for("they are given up", lambda: daemon.counters()["held_given_up"] == 3)
    assert "held" not in daemon.show()


@pytest.mark.parametrize("without", ("hold", "host"))
def test_a_reload_that_ends_it_frees_what_was_held(lan, held, without):
    daemon = held()
    lan.host.nic.broken = True
    daemon.take_over(lan.host)
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    wait_for("it is held", lambda: daemon.counters()["held"])
    config = daemon.config_path.read_text()
    daemon.configure("hold = false\n" + config if without == "hold" else config.partition("host host {")[0])
    daemon.ctl("reload")
    wait_for("it is given up", lambda: daemon.counters()["held_given_up"], timeout=1)


def test_a_flood_is_bounded(lan, held):
    daemon = held()
    lan.host.nic.broken = True
    daemon.take_over(lan.host)
    flood = [bytes(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", from_port=port)) for port in range(40000, 41000)]
    lan.peer.send(*flood)
    wait_for("all are counted", lambda: daemon.counters()["wake_in_progress"] == 999)
    wait_for("they are held", lambda: daemon.show().get("held") == 64)
    assert daemon.counters()["held_full"] == 64


def test_without_it_the_client_retransmits(lan, held):
    daemon = held(hold=False)
    daemon.take_over(lan.host)
    [late] = connect_all(lan, lan.host.address, 1)
    assert late > 0.5
    assert daemon.counters()["held"] == 0


def test_a_kill_in_the_middle_loses_no_more_than_what_was_held(lan, held):
    lan.host.nic.resume_delay = 0.5
    daemon = held()
    daemon.take_over(lan.host)
    clients = threading.Thread(target=connect_all, args=(lan, lan.host.address, 1))
    clients.start()
    wait_for("it is held", lambda: daemon.counters()["held"])
    daemon.kill()
    daemon.start()
    clients.join()
    daemon.wait_state("awake")
    daemon.take_over(lan.host)
    [late] = connect_all(lan, lan.host.address, 1)
    assert late < 0.4
