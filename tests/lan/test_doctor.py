# SPDX-License-Identifier: GPL-2.0-or-later
"""What `sleepproxyd --doctor` says of a machine, and that it changes nothing there."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.lan import BUILD
from harness.netns import run, wait_for

SIGNS = {"ok": "✓", "note": "·", "warn": "!", "bad": "✗"}
THREE = ("bpf", "net_admin", "net_raw")


class Said:
    def __init__(self, done: subprocess.CompletedProcess):
        self.status, self.text = done.returncode, done.stdout
        self.lines = done.stdout.splitlines()

    def findings(self, grade: str) -> list[str]:
        return [line.strip()[2:] for line in self.lines if line.startswith(f"  {SIGNS[grade]} ")]

    def has(self, grade: str, *words: str) -> bool:
        return any(all(word in line for word in words) for line in self.findings(grade))


@pytest.fixture
def doctor(lan, bpf_filesystem):
    pins = bpf_filesystem / f"{lan.prefix}-doctor"

    def doctor(interface: str = "eth0", *before: object, pin_dir: Path = pins) -> Said:
        argv = [*before, BUILD / "sleepproxyd", "--doctor", "--pin-dir", pin_dir]
        argv += ["--interface", interface] if interface else []
        return Said(lan.proxy.namespace.run(*argv, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"}))

    return doctor


def with_only(*capabilities: str) -> list[object]:
    kept = ",".join(["-all", *(f"+{each}" for each in capabilities)])
    return ["setpriv", "--inh-caps", kept, "--ambient-caps", kept, "--bounding-set", kept, "--reuid", 0]


def test_a_machine_that_can(doctor):
    said = doctor()
    assert said.status == 0, said.text
    assert not said.findings("bad")
    for words in ("Linux", "CAP_BPF", "map type ringbuf", "helper bpf_xdp_get_buff_len", "JIT", "native XDP"):
        assert said.has("ok", words), words
    assert said.lines[-1].startswith("sleepproxyd can run here")


def test_each_finding_is_one_line_with_a_sign(doctor):
    for line in doctor().lines[:-2]:
        assert re.match(r"  [✓·!✗] \S|[A-Z]\w+$", line), line


def test_without_an_interface_only_the_machine(doctor):
    said = doctor("")
    assert said.status == 0
    assert "Interface" not in said.lines


def test_an_absent_interface(doctor):
    said = doctor("eth7")
    assert said.status == 1
    assert said.has("bad", "eth7", "eth0")
    assert said.lines[-1].startswith("sleepproxyd cannot run here")


def test_no_ethernet(doctor):
    assert doctor("lo").has("bad", "lo")


@pytest.mark.parametrize("missing", THREE)
def test_a_missing_capability(doctor, missing):
    said = doctor("eth0", *with_only(*(each for each in THREE if each != missing)))
    assert said.status == 1
    assert said.has("bad", f"missing CAP_{missing.upper()}")
    assert sum("missing CAP_" in line for line in said.findings("bad")) == 1


def test_three_capabilities_suffice(doctor):
    said = doctor("eth0", *with_only(*THREE))
    assert said.status == 0, said.text


def test_no_bpffs(lan, doctor):
    said = doctor(pin_dir=lan.directory / "pins")
    assert said.status == 0
    assert said.has("warn", "no BPF file system", "mount -t bpf")
    said = doctor("eth0", *with_only(*THREE), pin_dir=lan.directory / "pins")
    assert said.status == 1
    assert said.has("bad", "no BPF file system", "mount -t bpf")


def test_a_veth_is_warned_of(doctor):
    assert doctor().has("warn", "veth", "generic")


def test_another_program_in_the_slot(lan, doctor):
    lan.proxy.namespace.ip("link", "set", "dev", "eth0", "xdpdrv", "obj", lan.pass_program, "sec", "xdp")
    said = doctor()
    assert said.status == 1
    assert said.has("bad", "another XDP program", "eth0", "pass")
    said = doctor("eth0", *with_only(*THREE))
    assert said.has("bad", "another XDP program", "CAP_SYS_ADMIN")


def test_our_own_program_in_the_slot(lan, doctor, asleep):
    daemon = asleep()
    for before in ([], with_only(*THREE)):
        said = doctor("eth0", *before, pin_dir=daemon.pins)
        assert said.status == 0, said.text
        assert said.has("ok", "own program", "eth0")


def test_it_disturbs_nothing(lan, doctor, asleep):
    daemon = asleep()
    before = lan.proxy.namespace.ip("-d", "link", "show", "eth0"), sorted(daemon.pins.iterdir())
    requests = lan.peer.arping_in_background(lan.host.address, seconds=2)
    doctor(pin_dir=daemon.pins)
    doctor()
    assert requests.lost() == 0
    assert (lan.proxy.namespace.ip("-d", "link", "show", "eth0"), sorted(daemon.pins.iterdir())) == before
    assert daemon.status_of() == "asleep"


def test_vlan_tags_that_are_taken_off(lan, doctor):
    lan.proxy.namespace.run("ethtool", "-K", "eth0", "rxvlan", "on")
    assert doctor().has("warn", "VLAN", "rxvlan off")
    lan.proxy.namespace.run("ethtool", "-K", "eth0", "rxvlan", "off")
    assert not doctor().has("warn", "VLAN")


def test_large_frames(lan, doctor):
    assert doctor().has("ok", "MTU 1500")
    lan.cable(lan.switch, "wide", lan.proxy.namespace, "eth1")
    lan.proxy.namespace.ip("link", "set", "eth1", "mtu", 9000)
    assert doctor("eth1").has("warn", "MTU 9000")


def test_down_and_without_an_address(lan, doctor):
    lan.proxy.namespace.ip("link", "set", "eth0", "down")
    lan.proxy.namespace.ip("addr", "flush", "dev", "eth0")
    said = doctor()
    assert said.has("warn", "is down", "ip link set eth0 up")
    assert said.has("warn", "no IPv4 address")


def test_a_bridge_and_its_port(lan, doctor):
    lan.proxy.namespace.ip("link", "add", "br0", "type", "bridge")
    lan.proxy.namespace.ip("link", "set", "eth0", "master", "br0")
    assert doctor().has("warn", "eth0 is part of bridge br0")
    said = doctor("br0")
    assert said.has("warn", "br0 is a bridge")
    assert said.has("warn", "no native XDP")


def test_ipv6_that_is_disabled(lan, doctor):
    said = doctor()
    assert said.has("warn", "IPv6 is disabled on eth0", "sysctl net.ipv6.conf.eth0.disable_ipv6=0")
    assert not said.has("warn", "link-local")
    hidden = ("unshare", "--mount", "sh", "-ec", 'mount -t tmpfs none /proc/sys/net/ipv6; exec "$@"', "sh")
    assert doctor("eth0", *hidden).has("warn", "kernel has no IPv6", "ipv6.disable=1")


def doctor_with_link_local(lan, doctor) -> Said:
    shown = ("-6", "addr", "show", "dev", "eth0", "scope", "link", "-tentative")
    wait_for("it has its link-local address", lambda: lan.proxy.namespace.ip(*shown))
    return doctor()


def test_ipv6_without_a_link_local_address_or_a_prefix(lan, doctor):
    proxy = lan.proxy.namespace
    proxy.ip("link", "set", "eth0", "addrgenmode", "none")
    lan.proxy.use_ipv6()
    said = doctor()
    assert said.has("warn", "no link-local address", "sysctl net.ipv6.conf.eth0.addr_gen_mode=0")
    assert said.has("note", "no IPv6 prefix", "until a router advertises one"), said.text
    proxy.run("sysctl", "-q", "net.ipv6.conf.eth0.addr_gen_mode=0")
    proxy.ip("-6", "addr", "add", "fd00::2/64", "dev", "eth0")
    said = doctor_with_link_local(lan, doctor)
    assert said.has("ok", "eth0 has a link-local address")
    assert said.has("ok", "IPv6 addresses in fd00::/64 are on the link")
    assert not said.has("warn", "IPv6")


def test_ipv6_of_a_bridge_and_its_port(lan, doctor):
    lan.proxy.use_ipv6()
    lan.proxy.namespace.ip("link", "add", "br0", "up", "type", "bridge")
    assert not doctor_with_link_local(lan, doctor).has("warn", "groups")
    lan.proxy.namespace.ip("link", "set", "eth0", "master", "br0")
    assert doctor().has("warn", "eth0 is a port of bridge br0", "snoop (MLD) forget eth0")
    assert not doctor("br0").has("warn", "is a port of bridge")


def colours_on(argv: list[object], **environment: str) -> bool:
    controller, terminal = pty.openpty()
    with os.fdopen(controller, "rb", buffering=0) as screen:
        subprocess.run([str(each) for each in argv], stdout=terminal, env=os.environ | environment, check=False)
        os.close(terminal)
        return b"\x1b[" in screen.read(65536)


def test_colours_only_on_a_terminal(lan, doctor):
    argv = [BUILD / "sleepproxyd", "--doctor"]
    assert "\x1b[" not in doctor().text
    assert colours_on(argv, NO_COLOR="")
    assert not colours_on(argv, NO_COLOR="1")


def test_signs_are_words_where_the_locale_has_no_others():
    shown = run(BUILD / "sleepproxyd", "--doctor", check=False, env=os.environ | {"LC_ALL": "C"}).stdout
    assert "  ok   CAP_BPF" in shown
    assert shown.isascii()


def test_as_json(lan, doctor):
    argv = (BUILD / "sleepproxyctl", "-j", "doctor", "--interface", "eth0", "--pin-dir", lan.directory / "pins")
    said = json.loads(lan.proxy.namespace.run(*argv, check=False).stdout)
    assert said["schema"] == 1 and said["can-run"] is True
    assert {"about", "grade", "text"} == set(said["findings"][0])
    assert {each["about"] for each in said["findings"]} >= {"Machine", "Privileges", "BPF", "Pins"}


def test_an_ordinary_user_is_not_told_to_take_what_is_the_daemons(lan, doctor, asleep):
    daemon = asleep()
    nobody = ("setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", "-all")
    shutil.copy(BUILD / "sleepproxyd", lan.directory)
    lan.directory.chmod(0o755)
    argv = (*nobody, lan.directory / "sleepproxyd", "--doctor", "--pin-dir", daemon.pins)
    said = Said(lan.proxy.namespace.run(*argv, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"}))
    assert said.status == 1 and said.has("note", "user 65534", "sudo")
    assert not re.search(r"chown |mount -t|\brm ", said.text)
