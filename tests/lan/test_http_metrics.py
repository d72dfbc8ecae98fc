# SPDX-License-Identifier: GPL-2.0-or-later
"""Metrics, read by Prometheus' own promtool, and compared with what sleepproxyctl says."""

from __future__ import annotations

import re
import time

import pytest

from harness.daemon import host_section
from harness.http import LISTEN, Http
from harness.netns import run, wait_for

METRICS = {
    "sleepproxy_build_info", "sleepproxy_heartbeat_age_seconds", "sleepproxy_frames_total", "sleepproxy_npp_messages_total",
    "sleepproxy_host_state", "sleepproxy_wakes_total", "sleepproxy_wake_duration_seconds", "sleepproxy_host_asleep_seconds_total",
    "sleepproxy_energy_saved_joules_total", "sleepproxy_lease_expiry_timestamp_seconds",
}  # fmt: skip


def scrape(served: Http) -> dict[str, float]:
    answer = served.get("/metrics")
    assert answer.status == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line.rpartition(" ") for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def of(values: dict[str, float], name: str, **labels: str) -> float:
    return values[name + ("{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}" if labels else "")]


@pytest.fixture
def served(lan, asleep):
    return Http(asleep({"watts": 60}, http=LISTEN))


def test_promtool_is_content(lan, served):
    served.daemon.wake()
    served.daemon.wait_state("awake")
    text = served.get("/metrics").body.decode()
    done = run("promtool", "check", "metrics", input=text, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert set(re.findall(r"^# TYPE (\w+)", text, re.M)) == METRICS


def test_states_are_those_of_the_hosts(lan, served):
    served.daemon.add(lan.peer, name="other")
    values = scrape(served)
    for host, state in (("host", "asleep"), ("other", "awake")):
        told = {each: of(values, "sleepproxy_host_state", host=host, state=each) for each in ("awake", "drowsy", "asleep", "waking")}
        assert told == {each: each == state for each in told}


def test_a_night_adds_up(lan, served, ssh):
    before = of(scrape(served), "sleepproxy_host_asleep_seconds_total", host="host")
    time.sleep(0.5)
    values = scrape(served)
    asleep = of(values, "sleepproxy_host_asleep_seconds_total", host="host")
    assert before + 0.5 <= asleep <= served.daemon.show()["for"]
    assert of(values, "sleepproxy_energy_saved_joules_total", host="host") == pytest.approx(60 * asleep, abs=0.1)
    lan.peer.connect(lan.host.address, 22).close()
    served.daemon.wait_state("awake")
    [waking] = [event for event in served.daemon.history() if event["event"] == "waking"]
    values = scrape(served)
    assert of(values, "sleepproxy_wakes_total", host="host", reason=waking["why"], result="awake") == 1
    assert of(values, "sleepproxy_wake_duration_seconds_count") == 1
    assert of(values, "sleepproxy_wake_duration_seconds_bucket", le="+Inf") == 1
    took = served.daemon.history()[-1]["took"]
    assert of(values, "sleepproxy_wake_duration_seconds_sum") == pytest.approx(took, abs=0.01)


def test_a_wake_that_fails_is_told(lan, start):
    served = Http(start(host_section("gone", "02:00:00:00:00:77", ["192.0.2.77"]), http=LISTEN))
    served.daemon.sleep("gone", "--now")
    served.daemon.wait_state("asleep", "gone")
    served.daemon.wake("gone")
    name = 'sleepproxy_wakes_total{host="gone",reason="command",result="failed"}'
    wait_for("a failed wake", lambda: scrape(served).get(name) == 1, timeout=10)


def test_frames_are_those_of_the_counters(lan, served):
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    counters, values = served.daemon.counters(), scrape(served)
    assert counters["arp_answered"] and of(values, "sleepproxy_frames_total", outcome="arp_answered") == counters["arp_answered"]
    told = {name.split('"')[1] for name in values if name.startswith("sleepproxy_frames_total{")}
    assert told <= set(counters) and "parser_lost" not in told
    told = {name.split('"')[1] for name in values if name.startswith("sleepproxy_npp_messages_total{")}
    assert told == set(served.daemon.npp())


def test_a_lease_has_its_end(lan, served):
    served.daemon.ctl("lease", "set", "host", "--address", lan.host.address, "--server", "192.0.2.1", "--seconds", "3600")
    left = of(scrape(served), "sleepproxy_lease_expiry_timestamp_seconds", host="host") - time.time()
    assert left == pytest.approx(served.daemon.ctl("lease", "show", "host")["expires-in"], abs=1)


def test_the_heartbeat_is_young(served):
    values = scrape(served)
    assert 0 <= of(values, "sleepproxy_heartbeat_age_seconds") < 5
    assert [name for name in values if name.startswith("sleepproxy_build_info{version=")]


def test_a_host_that_is_removed_is_no_more(lan, served):
    served.daemon.add(lan.peer, name="other")
    assert any('"other"' in name for name in scrape(served))
    served.daemon.ctl("host", "remove", "other")
    assert not any('"other"' in name for name in scrape(served))
