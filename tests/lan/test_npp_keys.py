# SPDX-License-Identifier: GPL-2.0-or-later
"""Who has a key may hand over; who has recorded somebody who has one may not."""

from __future__ import annotations

import shutil
import time

import pytest

from harness import npp_message as messages
from harness.daemon import CtlFailed
from harness.dissector import sealed
from harness.lan import Lan, address_of
from harness.npp import PATIENCE, SILENCE, Crowd, Heard, NppHost
from harness.npp_message import Key

KEY, OTHER = Key(7, bytes(range(32))), Key(255, bytes(range(100, 164)))
STALE = 360  # s


def settings(lan: Lan) -> dict[str, object]:
    path = lan.directory / "keys"
    path.touch(0o600)
    path.write_text(KEY.line + OTHER.line)
    return {"npp_keys": f'"{path}"'}


@pytest.fixture
def host(crowd: Crowd) -> NppHost:
    return crowd.host(key=KEY)


def check_signed(host: NppHost, answer: Heard, key: Key = KEY) -> None:
    """With our nonce, and the proxy's own time."""
    assert answer.is_signed(key, host.said.authentication.nonce)
    assert abs(answer.message.authentication.time - time.time()) < 3


@pytest.mark.parametrize("key", [KEY, OTHER], ids=["key 7", "key 255"])
def test_a_night_with_a_key(crowd, key):
    host = crowd.host(key=key)
    answer = host.request()
    assert answer.message.confirmed
    check_signed(host, answer, key)
    crowd.daemon.wait_state("asleep", host.name)
    answer = host.report()
    assert answer.message.client == (0, host.client)
    check_signed(host, answer, key)


def test_nobody_needs_a_key_to_look_for_a_proxy(crowd):
    assert crowd.host().solicit()


class Forger(NppHost):
    """It signs one message, and sends another."""

    def send(self, frame: bytes) -> None:
        super().send(frame[:34] + sealed(frame[34:38] + b"\x99" + frame[39:]))


