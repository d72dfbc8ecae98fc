# SPDX-License-Identifier: GPL-2.0-or-later
"""Two proxies on the host's LAN: which one is the first, what the second is for, and what the host does without one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from harness.agent import PROMPT, Agent, failed
from harness.daemon import Daemon
from harness.lan import Lan, Proxy
from harness.netns import wait_for

SETTINGS = PROMPT | {"standby_interval": "1s", "heartbeat_timeout": "1s"}
PATIENCE = 8  # s, for the second: the heartbeat timeout, the next look, and a busy machine


class Pair:
    def __init__(self, lan: Lan, daemons: list[Daemon], machines: list[Proxy]):
        self.lan, self.daemons, self.machines = lan, daemons, machines
        self.agent = Agent(lan.host, report_wait="700ms")

    def address(self, which: int) -> str:
        return self.machines[which].address

    def sleep(self) -> list[int]:
        """Which of them have it, the first one first."""
        handovers = self.agent.ask("sleep")["registrations"]
        addresses = [each["proxy"]["address"] for each in handovers]
        assert [each.get("backup-of") for each in handovers] == [None, *addresses[:1]][: len(handovers)]
        assert self.agent.handovers() == handovers
        return [[machine.address for machine in self.machines].index(address) for address in addresses]

    def answered(self) -> set[str]:
        return self.lan.peer.who_has(self.lan.host.address)


@pytest.fixture
def pair(lan, start) -> Callable[..., Pair]:
    """With the preferences."""

    def pair(first: int = 0, second: int = 0) -> Pair:
        machines = [lan.proxy, Proxy(lan, "second", 4)]
        daemons = [
            start(name=machine.name, machine=machine, preference=preference, **SETTINGS)
            for machine, preference in zip(machines, (first, second))
        ]
        return Pair(lan, daemons, machines)

    return pair


def test_the_second_takes_over(lan, pair, ssh):
    held = pair(second=-1)
    first, second = held.daemons
    watch = second.watch()
    assert held.sleep() == [0, 1]
    _, first_told, backup = held.agent.blocks("status")
    assert first_told["proxy"] == backup["backup-of"] == held.address(0)
    assert (backup["proxy"], backup["wakes"]) == (held.address(1), "tcp/22")
    lan.host.sleep()
    first.wait_state("asleep")
    watch.wait("standby")
    assert held.answered() == {lan.proxy.mac}
    first.kill()
    wait_for("the second answers", lambda: held.answered() == {held.machines[1].mac}, timeout=PATIENCE)
    lan.peer.forget()
    lan.peer.connect(lan.host.address, 22, timeout=10).close()

    done = held.agent.bounded(0.7, "--json", "wake")
    assert f"{held.address(0)} did not answer" in failed(done)
    reports = {each["proxy"]: each["confirmed"] for each in json.loads(done.stdout)["reports"]}
    assert reports == {held.address(0): False, held.address(1): True}
    assert [each["proxy"]["address"] for each in held.agent.handovers()] == [held.address(0)]
    assert second.status_of() == "awake"
    assert held.agent.blocks("status")[1]["proxy"] == held.address(0)
    first.start()
    (report,) = held.agent.ask("wake")["reports"]
    assert (report["proxy"], report["confirmed"]) == (held.address(0), True)
    assert not held.agent.state.exists()


def test_both_are_told_in_the_morning(lan, pair):
    held = pair()
    first, second = (held.daemons[which] for which in held.sleep())
    lan.host.sleep()
    first.wait_state("asleep")
    lan.host.resume()
    assert len(held.agent.blocks("wake")) == 2
    assert not held.agent.state.exists()
    assert [daemon.status_of() for daemon in (first, second)] == ["awake", "awake"]


@pytest.mark.parametrize(("preferences", "order"), [((-5, 3), [1, 0]), ((2147483647, -2147483648), [0, 1])])
def test_preference_decides(pair, preferences, order):
    held = pair(*preferences)
    found = held.agent.ask("discover")["proxies"]
    assert [(each["address"], each["preference"]) for each in found] == [
        (held.address(which), preferences[which]) for which in order
    ]
    assert held.sleep() == order


def test_the_configuration_decides_before_it(pair):
    held = pair(5, 0)
    held.agent.configure(proxy=[held.address(1), held.address(0)])
    assert held.sleep() == [1, 0]
    held.agent.configure(backup=False)
    assert held.sleep() == [0]
    held.agent.configure(proxy=held.address(1))
    assert held.sleep() == [1]
    found = {each["address"]: each for each in held.agent.ask("discover")["proxies"]}
    assert found[held.address(1)]["suits"]
    other = found.get(held.address(0), {})
    assert other.get("reason", "is not among the configured proxies") == "is not among the configured proxies"
    held.agent.configure(proxy=held.lan.peer.address, wait="500ms")
    done = held.agent.bounded(0.5, "sleep")
    assert f"{held.address(0)} is not among the configured proxies" in failed(done)
