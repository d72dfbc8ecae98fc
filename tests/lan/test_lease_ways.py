# SPDX-License-Identifier: GPL-2.0-or-later
"""How requests in a sleeper's name travel, and as whom: by tshark, octet by octet, and by the servers' databases."""

from __future__ import annotations

import time

import pytest

from harness.daemon import host_section
from harness.dhcp_clients import Dhclient, Dhcpcd, NetworkdClient, Udhcpc
from harness.dhcp_relay import Dhcrelay, Distant, DnsmasqRelay, Relay, Router
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Networkd, Server, Udhcpd
from harness.frames import BROADCAST
from harness.lan import Lan
from harness.leases import Leaseholder
from harness.netns import run, wait_for
from harness.wire import Capture

EVERYBODY = "255.255.255.255"
DHCP = "udp port 67 or udp port 68"
SERVERS = (Dnsmasq, IscDhcpd, Kea, Udhcpd, Networkd)
each_server = pytest.mark.parametrize("server", SERVERS, ids=lambda kind: kind.name)


def name_of(kind: type) -> str:
    return kind.name


class NamedDhclient(Dhclient):
    """It says all that the proxy repeats; as it comes it has no client-id."""

    def configure(self) -> None:
        super().configure()
        with (self.directory / "dhclient.conf").open("a") as conf:
            conf.write('send host-name "sleeper";\nsend vendor-class-identifier "dhclient of a sleeper";\n'
                       'send fqdn.fqdn "sleeper.example";\nsend fqdn.encoded on;\nsend fqdn.server-update off;\n')  # fmt: skip


class NamedDhcpcd(Dhcpcd):
    def configure(self) -> None:
        super().configure()
        with (self.directory / "dhcpcd.conf").open("a") as conf:
            conf.write("hostname sleeper.example\nfqdn both\nvendorclassid dhcpcd of a sleeper\n")


class NamedUdhcpc(Udhcpc):
    def command(self) -> list[object]:
        return [*super().command(), "-x", "hostname:sleeper", "-F", "sleeper.example", "-V", "udhcpc of a sleeper"]


class NamedNetworkd(NetworkdClient):
    def configure(self) -> None:
        super().configure()
        path = self.directory / "run/systemd/network/lan.network"
        named = "SendHostname=yes\nHostname=sleeper\nVendorClassIdentifier=networkd of a sleeper\n"
        path.write_text(path.read_text().replace("SendHostname=no\n", named))


CLIENT_ID, HOSTNAME, PARAMETERS, VENDOR_CLASS, FQDN = 61, 12, 55, 60, 81
SAID = {
    NamedDhclient: {HOSTNAME, PARAMETERS, VENDOR_CLASS, FQDN},
    NamedDhcpcd: {CLIENT_ID, PARAMETERS, VENDOR_CLASS, FQDN},
    NamedUdhcpc: {CLIENT_ID, HOSTNAME, PARAMETERS, VENDOR_CLASS, FQDN},
    NamedNetworkd: {CLIENT_ID, HOSTNAME, PARAMETERS, VENDOR_CLASS},
}

GOOD, ERROR = "1", 0x800000  # tshark's words for a checksum, and how grave a remark is
# In a frame of Ethernet, IPv4 and UDP without options
SOURCE, OP, CHADDR = slice(6, 12), 42, slice(70, 76)


def identity(frame: bytes) -> dict[int, bytes]:
    """Octet for octet: scapy, and tshark too, would show what they make of it."""
    octets, found = frame[frame.index(bytes.fromhex("63825363")) + 4 :], {}
    while octets and octets[0] != 255:
        if octets[0] == 0:
            octets = octets[1:]
            continue
        found[octets[0]] = octets[2 : 2 + octets[1]]
        octets = octets[2 + octets[1] :]
    return {code: data for code, data in found.items() if code in (CLIENT_ID, HOSTNAME, PARAMETERS, VENDOR_CLASS, FQDN)}


