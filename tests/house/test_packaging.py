# SPDX-License-Identifier: GPL-2.0-or-later
"""What is installed beside the programs: units, manuals, completions, samples and hooks, judged by who reads them."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
PACKAGING = ROOT / "packaging"
AGENT = BUILD / "sleepproxy-agent"
CTL = BUILD / "sleepproxyctl"
MANUALS = sorted((PACKAGING / "man").iterdir())
UNITS = sorted((PACKAGING / "systemd").glob("*.service"))
HOOK = PACKAGING / "pm" / "50sleepproxy-agent"
EXPOSURE_MAX = 25  # tenths, as systemd-analyze(1) counts
COMMANDS = {"status", "discover", "doctor", "sleep", "wake", "alarm"}


def name(path: Path) -> str:
    return path.name


def run(*argv: object, **options) -> subprocess.CompletedProcess:
    command = [str(each) for each in argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize("manual", MANUALS, ids=name)
def test_a_manual_is_set_without_a_warning(manual):
    done = run("man", "--warnings=w", "-Tutf8", "-l", manual)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=name)
def test_a_unit_is_confined(unit):
    done = run("systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", unit)
    assert done.returncode == 0, done.stdout[-200:]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("installed")
    done = run("make", "-C", ROOT, "install", f"BUILD={BUILD}", f"DESTDIR={root}", "PREFIX=/usr")
    assert done.returncode == 0, done.stderr
    return root


def test_the_agents_unit_is_understood(installed):
    done = run("systemd-analyze", f"--root={installed}", "--man=no", "verify", "sleepproxy-agent.service")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_agents_unit_is_enabled_for_every_sleep(installed):
    done = run("systemctl", f"--root={installed}", "enable", "sleepproxy-agent")
    assert done.returncode == 0, done.stderr
    assert [path.parent.name for path in installed.glob("etc/systemd/system/*/*")] == ["sleep.target.wants"]


def test_the_agents_manual_has_what_its_help_has():
    helped = set(re.findall(r"(?<![\w-])--[a-z]+", run(AGENT, "--help").stdout)) | COMMANDS
    manual = (PACKAGING / "man/sleepproxy-agent.1").read_text().replace("\\-", "-")
    assert len(helped) > len(COMMANDS)
    assert not {word for word in helped if not re.search(rf"^\.(B|BI|BR) .*{word}\b", manual, re.M)}


def test_the_commands_manual_has_what_its_help_has():
    help_of_all = run(CTL, "--help").stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)(?: [\[A-Z.].*?)?  +[a-z]", help_of_all, re.M)
    texts = [run(CTL, "help", *command.split()).stdout for command in commands]
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", "".join([help_of_all, *texts])))
    assert len(commands) > 10 and len(options) > 10
    manual = (PACKAGING / "man/sleepproxyctl.1").read_text().replace("\\", "")
    assert not {word for word in options | set(commands) if word not in manual}


def settings_of_the_sample() -> dict[str, str]:
    return dict(re.findall(r"^#([a-z][a-z-]*) = (.*)$", (PACKAGING / "agent.conf").read_text(), re.M))


def test_the_agents_sample_and_manual_have_the_same_settings():
    manual = (PACKAGING / "man/sleepproxy-agent.conf.5").read_text().replace("\\-", "-")
    assert set(re.findall(r'^\.BI ([a-z-]+) " = ', manual, re.M)) == set(settings_of_the_sample())


@pytest.mark.parametrize("setting", settings_of_the_sample())
def test_the_agent_takes_the_sample(setting, tmp_path):
    """Each alone, as somebody would switch it on; a key needs the file that it is in."""
    keys = tmp_path / "keys"
    keys.write_text(f"1 {'00' * 16}\n")
    keys.chmod(0o400)
    lines = settings_of_the_sample() | {"key-file": f'"{keys}"'}
    wanted = {setting} | ({"key-file"} if setting == "key" else set())
    config = tmp_path / "agent.conf"
    config.write_text("".join(f"{each} = {lines[each]}\n" for each in sorted(wanted)))
    done = run(AGENT, "--config", config, "status")
    assert done.returncode in (0, 1), done.stderr


def complete(*words: str) -> set[str]:
    script = f"""source {PACKAGING}/completion/sleepproxy-agent.bash
COMP_WORDS=({AGENT} {' '.join(f'"{word}"' for word in words)}) COMP_CWORD={len(words)}
_sleepproxy_agent {AGENT} && printf '%s\\n' "${{COMPREPLY[@]}}" """
    return set(run("bash", "-c", script).stdout.split())


def test_the_agents_words_are_completed():
    assert complete("") == COMMANDS
    assert complete("s") == {"status", "sleep"}
    assert complete("--js") == {"--json"}
    assert "lo" in complete("--interface", "")


@pytest.fixture
def hook(tmp_path):
    """The hook with an agent that notes what it is asked to do, and then does as told."""
    notes = tmp_path / "notes"

    def call(argument: str, agent: str = "exit 0") -> tuple[int, list[str]]:
        stand_in = tmp_path / "sleepproxy-agent"
        stand_in.write_text(f"#!/bin/sh\necho $1 >>{notes}\n{agent}\n")
        stand_in.chmod(0o755)
        notes.write_text("")
        done = run(HOOK, argument, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
        return done.returncode, notes.read_text().split()

    return call


@pytest.mark.parametrize("argument", ["suspend", "hibernate", "suspend_hybrid", "pre"])
def test_the_hook_hands_over(hook, argument):
    assert hook(argument) == (0, ["alarm", "sleep"])


@pytest.mark.parametrize("argument", ["resume", "thaw", "post"])
def test_the_hook_reports(hook, argument):
    assert hook(argument) == (0, ["wake"])


def test_the_hook_does_nothing_else(hook):
    assert hook("help") == (0, [])


@pytest.mark.parametrize("argument", ["suspend", "resume"])
def test_the_hook_never_stops_a_suspend(hook, argument):
    status, _ = hook(argument, agent="exit 2")
    assert status == 0


def test_the_hook_waits_no_longer_than_it_says(hook):
    began = time.monotonic()
    assert hook("suspend", agent='[ "$1" = sleep ] || exec sleep 60') == (0, ["alarm", "sleep"])
    assert time.monotonic() - began < 10
