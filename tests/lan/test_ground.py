# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground that the daemon stands on: a kernel without BTF, no BPF file system, a table that is full."""

from __future__ import annotations

import pytest

from harness.daemon import CtlFailed
from harness.lan import mac_of
from harness.netns import run, wait_for

HIDE_BTF = 'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$@"'


def within(daemon, script: str) -> None:
    """The daemon in a mount namespace of its own, in which the script has been run first."""
    argv = daemon.command()
    daemon.command = lambda: ["unshare", "-m", "sh", "-c", script, "sh", *argv]


def test_a_kernel_without_btf_will_do(lan, prepare, known):
    daemon = prepare(known())
    within(daemon, HIDE_BTF)
    daemon.start()
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}


def test_without_a_bpf_file_system_one_is_mounted(lan, prepare, known):
    """It stays, as it takes CAP_SYS_ADMIN to remove it: without pins, for the next start."""
    daemon = prepare(known(), on_stop="wake")
    daemon.pins = lan.directory / "pins"
    daemon.start()
    assert run("stat", "-f", "-c", "%T", daemon.pins).stdout.strip() == "bpf_fs"
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    daemon.stop()
    assert {pin.suffix for pin in daemon.pins.iterdir()} <= {".debug"}  # the kernel's own
    run("umount", daemon.pins)


def test_where_none_can_be_mounted_the_error_says_what_to_do(lan, prepare):
    daemon = prepare()
    daemon.pins = lan.directory / "pins"
    argv = daemon.command()
    daemon.command = lambda: ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-all", *argv]
    daemon.spawn()
    assert daemon.process.wait(5) == 1
    assert "is not on a BPF file system" in daemon.log
    assert "mount -t bpf bpf /sys/fs/bpf" in daemon.log


def test_a_full_table_refuses_one_more_and_keeps_the_rest(lan, start):
    daemon = start(max_hosts=4)
    for number in range(4):
        daemon.ctl("host", "add", f"h{number}", "--mac", mac_of(30 + number), "--address", f"192.0.2.{100 + number}")
    with pytest.raises(CtlFailed) as refused:
        daemon.ctl("host", "add", "more", "--mac", mac_of(60), "--address", "192.0.2.160")
    assert "max-hosts" in refused.value.words
    assert len(daemon.listed("hosts")) == 4
    daemon.ctl("host", "add", "h0", "--mac", mac_of(30), "--address", "192.0.2.150")
    assert daemon.show("h0")["addresses"] == ["192.0.2.150"]


def test_a_larger_table_at_the_next_start_keeps_the_hosts(lan, prepare, known):
    daemon = prepare(known(), max_hosts=16, heartbeat_timeout="10s").start()
    daemon.take_over(lan.host)
    daemon.add(lan.peer, name="by-command")
    daemon.kill()
    daemon.configure(daemon.config_path.read_text().replace("max-hosts = 16", "max-hosts = 32"))
    daemon.start()
    assert {host["name"] for host in daemon.listed("hosts")} == {"host", "by-command"}
    daemon.wait_state("asleep")
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}


def test_no_place_for_the_store_costs_the_history_alone(lan, prepare, known):
    daemon = prepare(known())
    daemon.state = lan.directory / "not-a-directory"
    daemon.state.write_text("")
    daemon.start()
    assert "no store" in daemon.log
    daemon.take_over(lan.host)
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    assert daemon.history() == []


def test_an_address_of_the_machine_s_own_is_refused(lan, start):
    daemon = start()
    with pytest.raises(CtlFailed) as refused:
        daemon.ctl("host", "add", "self", "--mac", mac_of(60), "--address", lan.proxy.address)
    assert "own address" in refused.value.words


def test_without_an_address_to_ask_from_nothing_is_taken_over(lan, start, known):
    daemon = start(known())
    lan.proxy.namespace.ip("addr", "flush", "dev", "eth0")
    lan.host.sleep()
    daemon.sleep("host", "--now")
    wait_for("said so", lambda: "no IPv4 address to ask from" in daemon.log)
    assert daemon.status_of() == "drowsy"
    lan.proxy.namespace.ip("addr", "add", f"{lan.proxy.address}/24", "dev", "eth0")
    daemon.wait_state("asleep")
