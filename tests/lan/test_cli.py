# SPDX-License-Identifier: GPL-2.0-or-later
"""The forms of the command line that other tools rely on, and what it says when something is wrong."""

import json
import re
import subprocess

import pytest

from harness.daemon import CtlFailed
from harness.netns import run, wait_for
from harness.lan import BUILD


def refused(daemon, *argv, status=1) -> str:
    with pytest.raises(CtlFailed) as failure:
        daemon.ctl_text(*argv)
    assert failure.value.status == status
    assert failure.value.words, "a refusal says why"
    return failure.value.words


def test_a_host_is_added_and_shown(lan, start):
    daemon = start()
    daemon.add(lan.host, "--wake", "tcp/22")
    shown = daemon.ctl("host", "show", "host")
    assert shown["name"] == "host"
    assert shown["mac"] == lan.host.mac
    assert shown["addresses"] == [lan.host.address]
    assert shown["state"] == "awake"
    assert shown["wake"] == ["tcp/22"]


def test_an_added_host_is_served_at_once(lan, start):
    daemon = start()
    daemon.add(lan.host)
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert daemon.ctl("host", "show", "host")["state"] == "asleep"


def test_hosts_are_listed_by_name(lan, start, known):
    daemon = start(known())
    daemon.ctl("host", "add", "attic", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.51")
    assert [host["name"] for host in daemon.listed("hosts")] == ["attic", "host"]
    text = daemon.ctl_text("host", "list")
    assert "attic" in text and lan.host.mac in text and lan.host.address in text


def test_a_removed_host_is_no_longer_answered_for(lan, start):
    daemon = start()
    daemon.add(lan.host)
    daemon.take_over(lan.host)
    daemon.ctl("host", "remove", "host")
    assert lan.peer.who_has(lan.host.address) == set()
    assert daemon.listed("hosts") == []
    refused(daemon, "host", "show", "host")


def test_a_host_of_the_configuration_is_changed_there(lan, start, known):
    daemon = start(known(wake=["tcp/22"]))
    assert "configuration" in refused(daemon, "host", "remove", "host")
    again = ("host", "add", "host", "--mac", lan.host.mac, "--address", lan.host.address)
    assert "configuration" in refused(daemon, *again, "--wake", "tcp/443")
    assert [host["wake"] for host in daemon.listed("hosts")] == [["tcp/22"]]


@pytest.fixture
def added(lan, start):
    """A daemon that answers for a host which stands in no file."""
    daemon = start()
    daemon.add(lan.host)
    daemon.take_over(lan.host)
    return daemon


def test_the_host_of_a_name_is_replaced_and_keeps_its_state(lan, added):
    daemon = added
    daemon.add(lan.host, "--wake", "tcp/443")
    shown = daemon.ctl("host", "show", "host")
    assert (shown["wake"], shown["state"]) == (["tcp/443"], "asleep")
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}


def test_several_addresses(start):
    daemon = start()
    argv = ("--address", "192.0.2.51", "--address", "192.0.2.52")
    daemon.ctl("host", "add", "attic", "--mac", "02:00:00:00:00:51", *argv)
    assert daemon.ctl("host", "show", "attic")["addresses"] == ["192.0.2.51", "192.0.2.52"]


def test_a_wake_is_waited_for(asleep):
    assert asleep().ctl("host", "wake", "host", "--wait", "10")["state"] == "awake"


def test_a_wake_that_fails_is_waited_for(lan, asleep):
    daemon = asleep(wake_attempts=2)
    lan.host.nic.broken = True
    assert "host did not wake" in refused(daemon, "host", "wake", "host", "--wait")


def test_a_wait_ends_where_the_host_is_removed(lan, start):
    daemon = start(wake_attempts=100)
    daemon.add(lan.host)
    daemon.take_over(lan.host)
    lan.host.nic.broken = True
    argv = (BUILD / "sleepproxyctl", "--socket", daemon.socket_path, "host", "wake", "host", "--wait")
    with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as waiting:
        daemon.wait_state("waking")
        daemon.ctl("host", "remove", "host")
        assert "host" in waiting.stderr.read()
    assert waiting.returncode == 1


