# SPDX-License-Identifier: GPL-2.0-or-later
"""Nonsense in the tables, on the control socket and on the wire; privileges that are missing."""

import json
import socket

import pytest

from harness import frames
from harness.daemon import CtlFailed
from harness.netns import run, wait_for

CAPABILITIES = ("bpf", "net_admin", "net_raw")


def octets(data: bytes) -> list[str]:
    return ["hex", *(f"{octet:02x}" for octet in data)]


def write_host(daemon, mac: str, state: int) -> None:
    key = bytes.fromhex(mac.replace(":", ""))
    value = state.to_bytes(4, "little") + bytes(12)
    run("bpftool", "map", "update", "pinned", daemon.pins / "hosts", "key", *octets(key), "value", *octets(value))


def test_a_state_that_is_none_is_not_answered_for(lan, asleep):
    daemon = asleep()
    write_host(daemon, lan.host.mac, 77)
    wait_for("no answer", lambda: lan.peer.who_has(lan.host.address) == set())
    wait_for("a state that is one", lambda: daemon.status_of() in ("awake", "drowsy", "asleep", "waking"))
    assert daemon.running


def test_a_host_too_many_is_refused_in_words(start):
    daemon = start(max_hosts=2)
    for n in (51, 52):
        daemon.ctl("host", "add", f"h{n}", "--mac", f"02:00:00:00:00:{n}", "--address", f"192.0.2.{n}")
    with pytest.raises(CtlFailed) as failure:
        daemon.ctl("host", "add", "h53", "--mac", "02:00:00:00:00:53", "--address", "192.0.2.53")
    assert "max-hosts" in failure.value.words
    assert len(daemon.listed("hosts")) == 2


def say(daemon, data: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(2)
        link.connect(str(daemon.socket_path))
        link.sendall(data)
        return link.makefile("rb").readline()


@pytest.mark.parametrize(
    "line",
    [b"\n", b"hello\n", b"[]\n", b"null\n", b'{"command": 5}\n', b'{"command": "dance"}\n', b"{}\n", b"\xff\xfe\0\n",
     b'{"command": "host-show"}\n', b'{"command": "host-show", "name": {}}\n', b'{"command": "host-add", "name": "x"}\n',
     b'{"command": "host-add", "name": "x", "mac": "02:00:00:00:00:51", "addresses": [{}]}\n', b"[" * 5000 + b"\n"],
)  # fmt: skip
def test_nonsense_on_the_socket_is_refused_in_words(start, known, line):
    daemon = start(known())
    answer = say(daemon, line)
    assert not answer or json.loads(answer)["ok"] is False
    assert daemon.ask("status")["ok"]


def test_a_line_without_end_is_cut_off(start):
    daemon = start()
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        link.connect(str(daemon.socket_path))
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(64):
                link.sendall(b"x" * 65536)
            while link.recv(65536):
                pass
            raise ConnectionResetError
    assert daemon.ask("status")["ok"]


def test_clients_that_say_nothing_stop_nobody(start):
    daemon = start()
    idle = [socket.socket(socket.AF_UNIX) for _ in range(100)]
    for link in idle:
        link.connect(str(daemon.socket_path))
    assert daemon.ask("status")["ok"]
    for link in idle:
        link.close()


def test_a_watcher_that_does_not_read_stops_nobody(start):
    daemon = start()
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(daemon.socket_path))
        deaf.sendall(b'{"command": "watch"}\n')
        for n in range(1500):
            spec = {"name": "x" * 60, "mac": "02:00:00:00:00:51", "addresses": ["192.0.2.51"]}
            assert daemon.ask("host-add", **spec)["ok"]
            assert daemon.ask("host-remove", name="x" * 60)["ok"]
    assert daemon.running


def test_broken_frames_harm_nobody(lan, asleep):
    daemon = asleep()
    whole = bytes(frames.tcp(lan.peer, lan.host, lan.proxy.mac, "A"))
    arp = bytes(frames.arp_request(lan.peer, lan.host.address))
    lan.peer.send(*(whole[:cut] for cut in range(14, len(whole))), *(arp[:cut] for cut in range(14, 41)))
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
    assert daemon.status_of() == "asleep"


def confined(daemon, *capabilities: str) -> list:
    bounding = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    return ["setpriv", f"--bounding-set={bounding}", *daemon.command()]


def test_three_capabilities_are_enough(lan, prepare, known):
    daemon = prepare(known())
    daemon.spawn(*confined(daemon, *CAPABILITIES))
    wait_for("the daemon", daemon.answers, timeout=10)
    daemon.take_over(lan.host)
    assert lan.peer.who_has(lan.host.address) == {lan.proxy.mac}
    daemon.wake()
    daemon.wait_state("awake")


@pytest.mark.parametrize("missing", CAPABILITIES)
def test_a_missing_capability_is_named(prepare, known, missing):
    daemon = prepare(known())
    rest = [name for name in CAPABILITIES if name != missing]
    done = daemon.namespace.run(*confined(daemon, *rest), check=False, timeout=10)
    assert done.returncode != 0
    assert f"CAP_{missing.upper()}" in done.stderr
