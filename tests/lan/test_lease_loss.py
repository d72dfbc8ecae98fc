# SPDX-License-Identifier: GPL-2.0-or-later
"""What ends a sleeper's lease, and how: nobody is answered any more, at once, the host is woken, and it is told why."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable

import pytest

from harness.daemon import host_section
from harness.dhcp_clients import Dhclient, Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Server
from harness.frames import BROADCAST
from harness.lan import Lan, Machine
from harness.leases import Leaseholder, moment, requests
from harness.netns import never, wait_for
from harness.wire import Capture

FLOOR = 1.0  # s, the min-lease of `leaseholder`
AT_ONCE = 0.4  # s: the daemon is given the processor in that time, on a machine that has much else to do
ROUNDED = 0.005  # s: the daemon's times on the wall's clock are of whole milliseconds
POLL = 0.01
ARP_AND_DHCP = "arp or udp port 67 or udp port 68"


def last_answer(capture: Capture, lan: Lan, address: str, end: float) -> float:
    """How long after the end the proxy said for the last time who has the address. It was asked before and after."""
    arp = capture.fields(f"arp && arp.src.proto_ipv4 == {address} || arp.dst.proto_ipv4 == {address}",
                         "frame.time_epoch", "arp.opcode", "arp.src.hw_mac")  # fmt: skip
    asked = [float(at) for at, *said in arp if said == ["1", lan.peer.mac]]
    answered = [float(at) for at, *said in arp if said == ["2", lan.proxy.mac]]
    assert sum(at > end for at in asked) > 1
    assert sum(at <= end for at in answered) > 1
    return max(answered) - end


def ask_until(lan: Lan, address: str, condition: Callable[[], bool], timeout: float = 10) -> None:
    def asked() -> bool:
        lan.peer.who_has(address, wait=POLL)
        return condition()

    wait_for(f"while {address} is asked for", asked, timeout, interval=0)


def check_lost(held: Leaseholder, address: str, result: str, reason: str) -> None:
    """What people and programs are told of a lease that has just ended."""
    daemon, lease, host = held.daemon, held.lease(), held.daemon.show()
    assert (lease["state"], lease["result"], lease["address"]) == ("lost", result, address)
    assert lease["next-request-in"] is None
    assert (host["addresses"], host["withheld"]) == ([], address)
    told = [event for event in daemon.history() if event["event"] in ("lease-lost", "waking")]
    assert [(event["event"], event.get("why"), event["detail"]) for event in told] == [
        ("lease-lost", None, reason),
        ("waking", "lease", reason),
    ]
    assert f"host has lost its lease: {reason}\n" in daemon.log
    assert f"host is being woken: {reason}\n" in daemon.log
    assert held.host.nic.magic


def give_away(server: Server, host: Machine) -> None:
    """By the server's database, what was leased to the host is another machine's."""
    server.stop()
    text = server.database.read_text()
    server.database.write_text(re.sub(rf"(?<=0){host.mac[-3:]}\b", ":99", text))
    server.start()


# The other servers pass over in silence what they would refuse.
@pytest.mark.parametrize("server", (Dnsmasq, IscDhcpd, Kea), ids=lambda kind: kind.name)
def test_a_refusal(leaseholder, lan, server):
    held = leaseholder(server, Dhclient, t1=1, t2=3, wake_attempts=50)
    address = held.take()
    lan.host.nic.broken = True
    held.sleep_confirmed()
    watch = held.daemon.watch()
    capture = lan.capture("proxy", ARP_AND_DHCP)
    give_away(held.server, lan.host)
    ask_until(lan, address, lambda: "waking" in watch.kinds())
    never("an answer", lambda: lan.peer.who_has(address, wait=POLL), during=0.3)

    ((at, words),) = capture.fields("dhcp.option.dhcp == 6", "frame.time_epoch", "dhcp.option.message")
    assert last_answer(capture, lan, address, float(at)) < AT_ONCE
    said = f': "{words}"' if words else ""
    assert bool(words) == (server is not Kea)
    check_lost(held, address, "nak", f"{address} is refused by a server (DHCPNAK){said}")


def test_an_expiry(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, seconds=4, t1=1, t2=2, wake_attempts=50)
    address = held.take()
    lan.host.nic.broken = True
    capture = lan.capture("proxy", ARP_AND_DHCP)
    held.sleep_confirmed()
    lease = held.lease()
    t1, t2, end = (moment(lease[name]) for name in ("t1", "t2", "expires"))
    held.server.kill()
    ask_until(lan, address, lambda: time.time() > end + 0.5)

    assert -0.3 < last_answer(capture, lan, address, end) < AT_ONCE
    check_lost(held, address, "expired", f"{address} has expired, as no server answered")
    (silence,) = [moment(event["time"]) for event in held.daemon.history() if event["event"] == "lease-unanswered"]
    assert -ROUNDED < silence - t2 < AT_ONCE
    first, *asked = requests(capture, lan)
    assert first.at < t1 - 0.5
    check_pattern(held, asked, t1, t2, end)
    lan.host.nic.broken = False
    held.wait_resumed()
    lan.host.who_has(lan.peer.address, wait=POLL)
    held.daemon.wait_state("awake")


def check_pattern(held: Leaseholder, asked: list[Request], t1: float, t2: float, end: float) -> None:
    """RFC 2131, 4.4.5: the server until T2, then everybody, and nobody before T1, or after the end."""
    server = held.server.machine
    early = [each for each in asked if (each.to, each.destination) == (server.mac, server.address)]
    late = [each for each in asked if (each.to, each.destination) == (BROADCAST, "255.255.255.255")]
    assert early + late == asked
    assert -ROUNDED < early[0].at - t1 < AT_ONCE and early[-1].at < t2
    assert -ROUNDED < late[0].at - t2 < AT_ONCE and late[-1].at < end
    named = {(each.source, each.ciaddr, each.requested, each.server) for each in asked}
    assert named == {(held.host.address, held.host.address, "", "")}
    assert len({each.xid for each in asked}) == len(asked)
    for some in (early, late):
        assert all(b.at - a.at > FLOOR - 0.2 for a, b in zip(some, some[1:], strict=False))


def test_no_search_for_a_way_to_the_server_outlasts_the_lease(leaseholder, lan):
    """The kernel takes three seconds to find that nobody has the server's address."""
    held = leaseholder(Kea, Udhcpc, seconds=3, t1=1, t2=2, wake_attempts=50)
    address = held.take()
    lan.host.nic.broken = True
    capture = lan.capture("proxy", "arp")
    held.sleep_confirmed()
    held.server.machine.unplug()
    lan.proxy.forget()
    end = moment(held.lease()["expires"])
    ask_until(lan, address, lambda: time.time() > end + 0.6)
    assert last_answer(capture, lan, address, end) < AT_ONCE
    assert held.lease()["state"] == "lost"


