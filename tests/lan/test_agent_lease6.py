# SPDX-License-Identifier: GPL-2.0-or-later
"""A host hands its DHCPv6 lease over to a proxy that has heard nothing of it: kept, or refused; by the servers' own databases."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from harness import npp_message as messages
from harness.agent import PROMPT, ROOT, Agent
from harness.dhcp6 import NETWORK, Client6, Dhclient6, Dhcpcd6, Dnsmasq6, IscDhcpd6, Kea6, Networkd6, Server6
from harness.netns import wait_for

LOCAL = "fe80::ff:fe00:20"
NAMES = ("dhcpv6.msgtype", "dhcpv6.duid.bytes", "dhcpv6.iaid", "dhcpv6.iaaddr.ip")
REQUEST, RENEW = "3", "5"
PAIRS = [(Kea6, Dhclient6), (Kea6, Dhcpcd6), (IscDhcpd6, Dhclient6), (Dnsmasq6, Dhcpcd6)]


class Tenant:
    """The client says nothing more from when it has its lease, and the daemon begins after that."""

    def __init__(self, lan, start, server: type[Server6], client: type[Client6]):
        lan.peer.use_ipv6(f"{NETWORK}10")
        lan.proxy.use_ipv6(f"{NETWORK}2")
        self.server = server(lan.machine("server", 3)).start()
        self.capture = lan.capture("proxy", "port 546 or port 547")
        self.client, self.host = client(lan.host), lan.host
        self.address = self.client.start().wait_bound()
        self.agent = Agent(lan.host, self.client, ROOT)
        wait_for("the address", lambda: self.address in self.status().get("only-with-nd", ()))
        self.client.freeze()
        self.daemon = start(min_lease="1s", **PROMPT)

    def status(self) -> dict:
        return self.agent.ask("status")["interfaces"][0]

    def hand_over(self) -> dict:
        (handover,) = self.agent.ask("sleep")["registrations"]
        self.host.sleep()
        self.daemon.wait_state("asleep", self.host.name)
        return handover

    def lease(self) -> dict:
        return self.daemon.ask("lease-show", name=self.host.name).get("result", {}).get("dhcpv6", {})

    def sent(self, mac: str) -> set[tuple[str, ...]]:
        return {tuple(each) for each in self.capture.fields(f"dhcpv6 && eth.src == {mac}", *NAMES)}


@pytest.fixture
def tenant(lan, start) -> Callable[..., Tenant]:
    return lambda server, client: Tenant(lan, start, server, client)


@pytest.mark.parametrize(("server", "client"), PAIRS, ids=lambda kind: kind.name)
def test_it_is_renewed(lan, tenant, server, client):
    held = tenant(server, client)
    (own,) = held.status()["lease6"]["addresses"]
    assert own["address"] == held.address
    assert own["valid"] == pytest.approx(held.server.ends(held.address) - time.time(), abs=2.5)
    assert not held.daemon.listed("hosts")
    handover = held.hand_over()
    assert (handover["lease6"]["addresses"][0]["address"], "missed" in handover) == (held.address, False)
    wait_for("the lease is confirmed", lambda: held.lease().get("confirmed"))
    confirmed = held.server.ends(held.address)
    if held.server.shortest < 12:
        wait_for("it is renewed at T1", lambda: held.server.ends(held.address) > confirmed + 2, timeout=8)
    assert (held.lease()["addresses"], held.lease()["source"]) == ([held.address], LOCAL)
    ((duids, iaid),) = {(duids, iaid) for kind, duids, iaid, _ in held.sent(held.host.mac) if kind == REQUEST}
    assert held.sent(lan.proxy.mac) == {(RENEW, duids, iaid, held.address)}


def test_it_outlives_the_daemon(lan, tenant):
    held = tenant(Kea6, Dhclient6)
    held.hand_over()
    held.daemon.stop()
    held.daemon.start()
    began = held.server.ends(held.address)
    wait_for("it is renewed", lambda: held.server.ends(held.address) > began + 2, timeout=12)


def test_of_systemd_networkd_it_must_be_snooped(tenant):
    held = tenant(Kea6, Networkd6)
    assert "lease6" not in held.status()
    assert "lease6" not in held.hand_over()
    assert not held.lease()


ADDRESS, OTHER = "fd00::21", "fd00::22"


def test_only_of_addresses_of_the_registration(crowd):
    crowd.lan.proxy.use_ipv6("fd00::2")
    host = crowd.host()
    for lease in (messages.lease6(OTHER), messages.lease6(ADDRESS, OTHER)):
        with crowd.counted(missing_address=1):
            assert host.request(messages.addresses6(ADDRESS), lease).message.refused
    assert not crowd.is_known(host)
    with crowd.counted(registered=2):
        assert host.request(messages.addresses6(ADDRESS)).message.confirmed
        assert host.request(messages.lease6(ADDRESS, left=600)).message.confirmed
    told = crowd.daemon.ask("lease-show", name=host.name)["result"]["dhcpv6"]
    assert (told["addresses"], told["iaid"], told["duid"]) == ([ADDRESS], 0x20, messages.DUID.hex(":"))
