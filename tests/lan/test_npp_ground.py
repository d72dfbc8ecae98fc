# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests' own host and proxy of the Network Proxy Protocol speak it, as tshark sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import npp_message as messages
from harness.dissector import REPORT, REQUEST, SOLICITATION, Tshark
from harness.lan import Lan
from harness.npp import RIGHT, NppHost, NppProxy, checksums, mistaken, silent
from harness.npp_message import Key, Notification

KEY = Key(7, bytes(range(32)))
EXCHANGE = ["Proxy Solicitation", "Proxy Advertisement", "Sleep Request", "Sleep Confirm", "Wakeup Report",
            "Wakeup Confirm"]  # fmt: skip


def everything(host: NppHost) -> list[bytes]:
    """All that a host can ask for but keys, in two requests."""
    return [
        messages.arp((host.mac, host.address)), messages.lease(3600, 1800, "192.0.2.3"), messages.timer(60),
        messages.ports("tcp/22", "udp/any"), messages.client_identifier(b"\1" + messages.mac_octets(host.mac)),
        messages.host_name("nas"), messages.backup("192.0.2.4"),
    ]  # fmt: skip


@pytest.mark.parametrize("key", [None, KEY], ids=["unsigned", "signed"])
def test_an_exchange(lan: Lan, tmp_path: Path, key: Key | None):
    capture = lan.capture("proxy", "icmp")
    proxy = NppProxy(lan.proxy, key, preference=-3, lifetime=600)
    proxy.client, proxy.notification = 9, Notification(messages.RENEWED, 3600, 1700)
    host = NppHost(lan.host, lan.proxy, key=key)
    found = host.solicit().message
    assert found.advertisement == (600, {lan.proxy.address: -3})
    assert found.services == (1, 2, 0x8003)
    confirmed = host.request_whole(*everything(host))
    assert confirmed.message.confirmed and host.client == 9
    reported = host.report()
    assert reported.message.client == (0, 9)
    assert reported.message.notification == (1, 3600, 1700)
    assert proxy.wait(REQUEST).asked().keys() == {1, 2, 0x80, 0x81, 0x83, 0x84, 0x85}
    if key:
        assert confirmed.is_signed(key, proxy.of(REQUEST)[0].authentication.nonce)
        assert not reported.is_signed(Key(7, bytes(32)), proxy.of(REPORT)[0].authentication.nonce)
    assert checksums(capture) == [RIGHT] * 6
    tshark, frames = Tshark(tmp_path), capture.frames()
    assert [" ".join(line.split()[1:3]) for line in tshark.columns(*frames)] == EXCHANGE
    assert not [seen.flaws for seen in tshark.dissect(*frames) if seen.flaws]


def test_a_proxy_that_answers_otherwise(lan: Lan):
    proxy, host = NppProxy(lan.proxy), NppHost(lan.host, lan.proxy)
    proxy.answers |= {SOLICITATION: silent, REQUEST: proxy.refuse, REPORT: mistaken(proxy.take_back)}
    assert host.solicit(wait=0.3) is None
    assert host.request().message.refused
    assert host.report(wait=0.3) is None
    proxy.leave()
    assert host.hear().message.advertisement.lifetime == 0
