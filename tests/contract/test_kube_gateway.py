"""What every gateway promises: the twin in memory, the Kubernetes adapter on a simulated cluster, and a dump."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.decoding import decode_pages
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import UpstreamRefused, UpstreamUnreachable
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.ports.kube_gateway import KubeConnector, KubeGateway
from kubecfg_core.resources import RawList, ReadState, Resource
from kubecfg_core.secret import Secret
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_demo import Rule, Simulator
from kubecfg_dump import open_dump
from kubecfg_kubernetes import KubernetesConnector

PODS = Resource("", "v1", "pods", "Pod", KubeObject)
SECRETS = Resource("", "v1", "secrets", "Secret", KubeObject)
WIDGETS = Resource("example.com", "v1", "widgets", "Widget", KubeObject)
WARNINGS = Resource("", "v1", "events", "Event", KubeObject, field_selector="type=Warning")


def make(kind: str, name: str, namespace: str = "", **fields: Any) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **place}, **fields}


def event(name: str, severity: str) -> dict[str, Any]:
    return make("Event", name, "shop", type=severity, involvedObject={"kind": "Pod", "name": "web-0"})


OBJECTS = [
    make("Namespace", "shop"),
    make("Namespace", "data"),
    make("Namespace", "empty"),
    make("Pod", "web-0", "shop", spec={"containers": [{"name": "app", "image": "web:1"}]}),
    make("Pod", "web-1", "shop"),
    make("Pod", "db-0", "data"),
    event("started", "Normal"),
    event("backing-off", "Warning"),
]
READABLE = Rule(verbs=("get", "list"), resources=("namespaces", "pods", "pods/log", "events", "widgets"))


def target_at(url: str, *, token: str = "token", ca_data: str | None = None) -> ClusterTarget:
    return ClusterTarget(name="test", server_url=url, token=Secret(token), ca_data=ca_data)


LOGS = {
    ("shop", "web-0", "app", False): "started\nserving\n",
    ("shop", "web-0", "app", True): "".join(f"line {n}\n" for n in range(100)) + "panic: größe\n",
}


@asynccontextmanager
async def twin(_folder: Path) -> AsyncIterator[KubeGateway]:
    cluster = InMemoryCluster(OBJECTS, forbidden={"secrets"}, absent={"widgets.example.com"})
    cluster.texts |= LOGS
    yield cluster


@asynccontextmanager
async def kubernetes(_folder: Path) -> AsyncIterator[KubeGateway]:
    connector = KubernetesConnector(egress=EgressPolicy.parse(allow=["127.0.0.0/8"]))
    async with Simulator(OBJECTS, logs=LOGS).serve() as running:
        running.add_token("token", user="reader", allow=[READABLE])
        async with connector.connect(target_at(running.url, ca_data=running.ca_data)) as gateway:
            yield gateway
        await connector.close()


@asynccontextmanager
async def dump(folder: Path) -> AsyncIterator[KubeGateway]:
    for number, (kind, plural) in enumerate((("Namespace", "namespaces"), ("Pod", "pods"), ("Event", "events"))):
        items = [item for item in OBJECTS if item["kind"] == kind]
        record(folder, number, f"/api/v1/{plural}", 200, {"kind": f"{kind}List", "apiVersion": "v1", "items": items})
    refused = {"kind": "Status", "apiVersion": "v1", "message": "secrets is forbidden", "code": 403}
    record(folder, 10, "/api/v1/secrets", 403, refused)
    record(folder, 11, "/apis/example.com/v1/widgets", 404, "404 page not found\n")
    record(folder, 12, "/version", 200, {"gitVersion": "v1.36.2"})
    yield open_dump(folder)


def record(folder: Path, number: int, path: str, status: int, body: Any) -> None:
    exchange = {"request": {"method": "GET", "path": path}, "response": {"status": status, "body": body}}
    (folder / f"{number}.json").write_text(json.dumps(exchange))


@pytest.fixture(params=[twin, kubernetes, dump], ids=lambda make: make.__name__)
async def gateway(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KubeGateway]:
    async with request.param(tmp_path) as made:
        yield made


@pytest.fixture(params=[twin, kubernetes], ids=lambda make: make.__name__)
async def logging_gateway(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[KubeGateway]:
    async with request.param(tmp_path) as made:
        yield made


@pytest.fixture(params=["twin", "kubernetes"])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[tuple[KubeConnector, ClusterTarget]]:
    if request.param == "twin":
        yield (
            InMemoryConnector({"https://cluster:6443": InMemoryCluster(token="token")}),
            target_at("https://cluster:6443"),
        )
        return
    connector = KubernetesConnector(egress=EgressPolicy.parse(allow=["127.0.0.0/8"]))
    async with Simulator().serve() as running:
        running.add_token("token", user="reader")
        yield connector, target_at(running.url, ca_data=running.ca_data)
        await connector.close()


def names(answer: RawList) -> list[str]:
    objects, notes = decode_pages(answer.pages, KubeObject)
    assert not notes
    return sorted(item.name for item in objects)


async def test_a_list_has_every_object_of_the_kind(gateway: KubeGateway) -> None:
    answer = await gateway.list(PODS)
    assert (answer.state, names(answer)) == (ReadState.LISTED, ["db-0", "web-0", "web-1"])


async def test_a_list_in_a_namespace_has_no_others(gateway: KubeGateway) -> None:
    answer = await gateway.list(PODS, "shop")
    assert (answer.state, names(answer)) == (ReadState.LISTED, ["web-0", "web-1"])


async def test_an_empty_namespace_is_listed_and_empty(gateway: KubeGateway) -> None:
    answer = await gateway.list(PODS, "empty")
    assert (answer.state, names(answer)) == (ReadState.LISTED, [])


async def test_a_namespace_does_not_narrow_a_kind_without_namespaces(gateway: KubeGateway) -> None:
    assert names(await gateway.list(NAMESPACES, "shop")) == ["data", "empty", "shop"]


async def test_a_field_selector_narrows_a_list(gateway: KubeGateway) -> None:
    answer = await gateway.list(WARNINGS)
    assert (answer.state, names(answer)) == (ReadState.LISTED, ["backing-off"])


async def test_a_forbidden_kind_is_an_answer_that_says_why(gateway: KubeGateway) -> None:
    answer = await gateway.list(SECRETS)
    assert (answer.state, answer.pages) == (ReadState.FORBIDDEN, ())
    assert "secrets is forbidden" in answer.reason


async def test_an_api_that_is_not_served_is_absent(gateway: KubeGateway) -> None:
    answer = await gateway.list(WIDGETS)
    assert (answer.state, answer.pages) == (ReadState.ABSENT, ())
    assert answer.reason


async def test_an_object_that_is_there_exists(gateway: KubeGateway) -> None:
    assert await gateway.exists(PODS, "shop", "web-0") is True


async def test_an_object_of_another_namespace_does_not_exist(gateway: KubeGateway) -> None:
    assert await gateway.exists(PODS, "data", "web-0") is False


async def test_a_namespace_that_is_not_there_does_not_exist(gateway: KubeGateway) -> None:
    assert await gateway.exists(NAMESPACES, None, "nowhere") is False


async def test_existence_is_unknown_where_it_may_not_be_asked(gateway: KubeGateway) -> None:
    assert await gateway.exists(SECRETS, "shop", "any") is None


async def test_a_log_is_that_of_the_container_as_it_runs(logging_gateway: KubeGateway) -> None:
    assert await logging_gateway.logs("shop", "web-0", "app") == "started\nserving\n"


async def test_the_log_of_the_run_before_ends_with_its_last_lines(logging_gateway: KubeGateway) -> None:
    text = await logging_gateway.logs("shop", "web-0", "app", previous=True, lines=3)

    assert text == "line 98\nline 99\npanic: größe\n"


async def test_a_log_has_no_more_bytes_than_asked_for(logging_gateway: KubeGateway) -> None:
    text = await logging_gateway.logs("shop", "web-0", "app", previous=True, limit=20)

    assert 0 < len(text.encode()) <= 20


@pytest.mark.parametrize(("pod", "container"), [("web-9", "app"), ("web-0", "other"), ("../x", "app"), ("", "app")])
async def test_what_has_no_log_has_an_empty_one(gateway: KubeGateway, pod: str, container: str) -> None:
    assert not await gateway.logs("shop", pod, container)


async def test_info_has_the_version(gateway: KubeGateway) -> None:
    assert (await gateway.info()).version.startswith("v1.36.2")


async def test_info_has_the_user(served: tuple[KubeConnector, ClusterTarget]) -> None:
    connector, target = served
    async with connector.connect(target) as gateway:
        assert (await gateway.info()).user in {"admin", "reader"}


async def test_a_wrong_token_is_refused(served: tuple[KubeConnector, ClusterTarget]) -> None:
    connector, target = served
    async with connector.connect(target_at(target.server_url, token="wrong", ca_data=target.ca_data)) as gateway:
        with pytest.raises(UpstreamRefused) as caught:
            await gateway.info()
    assert caught.value.status == 401


async def test_connecting_asks_nothing(served: tuple[KubeConnector, ClusterTarget]) -> None:
    connector, _ = served
    async with connector.connect(target_at("https://127.0.0.1:1")):
        pass


async def test_a_cluster_that_is_not_there_is_unreachable(served: tuple[KubeConnector, ClusterTarget]) -> None:
    connector, _ = served
    async with connector.connect(target_at("https://127.0.0.1:1")) as gateway:
        with pytest.raises(UpstreamUnreachable):
            await gateway.list(PODS)
