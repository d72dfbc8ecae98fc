# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd-networkd without a systemd around it: one interface of one machine, by a .network file of ours."""

from __future__ import annotations

import shutil

from .programs import Program, executable

# As DUIDType=vendor has it, but not from the machine's id, which containers often lack.
DUID = "00:00:ab:11:73:6c:65:65:70:{:02x}:{:02x}:{:02x}"


class NetworkdProgram(Program):
    def configure(self, sections: str) -> None:
        mac = bytes.fromhex(self.machine.mac.replace(":", ""))
        match = f"[Match]\nName={self.machine.interface}\n"
        quiet = "[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nLLDP=no\n"
        self.write("run/systemd/network/lan.network", match + quiet + sections)
        duid = f"[DHCPv4]\nDUIDType=vendor\nDUIDRawData={DUID.format(*mac[3:])}\n"
        self.write("run/systemd/networkd.conf.d/lan.conf", duid)
        state = self.directory / "run" / "systemd" / "netif"
        state.mkdir(exist_ok=True)
        shutil.chown(state, "systemd-network", "systemd-network")

    def command(self) -> list[object]:
        return self.within({"run": "/run"}, executable("systemd-networkd"))

    def environment(self) -> dict[str, str]:
        return {"SYSTEMD_LOG_TARGET": "console", "SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_COLOR": "no"}
