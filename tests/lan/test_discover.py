# SPDX-License-Identifier: GPL-2.0-or-later
"""The neighbours that were seen and are no hosts yet: who they are, and the command that adds each of them."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from harness import frames
from harness.dhcp_clients import Udhcpc
from harness.dhcp_servers import Dnsmasq
from harness.lan import BUILD
from harness.netns import run, wait_for

VENDORS = Path("/usr/share/ieee-data/oui.txt")


class NamedClient(Udhcpc):
    hostname = "laser"

    def command(self) -> list[object]:
        return [*super().command(), "-x", f"hostname:{self.hostname}"]


def found(daemon, machine) -> dict | None:
    return next((each for each in daemon.listed("neighbours", "discover") if each["mac"] == machine.mac), None)


def discovers(daemon, machine, *addresses: str) -> dict:
    def seen() -> dict | None:
        neighbour = found(daemon, machine)
        return neighbour if neighbour and set(addresses) <= set(neighbour["addresses"]) else None

    return wait_for(f"{machine.name} is seen", seen)


def add_it(daemon, neighbour: dict) -> dict:
    """Its command is pasted into a shell, as it is."""
    _, *argv = shlex.split(neighbour["add"])
    return daemon.ctl(*argv)


def made_up(machine) -> str:
    return "host-" + machine.mac.replace(":", "")


def test_who_asks_somebody_else(lan, start):
    daemon = start()
    lan.peer.send(frames.arp_request(lan.peer, lan.host.address))
    neighbour = discovers(daemon, lan.peer, lan.peer.address)
    assert (neighbour["name"], neighbour["interface"]) == (made_up(lan.peer), "eth0")
    assert neighbour["seen"] < 5
    assert neighbour["add"] == (
        f"sleepproxyctl host add {made_up(lan.peer)} --mac {lan.peer.mac} --address {lan.peer.address}"
    )
    text = daemon.ctl_text("discover")
    assert neighbour["add"] in text.splitlines()
    assert all(each in text for each in ("ADDRESS", lan.peer.address, lan.peer.mac))


def test_who_was_seen_before_the_daemon_started(lan, start):
    assert lan.peer.namespace.run("ping", "-c1", "-W1", lan.proxy.address).returncode == 0
    discovers(start(), lan.peer, lan.peer.address)


def test_who_has_been_added_is_no_longer_listed(lan, start):
    daemon = start()
    lan.peer.send(frames.arp_request(lan.peer, lan.host.address))
    added = add_it(daemon, discovers(daemon, lan.peer))
    assert (added["mac"], added["addresses"]) == (lan.peer.mac, [lan.peer.address])
    assert found(daemon, lan.peer) is None
    assert "no neighbour" in daemon.ctl_text("discover")
    daemon.ctl("host", "remove", added["name"])
    lan.peer.send(frames.arp_request(lan.peer, lan.host.address))
    discovers(daemon, lan.peer, lan.peer.address)


def test_neither_hosts_nor_this_machine_nor_its_router(lan, start, known):
    lan.proxy.namespace.ip("route", "add", "default", "via", lan.peer.address)
    daemon = start(known())
    other = lan.machine("other", 30)
    for each in (lan.peer, lan.host, lan.proxy, other):
        each.send(frames.arp_request(each, "192.0.2.99"))
    discovers(daemon, other)
    assert [each["mac"] for each in daemon.listed("neighbours", "discover")] == [other.mac]


@pytest.mark.parametrize("learn", (True, False))
def test_a_neighbour_of_ipv6_alone(lan, start, learn):
    lan.proxy.use_ipv6("fd00::2")
    daemon = start(learn=learn)
    lan.peer.drop_address()
    link_local = lan.peer.use_ipv6("fd00::10")
    lan.peer.namespace.run("ping", "-c1", "-W1", "fd00::2")
    neighbour = discovers(daemon, lan.peer, "fd00::10")
    assert set(neighbour["addresses"]) <= {"fd00::10", link_local}
    assert neighbour["add"].endswith(f"--mac {lan.peer.mac} --address fd00::10")
    assert add_it(daemon, neighbour)["addresses"] == ["fd00::10"]


def test_who_talks_ipv6_to_others(lan, start):
    """Its other addresses are learnt once it is a host: temporary ones are not for long."""
    lan.proxy.use_ipv6("fd00::2")
    daemon = start()
    lan.peer.use_ipv6("fd00::10")
    lan.peer.namespace.run("ping", "-c1", "-W1", "fd00::77", check=False)
    lan.peer.send(frames.arp_request(lan.peer, lan.host.address))
    neighbour = discovers(daemon, lan.peer, lan.peer.address, "fd00::10")
    assert neighbour["addresses"][:2] == [lan.peer.address, "fd00::10"]
    assert neighbour["add"].endswith(f"--address {lan.peer.address}")


@pytest.fixture
def client(lan, start):
    """A daemon, and the host as a client of DHCP that has a lease and calls itself so."""

    def client(hostname: str, *hosts: str):
        Dnsmasq(lan.machine("server", 3), 300).start()
        daemon = start(*hosts)
        dhcp = NamedClient(lan.host)
        dhcp.hostname = hostname
        dhcp.start().wait_bound()
        return daemon

    return client


def test_a_client_of_dhcp_has_its_name_and_follows_its_lease(lan, client):
    daemon = client("laser")
    neighbour = discovers(daemon, lan.host, lan.host.address)
    assert (neighbour["hostname"], neighbour["name"]) == ("laser", "laser")
    assert neighbour["leased"] == lan.host.address
    assert neighbour["add"] == f"sleepproxyctl host add laser --mac {lan.host.mac}"
    assert "laser" in daemon.ctl_text("discover").splitlines()[1]
    assert add_it(daemon, neighbour)["leased"] == lan.host.address


@pytest.mark.parametrize("hostname", ("x;reboot", "$(reboot)", "nas", "--mac", "52:54:00:00:00:01"))
def test_a_name_that_is_none_or_taken_is_not_proposed(lan, client, hostname):
    daemon = client(hostname, 'host nas {\nmac = "02:00:00:00:00:51"\n}\n')
    neighbour = discovers(daemon, lan.host, lan.host.address)
    assert (neighbour["hostname"], neighbour["name"]) == (hostname, made_up(lan.host))
    add_it(daemon, neighbour)
    assert {each["name"] for each in daemon.listed("hosts")} == {"nas", made_up(lan.host)}


def test_an_address_is_of_who_has_it_last(lan, start):
    daemon = start()
    other = lan.machine("other", 30)
    lan.peer.send(frames.arp_announcement(lan.peer, "192.0.2.40"))
    discovers(daemon, lan.peer, "192.0.2.40")
    other.send(frames.arp_announcement(other, "192.0.2.40"))
    discovers(daemon, other, "192.0.2.40")
    assert "192.0.2.40" not in found(daemon, lan.peer)["addresses"]


def test_neighbours_of_another_vlan_are_not_taken_for_ours(lan, start):
    daemon = start()
    lan.peer.send(frames.arp_request(lan.peer, "192.0.2.99", tags=(10,)))
    other = lan.machine("other", 30)
    other.send(frames.arp_request(other, "192.0.2.99"))
    discovers(daemon, other)
    assert found(daemon, lan.peer) is None


def test_a_crowd_is_bounded_and_in_order(lan, start):
    lan.proxy.namespace.ip("addr", "add", "10.1.0.1/8", "dev", "eth0")
    daemon = start()
    for number in range(2000):
        mac, address = f"02:00:00:01:{number >> 8:02x}:{number & 255:02x}", f"10.0.{number >> 8}.{number & 255}"
        lan.peer.send(frames.Ether(src=mac, dst=frames.BROADCAST) / frames.ARP(hwsrc=mac, psrc=address, pdst=address))
    wait_for("all were read", lambda: any("10.0.7.207" in each["addresses"] for each in daemon.listed("neighbours", "discover")), timeout=20)
    neighbours = daemon.listed("neighbours", "discover")
    assert len(neighbours) == 1024
    numbers = [tuple(map(int, each["addresses"][0].split("."))) for each in neighbours if each["addresses"]]
    assert numbers == sorted(numbers)


@pytest.mark.skipif(not VENDORS.exists(), reason="Debian's ieee-data is not installed")
def test_vendors_are_named(lan, start):
    daemon = start()
    oui, vendor = run("awk", "-F\t", '/base 16/ { sub("\\r", ""); print substr($1, 1, 6) "\t" $3; exit }', VENDORS).stdout.strip().split("\t")
    lan.peer.mac = ":".join((oui[:2], oui[2:4], oui[4:], "00", "00", "01")).lower()
    lan.peer.namespace.ip("link", "set", "eth0", "address", lan.peer.mac)
    lan.peer.send(frames.arp_request(lan.peer, lan.host.address))
    assert discovers(daemon, lan.peer, lan.peer.address)["vendor"] == vendor
    assert vendor in daemon.ctl_text("discover")


def test_no_daemon(lan):
    done = run(BUILD / "sleepproxyctl", "--socket", lan.directory / "none.sock", "discover", check=False)
    assert done.returncode == 1 and "none.sock" in done.stderr
