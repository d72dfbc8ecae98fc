# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's page on this machine's loopback, while the daemon is in a namespace."""

from __future__ import annotations

import secrets

from harness.daemon import Daemon
from harness.lan import Lan
from harness.relay import Relay

PORT = 9464


class ServedPage:
    def __init__(self, lan: Lan):
        self.lan, self.token = lan, secrets.token_hex(8)
        self.token_file = lan.directory / "http-token"
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(self.token + "\n")

    def settings(self) -> dict[str, str]:
        """Of the daemon."""
        return {"http": f'"127.0.0.1:{PORT}"', "http_token_file": f'"{self.token_file}"'}

    def open(self, daemon: Daemon) -> str:
        """Its address. The port is the daemon's own, unless somebody else has it here."""
        try:
            relay = Relay(daemon.namespace, PORT, listen=PORT)
        except OSError:
            relay = Relay(daemon.namespace, PORT)
        self.lan.closing.callback(relay.close)
        return f"http://127.0.0.1:{relay.port}/#minutes"