def requests(capture: Capture, *names: str, source: str = "") -> list[list[str]]:
    """The fields of each request, as tshark reads them when it looks at checksums too."""
    whose = f" && eth.src == {source}" if source else ""
    checks = ("-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
    form = ("-T", "fields", "-E", "separator=|", *(part for name in names for part in ("-e", name)))
    argv = ("tshark", "-r", capture.stop().path, *checks, "-Y", f"dhcp.option.dhcp == 3{whose}", *form)
    return [line.split("|") for line in run(*argv).stdout.splitlines()]


def check_form(lan: Lan, capture: Capture, source: str) -> list[tuple[str, str]]:
    """That all the proxy's requests are as they should be; where each went, by Ethernet and by IP."""
    address, mac = lan.host.address, lan.host.mac
    right = {
        "ip.src": address, "dhcp.ip.client": address, "udp.srcport": "68", "udp.dstport": "67",
        "dhcp.hw.len": "6", "dhcp.option.requested_ip_address": "", "dhcp.option.dhcp_server_id": "",
        "ip.checksum.status": GOOD, "udp.checksum.status": GOOD, "_ws.malformed": "",
    }  # fmt: skip
    rows = requests(capture, "eth.dst", "ip.dst", "_ws.expert.severity", "dhcp.hw.mac_addr", *right, source=source)
    assert rows
    for _, _, severity, chaddr, *fields in rows:
        assert dict(zip(right, fields)) == right
        assert chaddr.split(",")[0] == mac
        assert all(int(each) < ERROR for each in severity.split(",") if each)
    return [(ethernet, ip) for ethernet, ip, *_ in rows]


@pytest.mark.parametrize("client", SAID, ids=name_of)
def test_the_client_s_own_words_are_repeated(lan, leaseholder, client):
    capture = lan.capture("proxy", DHCP)
    held = leaseholder(Kea, client)
    held.take()
    held.sleep_confirmed()
    check_form(lan, capture, lan.proxy.mac)
    said = [frame for frame in capture.frames() if frame[OP] == 1]
    own = [identity(frame) for frame in said if frame[SOURCE] == frame[CHADDR]]
    ours = [identity(frame) for frame in said if frame[SOURCE] != frame[CHADDR]]
    assert own[-1].keys() == SAID[client]
    assert ours and ours == [own[-1]] * len(ours)


@each_server
def test_from_the_host_s_mac(lan, leaseholder, server):
    held = leaseholder(server, Udhcpc, dhcp_source="host")
    held.take()
    capture = lan.capture("proxy", DHCP)
    held.sleep_confirmed()
    there = (held.server.machine.mac, held.server.machine.address)
    assert set(check_form(lan, capture, lan.host.mac)) == {there}
    assert held.answered() == {lan.proxy.mac}


def test_the_switch_relearns_where_the_host_is(lan, leaseholder):
    """Its client has nothing to say for long: whatever it does by itself, it does for the proxy's question."""
    held = leaseholder(Networkd, Udhcpc, seconds=300, dhcp_source="host")
    held.take()
    held.sleep_confirmed()
    assert lan.switch_port_of(lan.host.mac) == "proxy"
    held.daemon.wake()
    held.wait_resumed()
    held.daemon.wait_state("awake")
    assert lan.switch_port_of(lan.host.mac) == "host"
    assert lan.peer.ping(lan.host.address)
    assert held.answered() == {lan.host.mac}


@each_server
def test_answering_with_the_host_s_mac(lan, leaseholder, server):
    held = leaseholder(server, Udhcpc, answer="host")
    held.take()
    capture = lan.capture("proxy", DHCP)
    held.sleep_confirmed()
    check_form(lan, capture, lan.proxy.mac)
    assert held.answered() == {lan.host.mac}


@pytest.mark.parametrize("server", (Udhcpd, Networkd), ids=name_of)
def test_in_generic_mode(lan, leaseholder, server):
    held = leaseholder(server, Udhcpc, mode="generic")
    held.take()
    held.sleep_confirmed()
    assert held.daemon.ctl("status")["interfaces"][0]["mode"] == "generic"
    assert held.answered() == {lan.proxy.mac}


class EagerDhcpd(IscDhcpd):
    """It extends a lease that is new, too."""

    def configure(self) -> None:
        super().configure()
        with (self.directory / "dhcpd.conf").open("a") as conf:
            conf.write("dhcp-cache-threshold 0;\n")


RELAYED = (Dnsmasq, EagerDhcpd, Kea)


@pytest.fixture
def distant(lan, start):
    """A sleeper's lease from a server behind the LAN's router."""

    def distant(server: type[Server], relay: type[Relay]) -> Leaseholder:
        router = Router(lan)
        running = server(Distant(router, "server", 5), max(server.shortest, 8), router=router.address).start()
        relay(router, running.machine.address).start()
        held = Leaseholder(start(host_section("host", lan.host.mac, []), min_lease="1s"), Udhcpc(lan.host), running)
        held.take()
        return held

    return distant


def wait_extended(held: Leaseholder, end: float) -> None:
    wait_for("the server's database has a later end", lambda: held.server_end() > end + 0.5)


def check_extended(held: Leaseholder, capture: Capture) -> list[tuple[str, str]]:
    """By the server's own word; where the requests went."""
    first_end = held.server_end()
    time.sleep(1.1)
    held.sleep_confirmed()
    wait_extended(held, first_end)
    assert held.lease()["server"] == held.server.machine.address
    return check_form(held.lan, capture, held.lan.proxy.mac)


@pytest.mark.parametrize("relay", (DnsmasqRelay, Dhcrelay), ids=name_of)
@pytest.mark.parametrize("server", RELAYED, ids=name_of)
def test_over_the_relay_where_there_is_no_route(lan, distant, server, relay):
    held = distant(server, relay)
    sent = check_extended(held, lan.capture("proxy", DHCP))
    assert set(sent) == {(BROADCAST, EVERYBODY)}
    assert held.lease()["relay"] == "192.0.2.1"


@pytest.mark.parametrize("server", RELAYED, ids=name_of)
def test_by_the_router_where_there_is_a_route(lan, distant, server):
    held = distant(server, DnsmasqRelay)
    lan.proxy.namespace.ip("route", "add", "default", "via", "192.0.2.1")
    sent = check_extended(held, lan.capture("proxy", DHCP))
    router = lan.proxy.neighbour("192.0.2.1")
    assert router and set(sent) == {(router, held.server.machine.address)}
    assert held.lease()["relay"] is None


def test_a_server_that_was_replaced(lan, leaseholder):
    """Another machine has its address and its database; nobody has told the neighbours."""
    held = leaseholder(Udhcpd, Dhclient, t1=1, t2=2)
    held.take()
    held.sleep_confirmed()
    machine, old, new = held.server.machine, held.server.machine.mac, "02:00:00:00:00:77"
    capture = lan.capture("proxy", DHCP)
    held.server.stop()
    machine.namespace.ip("link", "set", "eth0", "address", new)
    held.server.start()
    wait_extended(held, held.server_end())
    sent = check_form(lan, capture, lan.proxy.mac)
    assert (old, machine.address) in sent and (BROADCAST, EVERYBODY) in sent

    assert machine.ping(lan.proxy.address)
    capture = lan.capture("proxy", DHCP)
    wait_extended(held, held.server_end())
    assert (new, machine.address) in check_form(lan, capture, lan.proxy.mac)
    assert held.daemon.status_of() == "asleep" and not held.host.nic.magic


@pytest.fixture
def second(lan) -> Capture:
    """What leaves the proxy by a second interface, eth1, into another LAN."""
    other = lan.namespace("second")
    other.ip("link", "add", "lan", "type", "bridge")
    other.ip("link", "set", "lan", "up")
    lan.cable(other, "proxy", lan.proxy.namespace, "eth1", "02:00:00:00:01:02")
    lan.proxy.namespace.ip("addr", "add", "203.0.113.2/24", "dev", "eth1")
    lan.proxy.namespace.ip("link", "set", "eth1", "up")
    other.ip("link", "set", "proxy", "master", "lan", "up")
    capture = Capture(other, "proxy", lan.directory / "second.pcap", DHCP)
    lan.closing.callback(capture.stop)
    return capture


SECOND = "interface eth1 {\nmode = generic\n}\n"


@pytest.fixture
def on_two(lan, start, second):
    """Where a sleeper's requests went, on eth0 and on eth1; its server may be known, and its interface be said."""

    def on_two(server_known: bool, **host_options: str) -> list[set[tuple[str, ...]]]:
        server = Networkd(lan.machine("server", 3), 300).start()
        daemon = start(host_section("host", lan.host.mac, [], **host_options), SECOND)
        held = Leaseholder(daemon, Udhcpc(lan.host), server)
        address = held.take()
        if not server_known:
            daemon.ctl("lease", "set", "host", "--address", address)
        first = lan.capture("proxy", DHCP)
        held.sleep_confirmed()
        return [{tuple(row) for row in requests(capture, "eth.dst", "ip.dst")} for capture in (first, second)]

    return on_two


def test_where_the_host_s_interface_is_said_nothing_leaves_by_another(on_two):
    assert on_two(server_known=False, interface="eth0") == [{(BROADCAST, EVERYBODY)}, set()]


def test_where_it_is_not_said_all_are_asked_on_each(on_two):
    assert on_two(server_known=False) == [{(BROADCAST, EVERYBODY)}] * 2


def test_where_it_is_not_said_the_server_is_asked_where_it_is(on_two):
    assert on_two(server_known=True) == [{("02:00:00:00:00:03", "192.0.2.3")}, set()]
