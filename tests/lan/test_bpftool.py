# SPDX-License-Identifier: GPL-2.0-or-later
"""
maps/README.md promises lines for bpftool: these very lines, obeyed, and adopted within a second. How soon they are obeyed
is in test_bpftool_edits.py.
"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from harness import frames
from harness.lan import ROOT
from harness.netns import run, wait_for

README = (ROOT / "maps" / "README.md").read_text()
PINS = "/sys/fs/bpf/sleepproxy"
HOST = SimpleNamespace(mac="52:54:00:12:34:56", address="192.168.1.50", name="host-525400123456")


def lines_of(section: str) -> list[str]:
    body = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", README, re.S | re.M)[1]
    return [line for block in re.findall(r"```sh\n(.*?)```", body, re.S) for line in block.splitlines()]


class ByHand:
    def __init__(self, daemon, lan):
        self.daemon, self.lan = daemon, lan

    def do(self, section: str, *numbers: int) -> list[str]:
        lines = lines_of(section)
        wanted = [lines[number] for number in numbers] if numbers else lines
        return [run(*line.replace(PINS, str(self.daemon.pins)).split()).stdout for line in wanted]

    def answered(self) -> bool:
        """The frame right behind the command."""
        request = frames.arp_request(self.lan.peer, HOST.address)
        return bool(frames.arp_answers(self.lan.peer.ask(request, wait=0.2), HOST.address))

    def connect(self, port: int) -> None:
        self.lan.peer.send(frames.tcp(self.lan.peer, HOST, self.lan.proxy.mac, "S", port))

    def shown(self) -> dict | None:
        return next((host for host in self.daemon.listed("hosts") if host["name"] == HOST.name), None)

    def adopted_as(self, state: str) -> None:
        wait_for(f"adopted as {state}", lambda: (self.shown() or {}).get("state") == state, timeout=1.0)


@pytest.fixture
def by_hand(lan, start) -> ByHand:
    lan.proxy.namespace.ip("addr", "add", "192.168.1.1/24", "dev", "eth0")
    return ByHand(start(), lan)


def test_a_host_added_is_answered_for_at_once_and_adopted(by_hand):
    assert not by_hand.answered()
    by_hand.do("Add a sleeping host with its address")
    assert by_hand.answered()
    by_hand.adopted_as("asleep")
    assert by_hand.shown()["addresses"] == [HOST.address, "fd00::50"]
    assert by_hand.shown()["mac"] == HOST.mac
    assert by_hand.shown()["origin"] == "map"


def test_marked_awake_and_asleep(by_hand):
    by_hand.do("Add a sleeping host with its address")
    by_hand.adopted_as("asleep")
    by_hand.do("Mark it awake, and asleep again", 0)
    wait_for("no answer", lambda: not by_hand.answered(), timeout=1.0)
    by_hand.adopted_as("awake")
    by_hand.do("Mark it awake, and asleep again", 1)
    assert by_hand.answered()
    by_hand.adopted_as("asleep")


def test_an_adopted_host_is_woken_for_a_connection(by_hand, lan):
    by_hand.do("Add a sleeping host with its address")
    by_hand.adopted_as("asleep")
    capture = lan.capture("proxy", "ether proto 0x0842")
    by_hand.connect(80)
    by_hand.adopted_as("waking")
    assert capture.lines(f"wol.mac == {HOST.mac}")


def test_woken_by_hand(by_hand, lan):
    by_hand.do("Add a sleeping host with its address")
    by_hand.adopted_as("asleep")
    capture = lan.capture("proxy", "ether proto 0x0842")
    by_hand.do("Wake it")
    by_hand.adopted_as("waking")
    assert capture.lines(f"wol.mac == {HOST.mac}")


def test_rules_are_obeyed_at_once(by_hand):
    by_hand.do("Add a sleeping host with its address")
    by_hand.do("What wakes it", 0, 1)
    by_hand.connect(80)
    wait_for("ignored", lambda: by_hand.daemon.counters()["wake_port_denied"] == 1)
    by_hand.connect(22)
    wait_for("begun", lambda: by_hand.daemon.counters()["wake_sent"] == 1)


def test_rules_are_shown(by_hand, known, lan):
    by_hand.do("Add a sleeping host with its address")
    by_hand.adopted_as("asleep")
    assert "map-rules" not in by_hand.daemon.show(HOST.name)
    by_hand.do("What wakes it")
    rules = {"tcp/22=wake", "any=ignore", "192.168.1.128/25=deny"}
    assert set(by_hand.daemon.show(HOST.name)["map-rules"]) == rules
    assert rules <= set(by_hand.daemon.ctl_text("host", "show", HOST.name).split())


def test_rules_of_the_daemon_are_not_shown(start, known):
    daemon = start(known(wake=["tcp/22", "udp/5353"], allow=["192.0.2.0/24"]))
    assert "map-rules" not in daemon.show()


def test_sources_are_obeyed_at_once(by_hand, lan):
    by_hand.do("Add a sleeping host with its address")
    by_hand.do("What wakes it", 2)
    far = SimpleNamespace(mac=lan.peer.mac, address="192.168.1.200")
    near = SimpleNamespace(mac=lan.peer.mac, address="192.168.1.100")
    lan.peer.send(frames.tcp(far, HOST, lan.proxy.mac, "S"))
    wait_for("denied", lambda: by_hand.daemon.counters()["wake_source_denied"] == 1)
    lan.peer.send(frames.tcp(near, HOST, lan.proxy.mac, "S"))
    wait_for("begun", lambda: by_hand.daemon.counters()["wake_sent"] == 1)


def test_listed_by_name(by_hand):
    by_hand.do("Add a sleeping host with its address")
    hosts, addresses, one = by_hand.do("List")
    assert '"state": "ASLEEP"' in hosts
    assert json.loads(addresses)[0]["key"]["octet"] == [192, 168, 1, 50]
    assert json.loads(one)["value"]["octet"] == [0x52, 0x54, 0x00, 0x12, 0x34, 0x56]


def test_counters_are_named(by_hand):
    by_hand.do("Add a sleeping host with its address")
    assert by_hand.answered()
    shown = json.loads(by_hand.do("Read the counters")[0])
    counted = sum(cpu["value"]["arp_answered"] for cpu in shown[0]["values"])
    assert counted == by_hand.daemon.counters()["arp_answered"] == 1


def test_deleted(by_hand):
    by_hand.do("Add a sleeping host with its address")
    by_hand.adopted_as("asleep")
    by_hand.do("Delete it", 0)
    wait_for("no answer", lambda: not by_hand.answered(), timeout=1.0)
    by_hand.do("Delete it", 1)
    wait_for("forgotten", lambda: by_hand.shown() is None, timeout=1.0)
    assert by_hand.daemon.running


def test_detached(by_hand, lan):
    by_hand.do("Add a sleeping host with its address")
    by_hand.do("Take the program off the interface")
    assert not by_hand.answered()
    wait_for("said so", lambda: by_hand.daemon.interface_state() == "detached", timeout=2.0)


NO_HOSTS = ("192.0.2.2", "192.0.2.1", "8.8.8.8", "192.0.2.255", "224.0.0.1", "255.255.255.255", "0.0.0.0", "127.0.0.1")


def test_addresses_that_no_host_may_have_are_removed_named_and_counted(by_hand, lan):
    assert lan.proxy.address == NO_HOSTS[0]
    lan.proxy.namespace.ip("route", "add", "default", "via", NO_HOSTS[1])
    by_hand.do("Add a sleeping host with its address")
    by_hand.adopted_as("asleep")
    for address in NO_HOSTS:
        table = by_hand.daemon.pins / "addresses4"
        row = ("key", *address.split("."), "value", "hex", *HOST.mac.split(":"))
        run("bpftool", "map", "update", "pinned", table, *row)
    wait_for("removed", lambda: set(by_hand.daemon.table("addresses4")) == {HOST.address}, timeout=2.0)
    for address in NO_HOSTS:
        assert f"addresses4: the row {address} is removed" in by_hand.daemon.log
    assert by_hand.daemon.counters()["map_edits_refused"] == len(NO_HOSTS)
    assert by_hand.shown()["addresses"] == [HOST.address, "fd00::50"]
    assert lan.peer.ping(lan.proxy.address)


def test_a_group_s_mac_is_no_host(by_hand):
    table = by_hand.daemon.pins / "hosts"
    run("bpftool", "map", "update", "pinned", table, "key", "hex", *["ff"] * 6, "value", "hex", "02", *["00"] * 15)
    wait_for("removed", lambda: by_hand.daemon.table("hosts") == {}, timeout=2.0)
    assert by_hand.daemon.counters()["map_edits_refused"] == 1


def test_nonsense_is_counted_passed_and_left_alone(by_hand):
    by_hand.do("Add a sleeping host with its address")
    key = HOST.mac.split(":")
    value = ["4d", "00", "00", "00"] + ["ff"] * 12
    table = by_hand.daemon.pins / "hosts"
    run("bpftool", "map", "update", "pinned", table, "key", "hex", *key, "value", "hex", *value)
    wait_for("passed", lambda: not by_hand.answered(), timeout=2.0)
    assert by_hand.daemon.counters()["host_invalid"] >= 1
    by_hand.do("Mark it awake, and asleep again", 1)
    assert by_hand.answered()
