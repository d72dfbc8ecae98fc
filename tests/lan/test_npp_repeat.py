# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said again has no second effect; what is said in parts is one; what is said anew replaces the former."""

from __future__ import annotations

from harness import npp_message as messages
from harness.lan import address_of
from harness.netns import never, wait_for


def effects(watch, name: str) -> list[str]:
    """Of what was said; until it falls asleep, each of its frames shows it awake for a moment."""
    return [kind for kind in watch.kinds(name) if kind in ("added", "asleep", "waking")]


def test_a_request_thrice_is_one(crowd):
    host = crowd.host()
    watch = crowd.daemon.watch()
    answers = [host.request(), host.again(), host.again()]
    assert len({answer.octets for answer in answers}) == 1
    watch.wait("asleep", host.name)
    assert effects(watch, host.name) == ["added", "asleep"]
    assert [each["mac"] for each in crowd.daemon.listed("hosts")].count(host.mac) == 1


def test_a_request_thrice_at_once_is_one(crowd):
    """As where the proxy has much to do, and the host no patience."""
    host = crowd.host()
    watch = crowd.daemon.watch()
    host.say(messages.sleep_request(host.transaction, messages.arp((host.mac, host.address))))
    host.send(host.sent)
    first = host.again()
    assert first.message.confirmed
    assert {said.octets for said in host.listen(0.6)} <= {first.octets}
    watch.wait("asleep", host.name)
    assert effects(watch, host.name) == ["added", "asleep"]


def test_a_request_again_does_not_put_to_sleep_who_woke(crowd):
    host = crowd.sleeper()
    first = host.client
    host.stir()
    crowd.daemon.wait_state("awake", host.name)
    assert host.again().message.client == (0, first)
    never("it falls asleep", lambda: crowd.state(host) != "awake", during=0.5)


def test_nor_who_has_reported(crowd):
    host = crowd.sleeper()
    request = host.sent
    assert host.report().message.confirmed
    host.send(request)
    never("it falls asleep", lambda: crowd.state(host) != "awake", during=0.5)


def test_a_report_again_gets_the_same_answer(crowd):
    host = crowd.sleeper()
    watch = crowd.daemon.watch()
    answers = [host.report(), host.again(), host.again()]
    assert answers[0].message.confirmed
    assert len({answer.octets for answer in answers}) == 1
    watch.wait("awake", host.name)
    never("once more", lambda: watch.kinds(host.name).count("awake") != 1, during=0.2)


def test_a_refused_request_again_is_refused_again(crowd):
    host = crowd.host()
    first = host.request(messages.addresses6("2001:db8::1"))
    assert first.message.refused
    assert host.again().octets == first.octets


def test_parts_are_one(crowd):
    host = crowd.host()
    watch = crowd.daemon.watch()
    answers = [host.request(messages.host_name("parts")), host.request_whole(messages.ports("tcp/22"))]
    assert {answer.message.client for answer in answers} == {(0, host.client)}
    crowd.daemon.wait_state("asleep", "parts")
    crowd.connect(host, 23)
    never("it is woken", lambda: host.magic, during=0.3)
    crowd.connect(host, 22)
    wait_for("it is woken", lambda: host.magic)
    watch.wait("waking", "parts")
    assert effects(watch, "parts") == ["added", "asleep", "waking"]
    assert host.report().message.confirmed


def test_a_second_address_comes_from_that_address(crowd):
    host = crowd.host().hand_over()
    other = crowd.host(mac=host.mac)
    other.transaction = host.transaction
    other.hand_over()
    assert other.client == host.client
    crowd.daemon.wait_state("asleep", host.name)
    assert set(crowd.daemon.show(host.name)["addresses"]) == {host.address, other.address}
    assert crowd.answered(host) == crowd.answered(other) == {crowd.lan.proxy.mac}
    assert host.report().message.confirmed
    assert crowd.answered(host) == crowd.answered(other) == set()


def test_a_new_transaction_replaces(crowd):
    host = crowd.sleeper(messages.ports("tcp/22"))
    before, host.address = host.address, address_of(199)
    host.begin().hand_over()
    crowd.daemon.wait_state("asleep", host.name)
    assert crowd.daemon.show(host.name)["addresses"] == [host.address]
    assert before not in crowd.daemon.table("addresses4")
    assert crowd.lan.peer.who_has(before) == set()
    crowd.connect(host, 80)
    wait_for("ports are forgotten, too", lambda: host.magic)


def test_a_report_cancels_a_request_that_waits(crowd):
    host = crowd.sleeper()
    transaction, host.transaction = host.transaction, host.transaction ^ 1
    with crowd.counted(reported=1, canceled=1):
        assert host.request(wait=0) is None
        host.transaction = transaction
        assert host.report().message.confirmed
    never("it falls asleep", lambda: crowd.state(host) != "awake", during=0.5)
