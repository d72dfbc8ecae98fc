# SPDX-License-Identifier: GPL-2.0-or-later
"""What the proxy's own machine sends to a sleeping host."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import frames
from harness.daemon import host_section
from harness.netns import CommandFailed, never, wait_for
from harness.wire import EchoServer

PROXY6, HOST6 = "fd00::2", "fd00::20"
VLAN = 5
IN_VLAN = {"ipv4": ("198.51.100.2/24", "198.51.100.20/24"), "ipv6": ("fd00:5::2/64", "fd00:5::20/64")}


@pytest.fixture(params=["ipv4", "ipv6"])
def family(request):
    return request.param


@pytest.fixture
def address(lan, family):
    """The host's of that family; its service is there, too."""
    lan.proxy.use_ipv6(PROXY6)
    lan.host.use_ipv6(HOST6)
    wait_for("the prefix is known", lambda: f"{PROXY6}/64" in lan.proxy.namespace.ip("-6", "addr"))
    server = EchoServer(lan.host, 22, "::")
    yield lan.host.address if family == "ipv4" else HOST6
    server.close()


@pytest.fixture
def asleep_at(lan, start, address):
    """A daemon that answers for the host, which is silent."""

    def asleep_at(host: dict | None = None, **settings):
        daemon = start(host_section("host", lan.host.mac, [lan.host.address, HOST6], **(host or {})), **settings)
        daemon.take_over(lan.host)
        return daemon

    return asleep_at


def talk(machine, address: str) -> None:
    with machine.connect(address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"


def state_of(lan, address: str) -> str:
    return lan.proxy.namespace.ip("neigh", "show", address).strip()


def ping(lan, address: str) -> bool:
    argv = ("ping", "-n", "-c", 1, "-W", 1, address)
    return lan.proxy.namespace.run(*argv, check=False).returncode == 0


def refuse(lan, address: str) -> None:
    """A connection that wakes nobody: for this machine's kernel the host is then at this machine's own MAC."""
    with pytest.raises(OSError):
        lan.proxy.connect(address, 23, timeout=0.3)
    assert lan.proxy.neighbour(address) == lan.proxy.mac


@pytest.mark.parametrize("mode", ["native", "generic"])
def test_a_connection_wakes_and_goes_straight(lan, asleep_at, address, mode):
    daemon = asleep_at(mode=mode)
    capture = lan.capture("proxy")
    talk(lan.proxy, address)
    daemon.wait_state("awake")
    told = f"eth.dst == {lan.proxy.mac} && eth.src == {lan.proxy.mac} && (arp || icmpv6.type == 136)"
    assert capture.fields(told, "frame.number") == []
    assert lan.proxy.neighbour(address) == lan.host.mac
    assert (daemon.counters()["wake_sent"], daemon.counters()["held_sent"]) == (1, 1)
    own = PROXY6 if ":" in address else lan.proxy.address
    assert f"{own} ({lan.proxy.mac}) opens tcp/22" in daemon.log


@pytest.mark.parametrize("mode", ["native", "generic"])
def test_a_service_that_is_up_later_than_its_host_is_reached(lan, asleep_at, address, mode):
    daemon = asleep_at(mode=mode)
    with ThreadPoolExecutor(1) as pool:
        attempt = pool.submit(lan.proxy.connect, address, 2222)
        wait_for("it is refused", lambda: daemon.counters()["held_refused"])
        server = EchoServer(lan.host, 2222, "::")
        with attempt.result() as link:
            link.sendall(b"hello")
            assert link.recv(5) == b"hello"
    server.close()
    assert daemon.counters()["refusal_kept"] >= 1


def test_a_service_that_is_not_there_refuses_in_the_end(lan, asleep_at, address):
    daemon = asleep_at()
    with pytest.raises(ConnectionRefusedError):
        lan.proxy.connect(address, 2222, timeout=15)
    assert daemon.counters()["held_refused"] == 3
    with pytest.raises(ConnectionRefusedError):
        lan.proxy.connect(address, 2222)
    assert daemon.counters()["held_refused"] == 3, "the next is none that was held"


def test_a_datagram_that_is_refused_comes_again(lan, asleep_at, address):
    daemon = asleep_at(host={"wake": ["udp/any"]})
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with lan.proxy.namespace.socket(family, socket.SOCK_DGRAM) as link:
        link.connect((address, 5000))
        link.send(b"first")
        wait_for("it is refused", lambda: daemon.counters()["held_refused"])
        with lan.host.namespace.socket(family, socket.SOCK_DGRAM) as heard:
            heard.bind((address, 5000))
            heard.settimeout(5)
            assert heard.recv(16) == b"first"
        assert not link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), "the sender was not told"


def test_the_host_whose_mac_answers_contain_is_woken_likewise(lan, asleep_at, address):
    daemon = asleep_at(answer="host")
    talk(lan.proxy, address)
    daemon.wait_state("awake")
    assert lan.proxy.neighbour(address) == lan.host.mac


