# SPDX-License-Identifier: GPL-2.0-or-later
"""sleepproxyctl top, on a terminal as people have it, against a daemon that serves."""

from __future__ import annotations

import re
import signal

import pytest

from harness import frames
from harness.daemon import host_section
from harness.lan import BUILD
from harness.netns import never, run
from harness.terminal import Terminal

STATES = ("awake", "drowsy", "asleep", "waking")


@pytest.fixture
def top():
    terminals: list[Terminal] = []

    def top(daemon, **options) -> Terminal:
        terminals.append(Terminal(BUILD / "sleepproxyctl", "--socket", daemon.socket_path, "top", **options))
        return terminals[-1]

    yield top
    for terminal in terminals:
        terminal.close()


def crowd(count: int) -> str:
    """Hosts that are nowhere, h0000 and so on; on a network of its own."""
    return "".join(
        host_section(f"h{n:04}", f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}", [f"192.168.{n >> 8}.{n & 255}"])
        for n in range(1, count + 1)
    )


def state(terminal: Terminal, host: str = "host") -> str:
    """As the table has it, which ends where the events begin."""
    table = terminal.text.partition("\nEVENTS")[0]
    found = re.search(rf"^[> ] {host}\s+(\w+)", table, re.M)
    return found[1] if found else ""


def shows(terminal: Terminal, wanted: str, host: str = "host", timeout: float = 5) -> None:
    terminal.wait(f"{host} is {wanted}", lambda: state(terminal, host) == wanted, timeout)


def chosen(terminal: Terminal) -> str:
    return next((line.split()[1] for line in terminal.lines if line.startswith(">")), "")


def test_the_hosts_and_a_wake_live(lan, asleep, top):
    daemon = asleep({"wake": ["tcp/22"]})
    terminal = top(daemon)
    shows(terminal, "asleep")
    line = terminal.line_of("> host")
    assert lan.host.address in line and "tcp/22" in line
    terminal.wait_text("1 host: 0 awake, 0 drowsy, 1 asleep, 0 waking")
    lan.peer.send(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "S", port=22))
    shows(terminal, "awake")
    terminal.wait_text("1 host: 1 awake, 0 drowsy, 0 asleep, 0 waking")
    events = terminal.text.partition("\nEVENTS")[2]
    assert f"{lan.peer.address}" in events and "tcp/22" in events
    assert terminal.colours_of("is awake") == {"green"}


