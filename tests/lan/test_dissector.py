# SPDX-License-Identifier: GPL-2.0-or-later
"""The dissector for Wireshark, in tshark: every field, every flaw, and nothing that is not its own."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pytest

from harness.dissector import (
    ADVERTISEMENT, CONFIRM, HOST, ICMP_TYPE, MAC, REPORT, REQUEST, SCRIPT, SERVER, SOLICITATION, WAKEUP_CONFIRM, Tshark,
    ethernet, message, octets, option, request, sealed,
)  # fmt: skip
from harness.frames import ICMP, IP

CORPUS = Path(__file__).resolve().parents[1] / "fuzz/corpus/npp_message"
HEADER, ETHERNET_IPV4 = 8, 34
HEARD = 6  # octets that ICMP reads of any message
FLAWS = {"short", "bad_code", "bad_subtype", "bad_option", "missing_option", "unexpected_option", "unknown_request"}


@pytest.fixture
def tshark(tmp_path: Path) -> Tshark:
    return Tshark(tmp_path)


ARP = request(1, "01 0800 06 04 0001", "525400123456", "c0a80105")
ARP_TWO = request(1, "01 0800 06 04 0002", "525400123456", "c0a80105", "525400123456", "c0a80106")
DHCP = request(2, "00 0e10 0708", "c0a80101")
DUID = "0a 00030001 525400123456"
LEASE6_HEAD = "00000020 00000384 00000708" + DUID + "03 000301"
LEASED = "20010db8 00000000 00000000 00000100 00000a8c 00000e10"
AUTHENTICATION = option(128, "07", "000000006592 0080", "0123456789abcdef", "5a" * 32)
CLIENT = {"zero": ["0", "0"], "client.code": ["0"], "client.id": ["258"]}
LEASE = {"dhcp.total": ["3600"], "dhcp.left": ["1800"]}
AUTHENTICATED = {
    "authentication.key": ["7"],
    "authentication.time": ["Jan  1, 2024 00:00:00.000000000 UTC"],
    "authentication.nonce": ["0x0123456789abcdef"],
    "authentication.code": [":".join(["5a"] * 32)],
}
ARP_FIELDS = {
    "request.type": ["0x01"], "arp.hardware": ["1"], "arp.protocol": ["0x0800"], "arp.hardware_length": ["6"],
    "arp.protocol_length": ["4"], "arp.count": ["1"], "arp.mac": [MAC], "arp.address": [HOST],
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A message, its options' fields, and what the Info column has of them."""

    subtype: int
    options: list[bytes]
    fields: dict[str, list[str]]
    info: str
    code: int = 0

    @property
    def message(self) -> bytes:
        return message(self.subtype, *self.options, code=self.code)

    @property
    def all_fields(self) -> dict[str, list[str]]:
        header = {"code": str(self.code), "transaction": "0x1a2b", "subtype": str(self.subtype)}
        length = sum(map(len, self.options))
        options = {
            "option": [each.hex(":") for each in self.options],
            "option.type": [str(each[0]) for each in self.options],
            "option.length": [str(each[1]) for each in self.options],
        }
        return {name: [value] for name, value in header.items()} | {"length": [str(length)]} | options | self.fields


