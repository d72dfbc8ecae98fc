# SPDX-License-Identifier: GPL-2.0-or-later
"""What wakes a host that hands itself over: the ports on which it can be spoken to, and no others."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from harness import frames
from harness.agent import PROMPT, Agent
from harness.daemon import Daemon
from harness.lan import Lan
from harness.netns import never, wait_for

ANY, LOOPBACK = "0.0.0.0", "127.0.0.1"
Opens = Callable[..., None]


@pytest.fixture
def opens(lan) -> Iterator[Opens]:
    """The host's sockets: what is bound, listens where it is TCP's, and is connected to a peer, if any."""
    with contextlib.ExitStack() as sockets:

        def opens(protocol: str, *ports: int, on: str = ANY, peer: tuple[str, int] | None = None) -> None:
            for port in ports:
                kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
                made = sockets.enter_context(lan.host.namespace.socket(socket.AF_INET, kind))
                made.bind((on, port))
                if protocol == "tcp":
                    made.listen()
                if peer:
                    made.connect(peer)

        yield opens


class Nights:
    """The host sleeps, and what is sent to it wakes it or does not."""

    def __init__(self, lan: Lan, daemon: Daemon, **settings: object):
        self.lan, self.daemon = lan, daemon
        self.agent = Agent(lan.host, **settings)

    def sleep(self) -> list[str]:
        """The ports that the host names."""
        (handover,) = self.agent.ask("sleep")["registrations"]
        self.lan.host.sleep()
        self.daemon.wait_state("asleep")
        assert self.daemon.show()["wake"] == (handover["wake"] or ["none"])
        return handover["wake"]

    def wake(self) -> None:
        self.lan.host.resume()
        assert self.agent.ask("wake")["reports"][0]["confirmed"]

    def send(self, *ports: str) -> None:
        for each in ports:
            protocol, number = each.split("/")
            peer, host, via = self.lan.peer, self.lan.host, self.lan.proxy.mac
            opening = frames.tcp(peer, host, via, "S", int(number)) if protocol == "tcp" else None
            peer.send(opening or frames.udp(peer, host, via, int(number)))

    def check(self, wakes: list[str], others: list[str]) -> None:
        """The first that wakes, after all that do not; then each of the rest, in a night of its own."""
        self.send(*others)
        never("it is woken", lambda: self.lan.host.nic.magic, during=0.3)
        assert self.daemon.status_of() == "asleep"
        for number, port in enumerate(wakes):
            if number:
                self.sleep()
            self.lan.host.nic.magic.clear()
            self.send(port)
            wait_for(f"{port} wakes it", lambda: self.lan.host.nic.magic)
            (event,) = [each for each in self.daemon.history() if each["event"] == "waking"][-1:]
            assert f"{event['protocol']}/{event['port']}" == port
            self.wake()


@pytest.fixture
def nights(lan, start) -> Callable[..., Nights]:
    return lambda **settings: Nights(lan, start(wake_holdoff="0s", **PROMPT), **settings)


def test_what_listens_wakes_it(lan, nights, opens):
    opens("tcp", 22, 8443)
    opens("tcp", 445, on=lan.host.address)
    opens("tcp", 631, on=LOOPBACK)
    opens("udp", 161)
    held = nights()
    assert held.sleep() == ["tcp/22", "tcp/445", "tcp/8443"]
    held.check(["tcp/22", "tcp/445", "tcp/8443"], ["tcp/23", "tcp/631", "udp/161", "udp/22"])


def test_and_udp_ports_where_they_are_wished(lan, nights, opens):
    opens("tcp", 22)
    opens("udp", 161, 68)
    opens("udp", 5353, on=lan.host.address)
    opens("udp", 323, on=LOOPBACK)
    opens("udp", 5000, peer=(lan.peer.address, 123))
    held = nights(wake="auto-udp")
    assert held.sleep() == ["tcp/22", "udp/161", "udp/5353"]
    held.check(["udp/161", "udp/5353"], ["tcp/161", "udp/22", "udp/68", "udp/323", "udp/5000"])


def test_named_ports_and_no_others(nights, opens):
    opens("tcp", 22)
    held = nights(wake=["udp/161", "tcp/3389"])
    assert held.sleep() == ["tcp/3389", "udp/161"]
    held.check(["tcp/3389"], ["tcp/22", "udp/3389"])


def test_named_ports_and_what_listens(nights, opens):
    opens("tcp", 22)
    held = nights(wake=["auto", "udp/any"])
    assert held.sleep() == ["tcp/22", "udp/any"]
    held.check(["udp/9999"], ["tcp/23"])


def test_nothing_wakes_it(nights, opens):
    opens("tcp", 22)
    opens("udp", 161)
    held = nights(wake="none")
    assert held.sleep() == []
    held.check([], ["tcp/22", "tcp/23", "udp/161"])
    held.daemon.wake()
    wait_for("it is woken by who may", lambda: held.lan.host.nic.magic)


def test_nothing_listens(nights):
    """Nobody could connect."""
    held = nights()
    assert held.sleep() == []
    held.check([], ["tcp/22"])


def test_more_ports_than_can_be_said(nights, opens):
    opens("tcp", *range(7001, 7066))
    held = nights()
    told = held.agent.blocks("status")[0]
    assert (told["wakes"], told["summed-up"]) == ("tcp/any", "true")
    assert held.sleep() == ["tcp/any"]
    assert held.agent.handovers()[0]["summed-up"]
    held.check(["tcp/23"], ["udp/7001"])


def test_as_many_ports_as_can_be_said(nights, opens):
    opens("tcp", *range(7001, 7065))
    held = nights()
    assert held.sleep() == [f"tcp/{port}" for port in range(7001, 7065)]
    held.check(["tcp/7064"], ["tcp/7065"])


def test_what_people_say_counts(lan, start, known, opens):
    opens("tcp", 22)
    held = Nights(lan, start(known(wake=["tcp/8080"]), wake_holdoff="0s", **PROMPT))
    (handover,) = held.agent.ask("sleep")["registrations"]
    assert handover["wake"] == ["tcp/22"]
    lan.host.sleep()
    held.daemon.wait_state("asleep")
    held.check(["tcp/8080"], ["tcp/22"])
