# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Prometheus reads /metrics: what the alert rules and the dashboard ask for is there, and each query can be answered."""

from __future__ import annotations

import contextlib
import json
import re
import urllib.parse
import urllib.request

import pytest
import yaml

from dashboard import ALERTS, queries, rules
from harness.daemon import host_section
from harness.lan import address_of, mac_of
from harness.netns import wait_for
from harness.npp import NppHost

METRICS = "127.0.0.1:9464"
WEB = "127.0.0.1:9090"
SELECTOR = re.compile(r"sleepproxy_\w+(?:\{[^}]*\})?")
RANGES = {"__range_s": "60", "__range": "1m", "__rate_interval": "10s"}


class Prometheus:
    def __init__(self, lan):
        self.namespace = lan.proxy.namespace
        folder = lan.place("prometheus")
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(ALERTS)],
            "scrape_configs": [{"job_name": "sleepproxy", "static_configs": [{"targets": [METRICS]}]}],
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        with (folder / "log").open("w") as log:
            self.process = self.namespace.start(
                "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address={WEB}", stdout=log, stderr=log,
            )  # fmt: skip

    def get(self, path: str, **parameters: str) -> dict:
        with self.namespace.entered(), urllib.request.urlopen(
            f"http://{WEB}/api/v1/{path}?{urllib.parse.urlencode(parameters)}", timeout=5
        ) as answer:
            return json.load(answer)["data"]

    def ask(self, expression: str) -> list[dict]:
        """Fails, with status 400 or 422, where it cannot be answered."""
        return self.get("query", query=expression)["result"]

    def sees_the_proxy(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self.ask('up{job="sleepproxy"} == 1'))
        return False


@pytest.fixture
def prometheus(lan, start, known, ssh) -> Prometheus:
    """The proxy has had a host that was woken, one that was woken in vain, noise, a lease, and a message of a host."""
    gone = host_section("gone", mac_of(77), [address_of(77)], lease=address_of(77), lease_server=lan.peer.address, watts=2.5)
    daemon = start(known(watts=60), gone, http=f'"{METRICS}"')
    daemon.take_over(lan.host)
    daemon.sleep("gone", "--now")
    daemon.wait_state("asleep", "gone")
    lan.peer.send_udp(lan.host.address, 9)
    NppHost(lan.peer, lan.proxy).solicit()
    watch = daemon.watch()
    daemon.wake("gone")
    lan.peer.connect(lan.host.address, 22).close()
    daemon.wait_state("awake")
    watch.wait("wake-failed", "gone", timeout=10)
    prometheus = Prometheus(lan)
    wait_for("Prometheus has read the metrics", prometheus.sees_the_proxy, timeout=20)
    return prometheus


def test_it_finds_all_that_rules_and_dashboard_ask_for(prometheus):
    asked = [rule["expr"] for rule in rules()] + queries(**RANGES)
    series = {selector for expression in asked for selector in SELECTOR.findall(expression)}
    assert len(series) > 10
    assert not [selector for selector in series if not prometheus.ask(selector)]


def test_it_answers_each_query_of_the_dashboard(prometheus):
    wait_for("rates", lambda: prometheus.ask("rate(sleepproxy_frames_total[10s])"), timeout=20)
    assert not [query for query in queries(**RANGES) if "> 0" not in query and not prometheus.ask(query)]


def test_it_evaluates_each_rule_and_the_failed_wake_alone_fires(prometheus):
    def evaluated() -> list[dict]:
        each = prometheus.get("rules")["groups"][0]["rules"]
        return each if all(rule["health"] == "ok" for rule in each) else []

    wait_for("all rules are evaluated", evaluated, timeout=20)
    wait_for("the alert", lambda: firing(evaluated()) == {"SleepproxyWakeFailed": ["gone"]}, timeout=20)


def firing(rules: list[dict]) -> dict[str, list[str]]:
    return {
        rule["name"]: [alert["labels"].get("host") for alert in rule["alerts"]] for rule in rules if rule["state"] == "firing"
    }