WRONG = {
    "mac": (("host", "add", "x", "--mac", "02:00", "--address", "192.0.2.51"), "02:00"),
    "group mac": (("host", "add", "x", "--mac", "01:00:00:00:00:01", "--address", "192.0.2.51"), "01:00:00:00:00:01"),
    "address": (("host", "add", "x", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.256"), "192.0.2.256"),
    "group address": (("host", "add", "x", "--mac", "02:00:00:00:00:51", "--address", "224.0.0.1"), "224.0.0.1"),
    "zero address": (("host", "add", "x", "--mac", "02:00:00:00:00:51", "--address", "0.0.0.0"), "0.0.0.0"),
    "port": (("host", "add", "x", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.51", "--wake", "tcp/0x"), "tcp/0x"),
    "address of another": (("host", "add", "x", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.20"), "192.0.2.20"),
    "mac of another": (("host", "add", "x", "--mac", "02:00:00:00:00:20", "--address", "192.0.2.51"), "MAC"),
    "own address": (("host", "add", "x", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.2"), "192.0.2.2"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_host_is_refused_in_words(start, known, kind):
    daemon = start(known())
    argv, named = WRONG[kind]
    with pytest.raises(CtlFailed) as failure:
        daemon.ctl_text(*argv)
    assert named in failure.value.words
    assert [host["name"] for host in daemon.listed("hosts")] == ["host"]


def test_an_unknown_host_is_named(lan, start, known):
    daemon = start(known())
    for verb in (("host", "show"), ("host", "sleep"), ("host", "wake"), ("host", "remove"), ("history",)):
        assert "nobody" in refused(daemon, *verb, "nobody")
    assert "no host is called hots (did you mean host?)" in refused(daemon, "host", "show", "hots")


def test_a_host_is_found_by_its_addresses(lan, start, known):
    daemon = start(known())
    for text in (lan.host.address, lan.host.mac, lan.host.mac.upper()):
        assert daemon.ctl("host", "show", text)["name"] == "host"
    assert "192.0.2.99" in refused(daemon, "host", "show", "192.0.2.99")


def test_a_time_that_is_none_is_refused(start):
    assert "'yesterday'" in refused(start(), "history", "--since", "yesterday", status=2)


def test_nobody_listens(tmp_path):
    done = run(BUILD / "sleepproxyctl", "--socket", tmp_path / "none.sock", "status", check=False)
    assert done.returncode != 0
    assert "none.sock" in done.stderr


def test_an_unknown_command_suggests_help():
    done = run(BUILD / "sleepproxyctl", "hosst", check=False)
    assert done.returncode == 2
    assert "host" in done.stderr


def test_help_names_every_command():
    text = run(BUILD / "sleepproxyctl", "--help").stdout
    for word in ("status", "host", "add", "list", "remove", "show", "sleep", "wake", "watch", "lease", "counters"):
        assert re.search(rf"\b{word}\b", text), word


def test_status(lan, start, known):
    daemon = start(known())
    status = daemon.ctl("status")
    assert (status["schema"], status["serving"], status["healthy"], status["problems"]) == (1, True, True, [])
    assert status["pid"] == daemon.process.pid
    assert status["hosts"] == {"awake": 1, "drowsy": 0, "asleep": 0, "waking": 0}
    [interface] = status["interfaces"]
    assert (interface["name"], interface["state"]) == ("eth0", "attached")
    assert interface["mode"] == "native"
    assert interface["mac"] == lan.proxy.mac
    assert re.match(r"serving: yes\n(?s:.*)eth0", daemon.ctl_text("status"))


def test_status_fails_where_nothing_is_served(lan, start, known):
    daemon = start(known())
    lan.proxy.namespace.ip("link", "set", "eth0", "down")
    said = refused(daemon, "status", status=3)
    assert said.startswith("serving: no\n  eth0: the link is down\n")
    status = json.loads(refused(daemon, "-j", "status", status=3))
    assert (status["serving"], status["healthy"], status["problems"]) == (False, False, ["eth0: the link is down"])
    [interface] = status["interfaces"]
    assert (interface["state"], interface["link"]) == ("attached", False)
    lan.proxy.namespace.ip("link", "set", "eth0", "up")
    wait_for("served again", lambda: daemon.ask("status")["result"]["serving"])


def test_an_interface_that_is_misspelt_is_unhealthy(lan, prepare, known):
    daemon = prepare(known())
    daemon.configure(daemon.config_path.read_text() + "interface eht1 { }\n")
    daemon.start()
    assert "serving: yes\n  eht1: there is no such interface\n" in daemon.ctl_text("status")
    assert daemon.ctl("status")["healthy"] is False
    refused(daemon, "status", "--healthy", status=3)


def test_doctor_and_check_run(prepare, known):
    daemon = prepare(known())
    assert daemon.namespace.run(BUILD / "sleepproxyd", "--check", "--config", daemon.config_path).returncode == 0
    daemon.start()
    assert daemon.running
