# SPDX-License-Identifier: GPL-2.0-or-later
"""Nobody hands over, or takes back, what is not his; and nobody keeps the proxy from others."""

from __future__ import annotations

import re
import secrets
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import frames
from harness import npp_message as messages
from harness.daemon import Daemon
from harness.dissector import checksum, sealed
from harness.lan import address_of
from harness.netns import wait_for
from harness.npp import SILENCE, Crowd

GATEWAY = address_of(1)
FLOOD = 20_000


def refused_for(crowd, address: str, reason: str) -> None:
    host = crowd.host(address=address)
    with crowd.counted(**{reason: 1}):
        assert host.request().message.refused
    assert not crowd.is_known(host)


def test_the_proxy_s_own_address(crowd):
    refused_for(crowd, crowd.lan.proxy.address, "own_address")
    assert crowd.lan.proxy.mac in crowd.lan.peer.who_has(crowd.lan.proxy.address)


def test_its_gateway_s_address(crowd):
    crowd.lan.proxy.namespace.ip("route", "add", "default", "via", GATEWAY)
    refused_for(crowd, GATEWAY, "gateway_address")


def test_an_address_that_somebody_answers_for(crowd):
    refused_for(crowd, crowd.lan.peer.address, "address_in_use")
    assert crowd.lan.host.who_has(crowd.lan.peer.address) == {crowd.lan.peer.mac}


