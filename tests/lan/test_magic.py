# SPDX-License-Identifier: GPL-2.0-or-later
"""Magic Packets on the wire, octet by octet, with tshark as the judge."""

import json
import signal
import struct

import pytest

from harness import frames
from harness.daemon import host_section
from harness.netns import run, wait_for

BROADCAST = "ff:ff:ff:ff:ff:ff"
ETHERNET = "eth.type == 0x0842"
UDP = "udp.dstport == 9"


def payload(mac: str, password: str = "") -> str:
    return ("ff" * 6 + mac.replace(":", "") * 16 + password).lower()


@pytest.fixture
def woken(lan, asleep):
    """What the switch sent to the sleeping host until it woke."""

    def woken(**host_options):
        daemon = asleep(host_options)
        capture = lan.capture("host")
        daemon.wake()
        daemon.wait_state("awake")
        return capture

    return woken


def test_as_udp(lan, woken):
    capture = woken()
    fields = ("eth.dst", "eth.src", "ip.dst", "ip.src", "udp.srcport", "udp.payload")
    found = capture.fields(UDP, *fields)
    assert found
    for to, by, destination, source, port, data in found:
        assert (to, by) == (BROADCAST, lan.proxy.mac)
        assert (destination, source) == ("255.255.255.255", lan.proxy.address)
        assert port != "9"
        assert data.replace(":", "") == payload(lan.host.mac)


def test_as_udp_it_is_well_formed(woken):
    capture = woken()
    bad = "ip.checksum.status == 0 || udp.checksum.status == 0 || _ws.malformed"
    argv_checks = capture.lines(f"{UDP} && ({bad})")
    assert argv_checks == []


@pytest.mark.parametrize("to", ["broadcast", "unicast"])
def test_as_ethertype_0842(lan, woken, to):
    capture = woken()
    destination = BROADCAST if to == "broadcast" else lan.host.mac
    found = [frame for frame in capture.frames() if frame[12:14] == b"\x08\x42" and frame[:6].hex(":") == destination]
    assert found
    for frame in found:
        assert frame[6:12].hex(":") == lan.proxy.mac
        assert frame[14:].hex() == payload(lan.host.mac)


def test_tshark_takes_each_for_a_magic_packet(lan, woken):
    capture = woken()
    targets = {mac.split(",")[0] for (mac,) in capture.fields("wol", "wol.mac")}
    assert targets == {lan.host.mac}
    assert capture.lines(f"({UDP} || {ETHERNET}) && !wol") == []


@pytest.mark.parametrize(
    ("password", "octets"), [("01:02:03:04:05:06", "010203040506"), ("10.11.12.13", "0a0b0c0d")], ids=["six", "four"]
)
def test_secureon(lan, start, password, octets):
    safe = lan.sleeper("safe", 40, secureon=bytes.fromhex(octets))
    daemon = start(host_section("safe", safe.mac, [safe.address], secureon=password))
    daemon.take_over(safe)
    capture = lan.capture("safe")
    lan.peer.send(frames.tcp(lan.peer, safe, lan.proxy.mac, "S"))
    daemon.wait_state("awake", "safe")
    data = {field.replace(":", "") for (field,) in capture.fields(UDP, "udp.payload")}
    ethernet = {frame[14:].hex() for frame in capture.frames() if frame[12:14] == b"\x08\x42"}
    assert data == ethernet == {payload(safe.mac, octets)}


def test_without_its_password_a_secured_card_does_not_wake(lan, start):
    """The harness's card is strict, so that the test above shows something."""
    safe = lan.sleeper("safe", 40, secureon=b"\x01\x02\x03\x04\x05\x06")
    daemon = start(host_section("safe", safe.mac, [safe.address]), wake_attempts=2, wake_interval="100ms")
    daemon.take_over(safe)
    daemon.wake("safe")
    daemon.wait_state("asleep", "safe")
    assert safe.nic.magic == [] and safe.nic.asleep


@pytest.mark.parametrize("mode", ["native", "generic"])
def test_the_first_one_needs_no_daemon(lan, asleep, mode):
    daemon = asleep(mode=mode, heartbeat_timeout="20s")
    watch = daemon.watch()
    capture = lan.capture("host")
    daemon.process.send_signal(signal.SIGSTOP)
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    wait_for("the host is up", lambda: not lan.host.nic.asleep)
    daemon.process.send_signal(signal.SIGCONT)
    daemon.wait_state("awake")
    first = next(frame for frame in capture.frames() if frame[12:14] == b"\x08\x42")
    assert (first[:6].hex(":"), first[6:12].hex(":")) == (BROADCAST, lan.proxy.mac)
    assert first[14:].hex() == payload(lan.host.mac)
    assert daemon.counters()["wake_sent"] == 1
    began = next(event for event in daemon.history() if event["event"] == "waking")
    assert (began["peer"], began["port"]) == (lan.peer.address, 22)
    assert watch.kinds().count("waking") == 1


def run_without_headroom(lan, daemon, frame: bytes) -> None:
    """Through the program on eth0, behind so much metadata that a Magic Packet has no room."""
    metadata = 200
    link = json.loads(run("bpftool", "-j", "link", "show", "pinned", daemon.pins / "link-eth0").stdout)
    [shown] = json.loads(lan.proxy.namespace.ip("-j", "link", "show", "eth0"))
    data, context = lan.directory / "data", lan.directory / "context"
    data.write_bytes(bytes(metadata) + frame)
    context.write_bytes(struct.pack("=6I", metadata, metadata + len(frame), 0, shown["ifindex"], 0, 0))
    done = lan.proxy.namespace.run("bpftool", "prog", "run", "id", link["prog_id"], "data_in", data, "ctx_in", context, check=False)
    if "Invalid argument" in done.stderr:
        pytest.skip("before Linux 6.3 metadata has 32 octets at most")
    assert "Return value: 1" in done.stdout, done.stdout + done.stderr


def test_where_the_frame_has_no_room_for_it_the_daemon_sends_it(lan, asleep):
    daemon = asleep()
    run_without_headroom(lan, daemon, bytes(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S")))
    daemon.wait_state("awake")
    assert lan.host.nic.magic
    counters = daemon.counters()
    assert (counters["wake_started"], counters["wake_sent"]) == (1, 0)


def test_in_host_mode_a_switch_that_believes_the_mac_is_ours_cannot_stop_it(lan, asleep):
    daemon = asleep(answer="host")
    lan.peer.arping(lan.host.address)
    assert lan.switch_port_of(lan.host.mac) == "proxy"
    daemon.wake()
    daemon.wait_state("awake")
    assert {magic.destination for magic in lan.host.nic.magic} == {BROADCAST}
    wait_for("the switch's new port", lambda: lan.switch_port_of(lan.host.mac) == "host")
