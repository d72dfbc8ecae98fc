# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon on the LAN's proxy, and its command line."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from .lan import BUILD, Lan, Machine, Sleeper
from .netns import Namespace, end, run, wait_for

QUICK = {
    "grace-period": "300ms",
    "sleep-timeout": "2s",
    "idle-timeout": "1s",
    "check-interval": "100ms",
    "check-requests": 2,
    "wake-interval": "300ms",
    "wake-attempts": 6,
    "wake-holdoff": "100ms",
    "heartbeat-timeout": "5s",
}


class CtlFailed(RuntimeError):
    def __init__(self, done: subprocess.CompletedProcess):
        self.status, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        super().__init__(f"{' '.join(done.args)}: exit status {done.returncode}\n{self.words}")

    @property
    def words(self) -> str:
        return (self.stdout + self.stderr).strip()


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "{" + ", ".join(f'"{item}"' for item in value) + "}"
    return str(value)


def _key(octets: list[str]) -> str:
    """As bpftool writes octets: an IPv4 address, or a MAC."""
    values = [int(octet, 16) for octet in octets]
    return ".".join(map(str, values)) if len(values) == 4 else bytes(values).hex(":")


def settings(values: dict[str, object], quoted: tuple[str, ...] = ()) -> str:
    return "".join(
        f'{key} = "{value}"\n' if key in quoted else f"{key} = {_value(value)}\n" for key, value in values.items()
    )


def host_section(name: str, mac: str, addresses: list[str], **options: object) -> str:
    values = {"mac": mac, "addresses": addresses} | {key.replace("_", "-"): value for key, value in options.items()}
    return f"host {name} {{\n{settings(values, ('mac', 'secureon'))}}}\n"


def config_text(
    *sections: str,
    mode: str = "auto",
    answer: str = "proxy",
    dhcp_source: str = "proxy",
    on_stop: str = "keep",
    **timing: object,
) -> str:
    values = QUICK | {key.replace("_", "-"): value for key, value in timing.items()} | {"on-stop": on_stop}
    interface = f"interface eth0 {{\nmode = {mode}\nanswer = {answer}\ndhcp-source = {dhcp_source}\n}}\n"
    return settings(values) + interface + "".join(sections)


