# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged DHCP messages: what does not verify is counted, once, and nothing is done about it."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from pathlib import Path

import pytest
from scapy.layers.dhcp import BOOTP
from scapy.packet import Packet

from harness.daemon import Daemon, host_section
from harness.dhcp_clients import Dhclient, Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd
from harness.frames import BROADCAST, IP, UDP, Ether, tcp
from harness.lan import SANITIZED, Lan, Machine, mac_of
from harness.leases import Leaseholder
from harness.netns import wait_for

COOKIE = bytes.fromhex("63825363")
END = b"\xff"
EVERYBODY = "255.255.255.255"
REQUEST, REPLY = 1, 2
OFFER, ACK, NAK = b"\2", b"\5", b"\6"
HOSTNAME, REQUESTED, TIME, OVERLOAD, TYPE, SERVER = 12, 50, 51, 52, 53, 54
TIMES = ("since", "t1", "t2", "expires", "t1-in", "t2-in", "expires-in", "next-request-in", "result-at")
PACE = 0.13  # s: the datapath copies eight messages a second about one host
SERVER_ADDRESS, FOREIGN = "192.0.2.3", "192.0.2.66"
OTHER_MAC = mac_of(30)


def options(said: dict[int, bytes | None], tail: bytes = END) -> bytes:
    present = {code: data for code, data in said.items() if data is not None}
    return b"".join(bytes((code, len(data))) + data for code, data in present.items()) + tail


def message(chaddr: str, said: bytes, cookie: bytes = COOKIE, **fields: object) -> Packet:
    return BOOTP(chaddr=bytes.fromhex(chaddr.replace(":", "")), options=cookie + said, **fields)


class Forger:
    """An acknowledgement by the server, right in all but what is changed; it would make the lease one of 600 s."""

    def __init__(self, host: Machine, server: Machine, xid: int):
        self.host, self.server, self.xid = host, server, xid

    def frame(
        self,
        ip: dict | None = None,
        udp: dict | None = None,
        bootp: dict | None = None,
        said: dict | None = None,
        tail: bytes = END,
        cookie: bytes = COOKIE,
        to_all: bool = False,
        cut: int = 0,
    ) -> bytes:
        right = {TYPE: ACK, SERVER: socket.inet_aton(self.server.address), TIME: (600).to_bytes(4, "big")}
        fields = {"op": REPLY, "xid": self.xid, "ciaddr": self.host.address, "yiaddr": self.host.address}
        fields = {"chaddr": self.host.mac} | fields | (bootp or {})
        ethernet = Ether(src=self.server.mac, dst=BROADCAST if to_all else self.host.lan.proxy.mac)
        address = EVERYBODY if to_all else self.host.address
        packet = IP(**{"src": self.server.address, "dst": address} | (ip or {}))
        packet /= UDP(**{"sport": 67, "dport": 68} | (udp or {}))
        body = bytes(message(said=options(right | (said or {}), tail), cookie=cookie, **fields))
        return bytes(ethernet / packet / body[: len(body) - cut])