CASES = {
    "solicitation": Case(
        SOLICITATION, [option(1, "cafe 0003")],
        {"solicitation.identifier": ["0xcafe"], "solicitation.sequence": ["3"]}, "Proxy Solicitation 0x1a2b",
    ),
    "advertisement": Case(
        ADVERTISEMENT, [option(2, "02 02 0708", "c0a80101 00000005", "c0a80102 fffffffe"), option(7, "0001 0002 8001 8002 8003 8004")],
        {"advertisement.count": ["2"], "advertisement.words": ["2"], "advertisement.lifetime": ["1800"],
         "proxy.address": [SERVER, "192.168.1.2"], "proxy.preference": ["5", "-2"],
         "service": ["0x0001", "0x0002", "0x8001", "0x8002", "0x8003", "0x8004"]},
        "Proxy Advertisement 0x1a2b: lifetime 1800 s, 192.168.1.1 (preference 5), 192.168.1.2 (preference -2), "
        "ARP, DHCPv4, Neighbor Discovery, ICMP echo, wake on packet, DHCPv6",
    ),
    "advertisement of larger entries": Case(
        ADVERTISEMENT, [option(2, "02 03 0000", "c0a80101 00000000 01020304", "c0a80102 00000000 05060708")],
        {"advertisement.count": ["2"], "advertisement.words": ["3"], "advertisement.lifetime": ["0"],
         "proxy.address": [SERVER, "192.168.1.2"], "proxy.preference": ["0", "0"], "proxy.more": ["01:02:03:04", "05:06:07:08"]},
        "Proxy Advertisement 0x1a2b: lifetime 0 s, 192.168.1.1 (preference 0), 192.168.1.2 (preference 0)",
    ),
    "request for ARP, DHCP and ports": Case(
        REQUEST, [ARP, DHCP, request(0x81, "06 00 0016", "11 00 0000")],
        ARP_FIELDS | LEASE | {
         "request.type": ["0x01", "0x02", "0x81"], "dhcp.server": [SERVER],
         "port.protocol": ["6", "17"], "port": ["22", "0"], "zero": ["0", "0", "0"]},
        "Sleep Request 0x1a2b: 192.168.1.5, DHCP of 192.168.1.1, tcp/22, udp/any",
    ),
    "request for two addresses": Case(
        REQUEST, [ARP_TWO], ARP_FIELDS | {"arp.count": ["2"], "arp.mac": [MAC, MAC], "arp.address": [HOST, "192.168.1.6"]},
        "Sleep Request 0x1a2b: 192.168.1.5, 192.168.1.6",
    ),
    "request for no port": Case(
        REQUEST, [ARP, request(0x81)], ARP_FIELDS | {"request.type": ["0x01", "0x81"]},
        "Sleep Request 0x1a2b: 192.168.1.5, no wake ports",
    ),
    "request of what is ours": Case(
        REQUEST,
        [request(0x80, "00015180"), request(0x82, "20010db8 00000000 00000000 00000020", "fe80 0000 00000000 525400ff fe123456"),
         request(0x83, "01 525400123456"), request(0x84, b"nas-1_a.Lan"), request(0x85, "c0a80102")],
        {"request.type": ["0x80", "0x82", "0x83", "0x84", "0x85"], "timer": ["86400"],
         "ipv6": ["2001:db8::20", "fe80::5254:ff:fe12:3456"], "dhcp.client_id": ["01:52:54:00:12:34:56"],
         "hostname": ["nas-1_a.Lan"], "backup_of": ["192.168.1.2"]},
        "Sleep Request 0x1a2b: timer of 86400 s, 2001:db8::20, fe80::5254:ff:fe12:3456, "
        "client identifier 01525400123456, named nas-1_a.Lan, backup of 192.168.1.2",
    ),
    "request for a DHCPv6 lease": Case(
        REQUEST, [request(0x87, LEASE6_HEAD, LEASED, "fd00", bytes(13), "01", "ffffffff ffffffff")],
        {"request.type": ["0x87"], "dhcp6.iaid": ["0x00000020"], "dhcp6.t1": ["900"], "dhcp6.t2": ["1800"],
         "dhcp6.duid_length": ["10"], "dhcp6.duid": ["00:03:00:01:52:54:00:12:34:56"], "dhcp6.server_length": ["3"],
         "dhcp6.server": ["00:03:01"], "dhcp6.address": ["2001:db8::100", "fd00::1"],
         "dhcp6.preferred": ["2700", "4294967295"], "dhcp6.valid": ["3600", "4294967295"]},
        "Sleep Request 0x1a2b: DHCPv6 lease of 2001:db8::100, DHCPv6 lease of fd00::1",
    ),
    "request for a DHCPv6 lease of any server": Case(
        REQUEST, [request(0x87, "00000020", bytes(8), DUID, "00", LEASED)],
        {"request.type": ["0x87"], "dhcp6.iaid": ["0x00000020"], "dhcp6.t1": ["0"], "dhcp6.t2": ["0"],
         "dhcp6.duid_length": ["10"], "dhcp6.duid": ["00:03:00:01:52:54:00:12:34:56"], "dhcp6.server_length": ["0"],
         "dhcp6.address": ["2001:db8::100"], "dhcp6.preferred": ["2700"], "dhcp6.valid": ["3600"]},
        "Sleep Request 0x1a2b: DHCPv6 lease of 2001:db8::100",
    ),
    "confirm": Case(CONFIRM, [option(4, "00 00 0102 0000")], CLIENT, "Sleep Confirm 0x1a2b: client 258"),
    "confirm that refuses": Case(
        CONFIRM, [option(4, "01 00 0000 0000")], CLIENT | {"client.code": ["1"], "client.id": ["0"]},
        "Sleep Confirm 0x1a2b, failure: client 0", code=1,
    ),
    "report with a key": Case(
        REPORT, [option(5, "00 00 0102 0000"), AUTHENTICATION], CLIENT | AUTHENTICATED, "Wakeup Report 0x1a2b: client 258, key 7",
    ),
    "wakeup confirm": Case(
        WAKEUP_CONFIRM, [option(6, "00 00 0102 0000")], CLIENT | {"zero": ["0"], "notification": ["0"]},
        "Wakeup Confirm 0x1a2b: client 258",
    ),
    "wakeup confirm with a lease": Case(
        WAKEUP_CONFIRM, [option(6, "00 00 0102 0002", "0001 0e10 0708 0000")],
        CLIENT | LEASE | {"notification": ["2"], "dhcp.code": ["1"]},
        "Wakeup Confirm 0x1a2b: client 258, lease renewed, 1800 of 3600 s left",
    ),
    "wakeup confirm without its lease": Case(
        WAKEUP_CONFIRM, [option(6, "00 00 0102 0002", "0002 0000 0000 0000")],
        CLIENT | {"notification": ["2"], "dhcp.code": ["2"], "dhcp.total": ["0"], "dhcp.left": ["0"]},
        "Wakeup Confirm 0x1a2b: client 258, lease failed, 0 of 0 s left",
    ),
}  # fmt: skip


