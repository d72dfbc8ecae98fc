# SPDX-License-Identifier: GPL-2.0-or-later
"""Leases as they are shown and said: on the command line, in the configuration, and in what a restart leaves."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from harness.daemon import CtlFailed, Daemon, config_text, host_section
from harness.dhcp_clients import Dhclient, NetworkdClient, Udhcpc
from harness.dhcp_servers import Dnsmasq, IscDhcpd, Kea, Networkd, Server
from harness.lan import mac_of
from harness.leases import Leaseholder
from harness.netns import wait_for

MOVING = ("t1-in", "t2-in", "expires-in", "next-request-in")  # of a LEASE, with every moment
TIMES = ("since", "t1", "t2", "expires", "result-at")
TOLERANCE = 2  # s


def epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def at_rest(lease: dict) -> dict:
    """A LEASE without what only time changes, its moments as numbers."""
    kept = {name: value for name, value in lease.items() if name not in MOVING}
    return kept | {name: kept[name] and epoch(kept[name]) for name in TIMES}


def nearly(lease: dict) -> dict:
    """The same to compare with: moments are reckoned anew each time, by two clocks."""
    kept = at_rest(lease)
    return kept | {name: kept[name] and pytest.approx(kept[name], abs=0.1) for name in TIMES}


def check_times(lease: dict, server: Server, mac: str, seconds: int, t1: int, t2: int) -> None:
    """Moments and distances are the same times, and the server's database has them."""
    now, ends = time.time(), server.expiry(mac)
    assert epoch(lease["expires"]) == pytest.approx(ends, abs=TOLERANCE)
    assert epoch(lease["since"]) == pytest.approx(ends - seconds, abs=TOLERANCE)
    assert epoch(lease["t1"]) == pytest.approx(ends - seconds + t1, abs=TOLERANCE + t1 / 64)
    assert epoch(lease["t2"]) == pytest.approx(ends - seconds + t2, abs=TOLERANCE)
    for name in ("t1", "t2", "expires"):
        assert lease[f"{name}-in"] == pytest.approx(epoch(lease[name]) - now, abs=TOLERANCE)
    assert lease["seconds"] == pytest.approx(seconds, abs=TOLERANCE)


def text_time(text: str, label: str) -> tuple[float, float]:
    """When it is, as time.time() counts, and how far away it is said to be."""
    found = re.search(rf"^{label} +(\d+-\d+-\d+ \d+:\d+:\d+) +in (\d+)m(\d+)s", text, re.M)
    assert found, text
    return time.mktime(time.strptime(found[1], "%Y-%m-%d %H:%M:%S")), int(found[2]) * 60 + int(found[3])


@pytest.mark.parametrize("server", (IscDhcpd, Kea, Networkd), ids=lambda kind: kind.name)
def test_what_is_shown_is_what_the_server_has(lan, leaseholder, server):
    held = leaseholder(server, NetworkdClient, seconds=300, t1=100, t2=200)
    address = held.take()
    [heard] = held.daemon.listed("leases")
    assert (heard["address"], heard["renewed-by"], heard["confirmed"]) == (address, "host", False)
    assert (heard["expires"], heard["expires-in"]) == (None, None)
    held.sleep_confirmed()

    shown = held.daemon.ctl("lease", "show", "host")
    check_times(shown, held.server, lan.host.mac, seconds=300, t1=100, t2=200)
    assert (shown["state"], shown["renewed-by"], shown["result"]) == ("bound", "proxy", "renewed")
    assert (shown["address"], shown["server"]) == (address, held.server.machine.address)
    assert shown["client-id"].replace(":", "") == held.server.lease(lan.host.mac).client_id
    [listed] = held.daemon.listed("leases")
    assert at_rest(listed) == nearly(shown)


def test_people_are_shown_the_same(lan, leaseholder):
    held = leaseholder(Dnsmasq, Udhcpc, seconds=300)
    assert "no leases" in held.daemon.ctl_text("lease", "list")
    address = held.take()
    row = rf"^host +{address} +192\.0\.2\.3 +bound"
    assert re.search(f"{row} +host", held.daemon.ctl_text("lease", "list"), re.M)
    held.sleep_confirmed()
    assert re.search(f"{row} +proxy +in 2m[0-9]+s +in 4m5[0-9]s", held.daemon.ctl_text("lease", "list"), re.M)

    text = held.daemon.ctl_text("lease", "show", "host")
    expires, left = text_time(text, "expires")
    assert expires == pytest.approx(held.server_end(), abs=TOLERANCE)
    assert left == pytest.approx(held.server_end() - time.time(), abs=TOLERANCE)
    lease = held.lease()
    for label in ("T1", "T2"):
        moment, left = text_time(text, label)
        assert moment == pytest.approx(epoch(lease[label.lower()]), abs=TOLERANCE)
        assert left == pytest.approx(lease[f"{label.lower()}-in"], abs=TOLERANCE)
    for line in (rf"address +{address}", r"server +192\.0\.2\.3", "granted for +5m0s", "state +bound", "renewed by +proxy",
                 "last result +renewed", rf"client-id +{lease['client-id']}", r"parameters +1 "):  # fmt: skip
        assert re.search(f"^{line}", text, re.M), line


