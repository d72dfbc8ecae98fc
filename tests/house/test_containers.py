# SPDX-License-Identifier: GPL-2.0-or-later
"""However the container is run, it has the same three capabilities, user and read-only root, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = ROOT / "packaging" / "container"
THREE = {"BPF", "NET_ADMIN", "NET_RAW"}
USER = 65534


def compose() -> dict:
    return yaml.safe_load((CONTAINER / "compose.yaml").read_text())["services"]["sleepproxy"]


def pod() -> dict:
    documents = yaml.safe_load_all((ROOT / "packaging" / "kubernetes" / "sleepproxy.yaml").read_text())
    return next(each for each in documents if each["kind"] == "DaemonSet")["spec"]["template"]["spec"]


def guides_options() -> str:
    return re.search(r"docker run .*?\ndocker exec", (ROOT / "docs/guide.md").read_text(), re.S)[0]


def test_the_image():
    dockerfile = (CONTAINER / "Dockerfile").read_text()
    assert {each.removeprefix("cap_").upper() for each in re.search(r"setcap (\S+)=p", dockerfile)[1].split(",")} == THREE
    assert f"\nUSER {USER}:{USER}\n" in dockerfile


def test_runc():
    process = json.loads((CONTAINER / "config.json").read_text())["process"]
    assert {name for kind in process["capabilities"].values() for name in kind} == {f"CAP_{name}" for name in THREE}
    assert process["user"] == {"uid": USER, "gid": USER}


def test_the_compose_file():
    service = compose()
    assert (set(service["cap_add"]), service["cap_drop"]) == (THREE, ["ALL"])
    assert (service["user"], service["read_only"], service["network_mode"]) == (f"{USER}:{USER}", True, "host")


def test_the_command_of_the_guide():
    options = guides_options()
    assert set(re.findall(r"--cap-add (\w+)", options)) == THREE
    for option in ("--cap-drop ALL", "--read-only", f"--user {USER}:{USER}", "--network host"):
        assert option in options


def test_the_pod():
    container = pod()["containers"][0]
    security = container["securityContext"]
    assert set(security["capabilities"]["add"]) == THREE and security["capabilities"]["drop"] == ["ALL"]
    assert (security["runAsUser"], security["runAsGroup"], security["runAsNonRoot"]) == (USER, USER, True)
    assert security["readOnlyRootFilesystem"] and pod()["hostNetwork"]
    assert "privileged" not in security
    assert security["allowPrivilegeEscalation"]  # else the capabilities of the program's file count for nothing


def test_they_give_it_the_same_places():
    written = {"/sys/fs/bpf", "/run/sleepproxy", "/var/lib/sleepproxy"}
    assert written <= {volume.split(":")[1] for volume in compose()["volumes"]}
    assert written <= {mount["mountPath"] for mount in pod()["containers"][0]["volumeMounts"]}
    assert written <= {mount["destination"] for mount in json.loads((CONTAINER / "config.json").read_text())["mounts"]}
