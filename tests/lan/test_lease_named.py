# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that are named by hand, with their addresses: a lease that they had before is kept while they sleep."""

from __future__ import annotations

import pytest

from harness.dhcp_clients import NetworkdClient, Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd
from harness.leases import Leaseholder
from harness.netns import never, wait_for


@pytest.fixture
def unnamed(lan, start):
    """A host with a lease, which nobody has named; the daemon has heard of it, or starts later."""

    def unnamed(server, client, heard: bool) -> Leaseholder:
        running = server(lan.machine("server", 3), 300).start()
        daemon = start() if heard else None
        holder = client(lan.host).start()
        holder.wait_bound()
        return Leaseholder(daemon or start(), holder, running)

    return unnamed


def is_renewed(held: Leaseholder) -> bool:
    return any(each["result"] == "renewed" for each in held.daemon.listed("leases"))


def check_kept(held: Leaseholder) -> None:
    held.sleep()
    wait_for("renewed", lambda: is_renewed(held))
    lease = held.lease()
    assert (lease["renewed-by"], lease["confirmed"], lease["address"]) == ("proxy", True, held.host.address)
    assert held.answered() == {held.lan.proxy.mac}


def test_what_was_heard_before_it_was_named_is_remembered(unnamed):
    """dhcpd knows networkd's client by its client identifier alone: that is remembered with the lease."""
    held = unnamed(IscDhcpd, NetworkdClient, heard=True)
    held.daemon.add(held.host)
    [lease] = held.daemon.listed("leases")
    assert (lease["state"], lease["address"], lease["renewed-by"]) == ("bound", held.host.address, "host")
    check_kept(held)


def test_what_was_not_heard_is_asked_about(unnamed):
    held = unnamed(Dnsmasq, Udhcpc, heard=False)
    held.daemon.add(held.host)
    assert held.daemon.listed("leases") == []
    check_kept(held)


def test_no_lease_is_no_loss(lan, start):
    """A server that refuses what it does not know; the address is the host's own nevertheless."""
    IscDhcpd(lan.machine("server", 3), 300).start()
    daemon = start()
    daemon.add(lan.host)
    capture = lan.capture("proxy", "udp port 67")
    daemon.take_over(lan.host)
    wait_for("it is asked about", lambda: capture.fields("dhcp.option.dhcp == 3", "dhcp.ip.client"))
    never("a lease, or a wake", lambda: daemon.listed("leases") or daemon.status_of() != "asleep", during=1)
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
    assert capture.fields("dhcp.option.dhcp == 3", "dhcp.ip.client") == [(lan.host.address,)]
