# SPDX-License-Identifier: GPL-2.0-or-later
"""What the agent needs of its machine, and what passes its cable, as others see that."""

from __future__ import annotations

import shutil

import pytest

from harness.agent import PROMPT, Agent
from harness.daemon import Daemon
from harness.dissector import ERROR, ICMP_TYPE, Tshark
from harness.lan import Lan
from harness.npp_message import Key

KEY = Key(1, bytes(range(32)))
WANTED = "timer of 3600 s, tcp/22, named host"
SAID = {
    False: [
        f"NPP Sleep Request T: 192.0.2.20, {WANTED}", "NPP Sleep Confirm T: client C",
        "NPP Sleep Request T: 192.0.2.21", "NPP Sleep Confirm T: client C",
        "NPP Wakeup Report T: client C", "NPP Wakeup Confirm T: client C",
    ],
    True: [
        f"NPP Sleep Request T: 192.0.2.20, 192.0.2.21, {WANTED}, key 1", "NPP Sleep Confirm T: client C, key 1",
        "NPP Wakeup Report T: client C, key 1", "NPP Wakeup Confirm T: client C, key 1",
    ],
}  # fmt: skip


def night(lan: Lan, agent: Agent, daemon: Daemon) -> dict:
    (handover,) = agent.ask("sleep")["registrations"]
    lan.host.sleep()
    daemon.wait_state("asleep")
    lan.host.resume()
    assert agent.ask("wake")["reports"][0]["confirmed"]
    return handover


@pytest.mark.parametrize("keyed", [False, True], ids=["without a key", "with a key"])
def test_tshark_finds_no_flaw(lan, start, ssh, tmp_path, keyed):
    lan.host.namespace.ip("addr", "add", "192.0.2.21/24", "dev", "eth0")
    agent, settings = Agent(lan.host, sleep_timer="1h"), {}
    if keyed:
        for path in (lan.directory / "keys", agent.home / "keys"):
            path.touch(0o600)
            path.write_text(KEY.line)
        agent.own(agent.home / "keys")
        agent.configure(sleep_timer="1h", key_file=agent.home / "keys")
        settings["npp_keys"] = f'"{lan.directory / "keys"}"'
    daemon = start(**PROMPT, **settings)
    capture = lan.capture("host", "icmp")
    handover = night(lan, agent, daemon)
    frames, tshark = capture.frames(), Tshark(tmp_path)
    shown = tshark.dissect(*frames, options=("-o", "ip.check_checksum:TRUE"))
    for seen in shown:
        assert (seen.fields["icmp.type"], seen.flaws) == ([str(ICMP_TYPE)], set())
        assert seen.fields["ip.checksum.status"] == seen.fields["icmp.checksum.status"] == ["1"]
        assert not [name for name, severity in seen.remarks.items() if severity >= ERROR]
        assert len(seen.npp["transaction"]) == 1
    transaction, client = f"0x{handover['transaction']:04x}", handover["client"]
    said = [line.replace(transaction, "T").replace(f"client {client}", "client C") for line in tshark.columns(*frames)]
    looked, offered, *rest = said
    assert looked.startswith("NPP Proxy Solicitation 0x")
    assert offered.startswith("NPP Proxy Advertisement 0x")
    assert rest == SAID[keyed]


FIREWALL = """
add table ip wall
add chain ip wall in { type filter hook input priority 0; }
add chain ip wall out { type filter hook output priority 0; }
add rule ip wall in ip protocol icmp drop
add rule ip wall in ct state invalid drop
add rule ip wall out ip protocol icmp drop
add rule ip wall out ct state invalid drop
"""


@pytest.mark.skipif(not shutil.which("nft"), reason="nft is not installed")
def test_a_firewall_that_drops_icmp(lan, start, ssh):
    daemon, agent = start(**PROMPT), Agent(lan.host)
    assert lan.peer.ping(lan.host.address)
    lan.host.namespace.run("nft", "-f", "-", input=FIREWALL)
    assert not lan.peer.ping(lan.host.address)
    night(lan, agent, daemon)
    assert daemon.status_of() == "awake"


def test_without_the_one_capability_it_says_which(lan, start):
    start(**PROMPT)
    agent = Agent(lan.host)
    agent.say("sleep")
    agent.may = ""
    for command in ("discover", "sleep", "wake"):
        assert "without CAP_NET_RAW: run this as root" in agent.fail(command), command
    assert "client" in agent.blocks("status")[1]
    assert len(agent.handovers()) == 1
    agent.may = "+net_raw"
    assert agent.ask("wake")["reports"][0]["confirmed"]


def test_a_state_that_cannot_be_written(lan, start):
    start(**PROMPT)
    agent = Agent(lan.host)
    shutil.chown(agent.home, "root", "root")
    assert f"{agent.state} cannot be written, so that 'wake' will not know of it: Permission" in agent.fail("sleep")
    agent.own(agent.home)
    agent.say("sleep")
    shutil.chown(agent.home, "root", "root")
    assert f"{agent.state} cannot be changed" in agent.fail("wake")


def test_the_one_capability_is_all_that_it_has(lan):
    """So that the other tests tell."""
    agent = Agent(lan.host)
    agent.program = "/bin/grep"
    command = agent.command()
    command[command.index("/bin/grep") :] = ["/bin/grep", "^Cap\\|^NoNewPrivs\\|^Uid\\|^Groups", "/proc/self/status"]
    shown = dict(line.split(":", 1) for line in lan.host.namespace.run(*command).stdout.splitlines())
    net_raw = f"{1 << 13:016x}"
    assert {name: value.strip() for name, value in shown.items() if name.startswith("Cap")} == dict.fromkeys(
        ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), net_raw
    )
    assert (shown["NoNewPrivs"].strip(), shown["Uid"].split(), shown["Groups"].split()) == ("1", ["65534"] * 4, [])
