# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that has its address by DHCP hands its lease over: kept, given back, or lost in time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from harness.agent import NOBODY, PROMPT, ROOT, Agent
from harness.dhcp_clients import Client, Dhclient, Dhcpcd, NetworkdClient
from harness.dhcp_servers import Dnsmasq, Kea, Server
from harness.lan import Lan
from harness.leases import Leaseholder
from harness.netns import wait_for


class Tenant(Leaseholder):
    """The daemon begins after the host has its lease, and knows what the agent tells it."""

    def __init__(self, lan: Lan, start: Callable, server: Server, client: Client, user: int):
        self.early = client.start().wait_bound()
        super().__init__(start(min_lease="1s", **PROMPT), client, server)
        self.agent = Agent(lan.host, client, user)
        self.began, self.known = self.server_end(), time.time()

    def fall_asleep(self) -> dict:
        time.sleep(max(0, self.known + 1 - time.time()))  # some servers count in seconds: a renewal is to be seen
        (handover,) = self.agent.ask("sleep")["registrations"]
        self.client.freeze()
        self.host.sleep()
        self.daemon.wait_state("asleep")
        return handover

    def wait_renewed(self) -> None:
        wait_for("the server's database has a later end", lambda: self.server_end() > self.began + 0.5, timeout=8)
        wait_for("the proxy knows", lambda: self.lease()["confirmed"])

    def left(self) -> float:
        return self.server_end() - time.time()


@pytest.fixture
def tenant(lan, start) -> Callable[..., Tenant]:
    def tenant(
        server: type[Server], client: type[Client], seconds: int, user: int = NOBODY, **how: object
    ) -> Tenant:
        running = server(lan.machine("server", 3), seconds, **how).start()
        return Tenant(lan, start, running, client(lan.host), user)

    return tenant


@pytest.mark.parametrize(
    ("server", "client", "seconds", "user"),
    [
        (Dnsmasq, Dhclient, 600, NOBODY),
        (Kea, NetworkdClient, 20, NOBODY),
        (Dnsmasq, NetworkdClient, 100000, NOBODY),
        (Kea, Dhcpcd, 20, ROOT),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_it_is_kept_and_given_back(lan, tenant, server, client, seconds, user):
    held = tenant(server, client, seconds, user)
    wait_for("the client's file", lambda: "lease" in held.agent.ask("status")["interfaces"][0])
    (own,) = held.agent.ask("status")["interfaces"]
    assert (own["lease"]["server"], own["lease"]["total"]) == (held.server.machine.address, seconds)
    assert own["lease"]["left"] == pytest.approx(held.left(), abs=2.5)
    handed = held.fall_asleep()["lease"]
    assert (handed["server"], handed["total"]) == (held.server.machine.address, seconds)
    held.wait_renewed()
    assert held.answered() == {lan.proxy.mac}
    assert held.lease()["address"] == held.early
    left = held.left()
    held.resume()
    (told,) = held.agent.blocks("wake")
    assert (told["address"], told["proxy"], told["lease"]) == (held.early, lan.proxy.address, "renewed")
    assert told["lease-time"] == f"{min(seconds, 0xFFFF)} s"
    assert int(told["lease-left"].split()[0]) == pytest.approx(min(left, 0xFFFF), abs=2.5)
    wait_for("the client has its address", lambda: held.client.address() == held.early)
    assert held.answered() == {lan.host.mac}


HOOK = """#!/bin/sh
env | grep ^SLEEPPROXY_ | sort
id -u
env | grep ^SLEEPPROXY_ | sort >{0}
"""


def test_one_that_is_refused_meanwhile(lan, tenant):
    held = tenant(Dnsmasq, Dhclient, 600, authoritative=False)
    hook, heard = held.agent.home / "lost", held.agent.home / "heard"
    hook.write_text(HOOK.format(heard))
    hook.chmod(0o755)
    held.agent.configure(on_lease_lost=hook)
    held.server.forget(held.early)
    (handover,) = held.agent.ask("sleep")["registrations"]
    assert handover["lease"]["total"] == 600
    held.client.freeze()
    held.host.sleep()
    wait_for("it is woken", lambda: held.host.nic.magic, timeout=10)
    wait_for("it is up", lambda: not held.host.nic.asleep)
    done = held.agent.run("--json", "wake")
    assert done.returncode == 0, done.stderr
    (report,) = json.loads(done.stdout)["reports"]
    assert (report["confirmed"], report["lease"]) == (True, {"state": "lost", "total": 0, "left": 0})
    expected = [f"SLEEPPROXY_ADDRESS={held.early}", "SLEEPPROXY_INTERFACE=eth0"]
    assert heard.read_text().splitlines() == expected
    assert done.stderr.splitlines() == [*expected, str(NOBODY)]
    assert not held.agent.state.exists()
    assert held.answered() == {lan.host.mac}


def test_one_that_the_agent_cannot_read_of(tenant):
    """dhcpcd's files are root's alone. The kernel says that there is a lease, and for how long; any server is asked."""
    held = tenant(Kea, Dhcpcd, 600)
    wait_for("its file", lambda: list((held.client.directory / "state").glob("*.lease")))
    assert "lease-left" in held.agent.blocks("status")[0]
    handed = held.fall_asleep()["lease"]
    assert handed["server"] == "0.0.0.0"
    assert handed["left"] == handed["total"] == pytest.approx(600, abs=20)
    held.wait_renewed()
    assert (held.lease()["address"], held.lease()["server"]) == (held.early, held.server.machine.address)
    held.resume()
    assert held.agent.ask("wake")["reports"][0]["lease"]["state"] == "renewed"
