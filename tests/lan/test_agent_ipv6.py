# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that hands over its IPv6 addresses is found at each of them, and has each of them back."""

from __future__ import annotations

import json

import pytest

from harness import npp_message as messages
from harness.agent import PROMPT, Agent
from harness.netns import wait_for

GLOBAL, ULA, DEPRECATED = "2001:db8::20", "fd00::20", "2001:db8::99"


@pytest.fixture
def agent(lan) -> Agent:
    return Agent(lan.host)


def ndisc6(machine, address: str) -> str:
    """The MAC that a Neighbor Advertisement tells, or ""."""
    done = machine.namespace.run("ndisc6", "-1", "-q", "-r", 1, "-w", 500, address, machine.interface, check=False)
    return done.stdout.strip().lower()


def addresses6(machine) -> dict[str, set[str]]:
    """Its IPv6 addresses, with what the kernel says of each."""
    (shown,) = json.loads(machine.namespace.ip("-6", "-json", "addr", "show", "dev", machine.interface))
    flags = ("tentative", "dadfailed", "deprecated", "temporary")
    return {each["local"]: {flag for flag in flags if each.get(flag)} for each in shown["addr_info"]}


def is_settled(machine, count: int) -> bool:
    found = addresses6(machine)
    return len(found) >= count and not any("tentative" in flags for flags in found.values())


@pytest.fixture
def host(lan):
    """With a link-local, a global, a private, two temporary and a deprecated address, each checked for duplicates."""
    host = lan.host
    host.use_ipv6(dad=True)
    host.namespace.run("sysctl", "-qw", "net.ipv6.conf.eth0.use_tempaddr=2")
    for address in (GLOBAL, ULA):
        host.namespace.ip("-6", "addr", "add", f"{address}/64", "dev", "eth0", "mngtmpaddr")
    host.namespace.ip("-6", "addr", "add", f"{DEPRECATED}/64", "dev", "eth0", "preferred_lft", 0)
    wait_for("no address is tentative", lambda: is_settled(host, 6), timeout=10)
    return host


def test_each_ipv6_address_is_answered_for_and_comes_back(lan, start, host, agent):
    lan.peer.use_ipv6("2001:db8::10")
    lan.proxy.use_ipv6("2001:db8::2", "fd00::2")
    daemon = start(**PROMPT)
    own = {address for address, flags in addresses6(host).items() if not flags - {"temporary"}}
    assert len(own) == 5 and {GLOBAL, ULA} < own
    assert set(agent.ask("status")["interfaces"][0]["only-with-nd"]) == own

    (handover,) = agent.ask("sleep")["registrations"]
    assert set(handover["addresses"]) == own | {host.address}
    assert "missed" not in handover
    host.sleep()
    daemon.wait_state("asleep")
    assert set(daemon.show()["addresses"]) == own | {host.address}
    assert {address: ndisc6(lan.peer, address) for address in own} == dict.fromkeys(own, lan.proxy.mac)
    assert ndisc6(lan.peer, DEPRECATED) == ""

    host.namespace.ip("-6", "addr", "flush", "dev", "eth0")
    host.resume()
    for address in own:  # its first frames are its probes
        host.namespace.ip("-6", "addr", "add", f"{address}/64", "dev", "eth0")
    daemon.wait_state("awake")
    wait_for("no address is tentative", lambda: is_settled(host, 5), timeout=10)
    after = addresses6(host)
    assert own <= after.keys() and not any("dadfailed" in flags for flags in after.values())
    assert agent.ask("wake")["reports"][0]["confirmed"]
    assert {address: ndisc6(lan.peer, address) for address in own} == dict.fromkeys(own, host.mac)


def test_a_prefix_that_the_proxy_does_not_know_costs_no_more_than_ipv6(lan, start, host, agent):
    lan.proxy.use_ipv6("fd00::2")
    daemon = start(**PROMPT)
    before = daemon.npp()
    (handover,) = agent.ask("sleep")["registrations"]
    assert (handover["addresses"], handover["missed"]) == ([host.address], ["nd"])
    assert daemon.npp()["off_link"] == before["off_link"] + 1
    host.sleep()
    daemon.wait_state("asleep")


def test_an_ipv6_address_that_another_machine_has_is_refused(crowd):
    crowd.lan.peer.use_ipv6("fd00::10")
    host = crowd.host()
    with crowd.counted(address_in_use=1):
        assert host.request(messages.addresses6("fd00::10")).message.refused
    assert not crowd.is_known(host)
    with crowd.counted(registered=1):
        assert host.request(messages.addresses6("fd00::11")).message.confirmed
    assert set(crowd.daemon.show(host.name)["addresses"]) == {host.address, "fd00::11"}


def test_of_both_families_a_host_has_32(own_crowd):
    crowd = own_crowd(grace_period="30s")
    host = crowd.host()
    many = [f"fd00::{number:x}" for number in range(0x100, 0x11F)]
    for part in (many[:10], many[10:20], many[20:30], many[30:]):
        assert host.request(messages.addresses6(*part)).message.confirmed
    with crowd.counted(too_many=1):
        assert host.request(messages.addresses6("fd00::200")).message.refused
    assert set(crowd.daemon.show(host.name)["addresses"]) == {host.address, *many}
