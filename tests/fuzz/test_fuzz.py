# SPDX-License-Identifier: GPL-2.0-or-later
"""
Each fuzzer, fuzz_NAME.c, for some seconds; for FUZZ_SECONDS, and not as the last time, where the environment has it. It
starts from corpus/NAME, to which nothing is added: without a folder of its own libFuzzer keeps what it finds in memory.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
SECONDS, SECONDS_A_RUN = int(os.environ.get("FUZZ_SECONDS", "2")), 5
LIMITS = [f"-max_total_time={SECONDS}", f"-timeout={SECONDS_A_RUN}"]
LIMITS += [] if "FUZZ_SECONDS" in os.environ else ["-seed=1", "-runs=200000"]
FUZZERS = sorted(path.stem for path in FOLDER.glob("fuzz_*.c"))


def test_there_are_fuzzers():
    assert FUZZERS


@pytest.mark.parametrize("fuzzer", FUZZERS)
def test_fuzz(fuzzer: str, tmp_path: Path):
    program = BUILD / "tests/fuzz" / fuzzer
    assert program.exists(), f"{program} is missing: run make check, which needs libFuzzer (Debian: libclang-rt-14-dev)"
    corpus = sorted((FOLDER / "corpus" / fuzzer.removeprefix("fuzz_")).iterdir())
    done = subprocess.run(
        ["nice", program, *LIMITS, f"-artifact_prefix={tmp_path}/", "-seed_inputs=" + ",".join(map(str, corpus))],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=SECONDS + 60,
    )  # fmt: skip
    found = [f"{path.name}: {path.read_bytes().hex()}" for path in tmp_path.iterdir()]
    assert done.returncode == 0 and not found, "\n".join([done.stderr[-4000:], *found])
