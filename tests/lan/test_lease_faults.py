# SPDX-License-Identifier: GPL-2.0-or-later
"""
Servers that fail, lie and come back, and a daemon that is killed, stopped or late: each lease is kept, or its host is
woken. Nothing is ever sent for a host that is up, or may be.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import sqlite3
import threading
import time

import pytest
from scapy.layers.dhcp import BOOTP, DHCP

from harness.dhcp_clients import Udhcpc
from harness.dhcp_servers import SERVER_PORT, Dnsmasq, IscDhcpd, Kea, Networkd, Server
from harness.lan import Lan
from harness.leases import Leaseholder, moment, request_times
from harness.netns import never, wait_for
from harness.wire import Capture

HALF_A_HEARTBEAT = 2.5  # s: programs that ask take their time; without the daemon all answers would end later
AT_ONCE = 0.4  # s: the daemon is given the processor in that time, on a machine that has much else to do
ANOTHER = "192.0.2.166"
CLIENT_PORT = 68


def sleep_until(end: float) -> None:
    time.sleep(max(0, end - time.time()))


def events(held: Leaseholder) -> list[str]:
    return [event["event"] for event in held.daemon.history()]


def is_renewed(held: Leaseholder, before: dict) -> bool:
    """The same time on the wall's clock differs from one look to the next, by a millisecond."""
    lease = held.lease()
    return lease["confirmed"] and moment(lease["since"]) > moment(before["since"]) + 0.1


def check_kept(held: Leaseholder) -> None:
    """The host has slept through it."""
    assert held.lease()["address"] == held.host.address
    assert held.answered() == {held.lan.proxy.mac}
    assert "lease-lost" not in events(held)
    assert held.host.nic.magic == []