@pytest.fixture
def unheard(lan, start) -> Callable[..., Leaseholder]:
    """A lease from before the daemon's start, which knows nothing of it but what its configuration says."""

    def unheard(client: type, **said: object) -> Leaseholder:
        server = IscDhcpd(lan.machine("server", 3), 300, t1=100, t2=200).start()
        running = client(lan.host).start()
        address = running.wait_bound()
        values = {name: value.format(address=address, server=server.machine.address) for name, value in said.items()}
        return Leaseholder(start(host_section("host", lan.host.mac, [], **values)), running, server)

    return unheard


def check_completed(held: Leaseholder) -> None:
    held.sleep_confirmed()
    lease = held.lease()
    check_times(lease, held.server, held.host.mac, seconds=300, t1=100, t2=200)
    assert (lease["server"], lease["result"]) == (held.server.machine.address, "renewed")
    assert held.answered() == {held.lan.proxy.mac}


@pytest.mark.parametrize("server_said", (True, False), ids=("with its server", "without"))
def test_a_lease_said_by_hand_is_completed_at_the_takeover(unheard, server_said):
    held = unheard(Dhclient)
    assert held.daemon.listed("leases") == []
    server = held.server.machine.address
    argv = ("lease", "set", "host", "--address", held.host.address, *(("--server", server) if server_said else ()))
    said = held.daemon.ctl(*argv)
    assert (said["address"], said["server"]) == (held.host.address, server if server_said else None)
    assert (said["state"], said["renewed-by"], said["confirmed"], said["expires"]) == ("bound", "host", False, None)
    assert held.daemon.show()["addresses"] == [held.host.address]
    check_completed(held)


@pytest.mark.parametrize("said", ({"lease_server": "{server}"}, {}), ids=("with its server", "without"))
def test_a_lease_of_the_configuration_is_completed_at_the_takeover(lan, unheard, said):
    client_id = f'"01:{lan.host.mac}"'
    held = unheard(Udhcpc, lease="{address}", client_id=client_id, hostname="sleeper", **said)
    assert held.lease()["client-id"] == f"01:{lan.host.mac}"
    check_completed(held)
    assert 'client-hostname "sleeper"' in held.server.database.read_text()


def test_what_is_left_of_a_lease_is_said(lan, start):
    daemon = start(host_section("host", lan.host.mac, []))
    argv = ("--address", "192.0.2.100", "--seconds", 3600, "--left", 600)
    said = daemon.ctl("lease", "set", "host", *argv)
    assert said["expires-in"] == pytest.approx(600, abs=TOLERANCE)
    assert epoch(said["expires"]) == pytest.approx(time.time() + 600, abs=TOLERANCE)
    assert said["t1-in"] == pytest.approx(600 - 1800, abs=TOLERANCE + 1800 / 64)
    assert said["t2-in"] == pytest.approx(600 - 3600 / 8, abs=TOLERANCE)
    assert (said["seconds"], said["server"]) == (3600, None)


def test_a_wrong_client_id_ends_in_a_refusal_and_a_wake(lan, unheard):
    """ISC's dhcpd goes by the client-id where there is one."""
    held = unheard(Udhcpc)
    argv = ("--address", held.host.address, "--server", held.server.machine.address, "--client-id", "01:de:ad")
    held.daemon.ctl("lease", "set", "host", *argv)
    watch = held.daemon.watch()
    held.client.freeze()
    lan.host.sleep()
    held.daemon.sleep("host", "--now")
    lost = watch.wait("lease-lost")
    assert "DHCPNAK" in lost["detail"]
    assert watch.wait("waking")["why"] == "lease"
    held.wait_resumed()
    held.daemon.wait_state("awake")
    assert held.lease()["result"] == "nak"
    assert held.answered() == {lan.host.mac}


