# SPDX-License-Identifier: GPL-2.0-or-later
"""A proxy is found: by who asks, and by who listens. What it says is right down to its checksums."""

from __future__ import annotations

import time

import pytest

from harness import npp_message as messages
from harness.dissector import ADVERTISEMENT, Tshark
from harness.frames import BROADCAST
from harness.lan import Lan
from harness.npp import EVERYBODY, RIGHT, SILENCE, Heard, NppHost, checksums
from harness.npp_message import SERVES_ARP, SERVES_DHCP, SERVES_DHCP6, SERVES_ECHO, SERVES_ND, WAKES_ON_PACKET

SERVICES = [SERVES_ARP, SERVES_DHCP, SERVES_ND, SERVES_ECHO, WAKES_ON_PACKET, SERVES_DHCP6]
VLAN = 10
NAMES = ["Proxy Solicitation", "Proxy Advertisement", "Sleep Request", "Sleep Confirm", "Wakeup Report",
         "Wakeup Confirm", "Wakeup Report", "Wakeup Confirm"]  # fmt: skip


def settings(lan: Lan) -> dict[str, object]:
    return {"advertise_interval": "30m", "preference": 7}


def is_broadcast(said: Heard) -> bool:
    return said.message.subtype == ADVERTISEMENT and said.to == BROADCAST


def test_a_solicitation_is_answered_to_who_asked(crowd):
    host = crowd.host()
    answer = host.solicit()
    assert (answer.mac, answer.to) == (crowd.lan.proxy.mac, host.mac)
    assert (answer.source, answer.destination) == (crowd.lan.proxy.address, host.address)
    assert (answer.message.code, answer.message.transaction) == (0, host.said.transaction)
    assert answer.message.advertisement == (5400, {crowd.lan.proxy.address: 7})
    assert sorted(answer.message.services) == SERVICES
    assert not list(host.listen(SILENCE))


def test_a_solicitation_to_the_proxy_alone_is_answered_too(crowd):
    host = crowd.host()
    assert host.ask(messages.solicitation()).to == host.mac


@pytest.mark.parametrize(("to", "destination"), [(BROADCAST, "192.0.2.255"), ("01:00:5e:00:00:01", "224.0.0.1")])
def test_a_solicitation_to_all_of_the_link_is_answered_too(crowd, to, destination):
    """The subnet's broadcast address, and all systems (RFC 1112). Nothing else that is sent there is heard."""
    host = crowd.host()
    answer = host.ask(messages.solicitation(), to=to, destination=destination)
    assert (answer.source, answer.destination, answer.to) == (crowd.lan.proxy.address, host.address, host.mac)
    with crowd.counted(wrong_destination=1):
        host.ask(messages.sleep_request(host.transaction, messages.arp((host.mac, host.address))), wait=SILENCE, to=to, destination=destination)


def test_it_advertises_itself_until_it_stops(lan, prepare):
    daemon, host = prepare(advertise_interval="1s"), NppHost(lan.host, lan.proxy)
    daemon.start()
    first = host.hear(is_broadcast, wait=2)
    times, heard = [time.monotonic()], [first]
    for _ in range(4):
        heard.append(host.hear(is_broadcast))
        times.append(time.monotonic())
    between = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert all(0.8 < each < 1.3 for each in between), between
    assert max(between) - min(between) > 0.01, between
    assert {said.destination for said in heard} == {EVERYBODY}
    assert {said.octets for said in heard} == {first.octets}
    assert first.message.transaction == 0
    assert first.message.advertisement == (3, {lan.proxy.address: 0})
    assert sorted(first.message.services) == SERVICES
    assert daemon.stop() == 0
    farewell = host.hear(is_broadcast).message
    assert (farewell.transaction, farewell.advertisement) == (0, (0, {lan.proxy.address: 0}))


def test_switched_off_it_says_and_hears_nothing(lan, prepare):
    daemon, host = prepare(npp=False, advertise_interval="1s"), NppHost(lan.host, lan.proxy)
    daemon.start()
    assert host.solicit(wait=SILENCE) is None
    assert host.request(wait=SILENCE) is None
    daemon.stop()
    assert not list(host.listen(0.2))


def test_another_type_and_only_answers(lan, start):
    settings = {"npp_type": 254, "advertise_interval": "0s", "advertise_lifetime": "100s", "preference": -5}
    host, usual = NppHost(lan.host, lan.proxy, icmp_type=254), NppHost(lan.host, lan.proxy)
    start(**settings)
    assert usual.solicit(wait=SILENCE) is None
    assert host.solicit().message.advertisement == (100, {lan.proxy.address: -5})
    assert host.request().message.confirmed
    assert not [said for said in host.listen(SILENCE) if is_broadcast(said)]


def exchange(host: NppHost) -> None:
    """All six messages, and a refusal."""
    assert host.solicit()
    host.hand_over(messages.host_name("nas"), messages.timer(600))
    assert host.report().message.confirmed
    assert host.report(client=host.client + 1).message.refused


def names(columns: list[str]) -> list[str]:
    return [" ".join(line.split()[1:3]) for line in columns]


def test_tshark_sees_an_exchange_without_a_flaw(crowd, tmp_path):
    capture = crowd.lan.capture("crowd", f"icmp and not (ether broadcast and src host {crowd.lan.proxy.address})")
    exchange(crowd.host())
    assert set(checksums(capture)) == {RIGHT}
    tshark, frames = Tshark(tmp_path), capture.frames()
    assert names(tshark.columns(*frames)) == NAMES
    assert not [seen.flaws for seen in tshark.dissect(*frames) if seen.flaws]


class TaggedHost(NppHost):
    """Its kernel takes the tags of answers away before they are heard."""

    def send(self, frame: bytes) -> None:
        super().send(frame[:12] + b"\x81\x00" + VLAN.to_bytes(2, "big") + frame[12:])


def test_in_a_vlan_it_answers_in_that_vlan(crowd, tmp_path):
    capture = crowd.lan.capture("crowd", f"vlan {VLAN} and icmp")
    exchange(TaggedHost(crowd.machine, crowd.lan.proxy, "02:00:00:00:02:10", "192.0.2.210"))
    assert names(Tshark(tmp_path).columns(*capture.frames())) == NAMES