# What is wrong, and what the daemon counts it as. "not_requested" comes first where no answer is awaited.
MISFITS = {
    "another xid": ({"bootp": {"xid": 0x5EE9}}, "wrong_xid"),
    "no server": ({"said": {SERVER: None}}, "wrong_server"),
    "another server": ({"said": {SERVER: socket.inet_aton(FOREIGN)}}, "wrong_server"),
    "an offer": ({"said": {TYPE: OFFER}}, "not_an_answer"),
    "no lease time": ({"said": {TIME: None}}, "not_an_answer"),
    "a lease time of 0": ({"said": {TIME: bytes(4)}}, "not_an_answer"),
    "no address": ({"bootp": {"yiaddr": "0.0.0.0"}}, "not_an_answer"),
    "a refusal with another xid": ({"said": {TYPE: NAK, TIME: None}, "bootp": {"xid": 0x5EE9}}, "wrong_xid"),
    "a refusal by no server": ({"said": {TYPE: NAK, TIME: None, SERVER: None}}, "wrong_server"),
    "a refusal by another server": ({"said": {TYPE: NAK, SERVER: socket.inet_aton(FOREIGN)}}, "wrong_server"),
    "a refusal to all": ({"said": {TYPE: NAK, TIME: None}, "bootp": {"xid": 0x5EE9}, "to_all": True}, "wrong_xid"),
}
FLAWS = {
    "an option that is too short": ({"said": {TIME: b"\0\2\x58"}}, "bad_option"),
    "an option that is too long": ({"said": {SERVER: socket.inet_aton(SERVER_ADDRESS) * 2}}, "bad_option"),
    "an option past the end": ({"tail": bytes((HOSTNAME, 200)) + b"host"}, "bad_option"),
    "an option's code alone": ({"tail": bytes((HOSTNAME,))}, "bad_option"),
    "an option in too many pieces": ({"tail": (bytes((HOSTNAME, 200)) + b"x" * 200) * 2 + END}, "bad_option"),
    "overload 0": ({"said": {OVERLOAD: b"\0"}}, "bad_option"),
    "overload 4": ({"said": {OVERLOAD: b"\4"}}, "bad_option"),
    "overload of two octets": ({"said": {OVERLOAD: b"\1\1"}}, "bad_option"),
    "an option past the file's end": ({"said": {OVERLOAD: b"\1"}, "bootp": {"file": b"\x0c\xc8"}}, "bad_option"),
    "no type": ({"said": {TYPE: None}}, "no_type"),
    "type 0": ({"said": {TYPE: b"\0"}}, "no_type"),
    "type 9": ({"said": {TYPE: b"\x09"}}, "no_type"),
    "a client's type": ({"said": {TYPE: b"\3"}}, "no_type"),
    "a group's chaddr": ({"bootp": {"chaddr": "01:00:5e:00:00:01"}}, None),
    "another host's chaddr": ({"bootp": {"chaddr": OTHER_MAC}}, "unchanged"),
    "a stranger's chaddr": ({"bootp": {"chaddr": mac_of(99)}}, None),
    "no cookie": ({"cookie": bytes(4)}, None),
    "BOOTREQUEST": ({"bootp": {"op": REQUEST}}, None),
    "not of Ethernet": ({"bootp": {"htype": 6}}, None),
    "a hardware address of 16 octets": ({"bootp": {"hlen": 16}}, None),
    "a first fragment": ({"ip": {"flags": "MF"}}, None),
    "a later fragment": ({"ip": {"frag": 2}}, None),
    "UDP longer than IP": ({"udp": {"len": 1400}}, None),
    "UDP shorter than a message": ({"udp": {"len": 8 + 239}}, None),
    "UDP shorter than its header": ({"udp": {"len": 7}}, None),
    "IP longer than the frame": ({"ip": {"len": 1400}, "udp": {"len": 1380}}, None),
    "IP shorter than UDP": ({"ip": {"len": 20 + 8 + 100}}, None),
    "a message that is cut off": ({"cut": 40}, None),
}  # fmt: skip


def expected(change: dict, word: str | None) -> dict[str, int]:
    """One outcome for the frame, and one for the message if it got so far."""
    if not word:
        return {"dhcp_dropped": 1}
    return {"dhcp_snooped" if change.get("to_all") else "dhcp_consumed": 1, f"dhcp_message_{word}": 1}


def counters(daemon: Daemon) -> dict[str, int]:
    """Without those of ARP: neighbours ask for each other whenever they like."""
    return {name: count for name, count in daemon.ctl("counters").items() if not name.startswith("arp_")}


def counted(daemon: Daemon, before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in counters(daemon).items() if count != before[name]}


