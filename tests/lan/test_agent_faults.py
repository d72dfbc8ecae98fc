# SPDX-License-Identifier: GPL-2.0-or-later
"""A proxy that is not there, or not as it should be: the next one, or clear words, and always a host that sleeps."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from harness.agent import PROMPT, Agent, failed
from harness.dissector import ADVERTISEMENT, REPORT, REQUEST, SOLICITATION
from harness.lan import Lan
from harness.npp import NppProxy, mistaken, silent
from harness.npp_message import (
    ARP,
    DHCP,
    FAILURE,
    HOST_NAME,
    PORTS,
    SERVES_ARP,
    SERVES_DHCP,
    WAKES_ON_PACKET,
    Heard,
    Message,
    Notification,
    framed,
)

SHORT, LONG = 0.8, 2.5  # s
SHORT_TEXT, LONG_TEXT = "800ms", "2500ms"
NOBODY = "no proxy answered; is one on this LAN? ('sleepproxy-agent discover')"
LEASE = """lease {{
  interface "eth0";
  fixed-address {0};
  option dhcp-lease-time 600;
  option dhcp-server-identifier 192.0.2.3;
  renew epoch {1};
  expire epoch {1};
}}
"""


@pytest.fixture
def agent(lan) -> Agent:
    return Agent(lan.host, wait=SHORT_TEXT, report_wait=SHORT_TEXT)


@pytest.fixture
def proxy(lan) -> NppProxy:
    """The best of all."""
    return NppProxy(lan.machine("scripted", 5), preference=10)


def not_handed_over(agent: Agent, seconds: float = SHORT) -> str:
    """Why; with an end in time, and nothing that is kept."""
    done = agent.bounded(seconds, "--json", "sleep")
    said = json.loads(done.stdout)
    (failure,) = said["failures"]
    assert (said["registrations"], failure["interface"]) == ([], "eth0")
    assert f"eth0: not handed over: {failure['reason']}" in failed(done)
    assert not agent.state.exists()
    return failure["reason"]


def refuses_in_the_option_alone(proxy: NppProxy) -> None:
    proxy.answers[REQUEST] = lambda said: proxy.refuse(said)._replace(code=0)


def refuses_in_the_header_alone(proxy: NppProxy) -> None:
    proxy.answers[REQUEST] = lambda said: proxy.confirm(said)._replace(code=FAILURE)


def is_silent(proxy: NppProxy) -> None:
    proxy.answers[REQUEST] = silent


def refuses(proxy: NppProxy) -> None:
    proxy.answers[REQUEST] = proxy.refuse


def offers_no_arp(proxy: NppProxy) -> None:
    proxy.services = (SERVES_DHCP, WAKES_ON_PACKET)


def is_about_to_leave(proxy: NppProxy) -> None:
    proxy.lifetime = 0


def advertises_to_others(proxy: NppProxy) -> None:
    proxy.answers[SOLICITATION] = mistaken(proxy.advertise)


def confirms_something_else(proxy: NppProxy) -> None:
    proxy.answers[REQUEST] = mistaken(proxy.confirm)


def from_elsewhere(proxy: NppProxy, mac: str, address: str) -> None:
    def confirm(said: Heard) -> None:
        right = proxy.confirm(said).octets()
        proxy.socket.send(framed(right, mac, said.mac, address, said.source))

    proxy.answers[REQUEST] = confirm


def confirms_from_another_address(proxy: NppProxy) -> None:
    from_elsewhere(proxy, proxy.machine.mac, proxy.machine.lan.peer.address)


def confirms_from_another_mac(proxy: NppProxy) -> None:
    from_elsewhere(proxy, "02:00:00:00:00:99", proxy.machine.address)


def confirms_to_somebody_else(proxy: NppProxy) -> None:
    def confirm(said: Heard) -> None:
        own = proxy.machine
        right = proxy.confirm(said).octets()
        proxy.socket.send(framed(right, own.mac, said.mac, own.address, own.lan.peer.address))

    proxy.answers[REQUEST] = confirm


UNHEARD = {is_about_to_leave, advertises_to_others}
FAULTS = {
    is_silent: "did not answer",
    refuses: "refused; its log says why",
    refuses_in_the_option_alone: "refused; its log says why",
    refuses_in_the_header_alone: "refused; its log says why",
    offers_no_arp: "offers no ARP",
    is_about_to_leave: NOBODY,
    advertises_to_others: NOBODY,
    confirms_something_else: "did not answer",
    confirms_from_another_address: "did not answer",
    confirms_from_another_mac: "did not answer",
    confirms_to_somebody_else: "did not answer",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_proxy_that(agent, proxy, fault):
    fault(proxy)
    why = FAULTS[fault] if fault in UNHEARD else f"{proxy.machine.address} {FAULTS[fault]}"
    assert not_handed_over(agent) == why


SOME = (is_silent, refuses, offers_no_arp, is_about_to_leave)


@pytest.mark.parametrize("fault", SOME, ids=lambda fault: fault.__name__)
def test_the_next_one_where_the_first(lan, start, agent, proxy, fault):
    fault(proxy)
    daemon = start(**PROMPT)
    agent.configure(wait=LONG_TEXT)
    done = agent.bounded(LONG, "--json", "sleep")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["failures"] == []
    assert [each["proxy"]["address"] for each in said["registrations"]] == [lan.proxy.address]
    assert "backup-of" not in said["registrations"][0]
    assert (fault in UNHEARD) != (f"{proxy.machine.address} {FAULTS[fault]}" in done.stderr)
    lan.host.sleep()
    daemon.wait_state("asleep")
    lan.host.resume()
    assert agent.ask("wake")["reports"][0]["confirmed"]


def test_a_backup_that_refuses(lan, agent, proxy):
    """The first has it all the same."""
    backup = NppProxy(lan.machine("backup", 6))
    refuses(backup)
    done = agent.bounded(SHORT, "--json", "sleep")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    assert ([each["proxy"]["address"] for each in said["registrations"]], said["failures"]) == ([proxy.machine.address], [])
    assert f"{backup.machine.address} refused" in done.stderr
    assert len(backup.of(REQUEST)) == 1


def test_told_to_end_the_first_handover_stands(lan, agent, proxy):
    backup = NppProxy(lan.machine("backup", 6))
    is_silent(backup)
    agent.configure(wait="30s")
    sleeping = agent.start("sleep")
    backup.wait(REQUEST)
    sleeping.terminate()
    out, err = sleeping.communicate(timeout=5)
    assert sleeping.returncode == 1
    assert "interrupted" in err
    assert f"proxy: {proxy.machine.address}\nclient: {proxy.client}\n" in out
    assert [each["proxy"]["address"] for each in agent.handovers()] == [proxy.machine.address]


def test_a_part_that_is_refused_takes_all_back(lan, agent, proxy):
    lan.host.namespace.ip("addr", "add", "192.0.2.21/24", "dev", "eth0")
    proxy.answers[REQUEST] = lambda said: (proxy.refuse if said.source == "192.0.2.21" else proxy.confirm)(said)
    assert not_handed_over(agent) == f"{proxy.machine.address} refused; its log says why"
    assert len(proxy.of(REQUEST)) == 2
    (report,) = proxy.of(REPORT)
    assert report.client == (0, proxy.client)
    assert {report.transaction} == {each.transaction for each in proxy.of(REQUEST)}


def test_what_is_not_offered_is_not_asked_for(lan, agent, proxy):
    (agent.home / "leases/dhclient.leases").write_text(LEASE.format(lan.host.address, round(time.time()) + 500))
    proxy.services = (SERVES_ARP,)
    (handover,) = agent.ask("sleep")["registrations"]
    assert handover["missed"] == ["dhcp4", "wake-on-packet"]
    assert not handover.keys() & {"lease", "wake"}
    assert proxy.of(REQUEST)[-1].asked().keys() == {ARP, HOST_NAME}
    assert agent.blocks("sleep")[0]["missing"] == "dhcp4, wake-on-packet"
    proxy.services = (SERVES_ARP, SERVES_DHCP, WAKES_ON_PACKET)
    assert "missed" not in agent.ask("sleep")["registrations"][0]
    assert proxy.of(REQUEST)[-1].asked().keys() == {ARP, DHCP, PORTS, HOST_NAME}


def test_who_retransmits(lan, agent, proxy):
    """The host, octet for octet, after 0.5 and 1 s."""
    is_silent(proxy)
    agent.configure(wait="2200ms")
    capture = lan.capture("host", "icmp")
    not_handed_over(agent, 2.2)
    (octets,) = {said.octets for said in proxy.heard if said.message.subtype == REQUEST}
    rows = capture.fields(f"icmp.type == 253 && eth.src == {lan.host.mac}", "frame.time_epoch", "eth.dst")
    first, second, third = (float(at) for at, to in rows if to == proxy.machine.mac)
    assert (second - first, third - second) == (pytest.approx(0.5, abs=0.2), pytest.approx(1, abs=0.2))


def deaf_once(answer: Callable[[Heard], Message]) -> Callable[[Heard], Message | None]:
    heard: list[Heard] = []

    def deaf_once(said: Heard) -> Message | None:
        heard.append(said)
        return answer(said) if len(heard) > 1 else None

    return deaf_once


def test_messages_that_are_lost(agent, proxy):
    agent.configure(wait=LONG_TEXT, report_wait=LONG_TEXT)
    proxy.answers = {subtype: deaf_once(answer) for subtype, answer in proxy.answers.items()}
    agent.say("sleep")
    agent.say("wake")
    for subtype in (SOLICITATION, REQUEST, REPORT):
        assert [said.octets for said in proxy.heard if said.message.subtype == subtype][1:] == [
            next(said.octets for said in proxy.heard if said.message.subtype == subtype)
        ]


REPORTS = {
    "silent": (lambda proxy: silent, "did not answer"),
    "about something else": (lambda proxy: mistaken(proxy.take_back), "did not answer"),
}


@pytest.mark.parametrize("case", REPORTS)
def test_a_report_that_is_not_confirmed(agent, proxy, case):
    agent.say("sleep")
    answer, why = REPORTS[case]
    right = proxy.answers[REPORT]
    proxy.answers[REPORT] = answer(proxy)
    done = agent.bounded(SHORT, "--json", "wake")
    assert f"eth0: {proxy.machine.address} {why}" in failed(done)
    (report,) = json.loads(done.stdout)["reports"]
    assert (report["confirmed"], report["reason"]) == (False, why)
    assert len(agent.handovers()) == 1
    proxy.answers[REPORT] = right
    assert agent.ask("wake")["reports"][0]["confirmed"]
    assert not agent.state.exists()


def test_a_report_that_is_refused_is_the_last_word(agent, proxy):
    agent.say("sleep")
    proxy.answers[REPORT] = proxy.refuse
    assert f"eth0: {proxy.machine.address} knows of no such registration; its log says why" in agent.fail("wake")
    assert not agent.state.exists()
    assert agent.say("wake") == "registrations: none"


def test_how_a_lease_is_shown(agent, proxy):
    for notification, lease in {
        Notification(1, 600, 500): ("renewed", "600 s", "500 s"),
        Notification(2, 0, 0): ("lost", "0 s", "0 s"),
        None: (None, None, None),
    }.items():
        proxy.notification = notification
        agent.say("sleep")
        (told,) = agent.blocks("wake")
        assert (told["address"], told["proxy"]) == ("192.0.2.20", proxy.machine.address)
        assert (told.get("lease"), told.get("lease-time"), told.get("lease-left")) == lease


@pytest.mark.parametrize(("program", "words"), [("/bin/false", "failed with status 1"), ("/none", "cannot be run")])
def test_a_program_for_a_lost_lease_that_fails(agent, proxy, program, words):
    proxy.notification = Notification(2, 0, 0)
    agent.configure(wait=SHORT_TEXT, on_lease_lost=program)
    agent.say("sleep")
    assert f"{program}: {words}" in agent.fail("wake")
    assert not agent.state.exists()


def test_no_proxy_at_all(agent):
    assert not_handed_over(agent) == NOBODY
    done = agent.bounded(SHORT, "--json", "discover")
    assert "eth0: no proxy answers" in failed(done)
    assert json.loads(done.stdout) == {"proxies": []}


def check_at_once(agent: Agent, why: str) -> None:
    """Without waiting for what cannot come."""
    agent.configure(wait="30s")
    assert not_handed_over(agent, 1) == why
    assert failed(agent.bounded(1, "discover")) == f"sleepproxy-agent: eth0: {why}"


def test_no_link(lan, agent):
    lan.host.sleep()
    check_at_once(agent, "no carrier")


def test_no_address(lan, agent):
    lan.host.drop_address()
    check_at_once(agent, "no IPv4 address")
    assert "eth0: no IPv4 address" in agent.fail("status")


def test_an_interface_that_is_down(lan, agent):
    lan.host.namespace.ip("link", "set", "eth0", "down")
    check_at_once(agent, "no carrier")


def test_of_two_interfaces_one_that_is_not_there(agent, proxy):
    """A machine whose second cable is out sleeps as well as others."""
    agent.configure(interface=["eth7", "eth0"], wait=LONG_TEXT)
    done = agent.run("--json", "sleep")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["failures"] == [{"interface": "eth7", "reason": "no such interface"}]
    assert [each["interface"] for each in said["registrations"]] == ["eth0"]


def test_no_interface_is_named_and_no_route_either(lan, agent):
    agent.config.write_text("")
    assert "no interface with a default route" in agent.fail("sleep")
    lan.host.namespace.ip("route", "add", "default", "via", lan.peer.address)
    assert agent.blocks("status")[0]["interface"] == "eth0"


@contextlib.contextmanager
def flood(lan: Lan) -> Iterator[None]:
    """Junk for the host, some of it nearly an answer."""
    proxy = lan.peer
    almost = [Message(ADVERTISEMENT, number, (b"\2\1\0",)).octets() for number in range(64)]
    junk = [*almost, *(b"\xfd" + os.urandom(size) for size in range(0, 600, 9)), *(each[:-1] for each in almost)]
    frames = [framed(each, proxy.mac, lan.host.mac, proxy.address, lan.host.address) for each in junk]
    over = threading.Event()

    def run() -> None:
        with proxy.namespace.packet_socket(proxy.interface) as raw:
            while not over.wait(0.002):
                for frame in frames:
                    raw.send(frame)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_flood_of_junk(lan, agent, start):
    with flood(lan):
        assert not_handed_over(agent) == NOBODY
    agent.configure(wait="5s", report_wait=SHORT_TEXT)
    daemon = start()
    with flood(lan):
        agent.say("sleep")
    daemon.kill()
    with flood(lan):
        assert "did not answer" in failed(agent.bounded(SHORT, "wake"))
