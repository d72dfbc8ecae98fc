# SPDX-License-Identifier: GPL-2.0-or-later
"""What the daemon may be told, and what it tells, stands in its manuals, each by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = (ROOT / "loader/config/config.c").read_text()
EVENT_SOURCE = (ROOT / "loader/host/host_event.c").read_text()
PROTOCOL = (ROOT / "loader/control/protocol.h").read_text()
SAMPLE = (ROOT / "packaging/sleepproxyd.conf").read_text()


def manual(name: str) -> str:
    return (ROOT / "packaging/man" / name).read_text().replace("\\-", "-")


def settings_of(table: str) -> list[str]:
    [rows] = re.findall(rf"{table}\[\] = \{{\n(.*?)\n\}};", KEYS, re.S)
    return re.findall(r'^\t\{ "([a-z-]+)"', rows, re.M)


SETTINGS = [(table, each) for table in ("config_rows", "interface_rows", "host_rows") for each in settings_of(table)]
EVENTS = re.findall(r'= \{ "([a-z-]+)",', EVENT_SOURCE.split("reasons[]")[0])
CAUSES = sorted(set(re.findall(r'\] = \{ "([a-z-]+)",', EVENT_SOURCE.split("reasons[]")[1])))


def test_there_is_something_to_look_for():
    assert ("config_rows", "npp-keys") in SETTINGS and ("host_rows", "mac") in SETTINGS
    assert "standby" in EVENTS and {"sleep-request", "wakeup-report", "sleep-timer"} <= set(CAUSES)


@pytest.mark.parametrize(("table", "setting"), SETTINGS)
def test_a_setting_stands_in_the_manual_and_in_the_sample(table, setting):
    assert re.search(rf'^\.BI {setting} " = ', manual("sleepproxyd.conf.5"), re.M)
    indent = "" if table == "config_rows" else "\t"
    assert re.search(rf"^#{indent}{setting} = ", SAMPLE, re.M)


@pytest.mark.parametrize("word", sorted({*EVENTS, *CAUSES}))
def test_a_word_of_an_event_stands_in_the_manual_and_in_the_protocol(word):
    told = manual("sleepproxyctl.1").split("\n.I event\n")[1].split("\n.SH")[0]
    assert re.search(rf"^\.(B|BR) .*\b{word}\b", told, re.M)
    assert f'"{word}"' in PROTOCOL.split("EVENT   ")[1]