def count_one(daemon: Daemon, sender: Machine, frame: object, wanted: dict[str, int]) -> dict[str, int]:
    """What the frame was counted as."""
    before = counters(daemon)
    sender.send(frame)
    until = time.monotonic() + 5
    while (found := counted(daemon, before)) != wanted and time.monotonic() < until:
        time.sleep(0.02)
    if len(wanted) > 1:
        time.sleep(PACE)
    return found


def forge_all(held: Leaseholder, forger: Forger, rows: dict) -> dict[str, dict[str, int]]:
    found = {}
    for name, (change, word) in rows.items():
        frame = forger.frame(**change)
        found[name] = count_one(held.daemon, held.lan.peer, frame, expected(change, word))
    return found


def lasting(held: Leaseholder) -> dict:
    """Of the lease and the host, all that time alone does not change."""
    lease = {name: value for name, value in held.lease().items() if name not in TIMES}
    return lease | {name: value for name, value in held.daemon.show().items() if name != "for"}


def leave_ip_alone(lan: Lan) -> None:
    """A kernel with bridge netfilter would put IP's lengths right on the way, or drop the frame."""
    with lan.switch.entered():
        setting = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
        if setting.exists():
            setting.write_text("0")


def check_forgeries(held: Leaseholder, forger: Forger, rows: dict) -> None:
    leave_ip_alone(held.lan)
    held.daemon.ctl("host", "add", "other", "--mac", OTHER_MAC)
    before = lasting(held)
    assert forge_all(held, forger, rows) == {name: expected(*row) for name, row in rows.items()}
    assert lasting(held) == before
    assert not held.host.nic.magic
    assert held.answered() == {held.lan.proxy.mac}


def requests(sniffer: socket.socket) -> list[BOOTP]:
    """The DHCP requests that have come by."""
    sniffer.setblocking(False)
    frames = []
    try:
        while True:
            frames.append(Ether(sniffer.recv(2048)))
    except BlockingIOError:
        return [frame[BOOTP] for frame in frames if frame.haslayer(UDP) and frame[UDP].dport == 67]


def test_where_no_answer_is_awaited_none_is_believed(leaseholder):
    held = leaseholder(Dnsmasq, Udhcpc, seconds=300)
    held.take()
    held.sleep_confirmed()
    rows = {name: (change, "not_requested") for name, (change, _) in MISFITS.items()}
    rows["a right answer"] = ({}, "not_requested")
    check_forgeries(held, Forger(held.host, held.server.machine, xid=0xABCD), rows | FLAWS)


@pytest.fixture
def awaiting(lan, leaseholder) -> tuple[Leaseholder, int]:
    """A sleeper's request that its server, which is gone, will not answer; and its xid."""
    held = leaseholder(IscDhcpd, Dhclient, seconds=120, t1=2, t2=100)
    held.take()
    with lan.switch.packet_socket("proxy") as sniffer:
        held.sleep_confirmed()
        held.server.stop()
        wait_for("a request", lambda: held.lease()["state"] == "renewing")
        sent = wait_for("its frame", lambda: requests(sniffer))
    return held, sent[-1].xid


def test_what_does_not_verify_is_no_answer(lan, awaiting):
    held, xid = awaiting
    forger = Forger(held.host, held.server.machine, xid)
    check_forgeries(held, forger, MISFITS | FLAWS)
    assert held.lease()["state"] == "renewing"

    right = expected({}, "renewal")
    assert count_one(held.daemon, lan.peer, forger.frame(), right) == right
    assert (held.lease()["state"], held.lease()["seconds"]) == ("bound", 600)
    again = expected({}, "not_requested")
    assert count_one(held.daemon, lan.peer, forger.frame(), again) == again