FRAMES = [ethernet(case.message) for case in CASES.values()]


def test_every_field_is_shown(tshark: Tshark):
    shown = dict(zip(CASES, tshark.dissect(*FRAMES)))
    assert {name: found.npp for name, found in shown.items()} == {name: case.all_fields for name, case in CASES.items()}
    assert not {name: found.remarks for name, found in shown.items() if found.remarks}


def test_the_columns_say_what_matters(tshark: Tshark):
    assert tshark.columns(*FRAMES) == [f"NPP {case.info}" for case in CASES.values()]


def test_icmp_is_decoded_as_ever(tshark: Tshark):
    for found in tshark.dissect(*FRAMES):
        assert (found.fields["icmp.type"], found.fields["icmp.checksum.status"]) == ([str(ICMP_TYPE)], ["1"])


def test_a_wrong_checksum_is_icmps_to_tell(tshark: Tshark):
    case = CASES["confirm"]
    (found,) = tshark.dissect(ethernet(case.message[:2] + b"\x55\x55" + case.message[4:]))
    assert (set(found.remarks), found.npp) == ({"icmp.checksum_bad"}, case.all_fields)


FLAWED = {
    "longer than it says": (message(REPORT, option(5, "00 00 0102 0000"), b"\0", length=8), "short"),
    "shorter than it says": (message(REPORT, option(5, "00 00 0102 0000"), length=9), "short"),
    "no header": (octets("fd 00 0000 1a2b 05"), "short"),
    "code": (message(REPORT, option(5, "00 00 0102 0000"), code=2), "bad_code"),
    "subtype 0": (message(0, option(5, "00 00 0102 0000")), "bad_subtype"),
    "subtype 7": (message(7), "bad_subtype"),
    "no options": (message(REQUEST), "missing_option"),
    "only a service": (message(ADVERTISEMENT, option(7, "0001")), "missing_option"),
    "only a key": (message(REPORT, AUTHENTICATION), "missing_option"),
    "confirm in a report": (message(REPORT, option(5, "00 00 0102 0000"), option(4, "00 00 0102 0000")), "unexpected_option"),
    "service in a report": (message(REPORT, option(5, "00 00 0102 0000"), option(7, "0001")), "unexpected_option"),
    "request type": (message(REQUEST, ARP, request(0x7F, "0000")), "unknown_request"),
    "request of nothing": (message(REQUEST, option(3)), "bad_option"),
    "half an option's head": (message(REQUEST, ARP, b"\3"), "bad_option"),
    "option beyond the end": (message(REQUEST, octets("03 05 80 000000")), "bad_option"),
    "option too short": (message(SOLICITATION, option(1, "cafe 00")), "bad_option"),
    "option too long": (message(SOLICITATION, option(1, "cafe 0003 00")), "bad_option"),
    "option twice": (message(SOLICITATION, option(1, "cafe 0003"), option(1, "cafe 0003")), "bad_option"),
    "request twice": (message(REQUEST, ARP, ARP), "bad_option"),
    "behind the key": (message(REQUEST, ARP, AUTHENTICATION, DHCP), "bad_option"),
    "code cut": (message(REPORT, option(5, "00 00 0102 0000"), AUTHENTICATION[:1] + b"\x30" + AUTHENTICATION[2:-1]), "bad_option"),
    "no proxy": (message(ADVERTISEMENT, option(2, "00 02 0708")), "bad_option"),
    "proxies that are not there": (message(ADVERTISEMENT, option(2, "02 02 0708 c0a80101 00000000")), "bad_option"),
    "proxies too many": (message(ADVERTISEMENT, option(2, "01 02 0708", "c0a8010100000000" * 2)), "bad_option"),
    "entries too small": (message(ADVERTISEMENT, option(2, "01 01 0708 c0a80101 00000000")), "bad_option"),
    "services of an odd length": (message(ADVERTISEMENT, option(2, "01 02 0708 c0a80101 00000000"), option(7, "000100")), "bad_option"),
    "no services": (message(ADVERTISEMENT, option(2, "01 02 0708 c0a80101 00000000"), option(7)), "bad_option"),
    "hardware type": (message(REQUEST, request(1, "02 0800 06 04 0001 525400123456 c0a80105")), "bad_option"),
    "protocol type": (message(REQUEST, request(1, "01 86dd 06 04 0001 525400123456 c0a80105")), "bad_option"),
    "hardware length": (message(REQUEST, request(1, "01 0800 08 04 0001 525400123456 c0a80105")), "bad_option"),
    "protocol length": (message(REQUEST, request(1, "01 0800 06 10 0001 525400123456 c0a80105")), "bad_option"),
    "no address": (message(REQUEST, request(1, "01 0800 06 04 0000")), "bad_option"),
    "more addresses than fit": (message(REQUEST, request(1, "01 0800 06 04 ffff 525400123456 c0a80105")), "bad_option"),
    "a group's MAC": (message(REQUEST, request(1, "01 0800 06 04 0001 535400123456 c0a80105")), "bad_option"),
    "nobody's MAC": (message(REQUEST, request(1, "01 0800 06 04 0001 000000000000 c0a80105")), "bad_option"),
    "nobody's address": (message(REQUEST, request(1, "01 0800 06 04 0001 525400123456 00000000")), "bad_option"),
    "more left than the total": (message(REQUEST, request(2, "00 0e10 0e11 c0a80101")), "bad_option"),
    "no zero": (message(REQUEST, request(2, "01 0e10 0708 c0a80101")), "bad_option"),
    "timer of 0 s": (message(REQUEST, request(0x80, "00000000")), "bad_option"),
    "port of another protocol": (message(REQUEST, request(0x81, "01 00 0016")), "bad_option"),
    "half a port": (message(REQUEST, request(0x81, "06 00")), "bad_option"),
    "no IPv6 address": (message(REQUEST, request(0x82)), "bad_option"),
    "nobody's IPv6 address": (message(REQUEST, request(0x82, bytes(16))), "bad_option"),
    "a group's IPv6 address": (message(REQUEST, request(0x82, "ff02", bytes(13), "01")), "bad_option"),
    "no client identifier": (message(REQUEST, request(0x83)), "bad_option"),
    "long client identifier": (message(REQUEST, request(0x83, "01" * 65)), "bad_option"),
    "no host name": (message(REQUEST, request(0x84)), "bad_option"),
    "long host name": (message(REQUEST, request(0x84, b"n" * 64)), "bad_option"),
    "host name of two lines": (message(REQUEST, request(0x84, b"nas\nnas")), "bad_option"),
    "host name with an end": (message(REQUEST, request(0x84, b"nas\0")), "bad_option"),
    "no address of DHCPv6": (message(REQUEST, request(0x87, LEASE6_HEAD)), "bad_option"),
    "five addresses of DHCPv6": (message(REQUEST, request(0x87, LEASE6_HEAD, *(b"\xfd" + bytes(14) + bytes([n]) + bytes(8) for n in range(5)))), "bad_option"),
    "an address of DHCPv6 twice": (message(REQUEST, request(0x87, LEASE6_HEAD, LEASED, LEASED)), "bad_option"),
    "link-local address of DHCPv6": (message(REQUEST, request(0x87, LEASE6_HEAD, "fe80", bytes(13), "01", bytes(8))), "bad_option"),
    "preferred for longer": (message(REQUEST, request(0x87, LEASE6_HEAD, "fd00", bytes(13), "01", "00000002 00000001")), "bad_option"),
    "T1 after T2": (message(REQUEST, request(0x87, "00000020 00000002 00000001", DUID, "00", LEASED)), "bad_option"),
    "no DUID": (message(REQUEST, request(0x87, bytes(12), "00 00", LEASED)), "bad_option"),
    "short DUID": (message(REQUEST, request(0x87, bytes(12), "02 0003 00", LEASED)), "bad_option"),
    "long DUID": (message(REQUEST, request(0x87, bytes(12), "83", bytes(131), "00", LEASED)), "bad_option"),
    "short DUID of the server": (message(REQUEST, request(0x87, bytes(12), DUID, "01 00", LEASED)), "bad_option"),
    "DUID beyond the end": (message(REQUEST, request(0x87, bytes(12), "82", LEASED)), "bad_option"),
    "client's code": (message(CONFIRM, option(4, "02 00 0102 0000")), "bad_option"),
    "notification of another kind": (message(WAKEUP_CONFIRM, option(6, "00 00 0102 0001")), "bad_option"),
    "no notification": (message(WAKEUP_CONFIRM, option(6, "00 00 0102 0002")), "bad_option"),
    "notification's code": (message(WAKEUP_CONFIRM, option(6, "00 00 0102 0002", "0003 0e10 0708 0000")), "bad_option"),
}  # fmt: skip