def test_it_agrees_with_status_and_the_list(lan, asleep, top):
    daemon = asleep()
    daemon.ctl("host", "add", "attic", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.51")
    terminal = top(daemon)
    shows(terminal, "awake", "attic")
    counts = daemon.ctl("status")["hosts"]
    terminal.wait_text("2 hosts: " + ", ".join(f"{counts[each]} {each}" for each in STATES))
    for host in daemon.listed("hosts"):
        assert state(terminal, host["name"]) == host["state"]


def test_w_wakes_the_chosen_host_and_s_lets_it_sleep(lan, asleep, top):
    daemon = asleep()
    daemon.ctl("host", "add", "attic", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.51")
    terminal = top(daemon)
    shows(terminal, "asleep")
    assert chosen(terminal) == "attic"
    terminal.type("j")
    terminal.wait("host is chosen", lambda: chosen(terminal) == "host")
    terminal.type("w")
    shows(terminal, "awake")
    terminal.wait_text("host is waking")
    assert daemon.status_of("attic") == "awake"
    lan.host.sleep()
    terminal.type("s")
    shows(terminal, "asleep")
    assert daemon.status_of() == "asleep"
    assert [each["event"] for each in daemon.history("attic")] == ["added"]


@pytest.mark.parametrize("down, up", [("j", "k"), (Terminal.DOWN, Terminal.UP), ("\033OB", "\033OA")])
def test_keys_choose(start, top, down, up):
    terminal = top(start(crowd(3)))
    terminal.wait("h0001 is chosen", lambda: chosen(terminal) == "h0001")
    terminal.type(down * 2)
    terminal.wait("h0003 is chosen", lambda: chosen(terminal) == "h0003")
    terminal.type(down + up)
    terminal.wait("h0002 is chosen", lambda: chosen(terminal) == "h0002")


def test_q_ends_and_restores_the_terminal(asleep, top):
    terminal = top(asleep())
    shows(terminal, "asleep")
    assert not terminal.is_restored
    terminal.type("q")
    assert terminal.wait_end() == 0
    terminal.wait("the terminal is as before", lambda: terminal.is_restored)


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def test_signals_end_it_likewise(asleep, top, number):
    terminal = top(asleep())
    shows(terminal, "asleep")
    if number == signal.SIGINT:
        terminal.type("\003")
    else:
        terminal.process.send_signal(number)
    terminal.wait_end()
    terminal.wait("the terminal is as before", lambda: terminal.is_restored)


def test_it_is_stopped_and_continued(asleep, top):
    terminal = top(asleep())
    shows(terminal, "asleep")
    terminal.type("\032")
    terminal.wait("the terminal is as before", lambda: terminal.is_restored)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.wait("it goes on", lambda: not terminal.is_restored)
    terminal.type("q")
    assert terminal.wait_end() == 0
    terminal.wait("the terminal is as before", lambda: terminal.is_restored)


def test_it_lives_through_a_restart_of_the_daemon(lan, asleep, top):
    daemon = asleep()
    terminal = top(daemon)
    shows(terminal, "asleep")
    daemon.kill()
    terminal.wait_text("waiting for sleepproxyd to come back")
    terminal.type("w")  # nobody is there to do it
    daemon.start()
    terminal.wait("it is back", lambda: "waiting for" not in terminal.text)
    shows(terminal, "asleep")
    daemon.ctl("host", "add", "attic", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.51")
    shows(terminal, "awake", "attic")
    assert chosen(terminal) == "host"  # still
    terminal.type("w")
    shows(terminal, "awake")


def test_a_host_that_comes_or_goes_is_shown(start, known, top):
    daemon = start(known())
    terminal = top(daemon)
    shows(terminal, "awake")
    daemon.ctl("host", "add", "attic", "--mac", "02:00:00:00:00:51", "--address", "192.0.2.51")
    shows(terminal, "awake", "attic")
    assert chosen(terminal) == "host"
    daemon.ctl("host", "remove", "attic")
    shows(terminal, "", "attic")


def test_without_hosts(start, top):
    terminal = top(start())
    terminal.wait_text("0 hosts: 0 awake")
    terminal.type("jkwsG\033[5~")
    never("it ends", lambda: terminal.process.poll(), during=0.5)


@pytest.mark.parametrize("rows, columns", [(24, 80), (50, 132), (10, 40), (4, 20), (1, 10), (2, 1)])
def test_any_size(asleep, top, rows, columns):
    daemon = asleep()
    terminal = top(daemon)
    shows(terminal, "asleep")
    terminal.resize(rows, columns)
    terminal.wait("it fits", lambda: len(terminal.lines) == rows and any(terminal.lines))
    if rows >= 10:
        terminal.wait("the host is shown", lambda: "> host" in terminal.text)
    terminal.resize(24, 80)
    shows(terminal, "asleep")
    terminal.wait("the keys are in the last line", lambda: terminal.lines[-1].startswith("up/down choose"))
    terminal.type("q")
    assert terminal.wait_end() == 0


def test_thousands_of_hosts_scroll(lan, start, known, top):
    lan.proxy.namespace.ip("addr", "add", "192.168.255.1/16", "dev", "eth0")
    daemon = start(crowd(2000))
    terminal = top(daemon)
    shows(terminal, "awake", "h0001", timeout=20)
    terminal.wait_text("2000 hosts: 2000 awake")
    assert sum(bool(re.match(r"[> ] h\d{4} ", line)) for line in terminal.lines) == 14
    assert "up/down choose" in terminal.lines[-1]
    terminal.type(Terminal.END)
    terminal.wait("the last is chosen", lambda: chosen(terminal) == "h2000")
    assert state(terminal, "h0001") == ""
    terminal.type("\033[5~k")
    terminal.wait("a page and one up", lambda: chosen(terminal) == f"h{2000 - 14 - 1}")
    terminal.type("s")
    terminal.wait("it is on its way", lambda: state(terminal, "h1985") in ("drowsy", "asleep"))
    for each in range(1, 400):
        daemon.sleep(f"h{each:04}", "--now")
    terminal.wait("they are counted", lambda: re.search(r"2000 hosts: 1600 awake", terminal.lines[0]), timeout=20)
    assert chosen(terminal) == "h1985"
    terminal.type("q")
    assert terminal.wait_end() == 0


def test_no_colour_where_none_is_wanted(start, top):
    terminal = top(start(crowd(1)), NO_COLOR="1")
    terminal.wait("h0001 is chosen", lambda: chosen(terminal) == "h0001")
    assert not re.search(rb"\033\[[0-9;]*m", terminal.written)


def test_what_is_no_terminal_is_refused(start):
    daemon = start()
    argv = (BUILD / "sleepproxyctl", "--socket", daemon.socket_path)
    done = run(*argv, "top", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "terminal" in done.stderr and "watch" in done.stderr
    assert "JSON" in run(*argv, "-j", "top", check=False).stderr


def test_a_dumb_terminal_is_refused(start, top):
    terminal = top(start(), TERM="dumb")
    assert terminal.wait_end() == 1
    terminal.wait_text("TERM=dumb")


def test_a_daemon_that_hangs_is_told(asleep, top):
    daemon = asleep()
    terminal = top(daemon)
    shows(terminal, "asleep")
    daemon.process.send_signal(signal.SIGSTOP)
    terminal.type("w")
    terminal.wait_text("sleepproxyd does not answer", timeout=10)
    daemon.process.send_signal(signal.SIGCONT)
    shows(terminal, "awake")
    assert "does not answer" not in terminal.text
