# SPDX-License-Identifier: GPL-2.0-or-later
"""Agent and daemon share a key, or one of them thinks so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.agent import PROMPT, Agent, failed
from harness.daemon import Daemon
from harness.dissector import REQUEST, SOLICITATION
from harness.lan import Lan
from harness.netns import wait_for
from harness.npp import NppProxy
from harness.npp_message import Key

KEY, OTHER = Key(7, bytes(range(32))), Key(1, bytes(range(100, 164)))
WAIT = 800  # ms
UNSIGNED = "gave no answer that is signed with the key; is the key there the same, and the clock right?"


def key_file(path: Path, *keys: Key) -> Path:
    path.touch(0o600)
    path.write_text("".join(key.line for key in keys))
    return path


class Signer:
    def __init__(self, lan: Lan):
        self.lan = lan
        self.agent = Agent(lan.host)
        self.configure()

    def configure(self, *keys: Key, **settings: object) -> None:
        if keys:
            path = key_file(self.agent.home / "keys", *keys)
            self.agent.own(path)
            settings = {"key_file": path, "key": keys[0].number} | settings
        self.agent.configure(**({"wait": f"{WAIT}ms"} | settings))

    def check_refused(self, why: str) -> None:
        done = self.agent.bounded(WAIT / 1000, "sleep")
        assert failed(done) == f"sleepproxy-agent: eth0: not handed over: {self.lan.proxy.address} {why}"
        assert not self.agent.state.exists()


@pytest.fixture
def signer(lan) -> Signer:
    return Signer(lan)


@pytest.fixture
def keyed(lan, start) -> Callable[..., Daemon]:
    """A daemon with the keys."""
    return lambda *keys: start(npp_keys=f'"{key_file(lan.directory / "keys", *keys)}"', **PROMPT)


def test_a_night_with_a_key(lan, keyed, signer):
    daemon = keyed(OTHER, KEY)
    lan.host.namespace.ip("addr", "add", "192.0.2.21/24", "dev", "eth0")
    signer.configure(KEY, OTHER)
    before = daemon.npp()
    (handover,) = signer.agent.ask("sleep")["registrations"]
    assert handover["key"] == KEY.number
    assert handover["signed-at"] > 0
    lan.host.sleep()
    daemon.wait_state("asleep")
    assert lan.peer.who_has("192.0.2.21") == {lan.proxy.mac}
    lan.host.resume()
    assert signer.agent.ask("wake")["reports"][0]["confirmed"]
    assert daemon.status_of() == "awake"
    grown = {name for name, count in daemon.npp().items() if count > before[name]}
    assert not grown & {"not_signed", "unknown_key", "bad_hmac", "stale_time", "replay"}


def test_nights_within_one_second(lan, keyed, signer):
    """Each message is newer than the one before, though the clock says the same."""
    daemon = keyed(KEY)
    signer.configure(KEY)
    for _ in range(3):
        signer.agent.say("sleep")
        assert signer.agent.ask("wake")["reports"][0]["confirmed"]
    assert daemon.status_of() == "awake"


def test_no_key_where_one_is_wanted(lan, keyed, signer):
    daemon = keyed(KEY)
    before = daemon.npp()
    signer.check_refused("refused; its log says why")
    assert daemon.npp()["not_signed"] > before["not_signed"]
    assert daemon.listed("hosts") == []
    assert f"Sleep Request from {lan.host.address} ({lan.host.mac}) rejected: no authentication option" in daemon.log


WRONG = {"secret": Key(KEY.number, OTHER.secret), "number": Key(9, KEY.secret)}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_key(keyed, signer, what):
    daemon = keyed(KEY)
    signer.configure(WRONG[what])
    signer.check_refused(UNSIGNED)
    assert daemon.listed("hosts") == []


def test_a_key_where_none_is_wanted(lan, start, signer):
    """The host wants to know whom it speaks to."""
    start(**PROMPT)
    signer.configure(KEY)
    signer.check_refused(UNSIGNED)


def test_a_proxy_that_does_not_show_the_key(lan, keyed, signer):
    """It has the better offer, and another proxy has the host."""
    keyed(KEY)
    false = NppProxy(lan.machine("false", 5), preference=10)
    signer.configure(KEY, wait="3s")
    done = signer.agent.run("sleep")
    assert done.returncode == 0, done.stderr
    assert f"proxy: {lan.proxy.address}\nclient: " in done.stdout
    assert f"{false.machine.address} {UNSIGNED}" in done.stderr
    assert false.of(SOLICITATION) and not false.of(REQUEST)


def test_a_key_that_is_gone_in_the_morning(keyed, signer):
    daemon = keyed(KEY)
    signer.configure(KEY)
    signer.agent.say("sleep")
    for settings in ((), (OTHER,)):
        signer.configure(*settings)
        assert "wants a key that is not in the key file" in signer.agent.fail("wake")
    signer.configure(KEY)
    assert signer.agent.ask("wake")["reports"][0]["confirmed"]
    wait_for("it is awake", lambda: daemon.status_of() == "awake")


def test_key_files_that_cannot_be_used(signer):
    signer.configure(KEY, key=8)
    assert "no key 8; expected the key of" in signer.agent.fail("sleep", status=2)
    path = signer.agent.home / "keys"
    path.chmod(0o644)
    assert str(path) in signer.agent.fail("sleep", status=2)
    path.unlink()
    assert f"{path}" in signer.agent.fail("wake", status=2)
