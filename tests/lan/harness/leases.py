# SPDX-License-Identifier: GPL-2.0-or-later
"""A host that has its address by DHCP, its server, and the proxy that keeps its lease while it sleeps."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .daemon import Daemon
from .dhcp_clients import Client
from .dhcp_servers import Server
from .lan import Lan
from .netns import wait_for
from .wire import Capture


class Leaseholder:
    def __init__(self, daemon: Daemon, client: Client, server: Server):
        self.daemon, self.client, self.server = daemon, client, server
        self.host, self.lan = client.machine, client.machine.lan

    def lease(self) -> dict:
        return self.daemon.ask("lease-show", name=self.host.name)["result"]

    def take(self) -> str:
        """The client takes a lease, which the proxy hears of."""
        address = self.client.start().wait_bound()
        wait_for("the proxy hears of the lease", lambda: self.daemon.show(self.host.name)["addresses"] == [address])
        return address

    def sleep(self) -> None:
        """The host sleeps, and is answered for; its lease may not be confirmed yet."""
        self.client.freeze()
        self.daemon.take_over(self.host)

    def sleep_confirmed(self) -> None:
        self.sleep()
        wait_for("the lease is confirmed", lambda: self.lease()["confirmed"])

    def resume(self) -> None:
        self.host.resume()
        self.client.thaw()

    def wait_resumed(self) -> None:
        """The network card was woken; with it the client goes on."""
        wait_for("the host is woken", lambda: not self.host.nic.asleep)
        self.client.thaw()

    def answered(self) -> set[str]:
        """Who answers for the host's address."""
        return self.lan.peer.who_has(self.host.address)

    def server_end(self) -> float:
        """When the lease ends by the server's own database, as time.time() counts; 0: it has none."""
        return self.server.expiry(self.host.mac) or 0.0


def moment(text: str) -> float:
    """A time of the daemon's, as time.time() counts."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Request(NamedTuple):
    at: float
    to: str  # Ethernet
    destination: str
    source: str
    ciaddr: str
    xid: str
    requested: str
    server: str


def requests(capture: Capture, lan: Lan) -> list[Request]:
    """What the proxy sent to servers, as tshark reads it."""
    names = ("frame.time_epoch", "eth.dst", "ip.dst", "ip.src", "dhcp.ip.client", "dhcp.id",
             "dhcp.option.requested_ip_address", "dhcp.option.dhcp_server_id")  # fmt: skip
    rows = capture.fields(f"dhcp.option.dhcp == 3 && eth.src == {lan.proxy.mac}", *names)
    return [Request(float(at), *rest) for at, *rest in rows]


def request_times(capture: Capture, lan: Lan) -> list[float]:
    return [request.at for request in requests(capture, lan)]
