# SPDX-License-Identifier: GPL-2.0-or-later
"""A lease that a host hands over is kept, and how it stands is told when the host is back. So is its Sleep Timer."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from harness import npp_message as messages
from harness.dhcp_clients import Udhcpc
from harness.dhcp_servers import Dnsmasq, Kea, Server
from harness.lan import Lan
from harness.leases import Leaseholder, requests
from harness.netns import never, wait_for
from harness.npp import NppHost
from harness.npp_message import FAILED, LONG, RENEWED, Notification


class HandedOver(Leaseholder):
    """The daemon began after the host had its lease, and knows what the host tells it."""

    def hand_over(self, total: int = 0, left: int = 0, *more: bytes) -> NppHost:
        """With the times of the server's database, where none are given; the host falls silent with that."""
        kept = self.server.lease(self.host.mac)
        host = NppHost(self.host, self.lan.proxy)
        whole = (total or self.server.lease_seconds, left or round(kept.ends - time.time()))
        named = [messages.client_identifier(bytes.fromhex(kept.client_id))] if kept.client_id else []
        self.client.freeze()
        host.hand_over(
            messages.lease(*whole, self.server.machine.address), messages.host_name("host"), *named, *more
        )  # fmt: skip
        self.host.sleep()
        self.daemon.wait_state("asleep")
        return host

    def wait_seen_in(self, host: NppHost) -> Notification | None:
        """It resumes, and reports: how its lease stands."""
        self.resume()
        answer = host.report()
        assert answer.message.client == (0, host.client)
        return answer.message.notification


Holds = Callable[..., HandedOver]


@pytest.fixture
def holds(lan: Lan, start: Callable) -> Holds:
    def holds(server: type[Server], seconds: int, *, authoritative: bool = True, **settings: object) -> HandedOver:
        running = server(lan.machine("server", 3), seconds, authoritative=authoritative).start()
        client = Udhcpc(lan.host).start()
        client.wait_bound()
        return HandedOver(start(min_lease="1s", **settings), client, running)

    return holds


def test_it_is_kept_and_given_back(holds, lan):
    held = holds(Kea, 8)
    capture = lan.capture("proxy", "udp port 67 or udp port 68")
    first_end = held.server_end()
    host = held.hand_over()
    kept = held.lease()
    assert (kept["address"], kept["server"]) == (lan.host.address, held.server.machine.address)
    assert [each["address"] for each in held.daemon.listed("leases")] == [lan.host.address]
    assert held.answered() == {lan.proxy.mac}
    wait_for("the server's database has a later end", lambda: held.server_end() > first_end + 0.5, timeout=8)
    assert {(each.to, each.source, each.ciaddr) for each in requests(capture, lan)} == {
        (held.server.machine.mac, lan.host.address, lan.host.address)
    }
    said = held.wait_seen_in(host)
    assert (said.code, said.total) == (RENEWED, 8)
    assert abs(said.left - (held.server_end() - time.time())) < 1.5
    assert held.answered() == {lan.host.mac}


def test_a_long_one_is_renewed_at_once(holds):
    held = holds(Dnsmasq, 100000)
    time.sleep(1.1)
    first_end = held.server_end()
    host = held.hand_over(LONG, LONG)
    wait_for("the server's database has a later end", lambda: held.server_end() > first_end)
    wait_for("the proxy knows", lambda: held.lease()["confirmed"])
    assert held.wait_seen_in(host) == (RENEWED, LONG, LONG)


def check_failed(held: HandedOver, host: NppHost, why: str) -> None:
    wait_for("it is woken", lambda: not held.host.nic.asleep, timeout=10)
    told = [(each["event"], each.get("why")) for each in held.daemon.history()]
    assert ("waking", "lease") in told
    assert held.lease()["result"] == why
    assert host.report().message.notification == (FAILED, 0, 0)


def test_of_a_refused_one_the_host_is_told(holds):
    held = holds(Dnsmasq, 120, authoritative=False)
    held.server.forget(held.host.address)
    host = NppHost(held.host, held.lan.proxy)
    held.client.freeze()
    host.hand_over(messages.lease(4, 3, held.server.machine.address), messages.host_name("host"))
    held.host.sleep()
    check_failed(held, host, "nak")


def test_of_an_expired_one_the_host_is_told(holds):
    held = holds(Kea, 4)
    host = held.hand_over()
    held.server.kill()
    check_failed(held, host, "expired")


def test_none_is_handed_over_none_is_told(crowd):
    assert crowd.sleeper().report().message.notification is None


def test_the_sleep_timer_wakes(crowd):
    host = crowd.host()
    began = time.monotonic()
    host.hand_over(messages.timer(3))
    crowd.daemon.wait_state("asleep", host.name)
    never("it is woken", lambda: host.magic, during=began + 2.7 - time.monotonic())
    wait_for("it is woken", lambda: host.magic, timeout=2)
    (event,) = [each for each in crowd.daemon.history(host.name) if each["event"] == "waking"]
    assert event["why"] == "sleep-timer"
    assert "Sleep Timer" in event["text"]
    assert host.report().message.confirmed


def test_a_timer_ends_with_the_report(crowd):
    host = crowd.host().hand_over(messages.timer(1))
    assert host.report().message.confirmed
    never("it is woken", lambda: host.magic, during=1.3)