@pytest.mark.parametrize(
    ("server", "state", "t2"),
    ((IscDhcpd, "renewing", 4), (Networkd, "rebinding", 2)),
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_server_that_comes_back_in_time(leaseholder, server, state, t2):
    held = leaseholder(server, Udhcpc, seconds=6, t1=1, t2=t2)
    held.take()
    held.sleep_confirmed()
    before = held.lease()
    held.server.kill()
    wait_for(state, lambda: held.lease()["state"] == state)
    held.server.start()
    wait_for("the lease is renewed", lambda: is_renewed(held, before))
    check_kept(held)
    assert ("lease-unanswered" in events(held)) == (state == "rebinding")


def test_another_server_takes_over_with_the_same_database(leaseholder, lan):
    held = leaseholder(IscDhcpd, Udhcpc, t1=1, t2=2)
    held.take()
    held.sleep_confirmed()
    held.server.kill()
    machine = lan.machine("successor", 4)
    successor = IscDhcpd(machine, held.server.lease_seconds, t1=1, t2=2)
    shutil.copy(held.server.database, successor.database)
    capture = lan.capture("proxy", "udp port 67")
    successor.start()
    wait_for("the successor's lease", lambda: held.lease()["server"] == machine.address, timeout=8)
    before = held.lease()
    wait_for("its renewal", lambda: is_renewed(held, before))
    check_kept(held)
    assert capture.fields(f"dhcp.option.dhcp == 3 && eth.src == {lan.proxy.mac} && eth.dst == {machine.mac}", "ip.dst")


class Impostor:
    """In the server's place, on its machine: acknowledges whatever it is asked, with options of its own."""

    def __init__(self, server: Server, address: str, *options: tuple):
        server.kill()
        self.machine, self.address, self.options = server.machine, address, options
        self.socket = self.machine.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", SERVER_PORT))
        threading.Thread(target=self.serve, name="impostor", daemon=True).start()
        self.machine.lan.closing.callback(self.close)

    def serve(self) -> None:
        with self.socket:
            while request := self.socket.recv(2048):
                asked = BOOTP(request)
                said = [("message-type", "ack"), ("server_id", self.machine.address), *self.options, "end"]
                answer = BOOTP(op=2, xid=asked.xid, ciaddr=asked.ciaddr, yiaddr=self.address, chaddr=asked.chaddr)
                self.socket.sendto(bytes(answer / DHCP(options=said)), (asked.ciaddr, CLIENT_PORT))

    def close(self) -> None:
        """Unconnected, it is not shut down by the book; its thread goes on from recv() all the same."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


def test_another_address_is_not_followed(leaseholder, lan):
    held = leaseholder(IscDhcpd, Udhcpc, t1=1, t2=6, wake_attempts=50)
    address = held.take()
    lan.host.nic.broken = True
    held.sleep_confirmed()
    capture = lan.capture("proxy", "arp")
    Impostor(held.server, ANOTHER, ("lease_time", 600))
    wait_for("the loss", lambda: not lan.peer.who_has(ANOTHER, wait=0.01) and held.lease()["state"] == "lost")
    for each in (address, ANOTHER):
        never("an answer", lambda each=each: lan.peer.who_has(each, wait=0.01), during=0.4)

    assert not capture.lines(f"arp.opcode == 2 && arp.src.proto_ipv4 == {ANOTHER}")
    assert (held.lease()["result"], held.daemon.show()["withheld"]) == ("address-changed", address)
    reason = f"a server assigned {ANOTHER} instead of {address}"
    assert [event["detail"] for event in held.daemon.history() if event["event"] == "lease-lost"] == [reason]
    assert f"host is being woken: {reason}\n" in held.daemon.log
    lan.host.nic.broken = False
    held.wait_resumed()


def test_a_tiny_lease_is_renewed_no_oftener_than_the_floor_has_it(leaseholder, lan):
    held = leaseholder(IscDhcpd, Udhcpc, t1=1, t2=6)
    held.daemon.configure(held.daemon.config_path.read_text().replace("min-lease = 1s", "min-lease = 2s"))
    held.daemon.hang_up()
    address = held.take()
    held.sleep_confirmed()
    Impostor(held.server, address, ("lease_time", 1), ("renewal_time", 0), ("rebinding_time", 1))
    wait_for("a tiny lease", lambda: held.lease()["seconds"] == 1)
    capture = lan.capture("proxy", "udp port 67")
    time.sleep(2.1)
    asked = request_times(capture, lan)
    assert 2 <= len(asked) <= 3
    assert all(b - a > 0.8 for a, b in zip(asked, asked[1:], strict=False))
    assert held.lease()["state"] in ("bound", "renewing")
    check_kept(held)


def test_a_restart_asks_no_sooner_and_no_later(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, t1=4, t2=8)
    held.take()
    capture = lan.capture("proxy", "udp port 67")
    held.sleep_confirmed()
    due = []
    for end in (held.daemon.kill, held.daemon.stop):
        before = held.lease()
        end()
        held.daemon.start()
        for name in ("since", "t1", "t2", "expires"):
            assert moment(held.lease()[name]) == pytest.approx(moment(before[name]), abs=0.02)
        wait_for("the renewal", lambda before=before: is_renewed(held, before))
        due.append(moment(before["t1"]))
    first, *asked = request_times(capture, lan)
    assert [at - t1 for at, t1 in zip(asked, due, strict=True)] == [pytest.approx(AT_ONCE / 2, abs=AT_ONCE / 2)] * 2
    check_kept(held)


def after_reboot(held: Leaseholder, clock_wrong_by: float) -> None:
    """The store as it were if the machine had been started anew since, and its clock had been set meanwhile."""
    earlier = 3_600_000
    with sqlite3.connect(held.daemon.state / "sleepproxy.db") as store:
        ((text,),) = store.execute("SELECT row FROM host")
        row = json.loads(text)
        lease = row["lease"]
        for name in ("since", "renew-at", "rebind-at", "expires-at", "result-at"):
            lease[name] += earlier
        lease |= {"boot": "another", "boot-began": lease["boot-began"] - earlier + int(clock_wrong_by * 1000)}
        row["lease"] = lease
        store.execute("UPDATE host SET row = ?", (json.dumps(row),))
    store.close()


@pytest.mark.parametrize("clock_wrong_by", (0, 7200), ids=("", "clock-set-back"))
def test_a_reboot(leaseholder, lan, clock_wrong_by):
    """The host may have been up meanwhile: it is looked for, answered for again, and its lease asked for at once."""
    held = leaseholder(Kea, Udhcpc, seconds=300)
    held.take()
    held.sleep_confirmed()
    before = held.lease()
    held.daemon.kill()
    shutil.rmtree(held.daemon.pins)
    after_reboot(held, clock_wrong_by)
    held.daemon.configure(held.daemon.config_path.read_text().replace("check-requests = 2", "check-requests = 12"))
    wait_for("no answer", lambda: not held.answered())
    held.daemon.start()
    lease = held.lease()
    assert held.daemon.status_of() == "drowsy" and not lease["confirmed"]
    if clock_wrong_by:
        assert lease["since"] is lease["t1"] is lease["expires"] is None
    else:
        assert moment(lease["expires"]) == pytest.approx(moment(before["expires"]), abs=0.02)
    held.daemon.wait_state("asleep")
    wait_for("the lease is confirmed", lambda: is_renewed(held, before))
    check_kept(held)


def test_what_ends_while_the_daemon_is_dead_is_lost_at_its_start(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, seconds=2)
    held.take()
    lan.host.nic.broken = True
    held.sleep_confirmed()
    held.server.kill()
    end = moment(held.lease()["expires"])
    held.daemon.kill()
    sleep_until(end + 0.1)
    assert held.answered() == {lan.proxy.mac}
    held.daemon.start()
    wait_for("the loss", lambda: held.lease()["state"] == "lost", timeout=HALF_A_HEARTBEAT)
    assert not held.answered()
    lan.host.nic.broken = False
    held.wait_resumed()
    assert held.lease()["result"] == "expired"


def stop_across(held: Leaseholder, moment_of: float) -> float:
    """When the daemon, which stood still, went on."""
    held.daemon.process.send_signal(signal.SIGSTOP)
    sleep_until(moment_of + 0.5)
    went_on = time.time()
    held.daemon.process.send_signal(signal.SIGCONT)
    return went_on


def test_a_daemon_that_stood_still_at_t1_asks_at_once(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, t1=1, t2=6)
    held.take()
    held.sleep_confirmed()
    before = held.lease()
    capture = lan.capture("proxy", "udp port 67")
    went_on = stop_across(held, moment(before["t1"]))
    wait_for("the renewal", lambda: is_renewed(held, before))
    assert 0 < request_times(capture, lan)[0] - went_on < AT_ONCE
    check_kept(held)


def test_a_daemon_that_stood_still_at_the_end_gives_up_at_once(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, seconds=2)
    held.take()
    lan.host.nic.broken = True
    held.sleep_confirmed()
    held.server.kill()
    stop_across(held, moment(held.lease()["expires"]))
    wait_for("no answer", lambda: not held.answered(), timeout=HALF_A_HEARTBEAT)
    lan.host.nic.broken = False
    held.wait_resumed()
    assert held.lease()["result"] == "expired"


class EndlessDnsmasq(Dnsmasq):
    def command(self) -> list[object]:
        return [str(word).replace(f",{self.lease_seconds}", ",infinite") for word in super().command()]


def test_a_lease_without_end_is_confirmed_once(leaseholder, lan):
    held = leaseholder(EndlessDnsmasq, Udhcpc, seconds=300)
    capture = lan.capture("proxy", "udp port 67")
    held.take()
    held.sleep_confirmed()
    time.sleep(0.7)
    held.daemon.kill()
    held.daemon.start()
    lease = held.lease()
    assert (lease["seconds"], lease["confirmed"]) == ("infinite", True)
    assert [lease[name] for name in ("t1", "t2", "expires", "next-request-in")] == [None] * 4
    assert "never" in held.daemon.ctl_text("lease", "list")
    time.sleep(0.3)
    assert len(request_times(capture, lan)) == 1
    check_kept(held)


def test_nothing_is_sent_for_a_host_that_is_back(leaseholder, lan):
    """Back around the very moment in which a request is due."""
    held = leaseholder(Kea, Udhcpc, t1=1, t2=6)
    held.take()
    capture = lan.capture("proxy", "udp port 67")
    awake = []
    for late in (-0.01, 0.03):
        held.sleep_confirmed()
        due = time.monotonic() + held.lease()["next-request-in"]
        time.sleep(max(0, due - 0.2 - time.monotonic()))
        lan.host.resume()
        time.sleep(max(0, due + late - time.monotonic()))
        lan.host.who_has(lan.peer.address, wait=0.01)
        since = time.time()
        held.daemon.wait_state("awake")
        assert (held.lease()["renewed-by"], held.lease()["next-request-in"]) == ("host", None)
        time.sleep(1.1)
        awake.append((since, time.time()))
        held.client.thaw()
    sent = request_times(capture, lan)
    assert len(sent) >= len(awake)
    assert not [at for at in sent for since, until in awake if since + 0.1 < at < until]


def test_nothing_is_sent_for_a_host_that_falls_asleep(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, t1=1, t2=6, grace_period="1200ms")
    held.take()
    held.sleep_confirmed()
    held.resume()
    lan.host.who_has(lan.peer.address)
    held.daemon.wait_state("awake")
    held.client.freeze()
    lan.host.sleep()
    capture = lan.capture("proxy", "udp port 67")
    since = time.time()
    held.daemon.sleep()
    held.daemon.wait_state("asleep")
    wait_for("the lease is confirmed", lambda: held.lease()["confirmed"])
    assert request_times(capture, lan)[0] > since + 1.2
