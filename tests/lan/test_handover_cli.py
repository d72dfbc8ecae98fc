# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that handed themselves over, as they are shown: on the command line, in events, and what keys there are."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import npp_message as messages
from harness.daemon import CtlFailed, Daemon, config_text
from harness.lan import BUILD, ROOT, Proxy
from harness.netns import run, wait_for
from harness.npp import NppHost
from harness.npp_message import Key

HOURS = 8 * 3600
AFTERMATH = 3600  # s, until what a host said that is up counts no more
TOLERANCE = 5  # s
NOBODY = 65534
KEYS = (Key(1, bytes(range(16))), Key(200, bytes(range(100, 164))))


def line(text: str, label: str) -> str:
    """What stands behind a label."""
    found = re.search(rf"^{label}  +(.*)$", text, re.M)
    assert found, f"no {label} in:\n{text}"
    return found[1]


@pytest.fixture
def sleeper(lan, start, npp) -> Callable[..., Daemon]:
    """A daemon to which the LAN's host handed itself over, and the host sleeps."""

    def sleeper(*options: bytes, hosts: tuple[str, ...] = (), **settings: object) -> Daemon:
        daemon = start(*hosts, **settings)
        npp.hand_over(*options)
        lan.host.sleep()
        daemon.wait_state("asleep", lan.host.mac)
        return daemon

    return sleeper


def test_all_of_a_handover(lan, sleeper, npp):
    daemon = sleeper(messages.timer(HOURS), messages.ports("tcp/22", "udp/any"))
    shown = daemon.ctl("host", "show", npp.name)
    assert (shown["origin"], shown["state"], shown["wake"]) == ("registration", "asleep", ["tcp/22", "udp/any"])
    assert shown["registration"].pop("wake-in") == pytest.approx(HOURS, abs=TOLERANCE)
    assert shown["registration"] == {
        "active": True,
        "standby": False,
        "client-identifier": npp.client,
        "addresses": [lan.host.address],
        "ports": ["tcp/22", "udp/any"],
    }
    [listed] = daemon.listed("hosts")
    assert listed["registration"]["client-identifier"] == npp.client


def test_people_are_told_in_words(lan, sleeper, npp):
    daemon = sleeper(messages.timer(HOURS), messages.ports("tcp/22", "udp/any"))
    text = daemon.ctl_text("host", "show", npp.name)
    known, handover = text.split("\n\n")
    assert line(known, "HOST") == npp.name
    assert line(known, "state").startswith("asleep")
    assert "its own registration" in line(known, "added by")
    assert line(handover, "REGISTRATION") == "active"
    assert line(handover, "client id").split()[0] == str(npp.client)
    assert line(handover, "addresses") == lan.host.address
    assert line(handover, "wakes") == "tcp/22 udp/any"
    assert line(handover, "Sleep Timer").startswith("in 7h59m ")
    assert "{" not in text and "expires" not in text


def test_nothing_wakes_it(sleeper, npp):
    daemon = sleeper(messages.ports())
    shown = daemon.ctl("host", "show", npp.name)
    assert (shown["registration"]["ports"], shown["wake"]) == ([], ["none"])
    assert line(daemon.ctl_text("host", "show", npp.name).split("\n\n")[1], "wakes").startswith("none")


def test_it_named_no_ports_and_no_time(sleeper, npp):
    daemon = sleeper()
    shown = daemon.ctl("host", "show", npp.name)
    assert shown["registration"].keys() == {"active", "standby", "client-identifier", "addresses"}
    text = daemon.ctl_text("host", "show", npp.name)
    assert "it named none" in text and "Sleep Timer" not in text and "backup of" not in text


def test_what_people_say_stands_beside_what_it_says(sleeper, known):
    daemon = sleeper(messages.ports("tcp/22"), hosts=(known(wake=["tcp/443"]),))
    shown = daemon.ctl("host", "show", "host")
    assert (shown["wake"], shown["registration"]["ports"]) == (["tcp/443"], ["tcp/22"])
    assert shown["origin"] == "config"


def test_a_host_that_never_did_has_none(start, known):
    daemon = start(known())
    assert "registration" not in daemon.ctl("host", "show", "host")
    assert "REGISTRATION" not in daemon.ctl_text("host", "show", "host")


