# SPDX-License-Identifier: GPL-2.0-or-later
"""What wakes a sleeping host, and what does not."""

import time

import pytest

from harness import frames
from harness.nic import ETHERTYPE_IPV4
from harness.netns import never, wait_for


def echo(link, data: bytes = b"are you there?\n") -> bytes:
    link.sendall(data)
    return link.recv(len(data))


def stays_asleep(lan, daemon, during: float = 0.5) -> None:
    never("a Magic Packet", lambda: lan.host.nic.magic, during)
    assert daemon.status_of() == "asleep"


def test_a_connection_wakes_and_then_works(lan, asleep, ssh):
    daemon = asleep()
    with lan.peer.connect(lan.host.address, 22) as link:
        assert echo(link) == b"are you there?\n"
    daemon.wait_state("awake", timeout=1)
    wait_for("the host's MAC at the peer", lambda: lan.peer.neighbour(lan.host.address) == lan.host.mac)
    assert daemon.counters()["wake_sent"] == 1
    assert lan.host.nic.magic


def test_a_second_connection_goes_straight_to_the_host(lan, asleep, ssh):
    daemon = asleep()
    lan.peer.connect(lan.host.address, 22).close()
    daemon.wait_state("awake")
    before = time.monotonic()
    with lan.peer.connect(lan.host.address, 22) as link:
        assert echo(link)
    assert time.monotonic() - before < 0.5


NOISE = {
    "ping": lambda lan: frames.ip(lan.peer, lan.host, lan.proxy.mac, frames.ICMP()),
    "udp": lambda lan: frames.udp(lan.peer, lan.host, lan.proxy.mac, 53),
    "broadcast udp": lambda lan: frames.udp(lan.peer, lan.host, frames.BROADCAST, 137),
    "broadcast syn": lambda lan: frames.tcp(lan.peer, lan.host, frames.BROADCAST, "S"),
    "tcp ack": lambda lan: frames.tcp(lan.peer, lan.host, lan.proxy.mac, "A"),
    "from the broadcast address": lambda lan: (
        frames.ether(lan.peer, lan.proxy.mac)
        / frames.IP(src="255.255.255.255", dst=lan.host.address)
        / frames.TCP(dport=22, flags="S")
    ),
    "from the broadcast address of the subnet": lambda lan: (
        frames.ether(lan.peer, lan.proxy.mac)
        / frames.IP(src="192.0.2.255", dst=lan.host.address)
        / frames.TCP(dport=22, flags="S")
    ),
    "wrong checksum": lambda lan: frames.ip(lan.peer, lan.host, lan.proxy.mac, frames.TCP(dport=22, flags="S", chksum=1)),
    "tcp syn ack": lambda lan: frames.tcp(lan.peer, lan.host, lan.proxy.mac, "SA"),
    "source route": lambda lan: frames.ip(
        lan.peer, lan.host, lan.proxy.mac, frames.TCP(dport=22, flags="S"), options=frames.IPOption_LSRR(routers=["192.0.2.1"])
    ),
    "unlisted tcp": lambda lan: frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=23),
    "arp": lambda lan: frames.arp_request(lan.peer, lan.host.address),
    "later fragment": lambda lan: frames.ip(
        lan.peer, lan.host, lan.proxy.mac, frames.TCP(dport=22, flags="S"), frag=100
    ),
}


@pytest.mark.parametrize("kind", NOISE)
def test_noise_wakes_nobody(lan, asleep, kind):
    daemon = asleep({"wake": ["tcp/22"]})
    lan.peer.send(NOISE[kind](lan))
    stays_asleep(lan, daemon, during=0.3)


def test_without_rules_any_tcp_connection_wakes_and_no_udp(lan, asleep):
    daemon = asleep()
    lan.peer.send(frames.udp(lan.peer, lan.host, lan.proxy.mac, 9999))
    stays_asleep(lan, daemon)
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=9999))
    daemon.wait_state("awake")


def test_listed_udp_wakes(lan, asleep):
    daemon = asleep({"wake": ["udp/161"]})
    lan.peer.send(frames.udp(lan.peer, lan.host, lan.proxy.mac, 162))
    stays_asleep(lan, daemon)
    lan.peer.send(frames.udp(lan.peer, lan.host, lan.proxy.mac, 161))
    daemon.wait_state("awake")


def test_any_port_of_a_protocol_can_be_listed(lan, asleep):
    daemon = asleep({"wake": ["udp/any"]})
    lan.peer.send(frames.udp(lan.peer, lan.host, lan.proxy.mac, 162))
    daemon.wait_state("awake")


def test_a_denied_source_wakes_nobody(lan, asleep):
    daemon = asleep({"deny": ["192.0.2.10"]})
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    stays_asleep(lan, daemon)
    assert daemon.counters()["wake_source_denied"] == 1
    other = lan.machine("other", 30)
    other.send(frames.tcp(other, lan.host, lan.proxy.mac, "S"))
    daemon.wait_state("awake")


