# SPDX-License-Identifier: GPL-2.0-or-later
"""sleepproxy-agent and sleepproxyd, from the evening to the morning."""

from __future__ import annotations

import json
import time

import pytest

from harness.agent import PROMPT, Agent, failed
from harness.daemon import Daemon
from harness.lan import Lan, address_of
from harness.netns import never, wait_for

HANDED = {"addresses": ["192.0.2.20"], "hostname": "host", "wake": ["tcp/22"]}


@pytest.fixture
def agent(lan) -> Agent:
    return Agent(lan.host)


def fall_asleep(daemon: Daemon, agent: Agent) -> dict:
    """Handed over, silent, and answered for: how that stands in the agent's state."""
    (handover,) = agent.ask("sleep")["registrations"]
    agent.machine.sleep()
    daemon.wait_state("asleep")
    return handover


def answered(lan: Lan) -> set[str]:
    return lan.peer.who_has(lan.host.address)


def test_from_discover_to_wake(lan, start, agent, ssh):
    daemon = start(**PROMPT)
    watch = daemon.watch()
    proxy = {"address": lan.proxy.address, "mac": lan.proxy.mac}
    (found,) = agent.ask("discover")["proxies"]
    assert set(found.pop("services")) >= {"arp", "dhcp4", "wake-on-packet"}
    assert found == proxy | {"interface": "eth0", "preference": 0, "lifetime": 1800, "suits": True}
    own = {"interface": "eth0", "mac": lan.host.mac, **HANDED}
    assert agent.ask("status") == {"interfaces": [own], "registrations": []}
    assert daemon.listed("hosts") == []

    done = agent.ask("sleep")
    (handover,) = done["registrations"]
    assert done["failures"] == []
    assert handover.items() >= (own | {"proxy": proxy}).items()
    assert 1 <= handover["client"] <= 0xFFFF
    assert agent.ask("status") == {"interfaces": [own], "registrations": [handover]}
    assert agent.handovers() == [handover]
    assert agent.state.stat().st_mode & 0o777 == 0o600
    lan.host.sleep()
    watch.wait("asleep")
    (listed,) = daemon.listed("hosts")
    assert listed.items() >= {"name": "host", "mac": lan.host.mac, "origin": "registration", "state": "asleep"}.items()
    assert (listed["addresses"], listed["wake"]) == (HANDED["addresses"], HANDED["wake"])
    assert answered(lan) == {lan.proxy.mac}

    lan.peer.connect(lan.host.address, 22, timeout=10).close()
    assert watch.wait("magic-packet")["port"] == 22
    watch.wait("awake")
    (report,) = agent.ask("wake")["reports"]
    told = {"interface": "eth0", "address": lan.host.address, "proxy": lan.proxy.address}
    assert report == told | {"client": handover["client"], "confirmed": True}
    assert not agent.state.exists()
    assert agent.ask("status")["registrations"] == []
    assert answered(lan) == {lan.host.mac}
    lan.host.sleep()
    never("it is answered for", lambda: daemon.status_of() != "awake" or answered(lan), during=1)
    assert watch.kinds().count("asleep") == 1


def test_in_words(lan, start, agent, ssh):
    start(**PROMPT)
    (found,) = agent.blocks("discover")
    assert (found["address"], found["mac"], found["preference"]) == (lan.proxy.address, lan.proxy.mac, "0")
    assert (found["lifetime"], found["suits"]) == ("1800 s", "true")
    assert found["services"].startswith("arp, dhcp4")
    own = {"interface": "eth0", "address": lan.host.address, "mac": lan.host.mac, "hostname": "host", "wakes": "tcp/22"}
    assert agent.blocks("status") == [own | {"registrations": "none"}]
    (told,) = agent.blocks("sleep")
    (handover,) = agent.handovers()
    client = str(handover["client"])
    assert told == own | {"proxy": lan.proxy.address, "client": client, "since": handover["when"]}
    assert agent.blocks("status") == [own, told]
    (back,) = agent.blocks("wake")
    assert (back["address"], back["proxy"], back["client"]) == (lan.host.address, lan.proxy.address, client)
    assert agent.say("wake") == "registrations: none"
    assert agent.ask("wake") == {"reports": []}


def test_a_second_sleep_without_a_wake(lan, start, agent, ssh):
    """The first one's wake may have failed."""
    daemon = start(**PROMPT)
    first = fall_asleep(daemon, agent)
    lan.host.resume()
    second = fall_asleep(daemon, agent)
    assert first["transaction"] != second["transaction"]
    lan.host.resume()
    (report,) = agent.ask("wake")["reports"]
    assert report["confirmed"]
    assert not agent.state.exists()


