# SPDX-License-Identifier: GPL-2.0-or-later
"""The IPv6 addresses that a host uses while it is awake are answered for while it sleeps, though nobody has named them."""

from __future__ import annotations

import json

import pytest

from harness import frames
from harness.lan import link_local_of
from harness.netns import never, wait_for

ULA, GLOBAL, OFF_LINK, PEER = "fd00::20", "2001:db8::20", "2001:db8:9::20", "fd00::10"


@pytest.fixture
def learner(lan, start, known):
    """A daemon that knows the host by its IPv4 address, on a link with two prefixes."""

    def learner(**settings):
        lan.peer.use_ipv6(PEER, "2001:db8::10")
        lan.proxy.use_ipv6("fd00::2", "2001:db8::2")
        daemon = start(known(), **settings)
        assert "learnt" not in daemon.show()
        return daemon

    return learner


def add(machine, *addresses: str) -> None:
    for address in addresses:
        machine.namespace.ip("-6", "addr", "add", f"{address}/64", "dev", "eth0")


def learnt(daemon) -> set[str]:
    return set(daemon.show().get("learnt", ()))


def learns(daemon, *addresses: str) -> None:
    wait_for("they are learnt", lambda: learnt(daemon) >= set(addresses), timeout=10)


def ndisc6(machine, address: str) -> str:
    """The MAC that a Neighbor Advertisement tells, or ""."""
    done = machine.namespace.run("ndisc6", "-1", "-q", "-r", 1, "-w", 500, address, machine.interface, check=False)
    return done.stdout.strip().lower()


def advertisement(source, mac: str, target: str) -> bytes:
    """Unsolicited, to all."""
    from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6NDOptDstLLAddr, IPv6

    ip = IPv6(src=target, dst="ff02::1", hlim=255)
    return bytes(frames.Ether(src=source, dst="33:33:00:00:00:01") / ip / ICMPv6ND_NA(tgt=target, R=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac))


def test_each_address_that_it_probes_for_and_then_has(lan, learner):
    daemon = learner(memberships=False)  # which hear all groups, too
    lan.host.use_ipv6(dad=True)
    lan.host.namespace.run("sysctl", "-qw", "net.ipv6.conf.eth0.use_tempaddr=2")
    lan.host.namespace.ip("-6", "addr", "add", f"{GLOBAL}/64", "dev", "eth0", "mngtmpaddr")
    add(lan.host, ULA, OFF_LINK)
    own = {ULA, GLOBAL, link_local_of(lan.host.number)}
    learns(daemon, *own)
    (temporary,) = wait_for("the temporary one", lambda: learnt(daemon) - own, timeout=10)
    shown = json.loads(lan.host.namespace.ip("-6", "-json", "addr", "show", "dev", "eth0"))[0]["addr_info"]
    assert {each["local"] for each in shown} == {*own, temporary, OFF_LINK}
    assert "incomplete" not in daemon.show()
    assert "allmulti 1" in lan.proxy.namespace.ip("-d", "link", "show", "eth0")

    daemon.take_over(lan.host)
    assert {address: ndisc6(lan.peer, address) for address in (*own, temporary)} == dict.fromkeys((*own, temporary), lan.proxy.mac)
    assert ndisc6(lan.peer, OFF_LINK) == ""
    daemon.kill()
    daemon.start()
    assert learnt(daemon) == {*own, temporary}
    assert ndisc6(lan.peer, temporary) == lan.proxy.mac


def test_an_address_that_it_uses(lan, learner):
    """It has it since before the daemon was there."""
    lan.host.use_ipv6(ULA)
    daemon = learner()
    assert lan.host.namespace.run("ping", "-6", "-n", "-c", 1, "-W", 1, PEER).returncode == 0
    learns(daemon, ULA)


def test_an_address_that_it_probes_for_and_does_not_get(lan, learner):
    daemon = learner()
    lan.host.use_ipv6(dad=True)
    add(lan.host, PEER, ULA)
    learns(daemon, ULA)
    never("what is the peer's is learnt", lambda: PEER in learnt(daemon), during=8)


def test_nobody_else_says_what_it_has(lan, learner):
    """And what is said once, in its name, it does not have before it answers for it."""
    daemon = learner()
    lan.host.use_ipv6("fd00::31", "fd00::32", "fd00::33")
    lan.peer.send(advertisement(lan.peer.mac, lan.host.mac, "fd00::31"))
    lan.host.send(advertisement(lan.host.mac, lan.peer.mac, "fd00::32"))
    lan.host.send(advertisement(lan.host.mac, lan.host.mac, "fd00::33"))
    lan.host.send(advertisement(lan.host.mac, lan.host.mac, "fd00::34"))
    learns(daemon, "fd00::33")
    never("others are learnt", lambda: learnt(daemon) & {"fd00::31", "fd00::32", "fd00::34"}, during=8)
    assert [host["name"] for host in daemon.listed("hosts")] == ["host"]


def test_an_address_that_moves_to_another_host(lan, learner):
    daemon = learner()
    daemon.ctl("host", "add", "peer", "--mac", lan.peer.mac)
    lan.host.use_ipv6(ULA)
    lan.host.send(advertisement(lan.host.mac, lan.host.mac, ULA))
    learns(daemon, ULA)
    lan.host.namespace.ip("-6", "addr", "del", f"{ULA}/64", "dev", "eth0")
    add(lan.peer, ULA)
    lan.peer.send(advertisement(lan.peer.mac, lan.peer.mac, ULA))
    wait_for("it has moved", lambda: ULA in daemon.show("peer").get("learnt", ()))
    assert ULA not in learnt(daemon)


def test_not_where_it_is_not_to_be(lan, learner):
    daemon = learner(memberships=False)
    lan.host.use_ipv6(ULA)
    lan.host.send(advertisement(lan.host.mac, lan.host.mac, ULA))
    learns(daemon, ULA)
    daemon.configure(daemon.config_path.read_text().replace("on-stop", "learn = false\non-stop"))
    daemon.ctl("reload")
    wait_for("it is forgotten", lambda: not learnt(daemon))
    lan.host.send(advertisement(lan.host.mac, lan.host.mac, ULA))
    never("it is learnt", lambda: learnt(daemon), during=4)
    assert "allmulti 0" in lan.proxy.namespace.ip("-d", "link", "show", "eth0")