def test_the_longer_prefix_decides(lan, asleep):
    daemon = asleep({"deny": ["192.0.2.0/24"], "allow": ["192.0.2.30/32"]})
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    stays_asleep(lan, daemon)
    other = lan.machine("other", 30)
    other.send(frames.tcp(other, lan.host, lan.proxy.mac, "S"))
    daemon.wait_state("awake")


def test_an_allow_list_shuts_out_everybody_else(lan, asleep):
    daemon = asleep({"allow": ["192.0.2.10"]})
    other = lan.machine("other", 30)
    other.send(frames.tcp(other, lan.host, lan.proxy.mac, "S"))
    stays_asleep(lan, daemon)
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    daemon.wait_state("awake")


@pytest.mark.parametrize("mode", ["native", "generic"])
def test_a_flood_makes_one_wake(lan, asleep, mode):
    daemon = asleep(mode=mode)
    lan.host.nic.broken = True
    watch = daemon.watch()
    flood = [bytes(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", from_port=1024 + n)) for n in range(500)]
    lan.peer.send(*flood)
    watch.wait("waking")
    counters = daemon.counters()
    assert counters["wake_sent"] == 1
    assert counters["wake_in_progress"] == 499
    assert watch.kinds().count("waking") == 1


def test_the_command_wakes(lan, asleep):
    daemon = asleep()
    assert daemon.wake()["state"] in ("waking", "awake")
    daemon.wait_state("awake")
    assert lan.host.nic.magic


def test_magic_packets_repeat_until_the_host_is_seen(lan, asleep):
    daemon = asleep(wake_interval="200ms", wake_attempts=20)
    lan.host.nic.resume_delay = 1.0
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    daemon.wait_state("awake")
    time.sleep(0.3)
    sent = len(lan.host.nic.magic)
    rounds = {round((magic.at - lan.host.nic.magic[0].at) / 0.2) for magic in lan.host.nic.magic}
    assert len(rounds) >= 4
    time.sleep(0.6)
    assert len(lan.host.nic.magic) == sent


def test_a_host_that_does_not_wake_is_given_up_and_still_answered_for(lan, asleep):
    daemon = asleep(wake_interval="150ms", wake_attempts=3)
    lan.host.nic.broken = True
    watch = daemon.watch()
    daemon.wake()
    watch.wait("wake-failed")
    daemon.wait_state("asleep")
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert len({round((magic.at - lan.host.nic.magic[0].at) / 0.15) for magic in lan.host.nic.magic}) == 3


def test_a_host_that_is_not_there_is_woken_ever_more_rarely(lan, asleep):
    """Wakes of 0.4 s, 0.1 s apart, until they fail; then up to 0.8 s of one round, 0.8 s apart."""
    daemon = asleep(wake_interval="100ms", wake_attempts=4, wake_holdoff="100ms")
    lan.host.nic.broken = True
    watch = daemon.watch()
    connection = frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S")
    began = time.monotonic()
    while (passed := time.monotonic() - began) < 4:
        lan.peer.send(connection)
        time.sleep(0.05)
    rounds = sum(magic.ethertype == ETHERTYPE_IPV4 for magic in lan.host.nic.magic)
    assert 4 + 2 + 1 <= rounds <= 4 + 2 + 1 + 1 + passed / (0.8 + 0.8)
    failed = daemon.show()["failed-wakes"]
    assert 3 <= failed == watch.kinds().count("wake-failed")
    assert f"{failed} times in a row" in daemon.history()[-1]["text"] + daemon.history()[-2]["text"]
    assert "failed" in daemon.ctl_text("host", "show", "host")
    lan.host.nic.broken = False
    wait_for("awake", lambda: lan.peer.send(connection) or daemon.status_of() == "awake", timeout=5)
    assert "failed-wakes" not in daemon.show()


def test_no_magic_packet_before_the_cool_down_ends(lan, start, known):
    daemon = start(known(), wake_holdoff="1500ms")
    watch = daemon.watch()
    lan.host.sleep()
    daemon.sleep()
    daemon.wait_state("asleep")
    fell_asleep = time.monotonic()
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    watch.wait("wake-delayed")
    daemon.wait_state("awake")
    assert lan.host.nic.magic[0].at - fell_asleep >= 1.2


def test_a_host_that_its_user_wakes_is_awake_by_its_first_frame(lan, asleep):
    daemon = asleep()
    lan.peer.arping(lan.proxy.address)
    lan.host.resume()
    lan.host.send(frames.udp(lan.host, lan.peer, lan.peer.mac, 137))
    assert daemon.status_of() == "asleep", "a unicast frame to another machine does not come by"
    lan.host.send(frames.udp(lan.host, lan.peer, frames.BROADCAST, 137))
    daemon.wait_state("awake", timeout=1)
    assert lan.host.nic.magic == []
