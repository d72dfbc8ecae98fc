# SPDX-License-Identifier: GPL-2.0-or-later
"""Who answers ARP for a host, and when."""

import pytest

from harness import frames
from harness.dhcp_clients import Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd
from harness.netns import never, wait_for


def test_answered_while_asleep_only(lan, start, known):
    daemon = start(known())
    assert lan.peer.arping(lan.host.address).macs == {lan.host.mac}

    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address, count=3, wait=3).macs == {lan.proxy.mac}

    lan.host.resume()
    lan.host.arping(lan.peer.address)
    assert lan.peer.arping(lan.host.address).macs == {lan.host.mac}
    assert daemon.status_of() == "awake"


def test_nobody_answers_for_a_silent_host_that_was_not_handed_over(lan, start, known):
    start(known())
    lan.host.sleep()
    assert not lan.peer.arping(lan.host.address).answered


def arp_of(heard):
    """Without the daemon's questions to DHCP servers, which may come at any time."""
    return [frame for frame in heard if frames.Ether(frame).haslayer(frames.ARP)]


def test_each_request_gets_one_answer(lan, asleep):
    asleep()
    answers = arp_of(lan.peer.ask(frames.arp_request(lan.peer, lan.host.address), wait=0.3))
    assert len(answers) == 1
    assert frames.arp_answers(answers, lan.host.address) == {lan.proxy.mac}


def test_a_unicast_refresh_is_answered_and_wakes_nobody(lan, asleep):
    daemon = asleep()
    request = frames.arp_request(lan.peer, lan.host.address, to=lan.proxy.mac)
    assert frames.arp_answers(lan.peer.ask(request), lan.host.address) == {lan.proxy.mac}
    assert daemon.status_of() == "asleep"
    assert lan.host.nic.magic == []


def test_every_address_of_the_host_is_answered_for(lan, start, known):
    second = "192.0.2.21"
    daemon = start(known().replace('{"192.0.2.20"}', f'{{"192.0.2.20", "{second}"}}'))
    lan.host.namespace.ip("addr", "add", f"{second}/24", "dev", "eth0")
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert lan.peer.arping(second).macs == {lan.proxy.mac}

    lan.host.resume()
    lan.host.arping(lan.peer.address)
    assert lan.peer.arping(second).macs == {lan.host.mac}


def test_host_mode_answers_with_the_host_s_mac(lan, asleep):
    asleep(answer="host")
    answer = arp_of(lan.peer.ask(frames.arp_request(lan.peer, lan.host.address)))
    assert frames.arp_answers(answer, lan.host.address) == {lan.host.mac}
    assert {frames.Ether(frame).src for frame in answer} == {lan.host.mac}
    assert lan.switch_port_of(lan.host.mac) == "proxy"


def test_host_mode_hears_connections_to_the_host_s_mac(lan, asleep, ssh):
    asleep(answer="host")
    lan.peer.arping(lan.host.address)
    with lan.peer.connect(lan.host.address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(16) == b"hello"


def test_arp_for_others_is_left_alone(lan, asleep):
    asleep()
    assert lan.peer.arping(lan.proxy.address).macs == {lan.proxy.mac}
    assert not lan.peer.arping("192.0.2.99").answered
    assert lan.proxy.arping(lan.peer.address).macs == {lan.peer.mac}


@pytest.mark.parametrize("sender", [frames.NOBODY, "192.0.2.20"], ids=["probe", "announcement"])
def test_the_waking_owner_is_never_answered(lan, asleep, sender):
    daemon = asleep()
    lan.host.resume()
    heard = lan.host.ask(frames.arp_request(lan.host, lan.host.address, sender=sender))
    assert frames.arp_answers(heard, lan.host.address) == set()
    assert daemon.status_of() == "awake"
    assert daemon.counters()["owner_awake"] == 1


def test_the_waking_owner_finds_no_duplicate(lan, asleep):
    asleep()
    lan.host.resume()
    found = lan.host.arping(lan.host.address, "-D", count=2, wait=2)
    assert found.status == 0, found.text


def test_another_machine_s_probe_is_answered(lan, asleep):
    daemon = asleep()
    found = lan.peer.arping(lan.host.address, "-D", "-f", count=1)
    assert found.status == 1, found.text
    assert daemon.counters()["arp_probe_answered"] >= 1
    assert daemon.status_of() == "asleep"


def test_another_machine_s_claim_wakes_the_owner(lan, asleep):
    daemon = asleep()
    watch = daemon.watch()
    lan.peer.send(frames.arp_announcement(lan.peer, lan.host.address))
    event = watch.wait("waking")
    assert event["peer-mac"] == lan.peer.mac
    assert event["address"] == lan.host.address
    wait_for("a Magic Packet", lambda: lan.host.nic.magic)
    daemon.wait_state("awake")


@pytest.mark.parametrize("tags", [(10,), (10, 20)], ids=["one tag", "two tags"])
def test_tagged_requests_are_answered_in_their_tags(lan, asleep, tags):
    asleep()
    answer = lan.peer.ask(frames.arp_request(lan.peer, lan.host.address, tags=tags))
    assert frames.arp_answers(answer, lan.host.address, tags=len(tags)) == {lan.proxy.mac}
    [frame] = [frames.Ether(raw) for raw in answer if frames.arp_answers([raw], lan.host.address, tags=len(tags))]
    assert tuple(frame.getlayer(frames.Dot1Q, n + 1).vlan for n in range(len(tags))) == tags


@pytest.mark.parametrize("kind", (Dnsmasq, IscDhcpd), ids=lambda kind: kind.name)
def test_a_dhcp_server_that_pings_before_it_offers_does_not_offer_the_address(lan, asleep, kind):
    """There is no lease of it, but it is of the server's pool, and the first that it would offer."""
    daemon = asleep()
    server = kind(lan.machine("server", 3), first=lan.host.number, last=lan.host.number + 1, pings=True).start()
    capture = lan.capture("server", "icmp")
    assert Udhcpc(lan.machine("client", 30)).start().wait_bound(timeout=20) == server.last
    assert capture.fields(f"icmp.type == 0 && ip.src == {lan.host.address}", "eth.src")[:1] == [(lan.proxy.mac,)]
    assert not server.expiry_of(lan.host.address)
    assert kind is Dnsmasq or f"Abandoning IP address {lan.host.address}: pinged before offer" in server.log
    assert daemon.status_of() == "asleep"


def test_the_neighbours_are_told_at_takeover_and_never_after_a_wake(lan, start, known):
    daemon = start(known())
    lan.peer.ping(lan.host.address)
    assert lan.peer.neighbour(lan.host.address) == lan.host.mac

    daemon.take_over(lan.host)
    wait_for("the announcement", lambda: lan.peer.neighbour(lan.host.address) == lan.proxy.mac)

    capture = lan.capture("peer", "arp")
    lan.host.resume()
    lan.host.arping(lan.peer.address)
    daemon.wait_state("awake")
    never("proxy answers", lambda: lan.proxy.mac in lan.peer.arping(lan.host.address).macs, during=1)
    claims = f"arp.src.hw_mac == {lan.proxy.mac} && arp.src.proto_ipv4 == {lan.host.address}"
    assert capture.lines(claims) == []


def test_the_answer_is_fast(lan, asleep):
    asleep()
    assert min(lan.peer.arping(lan.host.address, count=3, wait=3).times) < 20
