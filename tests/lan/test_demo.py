# SPDX-License-Identifier: GPL-2.0-or-later
"""`make demo HTTP=1`: its page is on this machine's loopback, though its LAN is not."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from pathlib import Path

from harness.lan import ROOT
from harness.netns import end, wait_for

STAYS = re.compile(r"until Ctrl-C: (http://127\.0\.0\.1:\d+/)")


def namespaces(process: subprocess.Popen) -> list[Path]:
    return list(Path("/run/netns").glob(f"sp{process.pid}-*"))


def test_the_page_stays_open_until_it_is_ended(tmp_path, bpf_filesystem):
    said = tmp_path / "said"
    with said.open("w") as out:
        process = subprocess.Popen([ROOT / "tests/demo/demo", "--hurry", "--http"], stdout=out, stderr=out)
    try:
        wait_for("the demo's steps", lambda: STAYS.search(said.read_text()) or process.poll() is not None, timeout=120)
        assert process.poll() is None, said.read_text()
        url = STAYS.search(said.read_text())[1]
        assert b"<title>sleepproxy</title>" in urllib.request.urlopen(url).read()
        wait_for("a small office", lambda: {"nas", "backup"} <= names(url), timeout=60)
        wait_for("who wakes whom", lambda: woken(url), timeout=60)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert not namespaces(process)
    finally:
        end(process, patience=30)


def ask(url: str) -> dict:
    return json.load(urllib.request.urlopen(url))


def names(url: str) -> set[str]:
    return {host["name"] for host in ask(f"{url}api/hosts")["hosts"]}


def woken(url: str) -> list[dict]:
    events = ask(f"{url}api/history")["events"]
    return [event for event in events if event["event"] == "waking" and event["host"] != "host" and "peer" in event]