OTHER = mac_of(30)
SET = ("lease", "set", "host", "--address")
WRONG = {
    "no address": (("lease", "set", "host"), 2, "--address"),
    "half an address": ((*SET, "192.0.2"), 1, "192.0.2"),
    "a number too large": ((*SET, "192.0.2.256"), 1, "192.0.2.256"),
    "a group": ((*SET, "224.0.0.1"), 1, "224.0.0.1"),
    "everybody": ((*SET, "255.255.255.255"), 1, "255.255.255.255"),
    "nobody's address": ((*SET, "0.0.0.0"), 1, "0.0.0.0"),
    "loopback": ((*SET, "127.0.0.1"), 1, "127.0.0.1"),
    "IPv6 without IAID": ((*SET, "2001:db8::1"), 1, '"2001:db8::1" is of DHCPv6: expected "iaid"'),
    "link-local": ((*SET, "fe80::1", "--iaid", 1), 1, '"fe80::1": expected a global'),
    "an unknown DUID": ((*SET, "fd00::5", "--iaid", 1), 1, "duid: expected"),
    "a DUID of 131 octets": ((*SET, "fd00::5", "--iaid", 1, "--duid", "00" + ":01" * 130), 1, "duid"),
    "a large IAID": ((*SET, "fd00::5", "--iaid", 0x100000000), 2, "iaid"),
    "IPv4's IAID": ((*SET, "192.0.2.100", "--iaid", 1), 1, "iaid"),
    "IPv6's server": ((*SET, "fd00::5", "--iaid", 1, "--server", "fd00::1"), 1, "server"),
    "the proxy's address": ((*SET, "192.0.2.2"), 1, "address"),
    "another host's": ((*SET, "192.0.2.30"), 1, "address"),
    "server": ((*SET, "192.0.2.100", "--server", "dhcp"), 1, "dhcp"),
    "seconds of 0": ((*SET, "192.0.2.100", "--seconds", 0), 1, "seconds"),
    "seconds without end": ((*SET, "192.0.2.100", "--seconds", 0xFFFFFFFF), 2, "seconds"),
    "seconds in words": ((*SET, "192.0.2.100", "--seconds", "many"), 2, "many"),
    "left alone": ((*SET, "192.0.2.100", "--left", 60), 1, "seconds"),
    "more left than there was": ((*SET, "192.0.2.100", "--seconds", 60, "--left", 61), 1, "left"),
    "client-id": ((*SET, "192.0.2.100", "--client-id", "01:xy"), 1, "01:xy"),
    "client-id of 256 octets": ((*SET, "192.0.2.100", "--client-id", "01" + ":02" * 255), 1, "client-id"),
    "hostname": ((*SET, "192.0.2.100", "--hostname", "a host"), 1, "a host"),
    "whose": (("lease", "set", "nobody", "--address", "192.0.2.100"), 1, "nobody"),
    "to show": (("lease", "show", "nobody"), 1, "nobody"),
    "to forget": (("lease", "forget", "nobody"), 1, "nobody"),
    "to show, of a host without": (("lease", "show", "other"), 1, "no lease"),
    "to list": (("lease", "list", "host"), 2, "host"),
}  # fmt: skip


def refusal(daemon: Daemon, *argv: object) -> tuple[int, str]:
    try:
        return 0, daemon.ctl_text(*argv)
    except CtlFailed as failure:
        return failure.status, failure.stderr


def test_what_is_wrong_is_refused_in_words_and_changes_nothing(lan, start):
    daemon = start(host_section("host", lan.host.mac, []), host_section("other", OTHER, ["192.0.2.30"]))
    daemon.ctl("lease", "set", "host", "--address", lan.host.address, "--server", "192.0.2.3")
    before = daemon.listed("leases")
    told = {name: refusal(daemon, *argv) for name, (argv, _, _) in WRONG.items()}
    assert {name: status for name, (status, _) in told.items()} == {name: row[1] for name, row in WRONG.items()}
    assert {name: words for name, (_, words) in told.items() if WRONG[name][2] not in words} == {}
    assert daemon.listed("leases") == before
    assert daemon.show()["addresses"] == [lan.host.address]


def test_what_is_forgotten_is_not_answered_for(leaseholder):
    held = leaseholder(Kea, Dhclient)
    held.take()
    held.sleep_confirmed()
    assert "host" in held.daemon.ctl_text("lease", "forget", "host")
    assert held.answered() == set()
    assert held.daemon.listed("leases") == []
    assert held.daemon.show()["addresses"] == []
    wait_for("it is woken, as it has no address left", lambda: held.daemon.status_of() in ("waking", "awake"))
    assert leases_in_store(held.daemon) == []


def leases_in_store(daemon: Daemon) -> list[str]:
    """Whose they are, by MAC."""
    [path] = daemon.state.glob("*.db")
    with sqlite3.connect(path) as store:
        return [mac for (mac,) in store.execute("SELECT mac FROM host WHERE row ->> '$.lease.address' IS NOT NULL ORDER BY mac")]


