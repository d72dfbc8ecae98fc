# SPDX-License-Identifier: GPL-2.0-or-later
"""A sleeping host's DHCPv6 lease, and its prefix: kept, lost, run out; by the servers' own databases, and by ndisc6."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time

import pytest
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, IPv6

from harness.daemon import host_section
from harness.dhcp6 import NETWORK, Dhclient6, Dhcpcd6, Dnsmasq6, IscDhcpd6, Kea6, Networkd6, Radvd
from harness.frames import Ether
from harness.lan import link_local_of
from harness.netns import wait_for

PAIRS = [(Kea6, Dhclient6), (Kea6, Networkd6), (IscDhcpd6, Dhcpcd6), (Dnsmasq6, Dhcpcd6)]
LOCAL = "fe80::ff:fe00:20"


def ndisc6(machine, address: str) -> str:
    """The MAC that a Neighbor Advertisement tells, or ""."""
    done = machine.namespace.run("ndisc6", "-1", "-q", "-r", 1, "-w", 300, address, machine.interface, check=False)
    return done.stdout.strip().lower()


class Holder:
    """A host with a DHCPv6 lease, of which the daemon knew nothing but the MAC."""

    def __init__(self, lan, daemon, server, client):
        self.lan, self.daemon, self.server, self.client = lan, daemon, server, client

    def lease(self) -> dict:
        return self.daemon.ask("lease-show", name="host").get("result", {}).get("dhcpv6", {})

    def take(self) -> str:
        self.address = self.client.start().wait_bound()
        wait_for("the proxy hears of the lease", lambda: self.lease().get("addresses") == [self.address])
        return self.address

    def sleep_confirmed(self) -> None:
        self.client.freeze()
        self.daemon.take_over(self.lan.host)
        wait_for("the lease is confirmed", lambda: self.lease().get("confirmed"))


@pytest.fixture
def holder(lan, start):
    def holder(server, client, addresses: tuple[str, ...] = (), **server_options) -> Holder:
        lan.host.drop_address()
        lan.peer.use_ipv6(f"{NETWORK}10")
        lan.proxy.use_ipv6(f"{NETWORK}2")
        running = server(lan.machine("server", 3), **server_options).start()
        daemon = start(host_section("host", lan.host.mac, list(addresses)), min_lease="1s")
        return Holder(lan, daemon, running, client(lan.host))

    return holder


@pytest.mark.parametrize(("server", "client"), PAIRS, ids=lambda kind: kind.name)
def test_a_sleepers_lease_is_renewed(lan, holder, server, client):
    holding = holder(server, client)
    address = holding.take()
    capture = lan.capture("proxy", "port 546 or port 547")
    holding.sleep_confirmed()
    confirmed = holding.server.ends(address)
    assert ndisc6(lan.peer, address) == ndisc6(lan.peer, LOCAL) == lan.proxy.mac
    if holding.server.shortest < 12:
        wait_for("it is renewed at T1", lambda: holding.server.ends(address) > confirmed + 2, timeout=8)
    assert holding.daemon.status_of() == "asleep"
    assert not lan.host.nic.asleep or holding.lease()["renewed-by"] == "proxy"

    fields = ("ipv6.src", "ipv6.dst", "eth.src", "dhcpv6.msgtype", "_ws.malformed")
    sent = set(capture.fields(f"dhcpv6 && eth.src == {lan.proxy.mac}", *fields))
    assert sent == {(LOCAL, "ff02::1:2", lan.proxy.mac, "5", "")}
    assert holding.daemon.counters()["dhcp_consumed"] >= 1


def test_a_client_that_was_never_heard_with_its_address_is_asked_for(lan, holder):
    """By rapid commit: the Solicit has no address, and the Reply is not seen."""
    holding = holder(Dnsmasq6, Networkd6)
    address = holding.client.start().wait_bound()
    holding.daemon.configure(holding.daemon.config_path.read_text().replace("{}", f'{{"{address}"}}'))
    holding.daemon.ctl("reload")
    holding.sleep_confirmed()
    lease = holding.lease()
    assert (lease["addresses"], lease["result"]) == ([address], "renewed")


def test_what_the_client_says_of_itself_is_repeated(lan, holder):
    holding = holder(Kea6, Dhclient6)
    capture = lan.capture("proxy", "port 546 or port 547")
    holding.take()
    holding.sleep_confirmed()
    names = ("dhcpv6.duid.bytes", "dhcpv6.iaid", "dhcpv6.client_domain", "dhcpv6.requested_option_code")
    said = [set(capture.fields(f"dhcpv6.msgtype == {kind} && eth.src == {mac}", *names))
            for kind, mac in ((3, lan.host.mac), (5, lan.proxy.mac))]  # fmt: skip
    assert len(said[0]) == 1 and said[0] == said[1]


def test_a_lease_that_the_server_does_not_know_is_lost_and_the_host_is_woken(lan, holder):
    holding = holder(Dnsmasq6, Dhclient6)
    address = holding.take()
    holding.client.freeze()
    holding.server.forget()
    watch = holding.daemon.watch()
    lan.host.sleep()
    holding.daemon.sleep("host", "--now")
    assert watch.wait("lease-lost")["detail"] == f"{address} is refused or withdrawn by a DHCPv6 server"
    watch.wait("waking")
    assert holding.lease()["lost"] == [address]
    assert not ndisc6(lan.peer, address)


def test_a_server_that_is_dead_is_asked_then_all_are_then_the_lease_is_over(lan, holder):
    holding = holder(Kea6, Dhclient6, addresses=("192.0.2.20",), seconds=6, t1=2, t2=4)
    address = holding.take()
    capture = lan.capture("proxy", "port 546 or port 547")
    holding.sleep_confirmed()
    holding.server.kill()
    watch = holding.daemon.watch()
    watch.wait("lease-lost", timeout=8)
    assert "lease-unanswered" in watch.kinds()
    sent = capture.fields(f"dhcpv6 && eth.src == {lan.proxy.mac}", "dhcpv6.msgtype")
    assert [row[0] for row in sent][-2:] == ["5", "6"]
    assert not ndisc6(lan.peer, address)
    # it has another address, at which it is answered for
    assert holding.daemon.status_of() == "asleep"
    assert lan.peer.who_has("192.0.2.20") == {lan.proxy.mac}


def test_a_lease_outlives_a_restart(lan, holder):
    holding = holder(IscDhcpd6, Dhclient6, seconds=30)
    address = holding.take()
    holding.sleep_confirmed()
    before = holding.lease()
    holding.daemon.kill()
    holding.daemon.start()
    after = holding.lease()
    assert after["confirmed"] and holding.daemon.status_of() == "asleep"
    assert [after[key] for key in ("addresses", "duid", "iaid", "server-duid")] == [
        before[key] for key in ("addresses", "duid", "iaid", "server-duid")
    ]
    assert ndisc6(lan.peer, address) == lan.proxy.mac


def test_a_client_that_becomes_a_host_later_has_its_lease(lan, holder):
    holding = holder(IscDhcpd6, Dhclient6)
    with_host = holding.daemon.config_path.read_text()
    holding.daemon.configure(with_host.partition("host host")[0])
    holding.daemon.ctl("reload")
    address = holding.client.start().wait_bound()
    assert not holding.lease()
    holding.daemon.configure(with_host)
    holding.daemon.ctl("reload")
    wait_for("it has its lease", lambda: holding.lease().get("addresses") == [address])


def test_a_lease_by_hand(lan, holder):
    """As who has not heard its client would set it."""
    holding = holder(Kea6, Dhclient6)
    address = holding.take()
    seen = holding.lease()
    holding.daemon.ctl("lease", "forget", "host")
    set_by_hand = ("lease", "set", "host", "--address", address, "--iaid", seen["iaid"])
    with pytest.raises(RuntimeError, match="duid: expected"):
        holding.daemon.ctl(*set_by_hand)
    holding.daemon.ctl(*set_by_hand, "--duid", seen["duid"])
    assert address in holding.daemon.ctl_text("lease", "list")
    assert seen["duid"] in holding.daemon.ctl_text("lease", "show", "host")
    holding.sleep_confirmed()  # by all servers
    assert holding.lease()["server-duid"] == seen["server-duid"]


HOME = f"{NETWORK}20"


def set_accept_ra(machine, value: int) -> None:
    with machine.namespace.entered(), open("/proc/sys/net/ipv6/conf/eth0/accept_ra", "w") as accept:
        accept.write(str(value))


def stored_prefix(daemon) -> dict:
    with contextlib.closing(sqlite3.connect(daemon.state / "sleepproxy.db")) as store:
        rows = store.execute("SELECT row FROM link WHERE interface = 'eth0'").fetchall()
    return json.loads(rows[0][0])["prefixes"][0] if rows else {}


@pytest.fixture
def advertised(lan, start):
    """A sleeping host with these addresses, on a LAN with a router; the proxy's kernel does not follow it."""

    def advertised(*addresses: str, preferred: int, valid: int):
        lan.peer.use_ipv6(f"{NETWORK}10")
        lan.proxy.use_ipv6()
        set_accept_ra(lan.proxy, 0)
        radvd = Radvd(lan.machine("router", 1))
        daemon = start(host_section("host", lan.host.mac, [HOME, *addresses]))
        radvd.advertise(preferred, valid)
        wait_for("the prefix is known", lambda: HOME in daemon.show()["addresses"], timeout=6)
        daemon.take_over(lan.host)
        assert ndisc6(lan.peer, HOME) == lan.proxy.mac
        return daemon, radvd

    return advertised


