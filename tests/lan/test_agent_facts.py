# SPDX-License-Identifier: GPL-2.0-or-later
"""What an agent knows of its machine's lease, out of its client's files; and what the server's own database says."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from harness.dhcp_clients import Client, Dhclient, Dhcpcd, NetworkdClient, Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Networkd, Server, Udhcpd
from harness.lan import BUILD, Machine, address_of
from harness.netns import wait_for

FACTS = BUILD / "tests/lan/agent_facts"
SERVERS = (Dnsmasq, IscDhcpd, Kea, Udhcpd, Networkd)
PLACES = {  # on a machine, and in a client's directory
    Dhclient: ("var/lib/dhcp/dhclient.eth0.leases", "leases"),
    Dhcpcd: ("var/lib/dhcpcd", "state"),
    NetworkdClient: ("run", "run"),
}
KEEPERS = tuple(PLACES)
REPEATS_ID = (Kea,)  # RFC 6842
each_server = pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.name)
each_keeper = pytest.mark.parametrize("client_kind", KEEPERS, ids=lambda kind: kind.name)


def root_of(client: Client) -> Path:
    """As if the client's files were the machine's."""
    root = client.directory / "root"
    if type(client) in PLACES and not root.exists():
        place, here = PLACES[type(client)]
        (root / place).parent.mkdir(parents=True)
        (root / place).symlink_to(client.directory / here)
    return root


def facts_of(client: Client) -> dict:
    assert FACTS.exists(), f"{FACTS} is missing: run make check"
    return json.loads(client.namespace.run(FACTS, root_of(client)).stdout)


def lease_of(client: Client) -> dict:
    return facts_of(client)["lease"]


def bound(kind: type[Client], machine: Machine) -> Client:
    """With a default route, by which the interface is found."""
    client = kind(machine).start()
    client.wait_bound()
    wait_for("the route", lambda: client.namespace.ip("route", "show", "default"))
    return client


def left_at(server: Server, mac: str) -> float:
    return server.expiry(mac) - time.time()


@each_keeper
@each_server
def test_the_lease_is_as_in_the_server_s_database(lan, kind, client_kind):
    server = kind(lan.machine("server", 3), lease_seconds=300, router=lan.peer.address).start()
    client = bound(client_kind, lan.host)
    wait_for("the client's file", lambda: lease_of(client))
    facts, granted = facts_of(client), server.lease(lan.host.mac)
    assert (facts["interface"], facts["mac"]) == ("eth0", lan.host.mac)
    assert [own["address"] for own in facts["ipv4"]] == [granted.address]
    lease = facts["lease"]
    assert (lease["address"], lease["server"]) == (granted.address, server.machine.address)
    assert lease["total"] == 300
    assert lease["left"] == pytest.approx(left_at(server, lan.host.mac), abs=2)
    if client_kind is NetworkdClient:
        assert lease["client_id"].startswith("ff")
    else:
        assert bool(lease["client_id"]) == (client_kind is Dhcpcd and kind in REPEATS_ID)
    if lease["client_id"] and granted.client_id:
        assert lease["client_id"] == granted.client_id


@pytest.mark.parametrize("client_kind", (Dhcpcd, NetworkdClient), ids=lambda kind: kind.name)
def test_a_renewal_that_changes_nothing_is_seen(lan, client_kind):
    """systemd-networkd then leaves its file as it is, so that the kernel alone tells."""
    server = Kea(lan.machine("server", 3), lease_seconds=4, t1=1, router=lan.peer.address).start()
    client = bound(client_kind, lan.host)
    first = server.expiry(lan.host.mac)
    wait_for("renewals", lambda: server.expiry(lan.host.mac) > first + 5, timeout=15)
    assert lease_of(client)["left"] == pytest.approx(left_at(server, lan.host.mac), abs=2)


def test_a_client_that_keeps_nothing(lan):
    Dnsmasq(lan.machine("server", 3), router=lan.peer.address).start()
    client = bound(Udhcpc, lan.host)
    facts = facts_of(client)
    assert [own["address"] for own in facts["ipv4"]] == [lan.host.address]
    assert facts["lease"] is None


@each_keeper
def test_the_lease_of_an_address_that_the_machine_has_no_more(lan, client_kind):
    Dnsmasq(lan.machine("server", 3), router=lan.peer.address).start()
    client = bound(client_kind, lan.host)
    wait_for("the client's file", lambda: lease_of(client))
    client.release()
    lan.host.namespace.ip("addr", "add", f"{address_of(77)}/24", "dev", "eth0")
    lan.host.namespace.ip("route", "add", "default", "via", lan.peer.address)
    assert lease_of(client) is None
