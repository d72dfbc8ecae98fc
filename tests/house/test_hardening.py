# SPDX-License-Identifier: GPL-2.0-or-later
"""The built programs have what the compiler and the linker can do against a bug that is exploited, as hardening-check(1) reads it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
PROGRAMS = ("sleepproxyd", "sleepproxyctl", "sleepproxy-agent")
# By machine: what a probe of each page of a large frame looks like, and the first instruction of main().
PROBE = {"x86_64": r"or[lq]\s+\$0x0,.*\(%rsp\)", "aarch64": r"str\s+xzr, \[sp, #1024\]"}
LANDING = {"x86_64": r"endbr64", "aarch64": r"(?:paciasp|bti\s+c)"}


def reads(*argv: object) -> str:
    return subprocess.run([str(each) for each in argv], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request) -> Path:
    return BUILD / request.param


def symbols(program: Path) -> str:
    return reads("readelf", "--wide", "--dyn-syms", program)


def test_it_is_loaded_at_an_address_by_chance(program):
    assert "(Position-Independent Executable" in reads("readelf", "--wide", "-h", program)


def test_what_the_linker_fills_in_is_read_only_and_filled_in_at_once(program):
    assert "GNU_RELRO" in reads("readelf", "--wide", "-l", program)
    assert re.search(r"\(FLAGS(_1)?\).*\bNOW\b", reads("readelf", "--wide", "-d", program))


def test_no_memory_is_writable_and_executable(program):
    segments = re.findall(r"^  (\w+) +(?:0x\w+ ){4}.?(?:0x\w+ )+ *([RWE ]+?) +0x", reads("readelf", "--wide", "-l", program), re.M)
    assert {"LOAD", "GNU_STACK"} <= {kind for kind, _ in segments}
    assert not [each for each in segments if "W" in each[1] and "E" in each[1]]


def test_a_stack_that_is_overwritten_is_noticed(program):
    assert "__stack_chk_fail" in symbols(program)


def test_calls_of_libc_check_the_size_of_their_buffers(program):
    if "__asan_init" in symbols(program):
        pytest.skip("AddressSanitizer checks them")
    assert re.search(r"\b__(mem|str|v?sn?printf|v?fprintf|read|recv)\w*_chk\b", symbols(program))


def test_a_stack_cannot_jump_over_its_guard_page(program):
    assert re.search(PROBE[platform.machine()], reads("objdump", "-d", "--no-show-raw-insn", program))


def test_an_indirect_call_must_land_where_a_function_begins(program):
    main = reads("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", program)
    assert re.search(rf"<main>:\n\s+\w+:\s+{LANDING[platform.machine()]}\b", main)
