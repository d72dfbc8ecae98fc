# SPDX-License-Identifier: GPL-2.0-or-later
"""
The unit and datapath rings are C programs with cmocka: tests/RING/test_NAME.c is built to $BUILD/tests/RING/test_NAME,
and each of its cases is one item here, so that the totals count every test. They run while pytest collects: once, where
pytest-xdist has several workers do so, which share them.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
PROGRAM_TIMEOUT = 300
PLAN = re.compile(r"^1\.\.(\d+)$")
RESULT = re.compile(r"^(not ok|ok) \d+ (?:- (.*)|# SKIP (.*))$")


@dataclass
class Case:
    name: str
    verdict: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def reason(self) -> list[str]:
        """What a test that skips itself printed before."""
        return [line for line in self.before if not line.startswith("#")][-3:]


@dataclass
class Outcome:
    planned: int
    cases: list[Case]


def read_tap(text: str) -> Outcome:
    """Case by case: cmocka prints what failed behind a result, and a test's own words stand before it."""
    planned, cases, words = 0, [], []
    for line in text.splitlines():
        if plan := PLAN.match(line):
            planned += int(plan[1])
        elif result := RESULT.match(line):
            verdict = "skip" if result[3] is not None else result[1]
            cases.append(Case(result[2] or result[3], verdict, before=words))
            words = []
        else:
            words.append(line)
            if cases:
                cases[-1].after.append(line)
    return Outcome(planned, cases)


@dataclass
class Done:
    status: int
    stdout: str
    stderr: str


def run_program(program: Path) -> Done:
    environment = os.environ | {"CMOCKA_MESSAGE_OUTPUT": "TAP"}
    done = subprocess.run(
        [program], env=environment, cwd=ROOT, capture_output=True, text=True, errors="replace",
        timeout=PROGRAM_TIMEOUT,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def run_once(program: Path, how: int = 0) -> Done | None:
    """The workers of one run share what a program said. None: with LOCK_NB, another one runs it."""
    this_run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if not this_run:
        return run_program(program)
    runs = BUILD / "tests" / "runs"
    for old in runs.glob("*"):
        if old.name != this_run:
            shutil.rmtree(old, ignore_errors=True)
    kept = runs / this_run / f"{program.parent.name}-{program.name}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | how)
        except BlockingIOError:
            return None
        file.seek(0)
        if text := file.read():
            return Done(**json.loads(text))
        done = run_program(program)
        json.dump(vars(done), file)
        return done


def built(source: Path) -> Path:
    return BUILD / source.relative_to(ROOT).with_suffix("")


class CmockaProgram(pytest.File):
    def collect(self):
        program = built(self.path)
        if not program.exists():
            yield self.case("is built", "not ok", f"{program} is missing: run make check")
            return
        yield from self.run(program)

    def run(self, program: Path):
        try:
            done = run_once(program)
        except subprocess.TimeoutExpired:
            yield self.case("ends", "not ok", f"{program} still ran after {PROGRAM_TIMEOUT} s")
            return
        outcome = read_tap(done.stdout)
        for case in outcome.cases:
            words = case.reason() if case.verdict == "skip" else [*case.after, done.stderr]
            yield self.case(case.name, case.verdict, "\n".join(words))
        yield from self.check_end(done, outcome)

    def check_end(self, done: Done, outcome: Outcome):
        failed = any(case.verdict == "not ok" for case in outcome.cases)
        complete = 0 < outcome.planned == len(outcome.cases)
        if not complete or (done.status != 0 and not failed):
            text = f"{len(outcome.cases)} of {outcome.planned} tests ended, exit status {done.status}\n"
            yield self.case("ends", "not ok", text + done.stdout[-2000:] + done.stderr[-2000:])

    def case(self, name: str, verdict: str, text: str) -> CmockaCase:
        return CmockaCase.from_parent(self, name=name, verdict=verdict, text=text)


class CmockaFailed(Exception):
    pass


class CmockaCase(pytest.Item):
    def __init__(self, *, verdict: str, text: str, **options):
        super().__init__(**options)
        self.verdict, self.text = verdict, text

    def runtest(self) -> None:
        if self.verdict == "skip":
            reason = " ".join(self.text.split()) or "the test gave no reason"
            raise pytest.skip.Exception(reason, _use_item_location=True)
        if self.verdict != "ok":
            raise CmockaFailed(self.text)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, CmockaFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, self.name


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """All workers collect in the same order, and would wait for the same program."""
    if not os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        return
    given = [Path(arg) for arg in session.config.args]
    for source in sorted(file for path in given for file in (path, *path.rglob("test_*.c")) if file.suffix == ".c"):
        program = built(source.resolve())
        with contextlib.suppress(subprocess.TimeoutExpired):
            if program.exists():
                run_once(program, fcntl.LOCK_NB)


def pytest_collect_file(file_path: Path, parent: pytest.Collector):
    if file_path.suffix == ".c" and file_path.name.startswith("test_") and TESTS in file_path.parents:
        return CmockaProgram.from_parent(parent, path=file_path)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pytest-xdist hands out ever fewer items at a time: those that take time are the last ones, so that all end together."""
    items.sort(key=lambda item: not isinstance(item, CmockaCase))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or config.option.collectonly:
        return
    count = {kind: len(reports) for kind, reports in terminal.stats.items()}
    failed = count.get("failed", 0) + count.get("error", 0)
    terminal.write_line(f"{count.get('passed', 0)} passed, {failed} failed, {count.get('skipped', 0)} skipped")
