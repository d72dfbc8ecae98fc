# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host handed over survives the proxy's end, whichever it was."""

from __future__ import annotations

import shutil
import time

import pytest

from harness import npp_message as messages
from harness.daemon import Daemon
from harness.netns import never, wait_for
from harness.npp import Crowd

SERVER = "192.0.2.3"


def killed(daemon: Daemon) -> None:
    daemon.kill()


def stopped(daemon: Daemon) -> None:
    assert daemon.stop() == 0


def rebooted(daemon: Daemon) -> None:
    """The state directory is kept, the tables are not."""
    daemon.kill()
    shutil.rmtree(daemon.pins)


each_end = pytest.mark.parametrize("end", [killed, stopped, rebooted], ids=lambda end: end.__name__)


@pytest.fixture
def crowd(own_crowd) -> Crowd:
    return own_crowd(on_stop="keep", min_lease="1s")


@each_end
def test_hosts_report_to_the_next_start(crowd, end):
    sleeper, stirred, awake = hosts = crowd.sleepers(3, messages.ports("tcp/22"))
    request = stirred.sent
    assert awake.report().message.confirmed
    end(crowd.daemon)
    stirred.stir()
    crowd.daemon.start()
    crowd.daemon.wait_state("asleep", sleeper.name)
    assert crowd.answered(sleeper) == {crowd.lan.proxy.mac}
    crowd.connect(sleeper, 23)
    never("it is woken", lambda: sleeper.magic, during=0.3)
    crowd.connect(sleeper, 22)
    wait_for("it is woken", lambda: sleeper.magic)
    assert sleeper.report(client=sleeper.client + 10).message.refused
    assert sleeper.report().message.client == (0, sleeper.client)
    stirred.send(request)
    assert stirred.report().message.client == (0, stirred.client)
    assert awake.again().message.client == (0, awake.client)
    never("asleep again", lambda: {crowd.state(host) for host in hosts} != {"awake"}, during=0.5)
    first = sleeper.client
    sleeper.begin().hand_over()
    assert sleeper.client == first


@pytest.mark.parametrize("end", [killed, rebooted], ids=lambda end: end.__name__)
def test_timer_and_lease_go_on(crowd, end):
    host = crowd.host()
    began = time.monotonic()
    host.hand_over(messages.timer(2), messages.lease(600, 500, SERVER))
    crowd.daemon.wait_state("asleep", host.name)
    end(crowd.daemon)
    crowd.daemon.start()
    kept = crowd.daemon.ask("lease-show", name=host.name)["result"]
    assert (kept["address"], kept["server"]) == (host.address, SERVER)
    never("it is woken", lambda: host.magic, during=began + 1.7 - time.monotonic())
    wait_for("it is woken", lambda: host.magic, timeout=2)
    answer = host.report().message
    assert answer.notification.code == messages.RENEWED
    assert answer.notification.total == 600
    assert 490 <= answer.notification.left <= 498


def test_a_timer_that_ended_meanwhile_wakes_at_once(crowd):
    host = crowd.sleeper(messages.timer(1))
    crowd.daemon.kill()
    time.sleep(1)
    crowd.daemon.start()
    wait_for("it is woken", lambda: host.magic)


def test_killed_in_the_time_of_grace(crowd):
    host = crowd.host().hand_over(messages.ports("tcp/22"))
    assert crowd.state(host) == "drowsy"
    crowd.daemon.kill()
    crowd.daemon.start()
    crowd.daemon.wait_state("asleep", host.name)
    assert crowd.answered(host) == {crowd.lan.proxy.mac}
    assert host.report().message.client == (0, host.client)