def test_each_flaw_is_named(tshark: Tshark):
    frames = [ethernet(octets) for octets, _ in FLAWED.values()]
    flaws = {name: found.flaws for name, found in zip(FLAWED, tshark.dissect(*frames))}
    assert flaws == {name: {flaw} for name, (_, flaw) in FLAWED.items()}
    assert set.union(*flaws.values()) == FLAWS
    ends = [re.search(r"(?: \[(.*)\])?$", line)[1] for line in tshark.columns(*frames)]
    assert ends == [flaw.replace("_", " ") for _, flaw in FLAWED.values()]


def test_the_info_has_the_first_flaw(tshark: Tshark):
    frame = ethernet(message(REPORT, option(5, "00 00 0102 0000"), option(7, "0001"), code=7))
    assert tshark.columns(frame) == ["NPP Wakeup Report 0x1a2b, unknown code: client 258, ARP [bad code]"]


def test_an_unknown_option_is_noted_and_skipped(tshark: Tshark):
    frame = ethernet(message(REPORT, option(77, "01020304"), option(5, "00 00 0102 0000"), option(78)))
    (found,) = tshark.dissect(frame)
    assert (set(found.remarks), found.flaws) == ({"npp.unknown_option"}, set())
    assert (found.npp["option.data"], found.npp["client.id"]) == (["01:02:03:04"], ["258"])
    assert tshark.columns(frame) == ["NPP Wakeup Report 0x1a2b: client 258"]


