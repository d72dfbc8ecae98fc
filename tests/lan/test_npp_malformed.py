# SPDX-License-Identifier: GPL-2.0-or-later
"""What is no message has no effect but to be counted, and the proxy serves on."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import pytest

from harness import npp_message as messages
from harness.dissector import ICMP_TYPE, sealed
from harness.netns import wait_for
from harness.npp import SILENCE, Crowd, NppHost
from harness.npp_message import Message

FLAWS = ("short", "bad_checksum", "bad_code", "bad_subtype", "bad_option", "missing_option", "unexpected_option",
         "unknown_request")  # fmt: skip


def whole(host: NppHost) -> list[Message]:
    """All that may be said, in its full length."""
    asked = (messages.arp((host.mac, host.address)), messages.lease(600, 500, "192.0.2.3"), messages.timer(600),
             messages.ports("tcp/22"), messages.client_identifier(b"\1abcdef"))  # fmt: skip
    key = messages.Key(1, bytes(16))
    said = [
        messages.solicitation(), messages.advertisement({"192.0.2.2": 0}, 60),
        messages.sleep_request(host.transaction, *asked), messages.sleep_confirm(1, 1),
        messages.wakeup_report(host.transaction, 1), messages.wakeup_confirm(1, 1, notification=(1, 600, 300)),
    ]  # fmt: skip
    return said + [messages.signed(each, key, host.address, host.proxy.address) for each in said]


def cut(message: Message) -> Iterator[bytes]:
    said = message.octets()
    return (said[:length] for length in range(1, len(said)))


def with_another_length(message: Message) -> Iterator[bytes]:
    """In its header, which does not go with the packet's."""
    said = message.octets()
    return (said[:7] + bytes([length]) + said[8:] for length in range(0, 256, 5) if length != said[7])


def of_another_code(message: Message) -> Iterator[bytes]:
    return (message._replace(code=code).octets() for code in (2, 3, 128, 255))


def of_another_subtype(message: Message) -> Iterator[bytes]:
    return (message._replace(subtype=subtype).octets() for subtype in (0, 7, 8, 255))


def with_an_option_cut_short(message: Message) -> Iterator[bytes]:
    *before, last = message.options
    yield message._replace(options=(*before, last[:1] + bytes([last[1] + 1]) + last[2:])).octets()
    yield message._replace(options=(*message.options, b"\x63")).octets()


def without_options(message: Message) -> Iterator[bytes]:
    yield message._replace(options=()).octets()


DAMAGES = (cut, with_another_length, of_another_code, of_another_subtype, with_an_option_cut_short, without_options)


def flaws(crowd: Crowd) -> int:
    counted = crowd.daemon.npp()
    return sum(counted[name] for name in FLAWS)


def names(crowd: Crowd) -> list[str]:
    return [host["name"] for host in crowd.daemon.listed("hosts")]


def say_all(crowd: Crowd, host: NppHost, damaged: Iterable[bytes]) -> int:
    """Each from a MAC that has said nothing before, so that none says too much; and no faster than they are counted."""
    before, mac, count = flaws(crowd), messages.mac_octets(host.mac), 0
    for count, said in enumerate(damaged, 1):
        host.mac = f"02:00:00:00:{4 + count // 256:02x}:{count % 256:02x}"
        said = said.replace(mac, messages.mac_octets(host.mac))
        host.socket.send(host.frame(sealed(said) if len(said) > 3 else said))
        if count % 64 == 0:
            wait_for("it keeps up", lambda: flaws(crowd) - before > count - 32)
    return count


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_message_is_counted_and_no_more(crowd, damage):
    host, before, known = crowd.host(), flaws(crowd), names(crowd)
    count = say_all(crowd, host, [each for message in whole(host) for each in damage(message)])
    wait_for("all are counted", lambda: flaws(crowd) - before >= count)
    assert flaws(crowd) - before == count
    assert names(crowd) == known
    assert crowd.host().solicit()


def test_a_wrong_checksum(crowd):
    host = crowd.host()
    for message in whole(host)[:6]:
        said = message.octets()
        with crowd.counted(bad_checksum=1):
            assert host.tell(host.frame(said[:2] + bytes([said[2] ^ 1]) + said[3:]), wait=0.2) is None


WRONG_IP = {
    "a checksum": {"chksum": 0x1234},
    "a length beyond the frame": {"len": 1000},
    "a length within the header": {"len": 12},
    "a header beyond the frame": {"ihl": 15},
    "a first fragment": {"flags": "MF"},
    "a last fragment": {"frag": 1},
    "another protocol": {"proto": "udp"},
    "another version": {"version": 6},
}


@pytest.mark.parametrize("case", WRONG_IP)
def test_a_packet_that_carries_none(crowd, case):
    """Behind the switch, whose machine may look into what it passes on."""
    host = crowd.host()
    assert host.solicit()
    request = messages.sleep_request(host.transaction, messages.arp((host.mac, host.address)))
    before = crowd.daemon.npp()
    with crowd.lan.switch.packet_socket("proxy") as cable:
        cable.send(host.frame(request.octets(), **WRONG_IP[case]))
    assert host.hear(wait=SILENCE) is None
    assert crowd.daemon.npp() == before
    assert not crowd.is_known(host)


def test_random_octets(crowd):
    """Of which some are messages, as it happens."""
    host, dice = crowd.host(), random.Random(253)
    for count in range(1500):
        host.mac = f"02:00:00:00:{16 + count // 256:02x}:{count % 256:02x}"
        options = dice.randbytes(dice.choice((0, 3, 10, 60, 255)))
        length = len(options) if dice.random() < 0.9 else dice.randrange(256)
        head = bytes([ICMP_TYPE, dice.choice((0, 1, 7)), 0, 0, *dice.randbytes(2), dice.randrange(8), length])
        host.socket.send(host.frame(sealed(head + options)))
    assert crowd.host().hand_over()


def test_messages_with_an_octet_changed(crowd):
    """Right in their checksums; what they then say may be granted, or not."""
    host, dice = crowd.host(), random.Random(254)
    for count in range(1500):
        host.mac = f"02:00:00:00:{32 + count // 256:02x}:{count % 256:02x}"
        said = bytearray(dice.choice(whole(host)[:6]).octets())
        said[dice.randrange(4, len(said))] = dice.randrange(256)
        host.socket.send(host.frame(sealed(bytes(said))))
    assert crowd.host().hand_over()
    assert crowd.daemon.running