def test_a_prefix_is_deprecated_and_comes_back(lan, advertised):
    daemon, radvd = advertised("192.0.2.20", preferred=600, valid=1200)
    radvd.advertise(0, 1200)
    wait_for("it is not answered for", lambda: not ndisc6(lan.peer, HOME), timeout=6)
    assert daemon.status_of() == "asleep"  # as it has another address
    assert f"{HOME} is in a prefix that a router has deprecated, or that has run out: not answered for" in daemon.log
    assert daemon.ask("host-add", name="r", mac="02:00:00:00:00:77", addresses=[LOCAL.replace("20", "1")])[
        "error"
    ].endswith("is a gateway's address")
    radvd.advertise(600, 1200)
    wait_for("it is answered for", lambda: ndisc6(lan.peer, HOME) == lan.proxy.mac, timeout=6)


def test_a_forged_advertisement_ends_no_sleep(lan, advertised):
    """Of the host's whole addresses, and from one of them, as if that were a router's."""
    daemon, _ = advertised(LOCAL, preferred=600, valid=1200)
    set_accept_ra(lan.proxy, 1)
    forged = IPv6(src=LOCAL, dst="ff02::1", hlim=255) / ICMPv6ND_RA(routerlifetime=1800)
    forged /= ICMPv6NDOptPrefixInfo(prefix=HOME, prefixlen=128, L=1, A=1, validlifetime=1, preferredlifetime=0)
    forged /= ICMPv6NDOptPrefixInfo(prefix=HOME, prefixlen=127, L=0, A=0, validlifetime=600, preferredlifetime=600)
    lan.peer.send(Ether(src=lan.peer.mac, dst="33:33:00:00:00:01") / forged)
    wait_for("its kernel believes it", lambda: f"via {LOCAL}" in lan.proxy.namespace.ip("-6", "route"))
    time.sleep(2)  # some ticks of the daemon's
    assert daemon.status_of() == "asleep"
    assert ndisc6(lan.peer, HOME) == ndisc6(lan.peer, LOCAL) == lan.proxy.mac


