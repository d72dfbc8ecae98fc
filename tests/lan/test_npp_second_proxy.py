# SPDX-License-Identifier: GPL-2.0-or-later
"""Two proxies on one LAN: one answers, the other stands by, and takes over when nobody answers any more."""

from __future__ import annotations

import time

import pytest

from harness import frames
from harness import npp_message as messages
from harness.daemon import Daemon
from harness.lan import Lan, Proxy
from harness.netns import never, wait_for
from harness.npp import NppHost
from harness.wire import ndisc6

LEASE = 1  # s, the heartbeat's
STANDBY = 1.25  # s at most between two looks: the interval and a quarter
PEER6, HOST6 = "fd00::10", "fd00::20"
SETTINGS = {"standby_interval": "1s", "heartbeat_timeout": "1s"}


class Pair:
    """Two proxies, and the host that hands itself over to both, with an address of one family."""

    def __init__(self, lan: Lan, first: Daemon, second: Daemon, machine: Proxy, family: int):
        self.lan, self.first, self.second, self.family = lan, first, second, family
        self.machine = machine
        self.host = lan.host
        self.to_first, self.to_second = NppHost(lan.host, lan.proxy), NppHost(lan.host, machine)
        self.to_second.transaction = self.to_first.transaction
        self.name = self.to_first.name
        arp = messages.arp((lan.host.mac, lan.host.address))
        self.handover = messages.addresses6(HOST6) if family == 6 else arp

    def sleep(self, *of_the_second: bytes) -> None:
        self.to_first.hand_over_whole(self.handover)
        self.to_second.hand_over_whole(self.handover, *of_the_second)
        self.host.sleep()
        self.first.wait_state("asleep", self.name)

    def answered(self) -> set[str]:
        if self.family == 6:
            return {ndisc6(self.lan.peer, HOST6)} - {""}
        return self.lan.peer.who_has(self.host.address)

    def stays(self, mac: str) -> None:
        """One of them answers, and no other."""
        never("another answers", lambda: self.answered() != {mac}, during=STANDBY + 0.5)
        assert not self.host.nic.magic

    def wait_taken_over(self, by: NppHost) -> None:
        wait_for("the other answers", lambda: self.answered() == {by.proxy.mac}, timeout=LEASE + STANDBY + 4)

    def check_wake(self, by: NppHost) -> None:
        syn = frames.tcp(self.lan.peer, self.host, by.proxy.mac, "S")
        if self.family == 6:
            syn = frames.ether(self.lan.peer, by.proxy.mac) / frames.IPv6(src=PEER6, dst=HOST6) / syn[frames.TCP]
        self.lan.peer.send(syn)
        wait_for("the host is woken", lambda: not self.host.nic.asleep)
        assert by.report().message.client == (0, by.client)
        assert self.answered() == {self.host.mac}


@pytest.fixture(params=(4, 6), ids=("ipv4", "ipv6"))
def pair(lan, start, request) -> Pair:
    machine = Proxy(lan, "second", 4)
    for each in (lan.host, lan.peer, lan.proxy, machine) if request.param == 6 else ():
        each.use_ipv6(f"fd00::{each.number}")
    first, second = start(**SETTINGS), start(name="second", machine=machine, **SETTINGS)
    return Pair(lan, first, second, machine, request.param)


def test_a_backup_stands_by_and_takes_over(pair):
    watch = pair.second.watch()
    pair.sleep(messages.backup(pair.lan.proxy.address))
    watch.wait("standby", pair.name)
    pair.stays(pair.lan.proxy.mac)
    assert "asleep" not in watch.kinds(pair.name)
    pair.first.kill()
    pair.wait_taken_over(pair.to_second)
    pair.first.start()
    pair.stays(pair.machine.mac)
    pair.check_wake(pair.to_second)
    assert pair.to_first.report().message.client == (0, pair.to_first.client)


def test_of_two_that_know_nothing_of_each_other_one_answers(pair):
    """Whichever is quicker; the other finds that out. Two that are as quick both wake the host, which is not tried."""
    pair.to_first.hand_over_whole(pair.handover)
    time.sleep(0.4)  # longer than the other checks
    pair.to_second.hand_over_whole(pair.handover)
    pair.host.sleep()
    (quicker,) = wait_for("one answers", pair.answered)
    pair.stays(quicker)
    gone, other = (pair.first, pair.to_second) if quicker == pair.lan.proxy.mac else (pair.second, pair.to_first)
    gone.kill()
    pair.wait_taken_over(other)
    pair.check_wake(other)


def test_a_report_ends_it_at_both(pair):
    pair.sleep(messages.backup(pair.lan.proxy.address))
    pair.host.resume()
    assert pair.to_first.report().message.confirmed
    assert pair.to_second.report().message.confirmed
    pair.host.sleep()
    never("answered", pair.answered, during=STANDBY + 0.7)
    assert {daemon.status_of(pair.name) for daemon in (pair.first, pair.second)} == {"awake"}


def test_a_backup_is_confirmed_though_the_first_answers_already(pair):
    pair.to_first.hand_over_whole(pair.handover)
    pair.host.sleep()
    pair.first.wait_state("asleep", pair.name)
    played = NppHost(pair.lan.machine("double", 60), pair.machine, pair.host.mac, pair.host.address)
    assert played.request_whole(pair.handover, wait=3).message.refused, "without a word of the first"
    assert played.begin().request_whole(pair.handover, messages.backup(pair.lan.proxy.address)).message.confirmed
    pair.stays(pair.lan.proxy.mac)