def test_octets_that_belong_to_nothing_are_shown(tshark: Tshark):
    frame = ethernet(message(REPORT, option(5, "00 00 0102 0000 0304"), octets("0506"), length=10))
    (found,) = tshark.dissect(frame)
    assert (found.npp["option.data"], found.npp["behind"]) == (["03:04"], ["05:06"])


OPTIONS = [ARP, DHCP, request(0x81, "06 00 0016"), request(0x82, "fe80", bytes(13), "01"), request(0x84, b"nas"), AUTHENTICATION]
LONG = message(REQUEST, *OPTIONS)
ENDS = [HEADER + end for end in accumulate(map(len, OPTIONS))]


def test_a_message_may_end_anywhere(tshark: Tshark):
    lengths = range(HEARD, len(LONG))
    for length, found in zip(lengths, tshark.dissect(*(ethernet(sealed(LONG[:length])) for length in lengths))):
        assert "short" in found.flaws <= {"short", "bad_option"}, length
        assert ("bad_option" in found.flaws) == (length > HEADER and length not in ENDS), length


def test_options_may_end_anywhere(tshark: Tshark):
    lengths = range(HEADER, len(LONG) + 1)
    frames = [ethernet(sealed(LONG[: HEADER - 1] + bytes([length - HEADER]) + LONG[HEADER:length])) for length in lengths]
    for length, found in zip(lengths, tshark.dissect(*frames)):
        flaw = "missing_option" if length == HEADER else "bad_option"
        assert found.flaws == (set() if length in ENDS else {flaw}), length


def test_what_icmp_cannot_read_is_left_to_it(tshark: Tshark):
    for found in tshark.dissect(*(ethernet(LONG[:length]) for length in range(HEARD))):
        assert not found.npp
        assert found.flaws == ({"_ws.malformed.expert"} if "_ws.malformed" in found.fields else set())


