# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration file: taken whole, or refused with file, line and reason; reloaded without interruption."""

import pytest

from harness.daemon import CtlFailed, config_text, host_section
from harness.lan import BUILD
from harness.netns import run, wait_for

BAD = {
    "unknown key": ('colour = "red"\n', "colour"),
    "wrong duration": ("idle-timeout = soon\n", "soon"),
    "out of range": ("check-requests = 0\n", "check-requests"),
    "wrong mac": ('host a { mac = "02:00" addresses = {"192.0.2.51"} }\n', "02:00"),
    "no mac": ('host a { addresses = {"192.0.2.51"} }\n', "MAC"),
    "wrong lease": ('host a { mac = "02:00:00:00:00:51" lease = "224.0.0.1" }\n', "224.0.0.1"),
    "wrong client-id": ('host a { mac = "02:00:00:00:00:51" client-id = "01:5" }\n', "01:5"),
    "wrong address": ('host a { mac = "02:00:00:00:00:51" addresses = {"192.0.2"} }\n', "192.0.2"),
    "address twice": (
        'host a { mac = "02:00:00:00:00:51" addresses = {"192.0.2.51"} }\n'
        'host b { mac = "02:00:00:00:00:52" addresses = {"192.0.2.51"} }\n',
        "192.0.2.51",
    ),
    "mac twice": (
        'host a { mac = "02:00:00:00:00:51" addresses = {"192.0.2.51"} }\n'
        'host b { mac = "02:00:00:00:00:51" addresses = {"192.0.2.52"} }\n',
        "02:00:00:00:00:51",
    ),
    "name twice": (
        'host a { mac = "02:00:00:00:00:51" addresses = {"192.0.2.51"} }\n'
        'host a { mac = "02:00:00:00:00:52" addresses = {"192.0.2.52"} }\n',
        "a",
    ),
    "allowed and denied": (
        'host a { mac = "02:00:00:00:00:51" addresses = {"192.0.2.51"}\n'
        'allow = {"192.0.2.10"} deny = {"192.0.2.10"} }\n',
        "192.0.2.10",
    ),
    "no end": ("host a {\n", "}"),
    "wrong mode": ("interface eth1 { mode = fast }\n", "fast"),
}


@pytest.fixture
def files(tmp_path):
    def files(text):
        path = tmp_path / "sleepproxy.conf"
        path.write_text(text)
        return path

    return files


def check(path):
    return run("unshare", "--net", BUILD / "sleepproxyd", "--check", "--config", path, check=False)


def test_a_good_file_passes_the_check(files):
    done = check(files(config_text(host_section("nas", "02:00:00:00:00:51", ["192.0.2.51"], wake=["tcp/22"]))))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_file_line_and_reason(files, kind):
    text, named = BAD[kind]
    path = files("# a comment\n" + text)
    done = check(path)
    assert done.returncode != 0
    first = (done.stderr + done.stdout).splitlines()[0]
    assert f"{path}:" in first and named in first
    assert int(first.split(f"{path}:")[1].split(":")[0]) in range(2, 2 + text.count("\n") + 1)


def test_a_missing_file_is_named(tmp_path):
    done = check(tmp_path / "none.conf")
    assert done.returncode != 0
    assert "none.conf" in done.stderr


def test_the_daemon_does_not_start_with_a_bad_file(prepare):
    daemon = prepare()
    daemon.configure("nonsense = 1\n")
    daemon.spawn()
    assert daemon.process.wait(5) != 0
    assert f"{daemon.config_path}:1" in daemon.log


def reload_and_wait(daemon):
    daemon.ctl("reload")


def test_reload_takes_new_hosts_and_drops_old_ones(lan, asleep, known):
    daemon = asleep()
    attic = host_section("attic", "02:00:00:00:00:51", ["192.0.2.51"])
    daemon.configure(config_text(known(), attic))
    reload_and_wait(daemon)
    assert [host["name"] for host in daemon.listed("hosts")] == ["attic", "host"]
    assert daemon.status_of() == "asleep"

    daemon.configure(config_text(attic))
    reload_and_wait(daemon)
    assert [host["name"] for host in daemon.listed("hosts")] == ["attic"]
    assert not lan.peer.arping(lan.host.address).answered


def test_reload_by_signal(lan, start, known):
    daemon = start()
    daemon.configure(config_text(known()))
    daemon.hang_up()
    wait_for("the host", lambda: [host["name"] for host in daemon.listed("hosts")] == ["host"])
    assert daemon.running


def test_reload_changes_what_wakes(lan, asleep, known):
    daemon = asleep({"wake": ["tcp/22"]})
    daemon.configure(config_text(known(wake=["tcp/443"])))
    reload_and_wait(daemon)
    assert daemon.show()["wake"] == ["tcp/443"]
    assert daemon.status_of() == "asleep"


def test_reload_interrupts_no_answer(lan, asleep, known):
    daemon = asleep()
    daemon.configure(config_text(known(wake=["tcp/443"])))
    pinging = lan.peer.arping_in_background(lan.host.address, seconds=1)
    for _ in range(5):
        reload_and_wait(daemon)
    assert pinging.lost() == 0


def test_reload_of_a_bad_file_changes_nothing(lan, asleep):
    daemon = asleep()
    before = daemon.listed("hosts")
    daemon.configure("grace-period = 1s\nhost host { mac = never }\n")
    with pytest.raises(CtlFailed) as failure:
        daemon.ctl("reload")
    assert f"{daemon.config_path}:2" in failure.value.words
    after = daemon.listed("hosts")
    assert [{**host, "for": 0} for host in after] == [{**host, "for": 0} for host in before]
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}


def test_hosts_added_by_command_survive_a_reload(lan, start, known):
    daemon = start()
    daemon.add(lan.host)
    reload_and_wait(daemon)
    assert [host["name"] for host in daemon.listed("hosts")] == ["host"]