def test_each_of_its_addresses_is_answered_for(lan, start, agent):
    others = [address_of(21), address_of(22), "198.51.100.20"]
    for address in others:
        lan.host.namespace.ip("addr", "add", f"{address}/24", "dev", "eth0")
    lan.proxy.namespace.ip("addr", "add", "198.51.100.2/24", "dev", "eth0")
    addresses = {lan.host.address, *others}
    daemon = start(**PROMPT)
    assert set(fall_asleep(daemon, agent)["addresses"]) == addresses
    assert set(daemon.show()["addresses"]) == addresses
    assert {address: lan.peer.who_has(address) for address in addresses} == dict.fromkeys(addresses, {lan.proxy.mac})
    lan.host.resume()
    assert len(agent.blocks("wake")) == 1
    assert {address: lan.peer.who_has(address) for address in addresses} == dict.fromkeys(addresses, {lan.host.mac})


def test_the_sleep_timer_wakes_it(lan, start, agent):
    agent.configure(sleep_timer="3s", wake="none")
    daemon = start(**PROMPT)
    began = time.monotonic()
    (told,) = agent.blocks("sleep")
    confirmed = time.monotonic()
    assert (told["wakes"], told["timer"]) == ("none", "3 s")
    lan.host.sleep()
    daemon.wait_state("asleep")
    wait_for("it is woken", lambda: lan.host.nic.magic, timeout=6)
    assert began + 2.9 < lan.host.nic.magic[0].at < confirmed + 5
    wait_for("it is up", lambda: not lan.host.nic.asleep)
    assert agent.ask("wake")["reports"][0]["confirmed"]


def test_a_link_that_comes_up_late(lan, start, agent):
    daemon = start(**PROMPT)
    fall_asleep(daemon, agent)
    waking = agent.start("--json", "wake")
    time.sleep(2)
    assert waking.poll() is None
    lan.host.resume()
    out, err = waking.communicate(timeout=10)
    assert waking.returncode == 0, err
    assert json.loads(out)["reports"][0]["confirmed"]
    assert not agent.state.exists()
    assert daemon.status_of() == "awake"


def test_a_link_that_does_not_come_up(lan, start, agent):
    daemon = start(**PROMPT)
    agent.configure(report_wait="500ms")
    fall_asleep(daemon, agent)
    done = agent.bounded(0.5, "--json", "wake")
    assert "the interface has no carrier" in failed(done)
    (report,) = json.loads(done.stdout)["reports"]
    assert not report["confirmed"]
    assert "no carrier" in report["reason"]
    lan.host.resume()
    assert agent.ask("wake")["reports"][0]["confirmed"]


def test_a_proxy_that_was_killed_meanwhile(lan, start, agent, ssh):
    daemon = start(**PROMPT)
    fall_asleep(daemon, agent)
    daemon.kill()
    daemon.start()
    lan.peer.connect(lan.host.address, 22, timeout=10).close()
    wait_for("it is awake", lambda: daemon.status_of() == "awake")
    assert agent.ask("wake")["reports"][0]["confirmed"]
    lan.host.sleep()
    never("asleep again", lambda: daemon.status_of() != "awake", during=0.7)


def test_a_proxy_that_is_not_there_in_the_morning(lan, start, agent):
    daemon = start(**PROMPT)
    agent.configure(report_wait="700ms")
    handover = fall_asleep(daemon, agent)
    daemon.kill()
    lan.host.resume()
    assert failed(agent.bounded(0.7, "wake")) == f"sleepproxy-agent: eth0: {lan.proxy.address} did not answer"
    assert agent.handovers() == [handover]
    daemon.start()
    assert agent.ask("wake")["reports"][0]["confirmed"]


def test_told_to_end_it_ends(agent):
    agent.configure(wait="30s")
    sleeping = agent.start("--json", "--verbose", "sleep")
    time.sleep(0.5)
    sleeping.terminate()
    told = time.monotonic()
    out, err = sleeping.communicate(timeout=5)
    assert time.monotonic() - told < 2
    assert sleeping.returncode == 1, err
    assert json.loads(out) == {"registrations": [], "failures": [{"interface": "eth0", "reason": "interrupted"}]}
    assert not agent.state.exists()


def test_told_to_end_the_report_keeps_the_state(lan, start, agent):
    handover = fall_asleep(start(**PROMPT), agent)
    waking = agent.start("wake")
    time.sleep(0.5)
    waking.terminate()
    _, err = waking.communicate(timeout=5)
    assert waking.returncode == 1
    assert "interrupted; another 'wake' reports what is not confirmed" in err
    assert agent.handovers() == [handover]
    lan.host.resume()
    assert agent.ask("wake")["reports"][0]["confirmed"]


def test_a_state_that_is_malformed(agent):
    agent.state.write_text('{"registrations": [{}]}')
    assert f"{agent.state}: malformed" in agent.fail("wake")
    assert f"{agent.state}: malformed" in agent.fail("status")
    assert agent.state.exists()
