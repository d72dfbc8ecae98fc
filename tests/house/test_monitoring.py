# SPDX-License-Identifier: GPL-2.0-or-later
"""The alert rules, judged by Prometheus' own tool, and the Grafana dashboard: what a machine can say of it without Grafana."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from dashboard import ALERTS, DASHBOARD, PANELS, queries, rules

HOUSE = Path(__file__).resolve().parent
COLUMNS = 24


def promtool(*argv: object) -> str:
    done = subprocess.run(["promtool", *map(str, argv)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def title(panel: dict) -> str:
    return panel["title"]


def test_the_rules_are_rules():
    assert f"{len(rules())} rules found" in promtool("check", "rules", ALERTS)


def test_the_rules_fire_when_they_should():
    promtool("test", "rules", HOUSE / "alerts_test.yml")


def test_each_rule_has_an_example_of_when_it_fires():
    tests = yaml.safe_load((HOUSE / "alerts_test.yml").read_text())["tests"]
    fired = {each["alertname"] for test in tests for each in test["alert_rule_test"] if each.get("exp_alerts")}
    assert fired == {rule["alert"] for rule in rules()}


def test_each_rule_says_how_grave_it_is_and_what_to_do():
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        assert set(rule["annotations"]) == {"summary", "description"}, rule["alert"]


def test_prometheus_reads_each_query_of_the_dashboard(tmp_path):
    recorded = [{"record": f"query:{number}", "expr": expr} for number, expr in enumerate(queries())]
    path = tmp_path / "queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    promtool("check", "rules", path)


@pytest.mark.parametrize("panel", PANELS, ids=title)
def test_a_panel_asks_the_chosen_source_for_the_chosen_proxies(panel):
    assert panel["targets"] and panel["fieldConfig"]["defaults"]["unit"]
    for each in (panel, *panel["targets"]):
        assert each["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for target in panel["targets"]:
        assert re.findall(r'\w+{job=~"\$job", instance=~"\$instance"', target["expr"])
        assert len(re.findall(r"sleepproxy_\w+", target["expr"])) == target["expr"].count('{job=~"$job"')


def test_panels_neither_overlap_nor_leave_gaps():
    cells = Counter(
        (x, y)
        for place in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    )
    rows = max(y for _, y in cells) + 1
    assert set(cells) == {(x, y) for x in range(COLUMNS) for y in range(rows)}
    assert set(cells.values()) == {1}


def test_panels_have_numbers_of_their_own():
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
