# SPDX-License-Identifier: GPL-2.0-or-later
"""Many sleepers, each of which somebody connects to within the same second: no wake is lost."""

import errno
import json
import signal
import socket
import struct
import time

import pytest

from harness.daemon import Daemon, host_section
from harness.netns import run, wait_for

MANY = 16384
REPORT = 72  # octets in the ring
NETWORK, PREFIX, OWN, PEER = "10.77.0.0", 16, "10.77.255.1", "10.77.255.2"
TURNS_PER_S = 2500  # as the manual says
PATIENCE = 15  # promised are 10 s; a machine that is busy with other tests has more
SO_RCVBUFFORCE = 33
MAGIC = b"\x08\x42" + b"\xff" * 6
ASLEEP = "02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"


def address(number: int) -> bytes:
    return socket.inet_aton(NETWORK)[:2] + struct.pack("!H", number + 1)


def mac(number: int) -> bytes:
    return bytes.fromhex("02770000") + struct.pack("!H", number + 1)


def put_to_sleep(daemon, batch, sleepers: int) -> None:
    row = f"map update pinned {daemon.pins}/hosts key hex {{}} value hex {ASLEEP}\n"
    batch.write_text("".join(row.format(mac(n).hex(" ")) for n in range(sleepers)))
    run("bpftool", "batch", "file", batch)
    wait_for("all are asleep", lambda: daemon.ctl("status")["hosts"]["asleep"] == sleepers, timeout=10)


def words(octets: bytes) -> int:
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    total = (total & 0xFFFF) + (total >> 16)
    return (total & 0xFFFF) + (total >> 16)


def connection(proxy, peer, number: int) -> bytes:
    """A SYN to SSH, whose TCP checksum is left to the network card."""
    ends = socket.inet_aton(PEER) + address(number)
    ip = struct.pack("!BBHHHBB", 0x45, 0, 40, 1, 0, 64, 6)
    ip += struct.pack("!H", ~words(ip + ends) & 0xFFFF) + ends
    tcp = struct.pack("!HHIIBBHHH", 40000, 22, 1, 0, 5 << 4, 2, 1024, words(ends + struct.pack("!HH", 6, 20)), 0)
    ether = bytes.fromhex((proxy.mac + peer.mac).replace(":", "")) + b"\x08\x00"
    return ether + ip + tcp


def send(raw: socket.socket, frame: bytes) -> None:
    """Where the machine is busy, once there is room for it."""
    while True:
        try:
            raw.send(frame)
            return
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            time.sleep(0.001)


def woken(raw: socket.socket, sleepers: int, until: float) -> set[bytes]:
    """The sleepers that the daemon sent Magic Packets, until all were, or it is time: only it sends to their MACs."""
    found = set()
    raw.settimeout(0.2)
    while len(found) < sleepers and time.monotonic() < until:
        try:
            frame = raw.recv(256)
        except TimeoutError:
            continue
        if frame[12:20] == MAGIC and frame[:6] == frame[20:26]:
            found.add(frame[20:26])
    return found


@pytest.fixture
def called(lan, start, tmp_path):
    """So many sleepers' daemon, whom it sent Magic Packets, and how long that took."""

    def called(sleepers: int, is_stopped: bool, **settings: object) -> tuple[Daemon, set[bytes], float]:
        lan.proxy.namespace.ip("addr", "add", f"{OWN}/{PREFIX}", "dev", "eth0")
        hosts = [host_section(f"s{n}", mac(n).hex(":"), [socket.inet_ntoa(address(n))]) for n in range(sleepers)]
        daemon = start(*hosts, max_hosts=sleepers, wake_interval="2s", check_interval="500ms", **settings)
        put_to_sleep(daemon, tmp_path / "batch", sleepers)
        frames = [connection(lan.proxy, lan.peer, n) for n in range(sleepers)]
        with lan.peer.namespace.packet_socket("eth0") as raw:
            raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
            if is_stopped:
                daemon.process.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            for frame in frames:
                send(raw, frame)
            daemon.process.send_signal(signal.SIGCONT)
            found = woken(raw, sleepers, began + PATIENCE)
            return daemon, found, time.monotonic() - began

    return called


def test_everybody_who_is_called_at_six_is_woken(called):
    daemon, found, took = called(MANY, is_stopped=False, heartbeat_timeout="3s")
    assert found == {mac(n) for n in range(MANY)}
    assert took > MANY / TURNS_PER_S * 0.9, "a switch is flooded"
    counters = daemon.counters()
    assert counters["wake_sent"] == MANY, "each has a Magic Packet at once, by the datapath"
    assert counters["heartbeat_stale"] == 0


def test_who_is_called_while_nobody_empties_the_rings_is_woken(called):
    daemon, found, _ = called(MANY, is_stopped=True, heartbeat_timeout="20s")
    assert MANY * REPORT > daemon.map_of("reports")["max_entries"], "the last ones were not reported"
    assert found == {mac(n) for n in range(MANY)}
    assert daemon.counters()["wake_sent"] == MANY
