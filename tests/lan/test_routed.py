# SPDX-License-Identifier: GPL-2.0-or-later
"""The proxy's machine is the router: what comes from behind it wakes hosts, and then flows by the kernel's forwarding."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.daemon import host_section
from harness.lan import mac_of
from harness.netns import never, wait_for
from harness.wire import EchoServer, Talker

BEHIND = {"ipv4": ("198.51.100.1/24", "198.51.100.9/24"), "ipv6": ("fd00:9::1/64", "fd00:9::9/64")}
ON_LAN = {"ipv4": ("192.0.2.2", "192.0.2.20"), "ipv6": ("fd00::2", "fd00::20")}

FILTERS = {
    "nothing": "",
    "conntrack": "chain f { type filter hook forward priority 0; policy drop;"
    " ct state established,related accept; ct state new accept; }",
    "masquerade": "chain p { type nat hook postrouting priority 100; oifname eth0 masquerade; }",
    "filtered output": "chain o { type filter hook output priority 0; policy drop;"
    " icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; }",
}


class Behind(Talker):
    """A client on the router's other side."""

    interface = "eth0"

    def __init__(self, lan, family: str):
        router, own = BEHIND[family]
        self.namespace, self.mac, self.address = lan.namespace("behind"), mac_of(90), own.partition("/")[0]
        lan.cable(lan.proxy.namespace, "behind", self.namespace, "eth0", self.mac)
        for machine, interface, address in ((lan.proxy, "behind", router), (self, "eth0", own)):
            machine.namespace.run("sysctl", "-qw", f"net.ipv6.conf.{interface}.disable_ipv6=0",
                                  f"net.ipv6.conf.{interface}.accept_dad=0")  # fmt: skip
            machine.namespace.ip("addr", "add", address, "dev", interface)
            machine.namespace.ip("link", "set", interface, "up")
        self.namespace.ip("route", "add", "default", "via", router.partition("/")[0])

    def pings(self, address: str) -> bool:
        return self.namespace.run("ping", "-n", "-c", 1, "-W", 1, address, check=False).returncode == 0


@pytest.fixture(params=["ipv4", "ipv6"])
def family(request):
    return request.param


@pytest.fixture
def behind(lan, family):
    """The router forwards, the host's service runs, and its answers go by the router."""
    router, address = ON_LAN[family]
    if family == "ipv6":
        lan.proxy.use_ipv6(router)
        lan.host.use_ipv6(address)
    client = Behind(lan, family)
    lan.proxy.namespace.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
    lan.host.namespace.ip("route", "add", "default", "via", router)
    wait_for("the way to the host", lambda: client.pings(address))
    server = EchoServer(lan.host, 22, address)
    yield client
    server.close()


@pytest.fixture
def asleep_at(lan, family, behind, start):
    """A daemon that answers for the host, and the host's address."""

    def asleep_at(rules: str = "", **host):
        if rules:
            lan.proxy.namespace.run("nft", "-f", "-", input=f"table inet t {{\n{rules}\n}}\n")
        daemon = start(host_section("host", lan.host.mac, [ON_LAN[family][1]], **host))
        daemon.take_over(lan.host)
        return daemon, ON_LAN[family][1]

    return asleep_at


@pytest.mark.parametrize("rules", ["nothing", "masquerade"])
def test_a_service_that_is_up_later_than_its_host_is_reached(lan, asleep_at, behind, rules):
    daemon, address = asleep_at(FILTERS[rules])
    with ThreadPoolExecutor(1) as pool:
        attempt = pool.submit(behind.connect, address, 2222)
        wait_for("it is refused", lambda: daemon.counters()["held_refused"])
        server = EchoServer(lan.host, 2222, address)
        attempt.result().close()
    server.close()
    assert daemon.counters()["refusal_kept"] >= 1


@pytest.mark.parametrize("rules", FILTERS)
def test_a_connection_from_behind_wakes_and_is_forwarded(lan, asleep_at, behind, rules):
    daemon, address = asleep_at(FILTERS[rules])
    with behind.connect(address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"
    daemon.wait_state("awake")
    assert lan.proxy.neighbour(address) == lan.host.mac
    assert daemon.counters()["held_sent"] == 1
    seen = ON_LAN["ipv6" if ":" in address else "ipv4"][0] if rules == "masquerade" else behind.address
    assert f"{seen} ({lan.proxy.mac}) opens tcp/22" in daemon.log


def test_the_rules_are_the_same(lan, asleep_at, behind):
    daemon, address = asleep_at(wake=["tcp/80"])
    with pytest.raises(TimeoutError):
        behind.connect(address, 22, timeout=0.5)
    assert daemon.counters()["wake_port_denied"] >= 1
    never("a Magic Packet", lambda: lan.host.nic.magic, 0.3)


def test_what_the_router_filters_wakes_nobody(lan, asleep_at, behind):
    daemon, address = asleep_at("chain f { type filter hook forward priority 0; policy drop; }")
    with pytest.raises(TimeoutError):
        behind.connect(address, 22, timeout=0.5)
    never("a Magic Packet", lambda: lan.host.nic.magic, 0.3)
    assert daemon.status_of() == "asleep"


@pytest.mark.parametrize("rules", ["nothing", "conntrack", "masquerade"])
def test_a_ping_from_behind_is_answered(lan, asleep_at, behind, rules):
    daemon, address = asleep_at(FILTERS[rules])
    assert behind.pings(address)
    assert daemon.status_of() == "asleep"
