# SPDX-License-Identifier: GPL-2.0-or-later
"""Each client's lease from each server, kept while the client is silent; and the client is back on the same address."""

import time

import pytest

from harness.dhcp_clients import Dhclient, Dhcpcd, NetworkdClient, Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Networkd, Udhcpd
from harness.netns import wait_for

each_server = pytest.mark.parametrize(
    "server", (Dnsmasq, IscDhcpd, Kea, Udhcpd, Networkd), ids=lambda kind: kind.name
)
each_client = pytest.mark.parametrize("client", (Dhclient, Dhcpcd, Udhcpc, NetworkdClient), ids=lambda kind: kind.name)


@each_client
@each_server
def test_a_lease_is_kept(leaseholder, lan, server, client):
    held = leaseholder(server, client)
    address = held.take()
    first_end = held.server_end()
    time.sleep(1.1)
    held.sleep_confirmed()
    wait_for("the server's database has a later end", lambda: held.server_end() > first_end + 0.5, timeout=8)
    assert held.lease()["address"] == address
    assert held.answered() == {lan.proxy.mac}
    held.resume()
    held.daemon.wake()
    held.daemon.wait_state("awake")
    wait_for("the host has its address", lambda: held.client.address() == address)
    wait_for("it is reached", lambda: lan.peer.ping(address))
    assert wait_for("it is answered for", held.answered) == {lan.host.mac}  # some clients take it down once more


def test_a_server_that_looks_for_the_host_at_its_own_port_is_corrected(leaseholder, lan):
    held = leaseholder(Dnsmasq, Udhcpc, t1=3)
    address = held.take()
    held.sleep_confirmed()
    first_end = held.server_end()
    held.server.namespace.ip("neigh", "replace", address, "lladdr", lan.host.mac, "dev", "eth0", "nud", "stale")
    wait_for("the server's database has a later end", lambda: held.server_end() > first_end + 0.5, timeout=8)
    wait_for("the answer arrives", lambda: held.daemon.counters()["dhcp_message_renewal"] == 2)
    assert held.server.machine.neighbour(address) == lan.proxy.mac
