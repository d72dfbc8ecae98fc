# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the house that a machine can check: form, size, and who may know whom."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
SOURCES = sorted(
    path
    for room in ("bpf", "include", "loader", "maps", "tests", "vmlinux")
    for path in (ROOT / room).rglob("*.[ch]")
)
HEADERS = [path for path in SOURCES if path.suffix == ".h" and "tests" not in path.parts]
SCRIPTS = sorted((ROOT / "tests").rglob("*.py"))
LINES_MAX, FUNCTION_LINES_MAX, COLUMNS_MAX = 400, 60, 100
INCLUDE = re.compile(r'^#include ["<]([^">]+)[">]', re.M)
FUNCTION = re.compile(r"^[a-z][^;=]*\n(?:.*\n)??\{\n((?:(?!\}).*\n)*)\}", re.M)

# What a room of loader/ may include, besides itself, include/ and maps/. The list of docs/architecture.md.
ROOMS = {
    "base": set(),
    "net": {"base"},
    "dhcp": {"base"},
    "group": {"base"},
    "npp": {"base", "net", "dhcp"},
    "seccomp": {"base"},
    "supervisor": {"base", "seccomp"},
    "parser": {"base", "net", "dhcp", "group", "npp", "supervisor"},
    "datapath": {"base"},
    "host": {"base", "dhcp", "group"},
    "register": {"base", "host"},
    "config": {"base", "host"},
    "npp_server": {"base", "net", "npp", "host", "register"},
    "doctor": {"base", "net", "datapath"},
    "daemon": {"base", "net", "dhcp", "group", "npp", "datapath", "host", "register", "config", "npp_server", "seccomp", "parser"},
    "control": {"base", "dhcp", "npp", "host", "daemon"},
    "report": {"base"},
    "http": {"base", "daemon", "control", "report", "supervisor"},
    "cli": {"base", "report", "control/protocol.h"},
    "lease_formats": {"base", "dhcp"},
    "agent": {"base", "net", "npp", "config", "lease_formats"},
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def compile_alone(header: Path) -> subprocess.CompletedProcess:
    of_bpf = header.name.endswith(".bpf.h") or header.parts[-2] == "vmlinux"
    folders = [f"-I{ROOT / folder}" for folder in ("include", "maps", *(("vmlinux", "bpf") if of_bpf else ("loader",)))]
    compiler = ["clang", "-target", "bpf", "-mcpu=v3"] if of_bpf else ["gcc", "-std=gnu11", "-D_GNU_SOURCE"]
    prelude = '#include "vmlinux.h"\n' if of_bpf else ""
    packages = subprocess.run(["pkg-config", "--cflags", "json-c", "libevent"], capture_output=True, text=True)
    return subprocess.run(
        [*compiler, *packages.stdout.split(), *folders, f"-I{BUILD}", "-fsyntax-only", "-x", "c", "-"],
        input=f'{prelude}#include "{header}"\n', capture_output=True, text=True,
    )  # fmt: skip


def test_form():
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *SOURCES], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]


@pytest.mark.parametrize("header", HEADERS, ids=name)
def test_header_compiles_alone(header):
    done = compile_alone(header)
    assert done.returncode == 0, done.stderr


def test_files_are_of_readable_size():
    long = {name(path): len(path.read_text().splitlines()) for path in SOURCES + SCRIPTS}
    assert not {path: lines for path, lines in long.items() if lines > LINES_MAX}


def test_comments_keep_to_the_columns():
    """clang-format sees to code, but breaks neither comments nor strings."""
    wide = [
        f"{name(path)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line.expandtabs(8)) > COLUMNS_MAX and re.match(r"^\s*(/?\*|//)|.*\*/$", line)
    ]
    assert not wide


def test_functions_are_of_readable_size():
    long = {
        name(path): body.count("\n")
        for path in SOURCES
        for body in FUNCTION.findall(path.read_text())
        if body.count("\n") > FUNCTION_LINES_MAX
    }
    assert not long


def test_every_file_names_its_licence():
    missing = [name(path) for path in SOURCES + SCRIPTS if "SPDX-License-Identifier: GPL-2.0-or-later" not in path.read_text()[:200]]
    assert not missing


def includes_of(folder: str) -> list[tuple[Path, str]]:
    return [(path, to) for path in SOURCES if path.is_relative_to(ROOT / folder) for to in INCLUDE.findall(path.read_text())]


def test_the_two_halves_meet_in_the_contract_alone():
    assert not [(name(path), to) for path, to in includes_of("loader") if to.endswith(".bpf.h") or to == "vmlinux.h"]
    rooms = {path.parent.name for path in SOURCES if path.is_relative_to(ROOT / "loader")}
    assert not [(name(path), to) for path, to in includes_of("bpf") if to.split("/")[0] in rooms]


def room_includes() -> list[tuple[Path, str]]:
    return [(path, to) for path, to in includes_of("loader") if (ROOT / "loader" / to).exists() and "/" in to]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_includes_what_its_line_names(room):
    allowed = ROOMS[room] | {room}
    found = [(path, to) for path, to in room_includes() if path.parent.name == room]
    assert not [(name(path), to) for path, to in found if to not in allowed and to.split("/")[0] not in allowed]


def test_every_room_has_its_line():
    assert {path.name for path in (ROOT / "loader").iterdir() if path.is_dir()} == set(ROOMS)


def test_a_line_names_no_room_that_is_not_included():
    used = {(path.parent.name, allowed) for path, to in room_includes() for allowed in (to, to.split("/")[0])}
    assert not [(room, other) for room, others in ROOMS.items() for other in others if (room, other) not in used]


LOADER = [path for path in SOURCES if path.is_relative_to(ROOT / "loader")]


def test_no_basename_twice():
    names = [path.name for path in LOADER if path.suffix == ".c"]
    assert not {each for each in names if names.count(each) > 1}


def test_no_struct_tag_with_two_meanings():
    tags = [(tag, name(path)) for path in LOADER for tag in re.findall(r"^struct (\w+) \{", path.read_text(), re.M)]
    places = {tag: [place for each, place in tags if each == tag] for tag, _ in tags}
    assert not {tag: found for tag, found in places.items() if len(found) > 1}


def test_every_enumerator_can_be_found():
    """Written out where it is defined, and not pasted together by a macro."""
    pasted = re.compile(r"^#define \w+\(.*?\).*\b[A-Z][A-Z0-9]*_##\w+", re.M)
    assert not [(name(path), found) for path in SOURCES if "tests" not in path.parts for found in pasted.findall(path.read_text().replace("\\\n", " "))]


def test_one_room_alone_knows_libbpf():
    foreign = [(name(path), to) for path, to in includes_of("loader") if to.startswith(("bpf/", "xdp/"))]
    assert not [each for each in foreign if not each[0].startswith("loader/datapath/")]


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("maps/*.md")], ids=name)
def test_links_of_a_page_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text())
    assert not [link for link in links if not (page.parent / link).exists()]
