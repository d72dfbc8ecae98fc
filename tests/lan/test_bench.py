# SPDX-License-Identifier: GPL-2.0-or-later
"""
`make bench`, in short: it measures everything that it promises, every answer and every Magic Packet has the right octets
(it ends with an error otherwise), and no wake of 65 536 hosts is lost. How fast anything is depends on the machine, and is
no test.
"""

from __future__ import annotations

import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from harness.lan import BUILD

DRAW = Path(__file__).resolve().parents[1] / "bench" / "draw.py"
SHORT = ("--hosts", "1024", "--rounds", "1", "--seconds", "0.005", "--trials", "20")
SIZES = ("1k", "64k")
DATAPATH = {
    *(f"answer_vs_reflector_{size}" for size in (*SIZES, "1m")),
    *("nd_vs_reflector_1k", "echo_vs_reflector_1k"),
    *(f"pass_{kind}_ns_{size}" for kind in ("stranger", "v6_stranger", "other", "awake", "arp_unknown") for size in SIZES),
    *(f"pass_stranger_maps_ns_{size}" for size in SIZES),
    "flood_syn_ns",
}
NAMES = {
    *DATAPATH,
    *(f"{name}_perfmon" for name in DATAPATH),
    *(f"answer_vs_{peer}" for peer in ("proxy_arp", "ebtables", "neigh_proxy_64k", "tpacket", "recvfrom")),
    *(f"{what}_{share}_us" for what in ("wake", "wake_stopped", "wake_secureon", "echo") for share in ("p50", "p99")),
    *(f"wake_vs_sniffer_{share}" for share in ("p50", "p99")),
    *(f"flood_lost_wakes_{size}" for size in SIZES),
    *("connect_held_ms", "connect_unheld_ms"),
    *("flood_wakes_per_host", "daemon_rss_kib_64k", "daemon_idle_percent_64k", "start_ms_64k", "reload_ms_64k"),
}
MACHINE = {f"machine_{what}" for what in ("cpu", "l2", "kernel", "spec_rstack_overflow", "spectre_v2")}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    if os.geteuid() != 0:
        pytest.skip("network namespaces and BPF need root")
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    bench = ["nice", BUILD / "tests/bench/bench", *SHORT, "--output", path]  # the tests beside it have times to keep
    done = subprocess.run(bench, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    return path


@pytest.fixture
def figures(written: Path) -> dict:
    return json.loads(written.read_text())


def test_each_figure_is_there_in_one_form(figures):
    assert set(figures) == NAMES | MACHINE
    assert not {name for name, entry in figures.items() if not {"value", "unit", "min", "max"} <= set(entry)}
    measured = {name for name in NAMES if "skipped" not in figures[name]}
    assert not {name for name in measured if not figures[name]["min"] <= figures[name]["value"] <= figures[name]["max"]}


def test_no_wake_is_lost_and_none_is_sent_twice(figures):
    assert [figures[f"flood_lost_wakes_{size}"]["value"] for size in SIZES] == [0, 0]
    assert figures["flood_wakes_per_host"] == {"value": 1, "unit": "wakes", "min": 1, "max": 1}


def test_a_peer_that_a_machine_does_not_have_is_drawn_as_such(figures, tmp_path):
    figures["answer_vs_ebtables"] = {"value": None, "unit": "ratio", "min": None, "max": None, "skipped": "<no> & none"}
    (tmp_path / "figures").write_text(json.dumps(figures))
    subprocess.run([DRAW, tmp_path / "figures", tmp_path / "picture"], check=True)
    words = ["".join(each.itertext()) for each in ElementTree.parse(tmp_path / "picture").iter()]
    assert "not on this machine: <no> & none" in words
    assert any(figures["machine_cpu"]["value"] in each for each in words)