def test_a_host_that_is_up_again(lan, sleeper, npp):
    daemon = sleeper(messages.timer(HOURS))
    lan.host.resume()
    assert npp.report().message.confirmed
    handover = daemon.ctl("host", "show", npp.name)["registration"]
    assert handover.pop("expires-in") == pytest.approx(AFTERMATH, abs=TOLERANCE)
    assert (handover["active"], handover["standby"], "wake-in" in handover) == (False, False, False)
    text = daemon.ctl_text("host", "show", npp.name)
    assert line(text, "REGISTRATION") == "ended"
    assert line(text, "expires").startswith("in 59m")


@pytest.fixture
def standing_by(lan, start, npp) -> tuple[Daemon, Daemon, NppHost]:
    """Two daemons, of which the second stands by for the sleeping host; and the host as it speaks to that."""
    machine = Proxy(lan, "second", 4)
    first = start()
    second = start(name="second", machine=machine, standby_interval="1s")
    to_second = NppHost(lan.host, machine)
    npp.hand_over()
    to_second.transaction = npp.transaction
    to_second.hand_over(messages.backup(lan.proxy.address))
    lan.host.sleep()
    first.wait_state("asleep", npp.name)
    return first, second, to_second


def test_one_that_stands_by_is_told_from_one_that_is_up(lan, standing_by, npp):
    first, second, _ = standing_by
    [shown] = second.listed("hosts")
    assert shown["state"] in ("awake", "drowsy")
    assert (shown["registration"]["standby"], shown["registration"]["backup-of"]) == (True, lan.proxy.address)
    row = next(row for row in second.ctl_text("host", "list").splitlines() if row.startswith(npp.name))
    assert row.split()[:3] == [npp.name, "standby", "-"]
    text = second.ctl_text("host", "show", npp.name)
    assert re.match("standby +it sleeps", line(text, "state"))
    assert line(text, "backup of").startswith(lan.proxy.address)
    assert first.ctl("host", "show", npp.name)["registration"]["standby"] is False

    first.kill()
    second.wait_state("asleep", npp.name, timeout=15)
    assert second.ctl("host", "show", npp.name)["registration"]["standby"] is False


def test_a_wake_of_one_that_stands_by_waits(lan, standing_by, npp):
    """It is awake as far as the table goes."""
    _, second, _ = standing_by
    lan.host.nic.broken = True
    with pytest.raises(CtlFailed) as failure:
        second.ctl_text("host", "wake", npp.name, "--wait", "1")
    assert failure.value.status == 1
    assert "on standby" in second.ctl_text("host", "wake", npp.name)


def keys_file(path: Path, text: str = "".join(key.line for key in KEYS), mode: int = 0o600) -> str:
    path.touch(mode)
    path.chmod(mode)
    path.write_text(text)
    return f'"{path}"'


def test_the_status_says_what_is_on(sleeper, start, npp, known):
    npp.icmp_type = 254
    daemon = sleeper(npp_type=254, preference=-5, max_registrations=7)
    expected = {"on": True, "type": 254, "keys": 0, "preference": -5}
    assert daemon.ctl("status")["npp"] == expected | {"active": 1, "max-registrations": 7, "registrations": 1}
    said = line(daemon.ctl_text("status"), "registration")
    assert said == "ICMP type 254, preference -5, no keys; 1 active; 1 of max-registrations = 7"


def test_a_host_that_people_know_takes_no_place(sleeper, known):
    daemon = sleeper(hosts=(known(),))
    npp = daemon.ctl("status")["npp"]
    assert (npp["active"], npp["registrations"]) == (1, 0)


def test_a_host_that_is_up_is_not_handed_over(lan, sleeper, npp):
    daemon = sleeper()
    lan.host.resume()
    assert npp.report().message.confirmed
    status = daemon.ctl("status")["npp"]
    assert (status["active"], status["registrations"]) == (0, 1)


def test_the_status_of_one_that_takes_no_handovers(start):
    daemon = start(npp=False)
    assert daemon.ctl("status")["npp"]["on"] is False
    assert line(daemon.ctl_text("status"), "registration").startswith("off")


def test_keys_are_counted_and_never_shown(lan, start):
    daemon = start(npp_keys=keys_file(lan.directory / "keys"))
    assert daemon.ctl("status")["npp"]["keys"] == 2
    assert ", 2 keys; 0 active" in daemon.ctl_text("status")
    said = daemon.log + str(daemon.ctl("status")) + daemon.ctl_text("status")
    assert not [key for key in KEYS if key.secret.hex() in said]


