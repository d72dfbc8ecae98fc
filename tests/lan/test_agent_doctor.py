# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the host can be woken: what the agent says of Wake-on-LAN, and a Magic Packet of the proxy's on its way here."""

from __future__ import annotations

import pytest

from harness import npp_message as messages
from harness.agent import Agent
from harness.netns import wait_for
from harness.npp import NppHost, NppProxy

WAKE_TEST = bytes([129, 0])


@pytest.fixture
def agent(lan) -> Agent:
    return Agent(lan.host)


@pytest.fixture
def tap(lan) -> str:
    """An interface whose driver has no Wake-on-LAN, and says so."""
    lan.host.namespace.ip("tuntap", "add", "tap0", "mode", "tap")
    lan.host.namespace.ip("addr", "add", "198.51.100.1/24", "dev", "tap0")
    return "tap0"


def test_the_proxys_magic_packet_arrives(lan, start, agent):
    start()
    (told,) = agent.ask("doctor")["tests"]
    assert told == {
        "interface": "eth0", "wake-on-lan": "unknown", "proxy": lan.proxy.address, "magic-packet": "arrived"
    }  # fmt: skip
    assert agent.blocks("doctor") == [told]


def test_a_magic_packet_that_does_not_arrive_is_missed(lan, agent):
    NppProxy(lan.machine("advertises", 5))
    assert "the Magic Packet of 192.0.2.5 does not arrive" in agent.fail("doctor")


def test_no_proxy_is_told(lan, agent):
    assert "no proxy answers" in agent.fail("doctor")


def test_a_proxy_sends_one_a_second_at_most_to_whom_it_is_asked_by(lan, start):
    start()
    host = NppHost(lan.host, lan.proxy)
    capture = lan.capture("peer", "ether proto 0x0842")
    solicitation = messages.solicitation()
    wanted = solicitation._replace(options=(*solicitation.options, WAKE_TEST))
    for _ in range(20):
        host.say(wanted)
    wait_for("one", lambda: capture.fields("eth.type == 0x0842", "eth.src"))
    host.ask(wanted)
    assert len(capture.fields("eth.type == 0x0842", "eth.src")) <= 2


def test_without_wake_on_lan_it_warns_or_refuses(lan, agent, tap):
    agent.may = "+net_raw,+net_admin"  # else the kernel does not say
    agent.configure(interface=tap)
    (shown,) = agent.ask("status")["interfaces"]
    assert (shown["wake-on-lan"], shown["addresses"]) == ("unsupported", ["198.51.100.1"])
    assert "WARNING: tap0: its driver has no Wake-on-LAN" in agent.fail("sleep")
    agent.configure(interface=tap, wake_on_lan="require")
    assert "tap0: not handed over: its driver has no Wake-on-LAN" in agent.fail("sleep")
    assert "tap0: Wake-on-LAN cannot be enabled" in agent.fail("--enable-wol", "status")


def test_ipv6_is_not_said_to_be_handed_over(lan, agent):
    namespace = lan.host.namespace
    namespace.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0")
    namespace.ip("addr", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
    (shown,) = agent.ask("status")["interfaces"]
    assert shown["addresses"] == [lan.host.address]
    assert "2001:db8::1" in shown["only-with-nd"]
