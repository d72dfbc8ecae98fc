# SPDX-License-Identifier: GPL-2.0-or-later
"""IPv6 as IPv4: who answers for a host's addresses, what wakes it, what neighbours have; ndisc6, ping, tshark judge."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest

from harness import frames
from harness.daemon import host_section
from harness.lan import link_local_of
from harness.netns import run, wait_for
from harness.wire import EchoServer, ndisc6

PEER, PROXY, HOST, SECOND = "fd00::10", "fd00::2", "fd00::20", "fd00::5054:ff:fe12:3456"


@pytest.fixture
def both(lan, start):
    """A daemon, and machines, with addresses of both families; `host` is what the section of the host has besides."""

    def both(host: dict | None = None, **settings):
        lan.peer.use_ipv6(PEER)
        lan.proxy.use_ipv6(PROXY)
        local = lan.host.use_ipv6(HOST, SECOND)
        wait_for("the prefix is known", lambda: f"{PROXY}/64" in lan.proxy.namespace.ip("-6", "addr"))
        addresses = [lan.host.address, HOST, SECOND, local]
        return start(host_section("host", lan.host.mac, addresses, **(host or {})), **settings)

    return both


def ping(machine, address: str, *options: object) -> bool:
    argv = ("ping", "-6", "-n", "-c", 1, "-W", 1, *options, address)
    return machine.namespace.run(*argv, check=False).returncode == 0


def test_all_addresses_are_answered_for_while_it_sleeps(lan, both):
    daemon = both()
    local = link_local_of(lan.host.number)
    assert ndisc6(lan.peer, HOST) == lan.host.mac
    daemon.take_over(lan.host)
    assert [ndisc6(lan.peer, address) for address in (HOST, SECOND, local)] == [lan.proxy.mac] * 3
    assert lan.proxy.mac in lan.peer.who_has(lan.host.address)
    assert daemon.show()["addresses"] == [lan.host.address, HOST, SECOND, local]

    lan.host.resume()
    assert ping(lan.host, PEER)
    daemon.wait_state("awake")
    assert ndisc6(lan.peer, HOST) == lan.host.mac


def test_before_the_takeover_the_link_is_asked_and_then_told(lan, both):
    daemon = both()
    assert ping(lan.peer, HOST)  # now it has a neighbour's entry
    capture = lan.capture("peer", "icmp6")
    daemon.take_over(lan.host)
    assert lan.peer.neighbour(HOST) == lan.proxy.mac  # told, not asked
    asked = "icmpv6.type == 135 && eth.src == " + lan.proxy.mac + f" && icmpv6.nd.ns.target_address == {HOST}"
    fields = ("ipv6.src", "ipv6.dst", "ipv6.hlim", "icmpv6.checksum.status", "icmpv6.opt.src_linkaddr")
    asks = capture.fields(asked, *fields)
    assert len(asks) >= 2
    assert set(asks) == {(link_local_of(lan.proxy.number), "ff02::1:ff00:20", "255", "1", lan.proxy.mac)}
    told = f"icmpv6.type == 136 && icmpv6.nd.na.target_address == {HOST}"
    fields = ("ipv6.src", "ipv6.dst", "ipv6.hlim", "icmpv6.checksum.status", "icmpv6.opt.target_linkaddr",
              "icmpv6.nd.na.flag.o", "icmpv6.nd.na.flag.s", "icmpv6.nd.na.flag.r")  # fmt: skip
    assert capture.fields(told, *fields) == [(HOST, "ff02::1", "255", "1", lan.proxy.mac, "1", "0", "0")]


def test_in_host_mode_nobody_is_told_and_the_switch_learns(lan, both):
    daemon = both(answer="host")
    capture = lan.capture("peer", "icmp6")
    daemon.take_over(lan.host)
    assert ndisc6(lan.peer, HOST) == lan.host.mac
    assert not capture.lines(f"icmpv6.type == 136 && ipv6.dst == ff02::1 && icmpv6.nd.na.target_address == {HOST}")
    assert lan.switch_port_of(lan.host.mac) == "proxy"


def test_an_address_that_another_machine_has_is_not_taken_over(lan, both):
    daemon = both()
    lan.host.sleep()
    other = lan.machine("other", 30)
    other.use_ipv6(SECOND)
    watch = daemon.watch()
    daemon.sleep("host", "--now")
    event = watch.wait("address-in-use")
    assert (event["peer-mac"], event["address"]) == (other.mac, SECOND)
    assert "asleep" not in watch.kinds()


def test_nobody_else_gets_the_address(lan, both):
    daemon = both()
    daemon.take_over(lan.host)
    other = lan.machine("other", 30)
    other.use_ipv6(HOST, dad=True)
    wait_for("the duplicate is found", lambda: "dadfailed" in other.namespace.ip("-6", "addr", "show", "dev", "eth0"))
    assert daemon.status_of() == "asleep"


def test_another_machine_s_claim_wakes_the_owner(lan, both):
    daemon = both()
    daemon.take_over(lan.host)
    watch = daemon.watch()
    lan.peer.send(frames.nd_announcement(lan.peer, HOST))
    event = watch.wait("waking")
    assert (event["peer-mac"], event["address"]) == (lan.peer.mac, HOST)
    wait_for("a Magic Packet", lambda: lan.host.nic.magic)
    daemon.wait_state("awake")


@pytest.mark.parametrize("address", (HOST, "fe80::ff:fe00:20%eth0"))
def test_a_connection_wakes_and_then_works(lan, both, address):
    daemon = both()
    daemon.take_over(lan.host)
    server = EchoServer(lan.host, 22, "::")
    with lan.peer.connect(address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"
    server.close()
    daemon.wait_state("awake", timeout=1)
    bare = address.partition("%")[0]
    wait_for("the host's MAC at the peer", lambda: lan.peer.neighbour(bare) == lan.host.mac)
    event = next(each for each in daemon.history() if each["event"] == "waking")
    assert (event["protocol"], event["port"], event["address"]) == ("tcp", 22, bare)


def test_who_woke_it_is_told_where_it_is(lan, both):
    daemon = both()
    daemon.take_over(lan.host)
    capture = lan.capture("proxy", "icmp6")
    with contextlib.suppress(OSError):
        lan.peer.connect(HOST, 22).close()
    daemon.wait_state("awake")
    told = f"icmpv6.type == 136 && eth.src == {lan.proxy.mac} && icmpv6.opt.target_linkaddr == {lan.host.mac}"
    fields = ("eth.dst", "ipv6.src", "ipv6.dst", "icmpv6.nd.na.target_address", "icmpv6.nd.na.flag.o")
    said = capture.fields(told, *fields)
    assert set(said) == {(lan.peer.mac, HOST, "ff02::1", HOST, "1")}


def test_sources_are_told_apart_by_prefix(lan, both):
    daemon = both({"deny": [PEER]})
    daemon.take_over(lan.host)
    with pytest.raises(OSError):
        lan.peer.connect(HOST, 22, timeout=0.5)
    assert daemon.status_of() == "asleep"
    assert daemon.counters()["wake_source_denied"] >= 1
    lan.peer.namespace.ip("-6", "addr", "add", "fd00::11/64", "dev", "eth0")
    lan.peer.namespace.ip("-6", "addr", "del", f"{PEER}/64", "dev", "eth0")
    with pytest.raises(OSError):
        lan.peer.connect(HOST, 22, timeout=0.1)
    wait_for("it is woken", lambda: daemon.status_of() != "asleep")


def test_echo(lan, both):
    daemon = both()
    daemon.take_over(lan.host)
    assert ping(lan.peer, HOST) and ping(lan.peer, HOST, "-s", 1452) and ping(lan.peer, HOST, "-s", 0)
    assert lan.peer.ping(lan.host.address)
    assert daemon.status_of() == "asleep"
    assert daemon.counters()["echo_answered"] == 4


def test_echo_may_be_ignored(lan, both):
    daemon = both({"echo": "ignore"})
    daemon.take_over(lan.host)
    assert daemon.show()["echo"] == "ignore"
    assert not ping(lan.peer, HOST) and not lan.peer.ping(lan.host.address)
    assert daemon.status_of() == "asleep"


def test_echo_may_wake(lan, both):
    daemon = both({"echo": "wake"})
    daemon.take_over(lan.host)
    assert ping(lan.peer, HOST, "-c", 5, "-i", 0.5)
    daemon.wait_state("awake")
    event = next(each for each in daemon.history() if each["event"] == "waking")
    assert event["protocol"] == "icmpv6" and "port" not in event
    assert event["text"].endswith(f"{PEER} ({lan.peer.mac}) sends an echo request")


def test_rows_by_bpftool(lan, start):
    lan.peer.use_ipv6(PEER)
    lan.proxy.use_ipv6(PROXY)
    daemon = start()
    mac, pins = lan.host.mac.replace(":", " "), daemon.pins

    def edit(action: str, address: str, *value: object) -> None:
        octets = socket.inet_pton(socket.AF_INET6, address)
        run("bpftool", "map", action, "pinned", pins / "addresses6", "key", *octets, *value)

    lan.host.sleep()
    run("bpftool", "map", "update", "pinned", pins / "hosts", "key", "hex", *mac.split(),
        "value", "hex", "02", *["00"] * 9, "04", *["00"] * 5)  # fmt: skip
    for address in (HOST, PROXY, "ff02::5", "2001:db8::5", "::ffff:192.0.2.20"):
        edit("update", address, "value", "hex", *mac.split())
    assert ndisc6(lan.peer, HOST) == lan.proxy.mac
    name = "host-" + lan.host.mac.replace(":", "")
    wait_for("all are looked at", lambda: daemon.counters()["map_edits_refused"] == 4)
    assert (daemon.show(name)["addresses"], daemon.show(name)["echo"]) == ([HOST], "ignore")
    for address, why in (
        (PROXY, "is this machine's own address"),
        ("ff02::5", "is a multicast address"),
        ("2001:db8::5", "is in no subnet of the interfaces (fd00::/64)"),
        ("192.0.2.20", "IPv4 addresses are in addresses4"),
    ):
        assert f"addresses6: the row {address} is removed: " in daemon.log and why in daemon.log
    edit("delete", HOST)
    wait_for("it is woken, having no address", lambda: daemon.status_of(name) == "waking")


def test_addresses_outlive_a_restart(lan, both):
    daemon = both()
    daemon.take_over(lan.host)
    daemon.kill()
    assert ndisc6(lan.peer, HOST) == lan.proxy.mac
    daemon.start()
    assert daemon.status_of() == "asleep"
    assert SECOND in daemon.show()["addresses"]
    assert ndisc6(lan.peer, HOST) == lan.proxy.mac


@pytest.fixture
def router(lan):
    router = lan.machine("router", 1)
    router.use_ipv6("2001:db8::1")
    with router.namespace.entered():
        Path("/proc/sys/net/ipv6/conf/all/forwarding").write_text("1")
    conf = lan.directory / "radvd.conf"
    conf.write_text(
        "interface eth0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; "
        "prefix 2001:db8::/64 { AdvOnLink on; AdvAutonomous off; }; };\n"
    )
    router.namespace.start("radvd", "-n", "-m", "stderr", "-C", conf, "-p", lan.directory / "radvd.pid")
    return router


def test_what_a_router_tells_is_on_the_link(lan, start, router):
    """The proxy has no address in the prefix: it is on the link as its advertisement says."""
    lan.proxy.use_ipv6()
    wait_for("a route", lambda: "2001:db8::/64" in lan.proxy.namespace.ip("-6", "route"), timeout=10)
    daemon = start()

    def add(address: str) -> str:
        answer = daemon.ask("host-add", name="nas", mac=lan.host.mac, addresses=[address])
        return answer.get("error", "")

    assert not add("2001:db8::20") and not add("fe80::1234")
    assert add("2001:db8:1::20") == "2001:db8:1::20 is in no subnet of the interfaces (2001:db8::/64)"
    assert add("fe80::ff:fe00:1") == "fe80::ff:fe00:1 is a gateway's address"


def test_without_a_prefix_private_addresses_are_on_the_link(lan, start):
    lan.proxy.use_ipv6()
    daemon = start()
    answers = {
        address: daemon.ask("host-add", name="nas", mac=lan.host.mac, addresses=[address]).get("error", "")
        for address in ("fd12::20", "fe80::20", "2001:db8::20")
    }
    assert list(answers.values())[:2] == ["", ""]
    assert "no IPv6 prefix yet: 2001:db8::20 cannot be known to be on the link" in answers["2001:db8::20"]
