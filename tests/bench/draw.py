#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""draw.py FIGURES.json PICTURE.svg: the main figures as bars, with the machine named, for light and dark pages."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, LABEL, BAR, ROW, HEAD, MARGIN = 840, 260, 380, 22, 40, 12

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 } .note { font-size: 11px; fill: #57606a }
.ours { fill: #1a7f37 } .other { fill: #8c959f }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 } .ours { fill: #3fb950 } .other { fill: #6e7681 }
}
"""


@dataclass
class Row:
    label: str
    value: float | None  # None: not measured on this machine
    text: str
    is_ours: bool = False


@dataclass
class Chart:
    title: str
    rows: list[Row]


def short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Figures:
    def __init__(self, path: Path):
        self.entries = json.loads(path.read_text())

    def value(self, name: str) -> float:
        return self.entries[name]["value"]

    def skipped(self, name: str) -> str | None:
        return self.entries[name].get("skipped")


def answers(figures: Figures) -> Chart:
    def ours(size: str, hosts: str) -> Row:
        share = figures.value(f"answer_vs_reflector_{size}")
        return Row(f"sleepproxy, {hosts} hosts", share, f"{share:.2f}", True)

    def peer(label: str, name: str, size: str = "1k") -> Row:
        if reason := figures.skipped(name):
            return Row(label, None, f"not on this machine: {reason}")
        times = figures.value(name)
        return Row(label, figures.value(f"answer_vs_reflector_{size}") / times, f"sleepproxy: {short(times)} times as many")

    rows = [
        Row("a program that only returns frames", 1, "1"),
        ours("1k", "1 024"),
        ours("64k", "65 536"),
        ours("1m", "1 048 576"),
        peer("ebtables, one rule", "answer_vs_ebtables"),
        peer("Linux proxy_arp", "answer_vs_proxy_arp"),
        peer("a C program, TPACKET_V3", "answer_vs_tpacket"),
        peer("a C program, recvfrom", "answer_vs_recvfrom"),
        peer("ip neigh add proxy, 65 536 hosts", "answer_vs_neigh_proxy_64k", "64k"),
    ]
    return Chart("ARP answers a second, relative to a program that only returns frames: more is better", rows)


def wakes(figures: Figures) -> Chart:
    def row(label: str, name: str, is_ours: bool) -> Row:
        p50, p99 = figures.value(f"{name}_p50_us"), figures.value(f"{name}_p99_us")
        return Row(label, p50, f"{short(p50)} µs, 99 % within {short(p99)} µs", is_ours)

    sniffer = {share: figures.value(f"wake_{share}_us") * figures.value(f"wake_vs_sniffer_{share}") for share in ("p50", "p99")}
    rows = [
        row("the frame itself, returned", "echo", False),
        row("sleepproxy", "wake", True),
        row("sleepproxy, daemon stopped", "wake_stopped", True),
        row("sleepproxy, SecureOn password", "wake_secureon", True),
        Row("a sniffer in C", sniffer["p50"], f"{short(sniffer['p50'])} µs, 99 % within {short(sniffer['p99'])} µs"),
    ]
    return Chart("From a connection to a sleeping host to its Magic Packet on the wire, median: less is better", rows)


def passing(figures: Figures) -> Chart:
    kinds = {
        "stranger": "strangers' TCP and UDP",
        "v6_stranger": "strangers' IPv6",
        "other": "other EtherTypes",
        "awake": "TCP of awake hosts",
        "arp_unknown": "ARP for others",
    }
    rows = [
        Row(f"{label}, {hosts} hosts", value := figures.value(f"pass_{kind}_ns_{size}"), f"{short(value)} ns", True)
        for kind, label in kinds.items()
        for size, hosts in (("1k", "1 024"), ("64k", "65 536"))
    ]
    return Chart("What a frame that concerns no sleeping host is delayed by: less is better", rows)


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def draw_chart(chart: Chart, top: float) -> list[str]:
    most = max(row.value or 0 for row in chart.rows)
    parts = [text(MARGIN, top + HEAD / 2, chart.title, "title")]
    for number, row in enumerate(chart.rows):
        y = top + HEAD + number * ROW
        width = max(1.0, BAR * max(0, row.value or 0) / most) if row.value is not None else 0
        kind = "ours" if row.is_ours else "other"
        parts += [
            text(LABEL, y, row.label, anchor="end"),
            f'<rect x="{LABEL + 8}" y="{y - 12:g}" width="{width:.1f}" height="15" class="{kind}"/>',
            text(LABEL + 14 + width, y, row.text, "note"),
        ]
    return parts


def machine(figures: Figures) -> str:
    said = {name: figures.value(f"machine_{name}") for name in ("cpu", "l2", "kernel", "spec_rstack_overflow")}
    return f"{said['cpu']}, L2 {said['l2']}, Linux {said['kernel']}, spec_rstack_overflow: {said['spec_rstack_overflow']}"


def draw(figures: Figures) -> str:
    parts, top = [], 0.0
    for chart in (answers(figures), wakes(figures), passing(figures)):
        parts += draw_chart(chart, top)
        top += HEAD + len(chart.rows) * ROW
    parts.append(text(MARGIN, top + ROW / 2, machine(figures), "note"))
    size = f'viewBox="0 0 {WIDTH} {top + ROW:g}" width="{WIDTH}" height="{top + ROW:g}"'
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', f"<style>{STYLE}</style>", *parts, "</svg>", ""])


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(draw(Figures(Path(sys.argv[1]))))