def test_a_fixed_address_and_one_by_dhcp(lan, start):
    fixed = "192.0.2.21"
    server = Kea(lan.machine("server", 3), 300).start()
    daemon = start(host_section("host", lan.host.mac, [fixed]))
    held = Leaseholder(daemon, Dhclient(lan.host), server)
    address = held.client.start().wait_bound()
    lan.host.namespace.ip("addr", "add", f"{fixed}/24", "dev", "eth0")
    wait_for("both addresses", lambda: sorted(daemon.show()["addresses"]) == sorted([fixed, address]))
    assert daemon.show()["leased"] == address
    held.sleep_confirmed()
    assert lan.peer.who_has(fixed) == lan.peer.who_has(address) == {lan.proxy.mac}
    daemon.ctl("lease", "forget", "host")
    assert (lan.peer.who_has(fixed), lan.peer.who_has(address)) == ({lan.proxy.mac}, set())


def test_an_address_that_is_said_to_be_the_host_s_outlives_its_lease(lan, start):
    daemon = start(host_section("host", lan.host.mac, [lan.host.address]))
    daemon.ctl("lease", "set", "host", "--address", lan.host.address)
    daemon.take_over(lan.host)
    daemon.ctl("lease", "forget", "host")
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}


def test_two_hosts(lan, leaseholder):
    held = leaseholder(Kea, Dhclient)
    other = lan.sleeper("attic", 30)
    held.daemon.ctl("host", "add", "attic", "--mac", other.mac)
    held.take()
    second = Leaseholder(held.daemon, Udhcpc(other), held.server)
    second.take()
    for each in (held, second):
        each.sleep_confirmed()
    shown = held.daemon.listed("leases")
    assert [lease["host"] for lease in shown] == ["attic", "host"]
    assert [lease["address"] for lease in shown] == [other.address, lan.host.address]
    assert other.address != lan.host.address
    for lease, mac in zip(shown, (other.mac, lan.host.mac)):
        assert epoch(lease["expires"]) == pytest.approx(held.server.expiry(mac), abs=TOLERANCE)
    held.daemon.ctl("lease", "forget", "host")
    assert (held.answered(), second.answered()) == (set(), {lan.proxy.mac})
    assert [lease["host"] for lease in held.daemon.listed("leases")] == ["attic"]


def test_a_removed_host_s_lease_is_removed(lan, start):
    daemon = start()
    daemon.ctl("host", "add", "host", "--mac", lan.host.mac)
    daemon.ctl("lease", "set", "host", "--address", lan.host.address)
    assert leases_in_store(daemon) == [lan.host.mac]
    daemon.ctl("host", "remove", "host")
    assert leases_in_store(daemon) == [] == daemon.listed("leases")
    daemon.ctl("host", "add", "host", "--mac", lan.host.mac)
    assert daemon.listed("leases") == [] and daemon.show()["addresses"] == []


@pytest.fixture
def kept(leaseholder) -> Leaseholder:
    held = leaseholder(Networkd, NetworkdClient, seconds=300)
    held.take()
    held.sleep_confirmed()
    return held


@pytest.mark.parametrize("how", ("reload", "hang_up"))
def test_a_reload_keeps_leases(lan, kept, how):
    daemon = kept.daemon
    before = daemon.listed("leases")
    daemon.configure(config_text(host_section("host", lan.host.mac, [], wake=["tcp/443"]), min_lease="2s"))
    daemon.ctl("reload") if how == "reload" else daemon.hang_up()
    wait_for("the new configuration", lambda: daemon.show()["wake"] == ["tcp/443"])
    assert [at_rest(lease) for lease in daemon.listed("leases")] == [nearly(lease) for lease in before]
    assert daemon.status_of() == "asleep" and kept.answered() == {lan.proxy.mac}


@pytest.mark.parametrize("how", ("stop", "kill"))
def test_a_restart_keeps_leases(lan, kept, how):
    daemon = kept.daemon
    before = daemon.listed("leases")
    getattr(daemon, how)()
    daemon.start()
    wait_for("the proxy keeps it", lambda: kept.lease()["renewed-by"] == "proxy")
    assert [at_rest(lease) for lease in daemon.listed("leases")] == [nearly(lease) for lease in before]
    assert daemon.status_of() == "asleep" and kept.answered() == {lan.proxy.mac}


def test_a_restart_keeps_the_lease_of_a_host_that_is_awake(lan, leaseholder):
    held = leaseholder(Networkd, NetworkdClient, seconds=300)
    address = held.take()
    before = held.daemon.listed("leases")
    held.daemon.stop()
    held.daemon.start()
    assert [at_rest(lease) for lease in held.daemon.listed("leases")] == [nearly(lease) for lease in before]
    assert held.daemon.show()["addresses"] == [address]