def test_a_capture_that_ends_excuses_no_octets_too_many(tshark: Tshark):
    frame = ethernet(message(REPORT, option(5, "00 00 0102 0000"), bytes(60), length=8))
    assert [found.flaws for found in tshark.dissect(frame[:-1], on_the_wire=len(frame))] == [{"short"}]


def test_a_capture_may_end_anywhere(tshark: Tshark):
    """That is not its sender's fault."""
    frame, in_part = ethernet(LONG), {"option", "option.data"}
    lengths = range(ETHERNET_IPV4 + HEARD, len(frame))
    *cut, whole = tshark.dissect(*(frame[:length] for length in lengths), frame, on_the_wire=len(frame))
    assert not whole.remarks
    for found in cut:
        assert (set(found.remarks), found.flaws) == ({"npp.captured_in_part"}, set())
        assert all(whole.npp[name][: len(found.npp[name])] == found.npp[name] for name in found.npp.keys() - in_part)


MALFORMED = {
    "cut-option": "short",
    "report-behind-authentication": "bad_option",
    "report-foreign-option": "unexpected_option",
    "request-dhcp6-short-duid": "bad_option",
    "request-empty": "missing_option",
    "request-twice": "bad_option",
    "request-unknown": "unknown_request",
}


def test_the_fuzzers_corpus(tshark: Tshark):
    paths = sorted(CORPUS.iterdir())
    shown = tshark.dissect(*(ethernet(path.read_bytes()) for path in paths))
    flaws = {path.name: found.flaws for path, found in zip(paths, shown)}
    assert {name: found for name, found in flaws.items() if name not in MALFORMED and found} == {}
    assert all(flaw in flaws[name] for name, flaw in MALFORMED.items())


def test_any_octets_are_taken(tshark: Tshark):
    """Messages with some octets changed, of which tshark says no more than that they are wrong."""
    chance = random.Random(1)

    def changed(octets: bytes) -> bytes:
        octets = bytearray(octets)
        for _ in range(chance.randrange(1, 6)):
            octets[chance.randrange(1, len(octets))] = chance.choice((0, 1, 2, 3, 128, 255, chance.randrange(256)))
        return sealed(bytes(octets))

    for found in tshark.dissect(*(ethernet(changed(case.message)) for case in CASES.values() for _ in range(100))):
        assert found.npp and found.flaws <= FLAWS


def test_another_icmp_type(tshark: Tshark):
    frames = [ethernet(message(REPORT, option(5, "00 00 0102 0000"), icmp_type=number)) for number in (200, ICMP_TYPE)]
    said = [line.split()[0] for line in tshark.columns(*frames, options=("-o", "npp.icmp_type:200"))]
    assert said == ["NPP", "ICMP"]


def test_what_is_no_message_is_left_alone(tshark: Tshark):
    quoted = IP(src=HOST, dst=SERVER, proto="icmp") / LONG
    others = [ethernet(bytes(each)) for each in (ICMP(type=3, code=1) / quoted, ICMP(type=8) / b"hello", ICMP(type=254))]
    assert not any(found.npp for found in tshark.dissect(*others))
    assert all(line.startswith("ICMP") for line in tshark.columns(*others))


def test_below_vlan_tags(tshark: Tshark):
    case = CASES["confirm"]
    for found in tshark.dissect(*(ethernet(case.message, tags) for tags in ((5,), (5, 6)))):
        assert (found.npp, found.remarks) == (case.all_fields, {})


def test_the_filters_that_its_comment_shows(tshark: Tshark):
    frames = {
        "hands over": ethernet(message(REQUEST, ARP)),
        "refused": ethernet(CASES["confirm that refuses"].message),
        "wrong": ethernet(message(REQUEST)),
    }
    filters = re.findall(r"^    (npp\b.*?)  +\S", SCRIPT.read_text(), re.M)
    for only, wanted in zip(filters, frames.values(), strict=True):
        assert tshark.columns(*frames.values(), options=("-Y", only)) == tshark.columns(wanted), only


def test_installed_where_its_comment_says(tshark: Tshark):
    (folder,) = re.findall(r"^Personal Lua Plugins:\s*(.*)$", tshark.run("-G", "folders"), re.M)
    assert Path(folder) == tshark.home / ".local/lib/wireshark/plugins"
    Path(folder).mkdir(parents=True)
    shutil.copy(SCRIPT, folder)
    tshark.script = []
    assert tshark.columns(*FRAMES[:1]) == ["NPP Proxy Solicitation 0x1a2b"]
