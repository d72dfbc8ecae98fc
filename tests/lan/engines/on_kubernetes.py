# SPDX-License-Identifier: GPL-2.0-or-later
"""
packaging/kubernetes/sleepproxy.yaml. No cluster runs here, so that the node's label, the probes and what a cluster admits are
not tested. It is compared with what the Kubernetes API has, as Debian's client knows it (1.22): each field's name and type.
podman runs its pod: the container that prepares the directories, then the daemon, with the security context that it says.
podman 4.3 knows no DaemonSet and takes its template as a Deployment's. Its seccomp profile denies bpf(2), so that the pod has
the other one that the manifest names, which podman finds by an annotation alone. The node's directories and the configuration
are the test's. Capabilities podman gives to the user itself, where Kubernetes leaves it to the program's file: for that see
test_container.py.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from engine import Contained, it_does_its_work
from harness.daemon import BpfFilesystem
from harness.lan import ROOT
from harness.netns import run

MANIFEST = ROOT / "packaging" / "kubernetes" / "sleepproxy.yaml"
DOCUMENTS = list(yaml.safe_load_all(MANIFEST.read_text()))
MODELS = {"Namespace": "V1Namespace", "ConfigMap": "V1ConfigMap", "DaemonSet": "V1DaemonSet"}
PLAIN = {"str": str, "bool": bool, "int": int}


def differences(value: object, kind: str, path: str) -> list[str]:
    """Where a value is not what the type of the API says."""
    client = pytest.importorskip("kubernetes.client", reason="python3-kubernetes is not installed")
    if many := re.fullmatch(r"list\[(\w+)\]", kind):
        if not isinstance(value, list):
            return [f"{path}: not a list"]
        return [each for n, item in enumerate(value) for each in differences(item, many[1], f"{path}[{n}]")]
    if table := re.fullmatch(r"dict\(str, (\w+)\)", kind):
        return [each for key, item in value.items() for each in differences(item, table[1], f"{path}.{key}")]
    if kind in PLAIN:
        return [] if type(value) is PLAIN[kind] else [f"{path}: {value!r} is not of type {kind}"]
    model = getattr(client, kind)
    members = {name: model.openapi_types[member] for member, name in model.attribute_map.items()}
    unknown = [f"{path}.{name}: no such field of {kind}" for name in value.keys() - members.keys()]
    return unknown + [
        each for name in value.keys() & members.keys()
        for each in differences(value[name], members[name], f"{path}.{name}")
    ]  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["kind"])
def test_kubernetes_has_each_of_its_fields(document):
    assert differences(document, MODELS[document["kind"]], document["kind"]) == []


def test_a_field_that_kubernetes_does_not_have_is_found():
    pod = {"spec": {"hostNetwork": "yes", "containers": [{"name": "a", "imagePolicy": "Always"}]}}
    assert set(differences(pod, "V1Pod", "Pod")) == {
        "Pod.spec.containers[0].imagePolicy: no such field of V1Container",
        "Pod.spec.hostNetwork: 'yes' is not of type bool",
    }


def adapted(lan, config_file: Path, bpf: Path) -> str:
    """As podman takes it, on this machine's directories."""
    _, config, workload = yaml.safe_load_all(MANIFEST.read_text())
    config["data"]["sleepproxyd.conf"] = config_file.read_text()
    workload["kind"] = "Deployment"
    template = workload["spec"]["template"]
    template["metadata"]["annotations"] = {"seccomp.security.alpha.kubernetes.io/pod": "localhost/seccomp.json"}
    for volume in template["spec"]["volumes"]:
        if "hostPath" in volume:
            path = bpf / "sleepproxy" if volume["name"] == "bpf" else lan.directory / volume["name"]
            volume["hostPath"]["path"] = str(path)
    return yaml.safe_dump_all([config, workload])


@pytest.fixture
def busybox(podman_on, lan) -> None:
    root = lan.place("busybox")
    (root / "bin").mkdir()
    shutil.copy("/bin/busybox", root / "bin/busybox")
    for name in ("sh", "chmod", "chown"):
        (root / "bin" / name).symlink_to("busybox")
    run("tar", "-C", root, "-cf", lan.directory / "busybox.tar", ".")
    podman_on.run("import", "--change", "ENV PATH=/bin", lan.directory / "busybox.tar", "docker.io/library/busybox:1.36")


class Pod(Contained):
    def play(self) -> Pod:
        self.engine.run("play", "kube", "--seccomp-profile-root", ROOT / "packaging" / "container", self.manifest)
        mounts = {mount["Destination"]: mount["Source"] for mount in self.engine.inspect(self.name)["Mounts"]}
        self.socket_path = Path(mounts["/run/sleepproxy"]) / "control.sock"
        return self.start()

    def end(self) -> None:
        self.engine.run("play", "kube", "--down", self.manifest, check=False)


@pytest.fixture
def pod(podman_on, lan, config_file, busybox):
    filesystem = BpfFilesystem()
    pod = Pod(lan, podman_on, "sleepproxy-pod-0-sleepproxy", lan.directory)
    pod.manifest = lan.directory / "pod.yaml"
    pod.manifest.write_text(adapted(lan, config_file, filesystem.path))
    yield pod.play()
    pod.end()
    podman_on.close()
    filesystem.close()


def test_podman_runs_its_pod_and_hosts_are_answered_for_while_it_is_replaced(pod, lan, ssh):
    it_does_its_work(pod, lan, ssh)
    pod.take_over(lan.host)
    pod.end()
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
    pod.play().wait_state("asleep")
    assert lan.peer.arping(lan.host.address).macs == {lan.proxy.mac}
