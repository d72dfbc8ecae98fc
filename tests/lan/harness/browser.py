# SPDX-License-Identifier: GPL-2.0-or-later
"""
Debian's Chromium, by chromedriver, in a namespace of its own: it reaches nothing but its own loopback, and what that is
relayed to.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chromium.remote_connection import ChromiumRemoteConnection
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from .netns import Namespace, wait_for
from .relay import Relay

DRIVER_PORT = 9515
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
)  # fmt: skip


class Browser:
    def __init__(self):
        self.closing = contextlib.ExitStack()
        self.namespace = namespace = Namespace(f"sp{os.getpid()}-0-browser")
        self.closing.callback(namespace.close)
        place = Path(tempfile.mkdtemp(prefix=f"sleepproxy-{os.getpid()}-"))
        self.closing.callback(shutil.rmtree, place, ignore_errors=True)
        with (place / "chromedriver.log").open("w") as log:
            environment = os.environ | {"HOME": str(place), "TZ": "UTC"}
            namespace.start("chromedriver", f"--port={DRIVER_PORT}", stdout=log, stderr=log, env=environment)
        wait_for("chromedriver", lambda: "successfully" in (place / "chromedriver.log").read_text(), timeout=20)
        relay = Relay(namespace, DRIVER_PORT)
        self.closing.callback(relay.close)
        connection = ChromiumRemoteConnection(f"http://127.0.0.1:{relay.port}", "goog", "chrome")
        self.driver = webdriver.Remote(connection, options=self._options(place))
        self.closing.callback(self.driver.quit)
        self.clear()

    def clear(self) -> None:
        """As if it had just been started."""
        self.open("about:blank")
        self.size(1280, 900)
        self.prefer()
        self.logged()

    @staticmethod
    def _options(place: Path) -> webdriver.ChromeOptions:
        options = webdriver.ChromeOptions()
        for argument in (*ARGUMENTS, f"--user-data-dir={place / 'profile'}"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        return options

    def tell(self, command: str, **arguments: object) -> dict:
        """The DevTools protocol."""
        return self.driver.execute("executeCdpCommand", {"cmd": command, "params": arguments})["value"]

    def size(self, width: int, height: int) -> None:
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)

    def prefer(self, **features: str) -> None:
        values = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.tell("Emulation.setEmulatedMedia", features=values)

    def open(self, url: str) -> Browser:
        self.driver.get(url)
        return self

    def run(self, script: str, *arguments: object) -> object:
        return self.driver.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """As it is in the page, shown or not."""
        return self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def texts(self, selector: str) -> list[str]:
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)

    def press(self, *keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self) -> str:
        """The accessible name of what has the focus, or its text."""
        return self.run("const e = document.activeElement; return e.getAttribute('aria-label') ?? e.textContent")

    def named(self) -> list[tuple[str, str]]:
        """Role and name of all that assistive technology is told of."""
        nodes = self.tell("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", "")) for n in nodes if not n["ignored"]]

    def logged(self) -> tuple[list[str], list[str]]:
        """The errors on its console, and the addresses that it asked for anything, since this was last called."""
        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
        return errors, [each["request"]["url"] for each in sent]

    def close(self) -> None:
        self.closing.close()