def test_the_rules_are_the_same(lan, asleep_at, address):
    daemon = asleep_at({"wake": ["tcp/22"]})
    refuse(lan, address)
    assert daemon.counters()["wake_port_denied"] >= 1
    never("a Magic Packet", lambda: lan.host.nic.magic, 0.3)
    assert daemon.status_of() == "asleep"


@pytest.mark.parametrize("mode", ["native", "generic"])
@pytest.mark.parametrize("answer", ["proxy", "host"])
def test_a_ping_is_answered(lan, asleep_at, address, mode, answer):
    daemon = asleep_at(mode=mode, answer=answer)
    assert ping(lan, address)
    assert daemon.counters()["echo_answered"] == 1
    assert daemon.status_of() == "asleep"


def test_once_it_is_asleep_again_the_next_connection_wakes_it(lan, asleep_at, address):
    daemon = asleep_at()
    talk(lan.proxy, address)
    daemon.wait_state("awake")
    daemon.take_over(lan.host)
    assert lan.proxy.neighbour(address) == ""
    talk(lan.proxy, address)
    daemon.wait_state("awake")


@pytest.mark.parametrize("ends", ["the daemon", "the host"])
def test_an_entry_goes_with_what_it_was_for(lan, asleep_at, address, ends):
    daemon = asleep_at({"wake": ["tcp/22"]})
    refuse(lan, address)
    if ends == "the daemon":
        daemon.stop()
    else:
        daemon.configure("")
        daemon.ctl("reload")
    assert lan.proxy.neighbour(address) == ""


def test_what_a_killed_daemon_leaves_is_verified_by_the_kernel(lan, asleep_at, address):
    daemon = asleep_at({"wake": ["tcp/22"]})
    refuse(lan, address)
    daemon.kill()
    lan.host.resume()
    with lan.proxy.connect(address, 22, timeout=25) as link:
        link.sendall(b"hello")
        assert link.recv(5) == b"hello"
    assert lan.proxy.neighbour(address) == lan.host.mac


def test_the_first_frame_of_the_host_ends_it(lan, asleep_at, address):
    daemon = asleep_at({"wake": ["tcp/22"]})
    refuse(lan, address)
    lan.host.resume()
    lan.host.send(frames.udp(lan.host, lan.peer, frames.BROADCAST, 137))
    daemon.wait_state("awake")
    assert lan.proxy.neighbour(address) == lan.host.mac


def test_an_entry_that_a_killed_daemon_left_costs_no_packet(lan, start, address):
    daemon = start(host_section("host", lan.host.mac, [lan.host.address, HOST6]))
    assert daemon.status_of() == "awake"
    lan.proxy.namespace.ip("neigh", "replace", address, "lladdr", lan.proxy.mac, "dev", "eth0", "nud", "stale")
    assert ping(lan, address)
    assert lan.proxy.neighbour(address) == lan.host.mac


def test_entries_of_people_stay(lan, asleep_at, address):
    lan.proxy.namespace.ip("neigh", "replace", address, "lladdr", lan.host.mac, "dev", "eth0", "nud", "permanent")
    daemon = asleep_at()
    assert "PERMANENT" in state_of(lan, address)
    lan.host.resume()
    talk(lan.proxy, address)
    daemon.wait_state("awake")
    assert "PERMANENT" in state_of(lan, address)


def test_other_traffic_is_left_alone(lan, asleep_at, address):
    asleep_at()
    lan.peer.use_ipv6("fd00::10")
    peer = EchoServer(lan.peer, 22, "::")
    other = lan.peer.address if ":" not in address else "fd00::10"
    talk(lan.proxy, other)
    peer.close()
    assert lan.proxy.neighbour(other) == lan.peer.mac


@pytest.mark.parametrize("offload", ["on", "off"])
def test_in_a_vlan_likewise(lan, prepare, family, address, offload):
    """The tag is in the frame, or left to the network card; the neighbour is one of the VLAN's interface."""
    lan.proxy.namespace.run("ethtool", "-K", "eth0", "txvlan", offload)
    for machine, own in zip((lan.proxy, lan.host), IN_VLAN[family], strict=True):
        try:
            machine.namespace.ip("link", "add", "link", "eth0", "name", "eth0.5", "type", "vlan", "id", VLAN)
        except CommandFailed as failed:
            pytest.skip(f"this kernel has no VLAN interfaces: {failed}")
        machine.namespace.ip("link", "set", "eth0.5", "up")
        machine.namespace.ip("addr", "add", own, "dev", "eth0.5")
    there = IN_VLAN[family][1].partition("/")[0]
    daemon = prepare(host_section("host", lan.host.mac, [there], vlan=VLAN))
    subnets = 'subnets = {"198.51.100.0/24", "fd00:5::/64"}'
    daemon.configure(daemon.config_path.read_text().replace("mode = auto", f"mode = auto\n{subnets}"))
    daemon.start().take_over(lan.host)
    assert ping(lan, there)
    assert daemon.status_of() == "asleep"
    talk(lan.proxy, there)
    daemon.wait_state("awake")
    wait_for("the host's MAC", lambda: lan.host.mac in state_of(lan, there))
