# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts, states and a wake under way survive a restart; answers end when the daemon stays away."""

import contextlib
import shutil
import signal
import sqlite3
import time

import pytest

from harness import frames
from harness.netns import never, wait_for


def answered_by_proxy(lan):
    return lan.proxy.mac in lan.peer.who_has(lan.host.address)


def restarted(daemon):
    daemon.kill()
    return daemon.start()


def test_killed_it_is_still_answered_for(lan, asleep):
    daemon = asleep()
    daemon.kill()
    assert answered_by_proxy(lan)


def test_no_answer_is_missed_through_a_restart(lan, asleep):
    daemon = asleep()
    pinging = lan.peer.arping_in_background(lan.host.address, seconds=2)
    time.sleep(0.2)
    restarted(daemon)
    assert pinging.lost() == 0


def test_states_survive(lan, asleep):
    daemon = restarted(asleep())
    assert daemon.status_of() == "asleep"
    assert answered_by_proxy(lan)


def test_hosts_added_by_command_survive_whole(lan, start):
    daemon = start()
    daemon.add(lan.host, "--wake", "tcp/22", "udp/161", "--deny", "192.0.2.66")
    daemon.take_over(lan.host)
    before = daemon.show()
    after = restarted(daemon).show()
    assert {**before, "for": 0} == {**after, "for": 0}


def test_a_restarted_daemon_wakes_by_connection(lan, asleep, ssh):
    daemon = restarted(asleep())
    with lan.peer.connect(lan.host.address, 22) as link:
        link.sendall(b"hello")
        assert link.recv(16) == b"hello"
    daemon.wait_state("awake")


def test_a_wake_under_way_goes_on(lan, asleep):
    daemon = asleep(wake_attempts=50)
    lan.host.nic.broken = True
    daemon.wake()
    wait_for("the first Magic Packet", lambda: lan.host.nic.magic)
    daemon.kill()
    sent = len(lan.host.nic.magic)
    daemon.start()
    assert daemon.status_of() == "waking"
    wait_for("a further Magic Packet", lambda: len(lan.host.nic.magic) > sent)
    lan.host.nic.broken = False
    daemon.wait_state("awake")


def test_a_connection_while_the_daemon_is_away_wakes(lan, asleep):
    daemon = asleep()
    daemon.kill()
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    wait_for("a Magic Packet", lambda: lan.host.nic.magic)
    daemon.start()
    daemon.wait_state("awake")


def test_one_whose_magic_packet_the_daemon_sends_wakes_after_all(lan, asleep):
    daemon = asleep({"secureon": "01:02:03:04:05:06"})
    daemon.kill()
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S"))
    time.sleep(0.2)
    assert lan.host.nic.magic == []
    daemon.start()
    wait_for("a Magic Packet", lambda: lan.host.nic.magic)


def test_a_host_that_woke_meanwhile_is_awake(lan, asleep):
    daemon = asleep()
    daemon.kill()
    lan.host.resume()
    lan.host.arping(lan.peer.address)
    daemon.start()
    assert daemon.status_of() == "awake"
    assert not answered_by_proxy(lan)


def test_answers_end_when_the_heartbeat_is_old(lan, asleep):
    daemon = asleep(heartbeat_timeout="2s")
    daemon.kill()
    assert answered_by_proxy(lan)
    time.sleep(2.2)
    assert not answered_by_proxy(lan)


def test_and_begin_again_with_the_next_start(lan, asleep):
    daemon = asleep(heartbeat_timeout="1s")
    daemon.kill()
    wait_for("silence", lambda: not answered_by_proxy(lan))
    daemon.start()
    wait_for("an answer", lambda: answered_by_proxy(lan))


def test_a_stopped_daemon_s_process_is_as_good_as_dead(lan, asleep):
    daemon = asleep(heartbeat_timeout="1s")
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        wait_for("silence", lambda: not answered_by_proxy(lan))
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    wait_for("an answer", lambda: answered_by_proxy(lan))


def test_a_clean_stop_keeps(lan, asleep):
    daemon = asleep(on_stop="keep")
    assert daemon.stop() == 0
    assert answered_by_proxy(lan)
    assert lan.host.nic.magic == []
    assert daemon.start().status_of() == "asleep"


def test_a_clean_stop_wakes(lan, asleep):
    daemon = asleep(on_stop="wake")
    assert daemon.stop() == 0
    wait_for("the host is awake", lambda: not lan.host.nic.asleep)
    assert lan.host.nic.magic
    never("the proxy answers", lambda: answered_by_proxy(lan), during=0.5)


def test_a_clean_stop_that_wakes_leaves_the_interface_free(lan, asleep):
    daemon = asleep(on_stop="wake")
    daemon.stop()
    assert "xdp" not in lan.proxy.namespace.ip("link", "show", "eth0")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_signals_end_it_cleanly(start, known, how):
    daemon = start(known())
    daemon.process.send_signal(how)
    assert daemon.process.wait(5) == 0
    assert not daemon.socket_path.exists()


def test_rules_of_a_former_configuration_end_though_the_store_is_gone(lan, asleep):
    daemon = asleep({"wake": ["tcp/80"]})
    daemon.kill()
    shutil.rmtree(daemon.state)
    daemon.configure(daemon.config_path.read_text().replace("tcp/80", "tcp/22"))
    daemon.start()
    assert daemon.status_of() == "asleep"
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", 80))
    wait_for("ignored", lambda: daemon.counters()["wake_port_denied"] == 1)
    assert daemon.status_of() == "asleep"


def test_commands_wait_for_it_to_be_up(lan, start):
    """Hosts of the store take it seconds."""
    daemon = start(max_hosts=65536, on_stop="wake")
    daemon.stop()
    with contextlib.closing(sqlite3.connect(daemon.state / "sleepproxy.db")) as store, store:
        row = '{"name": "h%d", "state": "awake", "by": "command", "described": {"addresses": ["10.%d.%d.%d"], "wake": []}}'
        numbers = [(i, i >> 16, i >> 8 & 255, i & 255) for i in range(65535)]
        hosts = [("02:01:%02x:%02x:%02x:00" % at[1:], row % at) for at in numbers]
        store.executemany("INSERT INTO host VALUES (?, ?)", hosts)
    daemon.spawn()
    wait_for("it listens", lambda: daemon.socket_path.exists())
    assert daemon.log.count("ready: ") == 1  # at the first start
    assert daemon.ctl("status")["hosts"]["awake"] == 65535
    assert daemon.log.count("ready: ") == 2
