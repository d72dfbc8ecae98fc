# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Grafana dashboard and the alert rules ask Prometheus."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

PACKAGING = Path(__file__).resolve().parents[1] / "packaging"
ALERTS = PACKAGING / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((PACKAGING / "grafana" / "sleepproxy.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
# What Grafana puts in place of its variables, for a day; each chosen job, proxy and host.
VARIABLES = {"__range_s": "86400", "__range": "1d", "__rate_interval": "5m", "job": ".*", "instance": ".*", "host": ".*"}


def rules() -> list[dict]:
    return yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]


def queries(**variables: str) -> list[str]:
    values = VARIABLES | variables
    targets = [target for panel in PANELS for target in panel["targets"]]
    return [re.sub(r"\$(\w+)", lambda name: values[name[1]], target["expr"]) for target in targets]