@pytest.mark.parametrize("preferred, found", [(600, True), (0, False)])
def test_a_restart_forgets_no_prefix(lan, advertised, preferred, found):
    daemon, radvd = advertised("192.0.2.20", preferred=600, valid=1200)
    radvd.advertise(preferred, 1200)
    wait_for("it counts", lambda: bool(ndisc6(lan.peer, HOME)) == found, timeout=6)
    wait_for("it is stored", lambda: stored_prefix(daemon).get("over", False) != found, timeout=12)
    radvd.kill()
    daemon.kill()
    if not found:  # which by itself would say that it is on the link
        lan.proxy.namespace.ip("addr", "add", f"{NETWORK}2/64", "dev", "eth0", "nodad")
    daemon.start()
    time.sleep(1.5)  # some ticks
    assert bool(ndisc6(lan.peer, HOME)) == found and daemon.status_of() == "asleep"


@pytest.mark.parametrize("has_router, asked", [(False, [2, 3]), (True, [0, 1])])
def test_routers_are_asked(lan, start, has_router, asked):
    """RFC 4861, 6.3.7: three times, 4 s from each other, or until one is heard."""
    lan.proxy.use_ipv6()
    set_accept_ra(lan.proxy, 0)  # its kernel asks none
    if has_router:
        Radvd(lan.machine("router", 1)).advertise(600, 1200)
    capture = lan.capture("proxy", "icmp6")
    start()
    time.sleep(9)
    to_routers = f"icmpv6.type == 133 && eth.src == {lan.proxy.mac}"
    rows = capture.fields(to_routers, "ipv6.src", "ipv6.dst", "eth.dst", "icmpv6.opt.linkaddr", "_ws.expert")
    row = (link_local_of(2), "ff02::2", "33:33:00:00:00:02", lan.proxy.mac, "")
    assert rows == [row] * len(rows) and len(rows) in asked


def test_a_prefix_runs_out_and_the_host_is_woken(lan, advertised):
    """A link-local address is none by which it could be reached from elsewhere."""
    daemon, radvd = advertised(LOCAL, preferred=5, valid=6)
    radvd.kill()
    daemon.wait_state("waking", timeout=8)
    assert not ndisc6(lan.peer, HOME)