FORGERIES = {
    "no signature": ("not_signed", {}),
    "an unknown key": ("unknown_key", {"key": Key(8, KEY.secret)}),
    "a wrong secret": ("bad_hmac", {"key": Key(KEY.number, OTHER.secret)}),
    "an old time": ("stale_time", {"key": KEY, "ahead": -STALE}),
    "a time to come": ("stale_time", {"key": KEY, "ahead": STALE}),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_a_request_with(crowd, case):
    reason, how = FORGERIES[case]
    host = crowd.host(**how)
    with crowd.counted(**{reason: 1}):
        check_not_granted(host.request(wait=SILENCE), signed=reason == "stale_time")
    assert not crowd.is_known(host)


def check_not_granted(answer: Heard | None, signed: bool = False) -> None:
    """By silence, or by a refusal; nothing is signed for who has not shown the key."""
    assert answer is None or answer.message.refused
    assert answer is None or signed or answer.message.authentication is None


@pytest.mark.parametrize("case", FORGERIES)
def test_a_report_with(crowd, host, case):
    host.hand_over()
    crowd.daemon.wait_state("asleep", host.name)
    reason, how = FORGERIES[case]
    other = crowd.host(mac=host.mac, address=host.address, **how)
    other.transaction = host.transaction
    with crowd.counted(**{reason: 1}):
        check_not_granted(other.report(client=host.client, wait=SILENCE), signed=reason == "stale_time")
    assert host.report().message.client == (0, host.client)


def test_signed_as_another_address(crowd, host):
    request = messages.sleep_request(host.transaction, messages.arp((host.mac, host.address)))
    forged = messages.signed(request, KEY, address_of(249), host.proxy.address)
    with crowd.counted(bad_hmac=1):
        check_not_granted(host.tell(host.frame(forged.octets())))


def test_signed_and_then_changed(crowd):
    forger = Forger(crowd.machine, crowd.lan.proxy, crowd.host().mac, address_of(248), KEY)
    with crowd.counted(bad_hmac=1):
        check_not_granted(forger.request(wait=SILENCE))


def test_a_code_that_is_cut_short_is_none(crowd, host):
    request = messages.sleep_request(host.transaction, messages.arp((host.mac, host.address)))
    whole = messages.signed(request, KEY, host.address, host.proxy.address).options
    short = messages.option(messages.AUTHENTICATION, whole[-1][2:-16])
    with crowd.counted(bad_option=1):
        check_not_granted(host.tell(host.frame(request._replace(options=(*whole[:-1], short)).octets())))
    assert not crowd.is_known(host)


def test_what_somebody_recorded_is_of_no_use(crowd, host):
    host.hand_over()
    recorded = host.sent
    crowd.daemon.wait_state("asleep", host.name)
    assert host.report().message.confirmed
    with crowd.counted(replay=1):
        check_not_granted(host.tell(recorded), signed=True)
    assert crowd.state(host) == "awake"


def test_nor_from_another_mac(crowd, host):
    host.hand_over()
    recorded, thief = host.sent, crowd.host()
    assert host.report().message.confirmed
    with crowd.counted(replay=1):
        check_not_granted(thief.tell(recorded[:6] + messages.mac_octets(thief.mac) + recorded[12:]), signed=True)
    assert crowd.state(host) == "awake"
    assert not crowd.is_known(thief)


def test_a_time_before_the_last_one_is_as_good_as_recorded(crowd, host):
    host.hand_over()
    host.ahead = -10
    with crowd.counted(replay=1):
        check_not_granted(host.begin().request(wait=SILENCE), signed=True)


def test_the_last_word_may_come_again(crowd, host):
    """Its answer may have been lost."""
    host.hand_over()
    answer = host.again()
    assert answer.message.client == (0, host.client)
    check_signed(host, answer)
    host.report()
    answer = host.again()
    assert answer.message.client == (0, host.client)
    check_signed(host, answer)


def test_parts_follow_each_other_within_a_second(crowd, host):
    host.hand_over()
    for more in (messages.ports("tcp/22"), messages.timer(600), messages.lease(600, 500, "192.0.2.3")):
        answer = host.request_whole(more)
        assert answer.message.client == (0, host.client)
        check_signed(host, answer)
    code, total, left = host.report().message.notification
    assert (code, total) == (messages.RENEWED, 600) and 495 <= left <= 500


def test_several_addresses_in_one_request(crowd, host):
    other = crowd.host()
    assert host.request_whole(messages.arp((host.mac, host.address), (host.mac, other.address))).message.confirmed
    crowd.daemon.wait_state("asleep", host.name)
    assert set(crowd.daemon.show(host.name)["addresses"]) == {host.address, other.address}
    assert crowd.answered(host) == crowd.answered(other) == {crowd.lan.proxy.mac}


def test_another_address_than_its_own(crowd, host):
    other = crowd.host()
    assert host.request_whole(messages.arp((host.mac, other.address))).message.confirmed
    crowd.daemon.wait_state("asleep", host.name)
    assert crowd.daemon.show(host.name)["addresses"] == [other.address]


@pytest.mark.parametrize(("whose", "reason"), [("proxy", "own_address"), ("peer", "address_in_use")])
def test_but_still_nobody_else_s(crowd, host, whose, reason):
    theirs = getattr(crowd.lan, whose).address
    with crowd.counted(**{reason: 1}):
        assert host.request_whole(messages.arp((host.mac, host.address), (host.mac, theirs))).message.refused
    assert not crowd.is_known(host)


@pytest.mark.parametrize("reboot", [False, True], ids=["killed", "rebooted"])
def test_a_restart_makes_no_recording_new(own_crowd, lan, reboot):
    crowd = own_crowd(**settings(lan))
    host = crowd.host(key=KEY).hand_over()
    recorded = host.sent
    assert host.report().message.confirmed
    last = host.sent
    crowd.daemon.kill()
    if reboot:
        shutil.rmtree(crowd.daemon.pins)
    crowd.daemon.start()
    with crowd.counted(replay=1):
        check_not_granted(host.tell(recorded), signed=True)
    assert crowd.state(host) == "awake"
    assert host.tell(last, PATIENCE).message.client == (0, host.client)


def test_keys_that_cannot_be_read_change_nothing(own_crowd, lan):
    crowd = own_crowd(**settings(lan))
    path = lan.directory / "keys"
    path.chmod(0o644)
    with pytest.raises(CtlFailed, match="others may read or change it"):
        crowd.daemon.ctl("reload")
    path.write_text(f"{KEY.line}nonsense\n")
    path.chmod(0o600)
    with pytest.raises(CtlFailed, match=r"keys:2: "):
        crowd.daemon.ctl("reload")
    assert crowd.host().request().message.refused
    assert crowd.host(key=KEY).request().message.confirmed


def test_keys_are_read_anew(own_crowd, lan):
    crowd = own_crowd(**settings(lan))
    (lan.directory / "keys").write_text(OTHER.line)
    crowd.daemon.ctl("reload")
    assert crowd.host(key=KEY).request().message.refused
    assert crowd.host(key=OTHER).request().message.confirmed