class BpfFilesystem:
    """A bpffs of one's own, so that no pin of a test is ever among the machine's."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix=f"sleepproxy-{os.getpid()}-bpf-"))
        run("mount", "-t", "bpf", "bpf", self.path)

    def close(self) -> None:
        run("umount", self.path)
        self.path.rmdir()


class Daemon:
    def __init__(
        self,
        lan: Lan,
        pins: Path,
        config: str,
        interface: str = "eth0",
        name: str = "proxy",
        machine: Machine | None = None,
    ):
        self.lan, self.interface = lan, interface
        self.namespace: Namespace = (machine or lan.proxy).namespace
        self.pins = pins
        self.state = lan.directory / f"{name}-state"
        self.socket_path = lan.directory / f"{name}.sock"
        self.log_path = lan.directory / f"{name}.log"
        self.config_path = lan.directory / f"{name}.conf"
        self.process: subprocess.Popen | None = None
        self.configure(config)

    def configure(self, config: str) -> None:
        self.config_path.write_text(config)

    def command(self) -> list[object]:
        return [BUILD / "sleepproxyd", "--interface", self.interface, "--config", self.config_path,
                "--socket", self.socket_path, "--pin-dir", self.pins, "--state-dir", self.state]  # fmt: skip

    def spawn(self, *command: object) -> None:
        """Started, but perhaps not ready. `command`: other than the usual one."""
        with self.log_path.open("a") as log:
            self.process = self.namespace.start(*(command or self.command()), stderr=log, stdout=log)

    def start(self) -> Daemon:
        self.spawn()
        wait_for("the daemon's socket answers", self._answers_or_is_dead, timeout=10)
        assert self.running, f"sleepproxyd ended with status {self.process.returncode}:\n{self.log}"
        return self

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> str:
        return self.log_path.read_text() if self.log_path.exists() else ""

    def _answers_or_is_dead(self) -> bool:
        return not self.running or self.answers()

    def answers(self) -> bool:
        with contextlib.suppress(OSError, ValueError):
            return bool(self.ask("status")["ok"])
        return False

    def kill(self) -> None:
        """As a crash would: no goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self, patience: float = 10) -> int:
        self.process.terminate()
        return self.process.wait(patience)

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def ask(self, command: str, **arguments: object) -> dict:
        """One exchange of loader/control/protocol.h."""
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(str(self.socket_path))  # waits for its turn
            link.settimeout(5)
            link.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
            return json.loads(link.makefile().readline())

    def ctl(self, *argv: object) -> object:
        """What sleepproxyctl -j says."""
        shown = self._ctl("-j", *argv).stdout
        return json.loads(shown) if shown.strip() else None

    def listed(self, kind: str, *argv: object) -> list[dict]:
        """The hosts, leases or events that it lists."""
        said = self.ctl(*(argv or (kind[:-1], "list")))
        assert set(said) == {"schema", kind} and said["schema"] == 1
        return said[kind]

    def ctl_text(self, *argv: object) -> str:
        return self._ctl(*argv).stdout

    def _ctl(self, *argv: object) -> subprocess.CompletedProcess:
        done = run(BUILD / "sleepproxyctl", "--socket", self.socket_path, *argv, check=False)
        if done.returncode != 0:
            raise CtlFailed(done)
        return done

    def add(self, machine, *options: object, name: str = "") -> dict:
        argv = ("host", "add", name or machine.name, "--mac", machine.mac, "--address", machine.address)
        return self.ctl(*argv, *options)

    def sleep(self, name: str = "host", *options: str) -> dict:
        return self.ctl("host", "sleep", name, *options)

    def wake(self, name: str = "host") -> dict:
        return self.ctl("host", "wake", name)

    def show(self, name: str = "host") -> dict:
        return self.ask("host-show", name=name)["result"]

    def status_of(self, name: str = "host") -> str:
        return self.show(name)["state"]

    def wait_state(self, state: str, name: str = "host", timeout: float = 5) -> None:
        with contextlib.suppress(AssertionError):
            wait_for(state, lambda: self.status_of(name) == state, timeout)
            return
        raise AssertionError(f"{name} is {self.status_of(name)}, not {state}, after {timeout} s")

    def take_over(self, host: Sleeper) -> None:
        """The host goes silent, says so, and is answered for."""
        host.sleep()
        self.sleep(host.name, "--now")
        self.wait_state("asleep", host.name)

    def counters(self) -> dict[str, int]:
        return self.ask("counters")["result"]

    def npp(self) -> dict[str, int]:
        """What became of messages of the Network Proxy Protocol."""
        return {name.removeprefix("npp_"): n for name, n in self.counters().items() if name.startswith("npp_")}

    def map_of(self, name: str) -> dict:
        """As bpftool shows it: the map of that name which the program on eth0 uses."""
        link = json.loads(run("bpftool", "-j", "link", "show", "pinned", self.pins / "link-eth0").stdout)
        program = json.loads(run("bpftool", "-j", "prog", "show", "id", link["prog_id"]).stdout)
        maps = (json.loads(run("bpftool", "-j", "map", "show", "id", each).stdout) for each in program["map_ids"])
        return next(each for each in maps if each["name"] == name)

    def table(self, name: str) -> dict[str, str]:
        """A table of the datapath that is about hosts: what is behind a MAC, or behind an IPv4 address."""
        rows = json.loads(run("bpftool", "-j", "map", "dump", "pinned", self.pins / name).stdout)
        return {_key(row["key"]): _key(row["value"][:6]) for row in rows}

    def history(self, name: str = "host") -> list[dict]:
        return self.ask("history", name=name)["result"]

    def interface_state(self) -> str:
        states = {each["name"]: each["state"] for each in self.ask("status")["result"]["interfaces"]}
        return states[self.interface]

    def watch(self) -> Watch:
        watch = Watch(self)
        self.lan.closing.callback(watch.close)
        return watch

    def follow_text(self) -> Path:
        """A file that grows with what `sleepproxyctl watch` shows to people."""
        path = self.lan.directory / "watch.txt"
        with path.open("w") as out:
            self.namespace.start(BUILD / "sleepproxyctl", "--socket", self.socket_path, "watch", stdout=out)
        time.sleep(0.2)
        return path

    def close(self) -> None:
        if self.process:
            end(self.process)
        shutil.rmtree(self.pins, ignore_errors=True)
        refused = [line for line in self.log.splitlines() if "refused system call" in line]
        assert not refused, f"loader/daemon/confine.c lacks what the daemon needs: {refused}"


class Watch:
    """`sleepproxyctl -j watch`, read as it comes."""

    def __init__(self, daemon: Daemon):
        argv = [str(BUILD / "sleepproxyctl"), "--socket", str(daemon.socket_path), "-j", "watch"]
        self.events: list[dict] = []
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, name="watch", daemon=True).start()
        time.sleep(0.1)

    def _read(self) -> None:
        for line in self.process.stdout:
            if line.strip() not in ("", "{}"):
                self.events.append(json.loads(line))

    def kinds(self, host: str = "host") -> list[str]:
        return [event["event"] for event in self.events if event["host"] == host]

    def wait(self, kind: str, host: str = "host", timeout: float = 5) -> dict:
        def seen() -> dict | None:
            return next((e for e in list(self.events) if e["event"] == kind and e["host"] == host), None)

        return wait_for(f"event {kind} of {host} among {self.events}", seen, timeout)

    def close(self) -> None:
        end(self.process)