CHECKS = {
    "good": ({}, 0, "good"),
    "readable by all": ({"mode": 0o644}, 1, "mode"),
    "not a secret": ({"text": KEYS[0].line + "2 53ec5e7\n"}, 1, ":2: "),
    "no key": ({"text": "# none yet\n"}, 1, "no key"),
}


@pytest.mark.parametrize("case", CHECKS)
def test_the_check_reads_the_keys(tmp_path, case):
    how, status, named = CHECKS[case]
    path = tmp_path / "sleepproxyd.conf"
    path.write_text(config_text(npp_keys=keys_file(tmp_path / "npp.keys", **how)))
    done = run(BUILD / "sleepproxyd", "--check", "--config", path, check=False)
    said = done.stdout + done.stderr
    assert (done.returncode, named in said) == (status, True), said
    assert status == 0 or (said.startswith("npp-keys: ") and str(tmp_path / "npp.keys") in said)
    assert "53ec5e7" not in said and KEYS[0].secret.hex() not in said


def test_the_check_misses_the_keys(tmp_path):
    path = tmp_path / "sleepproxyd.conf"
    path.write_text(config_text(npp_keys=f'"{tmp_path / "none"}"'))
    done = run(BUILD / "sleepproxyd", "--check", "--config", path, check=False)
    assert done.returncode == 1 and str(tmp_path / "none") in done.stderr
    assert "good" not in done.stdout


@pytest.mark.parametrize(("mode", "status"), [(0o640, 0), (0o600, 1)])
def test_who_reads_the_keys(mode, status):
    """As the unit does: another user than the file's owner, but in its group."""
    with tempfile.TemporaryDirectory(prefix="sleepproxy-") as home:
        keys, config = Path(home, "keys"), Path(home, "sleepproxyd.conf")
        config.write_text(config_text(npp_keys=keys_file(keys, mode=mode)))
        shutil.copy(BUILD / "sleepproxyd", home)
        shutil.chown(keys, "root", NOBODY)
        Path(home).chmod(0o755)
        config.chmod(0o644)
        as_nobody = ("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
        done = run(*as_nobody, Path(home, "sleepproxyd"), "--check", "--config", config, check=False)
        assert (done.returncode, "Permission denied" in done.stderr) == (status, status == 1), done.stderr


def told(daemon: Daemon, name: str) -> dict[str, tuple[str | None, str]]:
    """Why, and in which words, by events; without the host's name."""
    return {each["event"]: (each.get("why"), each["text"].removeprefix(f"{name} ")) for each in daemon.history(name)}


def test_a_night_in_words(lan, sleeper, npp):
    daemon = sleeper(messages.timer(2))
    wait_for("the Sleep Timer", lambda: not lan.host.nic.asleep)
    daemon.wait_state("awake", npp.name)
    events = told(daemon, npp.name)
    assert events["drowsy"] == ("sleep-request", "is going to sleep, by its Sleep Request")
    assert events["waking"] == ("sleep-timer", "is being woken, as its Sleep Timer is over")
    shown = daemon.ctl_text("history", npp.name)
    assert "  is going to sleep, by its Sleep Request\n" in shown and f"{npp.name} is going" not in shown


def test_a_second_proxy_in_words(standing_by, npp):
    _, second, _ = standing_by
    assert told(second, npp.name)["standby"] == ("sleep-request", "is left to another proxy, by its Sleep Request")


def test_every_message_count_has_a_meaning(start):
    daemon = start()
    counts = [name for name in daemon.ctl("counters") if name.startswith("npp_")]
    text = daemon.ctl_text("counters", "--all")
    rows = {row.split()[0]: row.split()[1:] for row in text.splitlines() if row.startswith("npp_")}
    assert rows.keys() == set(counts)
    assert not [name for name, (number, *meaning) in rows.items() if number != "0" or not meaning]


def complete(*words: str) -> list[str]:
    """What bash offers for the last word."""
    script = (
        f'. {ROOT / "packaging/completion/sleepproxyctl.bash"}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
        '_sleepproxyctl "$1"; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    argv = ["bash", "-c", script, "bash", str(BUILD / "sleepproxyctl"), *words]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()


def test_completion_offers_what_wakes():
    assert complete("host", "add", "nas", "--wake", "") == ["none", "tcp/any", "tcp/", "udp/any", "udp/"]
    assert complete("host", "add", "nas", "--wake", "n") == ["none"]
    assert complete("host", "s") == ["show", "sleep"]
