# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever is asked of the daemon, its heartbeat is on time, so that its answers go on, and sleepers are woken."""

from __future__ import annotations

import os
import resource
import socket
import time

from harness import frames
from harness import npp_message as messages
from harness.dissector import ICMP_TYPE
from harness.heartbeat import LATENESS, Heartbeat
from harness.netns import run, wait_for

ROUTES, INTERFACES, REQUESTS = 20_000, 60, 500


def client(daemon, data: bytes = b"") -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.connect(str(daemon.socket_path))
    link.settimeout(5)
    if data:
        link.sendall(data)
    return link


def resident(daemon) -> int:
    """MiB"""
    pages = int(open(f"/proc/{daemon.process.pid}/statm").read().split()[1])
    return pages * resource.getpagesize() >> 20


def cpu_seconds(daemon) -> float:
    fields = open(f"/proc/{daemon.process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_one_who_asks_much_and_reads_nothing(asleep):
    daemon = asleep()
    before = resident(daemon)
    with Heartbeat(daemon.pins) as heartbeat:
        deaf = client(daemon, b'{"command": "counters", "meanings": true}\n' * 3000)
        other = client(daemon)
        for _ in range(20):
            other.sendall(b'{"command": "status"}\n')
            assert other.recv(65536)
        time.sleep(0.5)
        assert resident(daemon) - before < 8
        deaf.close()
        other.close()
    assert heartbeat.worst < LATENESS


def test_requests_of_one_client_are_answered_in_turn(start):
    """Also where it says in the end that it will say no more."""
    daemon = start()
    with client(daemon, b'{"command": "history"}\n{"command": "dance"}\n' * 200) as link:
        link.shutdown(socket.SHUT_WR)
        answers = link.makefile().read().splitlines()
    assert [answer.startswith('{"ok":true') for answer in answers] == [True, False] * 200


def test_who_is_silent_makes_room_for_others(start):
    daemon = start()
    idle = [client(daemon) for _ in range(200)]
    assert daemon.ask("status")["ok"]
    assert len(os.listdir(f"/proc/{daemon.process.pid}/fd")) < 190
    for link in idle:
        link.close()


def test_no_descriptors_left(lan, asleep):
    daemon = asleep()
    with Heartbeat(daemon.pins) as heartbeat:
        pid = daemon.process.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used, limits[1]))
        clients = [client(daemon) for _ in range(4)]
        before = cpu_seconds(daemon)
        time.sleep(2)
        assert cpu_seconds(daemon) - before < 0.5
        assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
        lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
        wait_for("a Magic Packet", lambda: lan.host.nic.magic)
        assert daemon.log.count("Too many open files") < 10
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        daemon.wait_state("awake")
        for link in clients:
            link.close()
    assert heartbeat.worst < LATENESS


def test_interfaces_that_come_and_go(lan, asleep):
    daemon, batch = asleep(), lan.directory / "batch"
    for lines in ("link add d{} type bridge\naddr add 10.0.0.{}/32 dev d{}\nlink set d{} up\n", "link del d{}\n"):
        batch.write_text("".join(lines.replace("{}", str(n)) for n in range(INTERFACES)))
        with Heartbeat(daemon.pins) as heartbeat:
            run("ip", "-n", lan.proxy.namespace.name, "-batch", batch, timeout=60)
        assert heartbeat.worst < LATENESS
    assert daemon.status_of() == "asleep"


def test_many_routes_and_requests(lan, asleep):
    daemon, batch = asleep(), lan.directory / "batch"
    batch.write_text("".join(f"route add 10.{n >> 8}.{n & 255}.0/24 via 192.0.2.{200 + n % 50}\n" for n in range(ROUTES)))
    requests = []
    for n in range(REQUESTS):
        mac, address = f"02:00:00:07:{n >> 8:02x}:{n & 255:02x}", f"192.0.2.{30 + n % 100}"
        message = messages.sleep_request(n + 1, messages.arp((mac, address)))
        whole = messages.framed(message.octets(ICMP_TYPE), mac, lan.proxy.mac, address, lan.proxy.address)
        requests.append(whole)
    with Heartbeat(daemon.pins) as heartbeat:
        run("ip", "-n", lan.proxy.namespace.name, "-batch", batch, timeout=60)
        lan.peer.send(*requests)
        run("ip", "-n", lan.proxy.namespace.name, "route", "del", "10.0.0.0/24")
        time.sleep(1)
        assert daemon.ask("status")["ok"]
    assert heartbeat.worst < LATENESS
