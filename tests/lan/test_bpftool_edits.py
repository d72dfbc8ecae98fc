# SPDX-License-Identifier: GPL-2.0-or-later
"""
How soon an edit by bpftool is obeyed, by the path of a map or by its number, while requests come at the highest rate:
what has hosts answered for with the next one, what ends answers within 100 ms, or 1.5 s where there are many hosts;
but with the next frame of an added host, if that speaks.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness import frames
from harness.daemon import Daemon, config_text
from harness.lan import BUILD, NETWORK, Lan
from harness.netns import run, wait_for

FEW, MANY = 4096, 4097
# ms. How long a look of the daemon is believed is counted by the kernel, in ticks of 10 ms at most. That the machine is
# busy makes nothing later, but perhaps the moment at which the end of a command is noted.
BOUND, SLACK = {FEW: 100, MANY: 1500}, 30
ASLEEP, AWAKE = "02" + " 00" * 15, "00" + " 00" * 15
SOMEBODY = "52 54 00 00 ff ff"  # who is awake
ADDED, NOBODY = 98, 99  # addresses
EXPERIMENT = 0x88B5  # an EtherType (IEEE 802)


@dataclass(frozen=True)
class Case:
    edit: str
    answered: bool  # after it, and not before; or before, and not after
    state: str = ASLEEP
    has_address: bool = True


CASES = {
    "an address is added": Case("addresses4 update {address} value hex {mac}", True, has_address=False),
    "a host is set asleep": Case(f"hosts update {{host}} value hex {ASLEEP}", True, state=AWAKE),
    "an address is deleted": Case("addresses4 delete {address}", False),
    "an address is moved": Case(f"addresses4 update {{address}} value hex {SOMEBODY}", False),
    "a host is set awake": Case(f"hosts update {{host}} value hex {AWAKE}", False),
    "a host is deleted": Case("hosts delete {host}", False),
}
WAYS = ("pinned", "id")
NUMBERS = {each: 100 + number for number, each in enumerate(itertools.product(CASES, WAYS))}  # a host for each


def address(number: int) -> str:
    return f"{NETWORK}.{number}"


def words(number: int) -> dict[str, str]:
    mac = f"52 54 00 00 00 {number:02x}"
    return {"mac": mac, "host": f"key hex {mac}", "address": f"key {address(number).replace('.', ' ')}"}


def rows(pins: Path, hosts: int) -> Iterator[str]:
    """For `bpftool batch`: those of the cases, who is awake, and so many others that there are so many hosts."""
    macs = [f"52 54 00 01 {n >> 8:02x} {n & 255:02x}" for n in range(hosts - len(NUMBERS) - 1)]
    for mac in (SOMEBODY, *macs):
        yield f"map update pinned {pins}/hosts key hex {mac} value hex {AWAKE}\n"
    for (name, _), number in NUMBERS.items():
        case, word = CASES[name], words(number)
        yield f"map update pinned {pins}/hosts {word['host']} value hex {case.state}\n"
        if case.has_address:
            yield f"map update pinned {pins}/addresses4 {word['address']} value hex {word['mac']}\n"


@dataclass
class Edited:
    """What ask_while saw."""

    sent: int
    early: int
    late: int
    late_ms: float


@dataclass
class Tables:
    """Filled with the cases' hosts, and others."""

    lan: Lan
    daemon: Daemon
    hosts: int

    def __post_init__(self) -> None:
        batch = self.lan.directory / "batch"
        batch.write_text("".join(rows(self.daemon.pins, self.hosts)))
        run("bpftool", "batch", "file", batch)
        sleepers = sum(CASES[name].state == ASLEEP for name, _ in NUMBERS)
        wait_for("all are known", lambda: self.counted() == (self.hosts, sleepers), timeout=15)

    def counted(self) -> tuple[int, int]:
        hosts = self.daemon.ask("status")["result"]["hosts"]
        return sum(hosts.values()), hosts["asleep"]

    def wait_for_look(self) -> None:
        """The index is off from the daemon's own writes, as after an edit, until its next look: no event tells of one."""
        time.sleep(BOUND[self.hosts] / 1000)

    def edit(self, name: str, way: str) -> Edited:
        case, number = CASES[name], NUMBERS[name, way]
        table, _, edit = case.edit.partition(" ")
        path = self.daemon.pins / table
        place = path if way == "pinned" else json.loads(run("bpftool", "-j", "map", "show", "pinned", path).stdout)["id"]
        verb, _, row = edit.format(**words(number)).partition(" ")
        command = ("bpftool", "map", verb, way, place, *row.split())
        asked = ("eth0", address(number), "yes" if case.answered else "no", 2 * BOUND[MANY] / 1000)
        done = self.lan.peer.namespace.run(BUILD / "tests/lan/ask_while", *asked, *command)
        return Edited(**json.loads(done.stdout))


