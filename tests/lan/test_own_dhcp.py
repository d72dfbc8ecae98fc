# SPDX-License-Identifier: GPL-2.0-or-later
"""The DHCP server is on the proxy's own machine: a sleeper's lease is kept by its database."""

import time

import pytest

from harness.daemon import host_section
from harness.dhcp_clients import Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Udhcpd
from harness.dhcp6 import Dhcpcd6, Dnsmasq6, Kea6
from harness.leases import Leaseholder
from harness.netns import wait_for

each_server = pytest.mark.parametrize("server", (Dnsmasq, IscDhcpd, Kea, Udhcpd), ids=lambda kind: kind.name)


@pytest.fixture
def held_here(lan, start):
    """A daemon that knows the host's MAC alone, and beside it a server."""

    def held_here(server, client, seconds: int = 8, t1: int = 0, **settings) -> Leaseholder:
        running = server(lan.proxy, max(server.shortest, seconds), t1=t1).start()
        daemon = start(host_section("host", lan.host.mac, []), min_lease="1s", **settings)
        return Leaseholder(daemon, client(lan.host), running)

    return held_here


@each_server
@pytest.mark.parametrize("mode", ["native", "generic"])
def test_a_lease_is_kept(lan, held_here, server, mode):
    held = held_here(server, Udhcpc, t1=3 if server is Dnsmasq else 0, mode=mode)
    address = held.take()
    first_end = held.server_end()
    time.sleep(1.1)
    held.sleep_confirmed()
    wait_for("the server's database has a later end", lambda: held.server_end() > first_end + 0.5, timeout=8)
    second_end = held.server_end()
    wait_for("and a later one still", lambda: held.server_end() > second_end + 0.5, timeout=12)
    assert held.lease()["address"] == address
    assert held.answered() == {lan.proxy.mac}
    assert held.daemon.status_of() == "asleep"


def test_it_is_renewed_by_unicast(lan, held_here):
    """At T1, and seconds before anything is broadcast at T2: by the counters, and on no wire."""
    held = held_here(Dnsmasq, Udhcpc, t1=3)
    held.take()
    held.sleep_confirmed()
    capture = lan.capture("proxy", "udp port 67")
    renewals = held.daemon.counters()["dhcp_message_renewal"]
    wait_for("it is renewed", lambda: held.daemon.counters()["dhcp_message_renewal"] > renewals, timeout=8)
    assert capture.fields("dhcp.option.dhcp == 3", "ip.dst") == []


def test_a_lease_of_which_nothing_is_known_is_asked_for(lan, start):
    """By broadcast, to all servers."""
    server = Dnsmasq(lan.proxy).start()
    client = Udhcpc(lan.host)
    address = client.start().wait_bound()
    daemon = start(host_section("host", lan.host.mac, [address]))
    client.freeze()
    daemon.take_over(lan.host)
    lease = wait_for("it is known", lambda: daemon.ask("lease-show", name="host").get("result"))
    assert (lease["address"], lease["server"]) == (address, lan.proxy.address)


@pytest.mark.parametrize("server", (Kea6, Dnsmasq6), ids=lambda kind: kind.name)
def test_a_dhcpv6_lease_is_kept(lan, start, server):
    def lease() -> dict:
        return daemon.ask("lease-show", name="host").get("result", {}).get("dhcpv6", {})

    lan.host.drop_address()
    running = server(lan.proxy).start()
    daemon = start(host_section("host", lan.host.mac, []), min_lease="1s")
    client = Dhcpcd6(lan.host)
    address = client.start().wait_bound()
    wait_for("the proxy hears of the lease", lambda: lease().get("addresses") == [address])
    client.freeze()
    daemon.take_over(lan.host)
    wait_for("the lease is confirmed", lambda: lease().get("confirmed"))
    confirmed = running.ends(address)
    if server is Kea6:
        wait_for("it is renewed at T1", lambda: running.ends(address) > confirmed + 2, timeout=8)
    assert daemon.status_of() == "asleep"


def test_a_lease_from_before_the_host_was_named_is_known(lan, start):
    daemon = start()
    Dnsmasq(lan.proxy).start()
    address = Udhcpc(lan.host).start().wait_bound()
    daemon.ctl("host", "add", "host", "--mac", lan.host.mac)
    lease = daemon.ask("lease-show", name="host")["result"]
    assert (lease["address"], lease["seconds"]) == (address, 120)  # how long, the server alone says
