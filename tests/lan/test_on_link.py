# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts are answered for only on the link, and never at the proxy's or a gateway's address, whoever says so."""

import pytest
from scapy.layers.dhcp import BOOTP, DHCP

from harness import frames
from harness.daemon import CtlFailed, host_section
from harness.lan import BUILD
from harness.netns import wait_for

FAR = "203.0.113.20"
SUBNET = "192.0.2.0/24"


def far_host(lan, **options) -> str:
    return host_section("far", "02:00:00:00:00:51", [FAR], **options)


def add_address(lan, address: str) -> None:
    lan.proxy.namespace.ip("addr", "add", address, "dev", "eth0")


def has(daemon, address: str) -> bool:
    return address in daemon.table("addresses4")


@pytest.mark.parametrize("address", [FAR, "192.0.2.1", "192.0.2.255", "192.0.2.2"])
def test_a_command_is_refused_and_says_why(lan, start, known, address):
    lan.proxy.namespace.ip("route", "add", "default", "via", "192.0.2.1")
    daemon = start(known())
    for command in (
        ("host", "add", "far", "--mac", "02:00:00:00:00:51", "--address", address),
        ("lease", "set", "host", "--address", address),
    ):
        with pytest.raises(CtlFailed) as failed:
            daemon.ctl_text(*command)
        assert address in failed.value.words
        assert (SUBNET in failed.value.words) == (address == FAR)
    assert not has(daemon, address)


def test_a_mistyped_subnet_in_the_file(lan, start, prepare, known):
    daemon = start(known())
    good = daemon.config_path.read_text()
    daemon.configure(good + far_host(lan))
    with pytest.raises(CtlFailed) as failed:
        daemon.ctl("reload")
    for text in (FAR, "far", SUBNET):
        assert text in failed.value.words
    argv = (BUILD / "sleepproxyd", "--check", "--config", daemon.config_path)
    checked = daemon.namespace.run(*argv, check=False)
    assert checked.returncode != 0 and SUBNET in checked.stderr
    daemon.configure(good.replace("mode = auto", 'mode = auto\nsubnets = {"203.0.113.0/24"}') + far_host(lan))
    assert daemon.namespace.run(*argv, check=False).returncode == 0
    daemon.ctl("reload")
    assert has(daemon, FAR)


def test_a_subnet_that_comes_and_goes(lan, start):
    daemon = start(far_host(lan))
    assert not has(daemon, FAR) and f"{FAR} is in no subnet" in daemon.log
    assert daemon.show("far")["incomplete"] and daemon.show("far")["addresses"] == []
    add_address(lan, "203.0.113.1/24")
    wait_for("it is answered for", lambda: has(daemon, FAR))
    assert daemon.show("far")["addresses"] == [FAR]
    lan.proxy.namespace.ip("addr", "del", "203.0.113.1/24", "dev", "eth0")
    wait_for("it is not", lambda: not has(daemon, FAR))


def test_a_sleeper_s_address_that_becomes_the_proxy_s_is_let_go_of(lan, asleep):
    daemon = asleep()
    add_address(lan, f"{lan.host.address}/24")
    wait_for("let go of", lambda: not has(daemon, lan.host.address), timeout=1)
    assert lan.peer.ping(lan.host.address)
    assert f"{lan.host.address} is this machine's own address" in daemon.log


def test_a_gateway_that_is_learnt_later_is_let_go_of(lan, asleep):
    daemon = asleep()
    lan.proxy.namespace.ip("route", "add", "default", "via", lan.host.address)
    wait_for("let go of", lambda: not has(daemon, lan.host.address), timeout=1)
    assert lan.proxy.mac not in lan.peer.who_has(lan.host.address)


def test_the_store_has_no_address_that_is_off_the_link(lan, start):
    add_address(lan, "203.0.113.1/24")
    daemon = start()
    daemon.ctl("host", "add", "far", "--mac", "02:00:00:00:00:51", "--address", FAR)
    daemon.stop()
    lan.proxy.namespace.ip("addr", "del", "203.0.113.1/24", "dev", "eth0")
    daemon.start()
    assert not has(daemon, FAR) and daemon.show("far")["incomplete"]


def test_a_forged_dhcprequest_does_not_take_a_far_address(lan, start, known):
    daemon = start(known())
    lan.host.sleep()
    said = [("message-type", "request"), ("server_id", lan.peer.address), ("requested_addr", FAR), "end"]
    request = frames.IP(src=frames.NOBODY, dst="255.255.255.255") / frames.UDP(sport=68, dport=67)
    request /= BOOTP(chaddr=bytes.fromhex(lan.host.mac.replace(":", "")), xid=7) / DHCP(options=said)
    lan.peer.send(frames.Ether(src=lan.host.mac, dst=frames.BROADCAST) / request)
    wait_for("told", lambda: f"{FAR} is in no subnet" in daemon.log)
    assert not has(daemon, FAR)
