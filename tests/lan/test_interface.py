# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces that are absent, go and come back, or are somebody else's."""

import json
import shutil
import socket

from harness.netns import run, wait_for


def answered_by_proxy(lan):
    return lan.proxy.mac in lan.peer.who_has(lan.host.address)


def attach_other(lan, name: str = "eth0") -> None:
    lan.proxy.namespace.ip("link", "set", "dev", name, "xdpdrv", "obj", lan.pass_program, "sec", "xdp")


def programs_of(lan) -> str:
    return lan.proxy.namespace.ip("-d", "link", "show", "eth0")


def test_native_where_the_driver_has_it(lan, start):
    daemon = start()
    assert daemon.ctl("status")["interfaces"][0]["mode"] == "native"
    [shown] = json.loads(lan.proxy.namespace.ip("-j", "link", "show", "eth0"))
    assert shown["xdp"]["mode"] == 1
    assert "native" in daemon.log


def test_generic_when_asked(lan, start, known):
    daemon = start(known(), mode="generic")
    assert daemon.ctl("status")["interfaces"][0]["mode"] == "generic"
    assert "generic" in daemon.log
    daemon.take_over(lan.host)
    assert answered_by_proxy(lan)


def test_generic_where_the_driver_has_no_xdp(lan, prepare, known):
    """A bridge's has none. Its port's frames come to it, so that it can serve the LAN behind the port."""
    ip = lan.proxy.namespace.ip
    ip("link", "add", "name", "br0", "address", lan.proxy.mac, "type", "bridge", "mcast_snooping", "0")
    ip("link", "set", "eth0", "master", "br0")
    ip("addr", "flush", "dev", "eth0")
    ip("addr", "add", f"{lan.proxy.address}/24", "dev", "br0")
    ip("link", "set", "br0", "up")
    daemon = prepare(known(), interface="br0")
    daemon.configure(daemon.config_path.read_text().replace("interface eth0", "interface br0"))
    daemon.start()
    [shown] = daemon.ctl("status")["interfaces"]
    assert (shown["name"], shown["mode"]) == ("br0", "generic")
    daemon.take_over(lan.host)
    assert answered_by_proxy(lan)


def test_absent_at_the_start(lan, start, known):
    lan.proxy.unplug()
    daemon = start(known())
    assert daemon.interface_state() == "absent"
    assert "eth0" in daemon.log
    lan.proxy.plug()
    wait_for("attached", lambda: daemon.interface_state() == "attached")
    daemon.take_over(lan.host)
    wait_for("an answer", lambda: answered_by_proxy(lan))  # its subnet may come with the next tick


def test_it_vanishes_and_comes_back(lan, asleep):
    daemon = asleep()
    lan.proxy.unplug()
    wait_for("absent", lambda: daemon.interface_state() == "absent")
    assert daemon.running
    lan.proxy.plug()
    wait_for("attached", lambda: daemon.interface_state() == "attached")
    assert daemon.status_of() == "asleep"
    wait_for("answered again", lambda: answered_by_proxy(lan))


def test_it_is_set_down_and_up(lan, asleep):
    daemon = asleep()
    lan.proxy.namespace.ip("link", "set", "eth0", "down")
    lan.proxy.namespace.ip("link", "set", "eth0", "up")
    wait_for("answered again", lambda: answered_by_proxy(lan))
    daemon.wake()
    daemon.wait_state("awake")


def test_a_wake_asked_for_while_the_interface_is_away_is_not_forgotten(lan, asleep):
    daemon = asleep(wake_attempts=100)
    lan.proxy.unplug()
    wait_for("absent", lambda: daemon.interface_state() == "absent")
    daemon.wake()
    lan.proxy.plug()
    daemon.wait_state("awake", timeout=8)


def test_another_program_in_the_slot_is_named_and_left_alone(lan, prepare, known):
    attach_other(lan)
    daemon = prepare(known())
    daemon.spawn()
    said = wait_for("the reason", lambda: [line for line in daemon.log.splitlines() if "another XDP program" in line])
    assert "eth0" in said[0] and "pass" in said[0]
    assert "pass" in programs_of(lan) or "xdp" in programs_of(lan)
    assert daemon.process.wait(5) != 0


def test_a_second_daemon_on_the_interface_is_refused(lan, asleep, prepare):
    first = asleep()
    second = prepare(name="second")
    second.spawn()
    said = wait_for("the reason", lambda: [line for line in second.log.splitlines() if "another" in line])
    assert "eth0" in said[0]
    assert first.running and answered_by_proxy(lan)
    second.close()
    assert answered_by_proxy(lan)


def test_somebody_s_socket_is_no_lock(lan, start, known):
    """Whatever others listen on, and however they keep us waiting, is their own affair."""
    with lan.proxy.namespace.entered(), socket.socket(socket.AF_UNIX) as squatter:
        squatter.bind("\0sleepproxyd/eth0")
        squatter.listen(0)
        assert start(known()).interface_state() == "attached"


def test_a_socket_that_accepts_nobody_ends_the_start(lan, prepare, known):
    daemon = prepare(known())
    with socket.socket(socket.AF_UNIX) as squatter, socket.socket(socket.AF_UNIX) as waits:
        squatter.bind(str(daemon.socket_path))
        squatter.listen(0)
        waits.connect(str(daemon.socket_path))
        daemon.spawn()
        assert daemon.process.wait(5) != 0
    assert "listens there" in daemon.log


def test_another_bpf_file_system_over_ours(lan, asleep):
    daemon = asleep()
    daemon.kill()
    run("mount", "-t", "bpf", "bpf", daemon.pins.parent)
    try:
        daemon.start()
        assert daemon.interface_state() == "attached"
        assert "took over the program" in daemon.log
        daemon.take_over(lan.host)
        assert answered_by_proxy(lan)
        assert daemon.stop() == 0
        shutil.rmtree(daemon.pins, ignore_errors=True)
    finally:
        run("umount", daemon.pins.parent)


def test_a_second_daemon_on_the_socket_is_refused(lan, asleep):
    first = asleep()
    second = run(*first.namespace.command(*first.command()), check=False, timeout=5)
    assert second.returncode != 0
    assert second.stderr
    assert first.running and first.status_of() == "asleep"
    assert answered_by_proxy(lan)


def test_an_unknown_interface_name_is_waited_for(lan, start):
    daemon = start(interface="eth7")
    assert daemon.interface_state() == "absent"
    lan.cable(lan.switch, "late", lan.proxy.namespace, "eth7")
    lan.switch.ip("link", "set", "late", "up")
    lan.proxy.namespace.ip("link", "set", "eth7", "up")
    wait_for("attached", lambda: daemon.interface_state() == "attached")