def test_where_any_server_may_answer_it_says_which_it_is(lan, start):
    """All are asked where none is known: again and again, each time with another xid."""
    server = lan.machine("server", 3)
    daemon = start(host_section("host", lan.host.mac, []))
    with lan.switch.packet_socket("proxy") as sniffer:
        daemon.ctl("lease", "set", "host", "--address", lan.host.address)
        daemon.take_over(lan.host)
        xids = [sent.xid for sent in wait_for("a request", lambda: requests(sniffer))]
        for change, word in (
            ({"said": {SERVER: None}}, "wrong_server"),
            ({"said": {TYPE: NAK, TIME: None, SERVER: None}}, "wrong_server"),
            ({}, "renewal"),
        ):
            xids += [sent.xid for sent in requests(sniffer)]
            frame = Forger(lan.host, server, xids[-1]).frame(**change)
            assert count_one(daemon, lan.peer, frame, expected(change, word)) == expected(change, word)
    assert daemon.ctl("lease", "show", "host")["server"] == server.address
    assert daemon.status_of() == "asleep"


def of_client(sender: Machine, chaddr: str, kind: int, ciaddr: str = "0.0.0.0", **said: str) -> Packet:
    """By broadcast, from a client's port."""
    words = {TYPE: bytes((kind,))} | {REQUESTED: socket.inet_aton(address) for address in said.values()}
    body = message(chaddr, options(words), op=REQUEST, xid=0x1234, ciaddr=ciaddr)
    ethernet = Ether(src=sender.mac, dst=BROADCAST)
    return ethernet / IP(src="0.0.0.0", dst=EVERYBODY) / UDP(sport=68, dport=67) / bytes(body)


DISCOVERING, REQUESTING, DECLINING, RELEASING = 1, 3, 4, 7


def test_of_a_client_only_itself_is_believed(lan, start):
    daemon = start(host_section("host", lan.host.mac, []))
    relayed = {"dhcp_snooped": 1, "dhcp_message_relayed": 1}
    forged = of_client(lan.peer, lan.host.mac, REQUESTING, requested=lan.host.address)
    assert count_one(daemon, lan.peer, forged, relayed) == relayed
    assert daemon.listed("leases") == [] and daemon.show()["addresses"] == []

    learnt = {"dhcp_snooped": 1, "dhcp_message_snooped": 1}
    own = of_client(lan.host, lan.host.mac, REQUESTING, requested=lan.host.address)
    assert count_one(daemon, lan.host, own, learnt) == learnt
    assert daemon.show()["addresses"] == [lan.host.address]

    for state in ("awake", "asleep"):
        for kind in (DECLINING, RELEASING, DISCOVERING):
            forged = of_client(lan.peer, lan.host.mac, kind, ciaddr=lan.host.address)
            assert count_one(daemon, lan.peer, forged, relayed) == relayed
        assert daemon.show()["addresses"] == [lan.host.address]
        assert daemon.status_of() == state
        if state == "awake":
            daemon.take_over(lan.host)


def test_an_address_that_cannot_be_the_host_s_is_not_answered_for(lan, start):
    """Nor is the one from before any longer, whose lease nobody keeps from there on."""
    other = lan.sleeper("other", 30)
    other.sleep()
    daemon = start(host_section("host", lan.host.mac, []), host_section("other", other.mac, [other.address]))
    wrong = ("224.0.0.1", EVERYBODY, "127.0.0.1", lan.proxy.address, other.address)
    for number, address in enumerate(wrong, 1):
        lan.host.send(of_client(lan.host, lan.host.mac, REQUESTING, requested=lan.host.address))
        wait_for("its own", lambda: daemon.show()["addresses"] == [lan.host.address])
        time.sleep(PACE)
        lan.host.send(of_client(lan.host, lan.host.mac, REQUESTING, requested=address))
        wait_for(f"a word about {address}", lambda: daemon.log.count("not answered for") == number)
        wait_for("none", lambda: daemon.show()["addresses"] == [])
        time.sleep(PACE)
    daemon.take_over(lan.host)
    for address in (*wrong, lan.host.address):
        found = lan.peer.who_has(address)
        assert found == ({lan.proxy.mac} if address == lan.proxy.address else set()), address
    assert daemon.counters()["arp_answered"] == 0