@pytest.fixture(scope="module", params=(FEW, MANY))
def tables(bpf_filesystem: Path, request: pytest.FixtureRequest) -> Iterator[Tables]:
    with Lan() as lan:
        daemon = Daemon(lan, bpf_filesystem / f"{lan.prefix}-proxy", config_text(max_hosts=2 * FEW))
        try:
            yield Tables(lan, daemon.start(), request.param)
        finally:
            daemon.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CASES)
def test_it_is_obeyed(tables, name, way):
    if way == WAYS[0]:
        tables.wait_for_look()
    edited = tables.edit(name, way)
    assert edited.early == 0
    if CASES[name].answered:
        assert edited.late == 0
    else:
        assert edited.late_ms < BOUND[tables.hosts] + SLACK


@pytest.mark.parametrize("tables", [MANY], indirect=True)
def test_an_added_host_is_awake_with_its_own_next_frame(tables):
    """Once it was answered for, and long before the next look."""
    peer, words_of_it = tables.lan.peer, words(ADDED)
    tables.wait_for_look()
    run("bpftool", "map", "update", "pinned", tables.daemon.pins / "hosts", *f"{words_of_it['host']} value hex {ASLEEP}".split())
    row = f"{words_of_it['address']} value hex {words_of_it['mac']}"
    run("bpftool", "map", "update", "pinned", tables.daemon.pins / "addresses4", *row.split())
    assert peer.who_has(address(ADDED)) == {tables.lan.proxy.mac}
    peer.send(frames.Ether(src=words_of_it["mac"].replace(" ", ":"), dst=frames.BROADCAST, type=EXPERIMENT) / bytes(46))
    assert not peer.who_has(address(ADDED))


def test_until_then_the_index_answers(lan, start):
    """In generic mode, too. Otherwise the tests above would show nothing; but a look may come right behind an edit."""
    tables = Tables(lan, start(mode="generic", max_hosts=2 * FEW), MANY)
    for name in (name for name, case in CASES.items() if not case.answered):
        tables.wait_for_look()
        if 50 < tables.edit(name, WAYS[0]).late_ms < BOUND[MANY] + SLACK:
            return
    raise AssertionError("no edit was obeyed late")


def looks_while(lan, daemon, tmp_path, *command: object) -> tuple[int, float]:
    """How many looks at the maps there are while the command's own command runs, a second or more; and for how long."""
    dump = f"bpftool -j map dump id {daemon.map_of('.data.index')['id']} >> {tmp_path}/dumps"
    began = time.monotonic()
    lan.peer.namespace.run(*command, "sh", "-c", f"for i in $(seq 50); do {dump}; sleep 0.02; done")
    took = time.monotonic() - began
    dumps = [json.loads(line) for line in (tmp_path / "dumps").read_text().splitlines()]
    values = {dump[0]["formatted"]["value"][".data.index"][0]["index_state"]["valid_until"] for dump in dumps}
    return len(values), took


def test_there_are_looks_where_there_are_frames(lan, start, tmp_path):
    daemon = start()
    asking = (BUILD / "tests/lan/ask_while", "eth0", address(NOBODY), "no", 0)
    looks, took = looks_while(lan, daemon, tmp_path)
    assert looks <= 2 * took + 2, "with each tick of the daemon, and the first and last ones"
    (tmp_path / "dumps").unlink()
    assert looks_while(lan, daemon, tmp_path, *asking)[0] >= 8