def test_what_ends_while_the_host_is_being_woken_is_not_asked_for_and_not_answered(leaseholder, lan):
    held = leaseholder(Kea, Udhcpc, seconds=2, wake_attempts=50)
    address = held.take()
    lan.host.nic.broken = True
    capture = lan.capture("proxy", ARP_AND_DHCP)
    held.sleep_confirmed()
    held.daemon.wake()
    since, end = time.time(), moment(held.lease()["expires"])
    ask_until(lan, address, lambda: time.time() > end + 0.5)
    assert [each for each in requests(capture, lan) if each.at > since] == []
    assert -0.3 < last_answer(capture, lan, address, end) < AT_ONCE
    assert held.lease()["result"] == "expired"
    assert held.daemon.status_of() == "waking"


@pytest.fixture
def lost(leaseholder, lan) -> Leaseholder:
    """A host that has lost its lease while it slept, and does not wake."""
    held = leaseholder(IscDhcpd, Dhclient, t1=1, t2=6, wake_attempts=2)
    held.take()
    lan.host.nic.broken = True
    held.sleep_confirmed()
    give_away(held.server, lan.host)
    wait_for("the daemon gives up", lambda: "wake-failed" in [event["event"] for event in held.daemon.history()])
    assert held.daemon.status_of() == "asleep"
    return held


def stays_lost(held: Leaseholder) -> None:
    never("an answer", lambda: held.lan.peer.who_has(held.host.address, wait=POLL), during=0.4)
    assert held.lease()["state"] == "lost"
    assert held.daemon.show()["withheld"] == held.host.address


def take_another(held: Leaseholder) -> str:
    """The host is back after all, and another address is given to it. The one before."""
    before = held.host.address
    held.daemon.wait_state("asleep")
    held.host.nic.broken = False
    held.daemon.wake()
    held.wait_resumed()
    wait_for("another address", lambda: held.client.address() not in ("", before), timeout=10)
    held.host.address = held.client.address()
    wait_for("it is heard of", lambda: held.host.address in held.daemon.show()["addresses"])
    return before


def test_a_lost_address_is_not_taken_up_again_but_the_next_is(lost, lan):
    stays_lost(lost)
    tried = len(lan.host.nic.magic)
    lost.server.stop()
    lost.daemon.kill()
    lost.daemon.start()
    stays_lost(lost)
    assert len(lan.host.nic.magic) > tried
    lost.server.start()
    before = take_another(lost)
    assert "withheld" not in lost.daemon.show()
    lost.sleep_confirmed()
    assert lost.answered() == {lan.proxy.mac}
    assert not lan.peer.who_has(before)


def test_a_lost_address_in_and_out_of_the_configuration(lost, lan):
    daemon, empty = lost.daemon, lost.daemon.config_path.read_text()
    sections = [host_section("host", lan.host.mac, addresses) for addresses in ([], [lan.host.address])]
    daemon.configure(empty.replace(*sections))
    daemon.hang_up()
    stays_lost(lost)
    daemon.kill()
    daemon.start()
    stays_lost(lost)
    daemon.configure(empty)
    daemon.hang_up()
    stays_lost(lost)
    take_another(lost)
    assert daemon.show()["addresses"] == [lan.host.address]


LOST, REFUSED = 4, 2  # loader/dhcp/lease.h


def test_killed_between_the_store_and_the_tables_it_does_not_answer_again(leaseholder, lan):
    held = leaseholder(IscDhcpd, Udhcpc, seconds=120)
    held.take()
    held.sleep_confirmed()
    held.daemon.kill()
    with sqlite3.connect(held.daemon.state / "sleepproxy.db") as store:
        store.execute(f"UPDATE host SET row = json_set(row, '$.lease.state', {LOST}, '$.lease.result', {REFUSED})")
    store.close()
    assert held.answered() == {lan.proxy.mac}
    lan.host.nic.broken = True
    held.daemon.start()
    stays_lost(held)
