# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground that DHCP for sleepers stands on: real servers and their databases, clients, relays."""

from __future__ import annotations

import time
from ipaddress import ip_address
from itertools import cycle

import pytest

from harness.dhcp_clients import Client, Dhclient, Dhcpcd, NetworkdClient, Udhcpc
from harness.dhcp_relay import Dhcrelay, Distant, DnsmasqRelay, Router
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Networkd, Server, Udhcpd
from harness.netns import wait_for

SERVERS = (Dnsmasq, IscDhcpd, Kea, Udhcpd, Networkd)
CLIENTS = (Dhclient, Dhcpcd, Udhcpc, NetworkdClient)
RELAYED = [kind for kind in SERVERS if kind.relayed]
each_server = pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.name)
each_pair = pytest.mark.parametrize(("kind", "client_kind"), zip(SERVERS, cycle(CLIENTS)), ids=lambda kind: kind.name)


def check_lease(server: Server, client: Client, address: str, asked: float) -> None:
    """The server's own word on the lease that the client has had since it asked."""
    mac = client.machine.mac
    assert client.address() == address == server.address(mac)
    assert ip_address(server.first) <= ip_address(address) <= ip_address(server.last)
    assert server.expiry(mac) == pytest.approx(server.expiry_of(address), abs=0.01)
    assert asked + server.lease_seconds - 1 <= server.expiry(mac) <= time.time() + server.lease_seconds


def default_route(client: Client) -> str:
    words = client.namespace.ip("route", "show", "default").split()
    return words[words.index("via") + 1] if words else ""


@each_pair
def test_a_client_takes_a_lease(lan, kind, client_kind):
    server = kind(lan.machine("server", 3), lease_seconds=300).start()
    asked = time.time()
    client = client_kind(lan.host).start()
    check_lease(server, client, client.wait_bound(), asked)
    assert lan.peer.ping(lan.host.address)
    assert lan.peer.neighbour(lan.host.address) == lan.host.mac


@pytest.mark.parametrize("relay_kind", (DnsmasqRelay, Dhcrelay), ids=lambda kind: kind.name)
@pytest.mark.parametrize("kind", RELAYED, ids=lambda kind: kind.name)
def test_a_lease_comes_over_each_relay(lan, kind, relay_kind):
    router = Router(lan)
    server = kind(Distant(router, "server", 5), lease_seconds=300, router=router.address).start()
    relay_kind(router, server.machine.address).start()
    asked = time.time()
    client = Dhclient(lan.host).start()
    check_lease(server, client, client.wait_bound(), asked)
    wait_for("the route", lambda: default_route(client))
    assert lan.host.ping(server.machine.address)


@each_server
def test_a_renewal_moves_the_end_in_the_server_s_database(lan, kind):
    server = kind(lan.machine("server", 3), lease_seconds=max(kind.shortest, 5)).start()
    client = Udhcpc(lan.host).start()
    address = client.wait_bound()
    first = server.expiry(lan.host.mac)
    time.sleep(1.1 + server.lease_seconds * kind.repeated)
    assert server.expiry(lan.host.mac) == pytest.approx(first, abs=0.01)
    client.renew()
    wait_for("the lease is extended", lambda: (server.expiry(lan.host.mac) or 0) > first + 0.9)
    assert server.address(lan.host.mac) == address


@each_server
def test_the_server_hands_out_the_times_and_the_router(lan, kind):
    server = kind(lan.machine("server", 3), lease_seconds=300, router=lan.peer.address, t1=100, t2=200).start()
    capture = lan.capture("server", "udp port 67")
    client = Dhclient(lan.host).start()
    client.wait_bound()
    wait_for("the route", lambda: default_route(client) == lan.peer.address)
    options = ("ip_address_lease_time", "renewal_time_value", "rebinding_time_value", "router")
    ack = capture.fields("dhcp.option.dhcp == 5", *(f"dhcp.option.{option}" for option in options))
    assert ack == [("300", "100", "200", lan.peer.address)]


@each_server
def test_a_server_can_be_made_to_forget(lan, kind):
    server = kind(lan.machine("server", 3)).start()
    address = Dhclient(lan.host).start().wait_bound()
    lease = server.lease(lan.host.mac)
    server.stop()
    server.start()
    if kind is not Networkd:
        assert server.lease(lan.host.mac) == lease
    server.forget(address)
    assert server.running
    assert server.leases() == []


def test_clients_that_slept_past_their_lease_are_back_on_their_addresses(lan):
    server = IscDhcpd(lan.machine("server", 3), lease_seconds=3).start()
    hosts = [lan.sleeper(f"host{number}", number, addressed=False) for number in range(21, 21 + len(CLIENTS))]
    clients = [kind(host).start() for kind, host in zip(CLIENTS, hosts)]
    addresses = [client.wait_bound() for client in clients]
    for client in clients:
        client.freeze()
    wait_for("the leases are over, for want of renewals", lambda: server.leases() == [])
    time.sleep(1.5)
    assert [client.address() for client in clients] == addresses
    for client in clients:
        client.machine.sleep()
        client.machine.resume()
        client.thaw()
    clients[CLIENTS.index(Udhcpc)].renew()
    wait_for("leases again", lambda: [server.address(host.mac) for host in hosts] == addresses, timeout=10)
    wait_for("back on the addresses", lambda: [client.address() for client in clients] == addresses)