class Flood(threading.Thread):
    """Frames in turn, about 10 000 a second, until at least so many went out and it is stopped."""

    BUNCH, PAUSE = 50, 0.005

    def __init__(self, machine: Machine, frames: list[bytes], count: int):
        super().__init__(name="flood", daemon=True)
        self.machine, self.frames, self.count = machine, frames, count
        self.sent, self.began, self.stopped = 0, time.monotonic(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.machine.namespace.packet_socket(self.machine.interface) as raw:
            while self.sent < self.count or not self.stopped.is_set():
                for number in range(self.sent, self.sent + self.BUNCH):
                    raw.send(self.frames[number % len(self.frames)])
                self.sent += self.BUNCH
                time.sleep(self.PAUSE)

    def end(self) -> float:
        """How long it lasted."""
        self.stopped.set()
        self.join()
        return time.monotonic() - self.began


def effort(daemon: Daemon) -> tuple[float, int]:
    """Processor time so far, s, and memory, octets."""
    process = Path("/proc", str(daemon.process.pid))
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    pages = int((process / "statm").read_text().split()[1])
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")


def check_effort(daemon: Daemon, before: tuple[float, int], seconds: float) -> None:
    """What is not copied, the daemon does not even hear of. A sanitizer's own costs would hide that."""
    if SANITIZED:
        return
    processor, memory = effort(daemon)
    assert processor - before[0] < 0.1 + 0.02 * seconds
    assert memory - before[1] < 1024 * 1024


def test_a_flood_of_refusals_costs_little_and_stops_no_wake(lan, start):
    """In a chosen moment: all servers are asked, and none is there."""
    server = lan.machine("server", 3)
    daemon = start(host_section("host", lan.host.mac, []))
    daemon.ctl("lease", "set", "host", "--address", lan.host.address)
    daemon.take_over(lan.host)
    wait_for("a request", lambda: daemon.ctl("lease", "show", "host")["state"] == "renewing")
    refusal = Forger(lan.host, server, xid=0xABCD).frame(said={TYPE: NAK, TIME: None})
    daemon.ctl("counters")
    before, spent = counters(daemon), effort(daemon)
    flood = Flood(lan.peer, [refusal], 20_000)
    answers = []
    while flood.sent < 10_000:
        asked = time.monotonic()
        assert daemon.status_of() == "asleep"
        answers.append(time.monotonic() - asked)
        time.sleep(0.1)
    assert max(answers) < 2
    assert daemon.ctl("lease", "show", "host")["state"] == "renewing" and not lan.host.nic.magic

    lan.peer.send(tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    wait_for("a wake in the flood", lambda: lan.host.nic.magic)
    daemon.wait_state("awake")
    seconds = flood.end()

    found = counted(daemon, before)
    assert found["dhcp_dropped"] > 5_000
    assert 1 <= found["dhcp_consumed"] <= 8 * (seconds + 2)
    assert found["dhcp_message_wrong_xid"] <= 8 * (seconds + 2)
    check_effort(daemon, spent, seconds)


def test_of_a_flood_of_strangers_nothing_is_copied(lan, asleep):
    daemon = asleep()
    strangers = [f"06:{random.randbytes(5).hex(':')}" for _ in range(1_000)]
    frames = [bytes(of_client(lan.peer, mac, DISCOVERING)) for mac in strangers]
    daemon.ctl("counters")
    before, spent = counters(daemon), effort(daemon)
    flood = Flood(lan.peer, frames, 5_000)
    assert daemon.status_of() == "asleep"
    seconds = flood.end()
    found = counted(daemon, before)
    assert found.pop("ipv4_other") > 1_000
    assert not [name for name in found if name.startswith("dhcp")]
    check_effort(daemon, spent, seconds)
    assert daemon.status_of() == "asleep" and lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