NO_HOSTS = ("192.0.2.255", "192.0.2.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "0.0.0.0")


@pytest.mark.parametrize("address", NO_HOSTS)
def test_an_address_that_is_no_host_s(crowd, address):
    host = crowd.host(address=address)
    answer = host.request(wait=SILENCE)
    assert answer is None or answer.message.refused
    assert not crowd.is_known(host)
    assert address not in crowd.daemon.table("addresses4")


def test_another_host_s_sleeper(crowd):
    sleeper = crowd.sleeper()
    refused_for(crowd, sleeper.address, "address_taken")
    assert crowd.state(sleeper) == "asleep"
    assert crowd.answered(sleeper) == {crowd.lan.proxy.mac}


def test_an_address_that_people_gave_to_another_host(crowd):
    other = crowd.host()
    crowd.daemon.ctl("host", "add", "reserved", "--mac", other.mac, "--address", other.address)
    refused_for(crowd, other.address, "address_taken")
    assert crowd.daemon.show("reserved")["mac"] == other.mac


def test_an_address_that_two_hosts_ask_for_at_once(crowd):
    """Nobody else has it, but while they wait it becomes the first one's."""
    first = crowd.host()
    second = crowd.host(address=first.address)
    with crowd.counted(registered=1, address_taken=1):
        for host in (first, second):
            host.request(wait=0)
        answers = [host.hear(lambda said: said.to == host.mac) for host in (first, second)]
    assert sorted(answer.message.refused for answer in answers) == [False, True]


def test_a_report_from_another_mac(crowd):
    sleeper = crowd.sleeper()
    thief = crowd.host(address=sleeper.address)
    thief.transaction, thief.client = sleeper.transaction, sleeper.client
    with crowd.counted(unknown_client=1):
        assert thief.report().message.refused
    assert crowd.state(sleeper) == "asleep"
    assert crowd.answered(sleeper) == {crowd.lan.proxy.mac}
    assert sleeper.report().message.confirmed


def test_a_report_with_a_wrong_client_identifier(crowd):
    sleeper = crowd.sleeper()
    with crowd.counted(unknown_client=1):
        assert sleeper.report(client=sleeper.client ^ 0x4000).message.refused
    with crowd.counted(reported=1):
        assert sleeper.report().message.confirmed


def test_a_report_of_a_stranger(crowd):
    with crowd.counted(unknown_client=1):
        assert crowd.host().report(client=1).message.refused


def test_a_request_to_an_address_that_is_not_the_proxy_s(crowd):
    """As a router would pass on what comes from elsewhere; and the MAC alone makes nobody a proxy."""
    host = crowd.host()
    request = messages.sleep_request(host.transaction, messages.arp((host.mac, host.address)))
    assert host.ask(request, wait=SILENCE, destination=address_of(240)) is None
    assert host.ask(request, wait=SILENCE, destination="255.255.255.255", to=frames.BROADCAST) is None
    assert not crowd.is_known(host)


def test_a_host_too_many_is_refused_and_who_is_awake_makes_room(own_crowd):
    crowd = own_crowd(max_registrations=3)
    hosts = crowd.sleepers(3)
    late = crowd.host()
    with crowd.counted(limit_reached=1):
        assert late.request().message.refused
    assert not crowd.is_known(late)
    for host in (hosts[1], hosts[0]):
        assert host.report().message.confirmed
        time.sleep(0.05)
    late.begin().hand_over()
    assert [crowd.is_known(host) for host in hosts] == [True, False, True]
    assert crowd.state(hosts[2]) == "asleep"
    hosts[0].begin().hand_over()
    with crowd.counted(limit_reached=1):
        assert hosts[1].begin().request().message.refused


def test_known_hosts_take_no_room(own_crowd, lan, known, npp):
    crowd = own_crowd(known(), max_registrations=1)
    crowd.sleeper()
    npp.hand_over()
    lan.host.sleep()
    crowd.daemon.wait_state("asleep", "host")


def test_who_asks_too_much_is_not_heard_for_a_while(crowd):
    loud, other = crowd.host(), crowd.host()
    before = crowd.daemon.npp()
    solicitation = loud.frame(messages.solicitation().octets())
    for _ in range(200):
        loud.socket.send(solicitation)
    assert other.solicit()
    wait_for("it is counted", lambda: crowd.daemon.npp()["rate_limited"] - before["rate_limited"] > 100)
    assert crowd.daemon.npp()["solicitation"] - before["solicitation"] < 100
    wait_for("it is heard again", lambda: loud.solicit(wait=0.5))


def strangers(crowd: Crowd, count: int, victim: str = "") -> Iterator[bytes]:
    """Requests of hosts that nobody has ever seen, each for itself, or all for the victim's address."""
    model = crowd.host()
    frame = model.frame(messages.sleep_request(0x1111, messages.arp((model.mac, victim or model.address))).octets())
    mac, address = messages.mac_octets(model.mac), socket.inet_aton(model.address)
    for number in range(count):
        own = b"\x02" + secrets.token_bytes(5), socket.inet_aton(address_of(150 + number % 100))
        said = frame.replace(mac, own[0]).replace(address, own[1])
        ip = said[14:24] + bytes(2) + said[26:34]
        yield said[:14] + ip[:10] + checksum(ip) + ip[12:] + sealed(said[34:])


def memory(daemon: Daemon) -> int:
    """In MiB."""
    resident = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{daemon.process.pid}/status").read_text(), re.M)
    return int(resident[1]) // 1024


def flood(crowd: Crowd, victim: str = "") -> None:
    with crowd.lan.peer.namespace.packet_socket("eth0") as raw:
        for frame in strangers(crowd, FLOOD, victim):
            raw.send(frame)


@pytest.mark.parametrize("whose", ["their own", "somebody's"])
def test_a_flood_of_strangers_keeps_nobody_from_the_proxy(own_crowd, whose):
    crowd = own_crowd(max_registrations=16)
    sleeper = crowd.sleeper()
    before, lines = memory(crowd.daemon), len(crowd.daemon.log.splitlines())
    flood(crowd, sleeper.address if whose == "somebody's" else "")
    assert (sleeper.report(wait=0.5) or sleeper.persist()).message.confirmed
    states = [host["state"] for host in crowd.daemon.listed("hosts") if host["name"] == sleeper.name]
    assert states in (["awake"], []), "who is awake makes room for the last of them"
    assert memory(crowd.daemon) - before < 4
    assert len(crowd.daemon.log.splitlines()) - lines < 100
    assert len(crowd.daemon.listed("hosts")) <= 16
    if whose == "somebody's":
        late = crowd.host()
        assert (late.request(wait=0.5) or late.persist()).message.confirmed


CLASS = 1000
SO_RCVBUFFORCE = 33  # socket(7); Python has no name for it
PARK = "10.20.0.1/16"  # has room for them


def class_room(crowd: Crowd) -> dict[bytes, bytes]:
    """A Sleep Request of each of so many hosts, by its MAC."""
    model = crowd.host()
    frame = model.frame(messages.sleep_request(0x1111, messages.arp((model.mac, model.address))).octets())
    mac, address = messages.mac_octets(model.mac), socket.inet_aton(model.address)
    asked = {}
    for number in range(CLASS):
        own = b"\x02\x00\x00\x01" + number.to_bytes(2, "big")
        said = frame.replace(mac, own).replace(address, b"\x0a\x14" + (number + 256).to_bytes(2, "big"))
        ip = said[14:24] + bytes(2) + said[26:34]
        asked[own] = said[:14] + ip[:10] + checksum(ip) + ip[12:] + sealed(said[34:])
    return asked


def confirmed(raw: socket.socket, until: float) -> Iterator[bytes]:
    """The MACs to which a Confirm is sent."""
    while select.select([raw], [], [], max(0.0, until - time.monotonic()))[0]:
        frame = raw.recv(2048)
        said = messages.heard(frame)
        if said and said.message.confirmed:
            yield frame[:6]


def test_a_class_room_goes_to_sleep_at_once(own_crowd, lan):
    """Each host sends again what was not confirmed, as the agent does, and sleeps after 5 s."""
    lan.proxy.namespace.ip("address", "add", PARK, "dev", "eth0")
    crowd = own_crowd(max_registrations=2 * CLASS)
    left = class_room(crowd)
    with lan.peer.namespace.packet_socket("eth0") as raw:
        raw.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 25)
        start = time.monotonic()
        for pause in (0.5, 1, 2, 1.5):
            for frame in list(left.values()):
                raw.send(frame)
            until = time.monotonic() + pause
            while left and time.monotonic() < until:
                for mac in confirmed(raw, min(until, time.monotonic() + 0.1)):
                    left.pop(mac, None)
        assert not left, f"{len(left)} are not confirmed after {time.monotonic() - start:.1f} s"
    assert len(crowd.daemon.listed("hosts")) >= CLASS


def test_a_flood_of_solicitations_keeps_nobody_out(own_crowd, lan):
    """Ten thousand a second: a flood that the honest hosts' own sockets, which hear it too, get by with."""
    crowd = own_crowd()
    model = crowd.host()
    frame = model.frame(messages.solicitation().octets(), to=frames.BROADCAST, destination="255.255.255.255")
    honest = [crowd.host() for _ in range(20)]
    over = threading.Event()

    def flood() -> None:
        mac = messages.mac_octets(model.mac)
        with lan.peer.namespace.packet_socket("eth0") as raw:
            while not over.wait(0.01):
                for _ in range(100):
                    raw.send(frame.replace(mac, b"\x02" + secrets.token_bytes(5)))

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        time.sleep(1)  # what each may send at once is used up
        unheard = [host for host in honest if not (host.solicit(wait=0.5) or host.persist())]
        assert not unheard, f"{len(unheard)} of 20"
        for host in honest[:5]:
            host.hand_over()
    finally:
        over.set()
        thread.join()
