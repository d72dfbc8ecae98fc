# SPDX-License-Identifier: GPL-2.0-or-later
"""ssh to a host that sleeps: the first attempt wakes it, and succeeds, as the client's TCP goes on asking."""

from __future__ import annotations

import pytest

from harness.daemon import host_section
from harness.netns import run
from harness.programs import Program, executable

HOST = "fd00::20"


class Sshd(Program):
    """OpenSSH's server, which lets in who has its key."""

    name = "sshd"

    def start(self) -> Sshd:
        self.key = self.directory / "key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        self.write("sshd_config", f"HostKey {self.key}\nAuthorizedKeysFile {self.key}.pub\nStrictModes no\n"
                   "PermitRootLogin prohibit-password\nUsePAM yes\nPidFile none\n")  # fmt: skip
        self.spawn()
        self.wait_until("listens", lambda: "listening on ::" in self.log)
        return self

    def command(self) -> list[object]:
        (self.directory / "run" / "sshd").mkdir(parents=True, mode=0o755)
        return self.within({"run": "/run"}, executable("sshd"), "-D", "-e", "-f", self.directory / "sshd_config")

    def ask(self, client, address: str, *command: object) -> str:
        """What the command says there, by one attempt to connect."""
        options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=15")
        argv = ("ssh", "-F", "none", "-i", self.key, *(each for option in options for each in ("-o", option)))
        return client.namespace.run(*argv, f"root@{address}", *command).stdout


@pytest.mark.parametrize("address", ("192.0.2.20", HOST, "fe80::ff:fe00:20%eth0"))
def test_ssh_wakes_and_runs_a_command(lan, start, address):
    lan.peer.use_ipv6("fd00::10")
    lan.proxy.use_ipv6("fd00::2")
    addresses = [lan.host.address, lan.host.use_ipv6(HOST), HOST]
    daemon = start(host_section("host", lan.host.mac, addresses, wake=["tcp/22"]))
    sshd = Sshd(lan.host).start()
    daemon.take_over(lan.host)
    assert sshd.ask(lan.peer, address, "cat", "/sys/class/net/eth0/address") == f"{lan.host.mac}\n"
    daemon.wait_state("awake")
    event = next(each for each in daemon.history() if each["event"] == "waking")
    assert (event["protocol"], event["port"], event["address"]) == ("tcp", 22, address.partition("%")[0])
