"""The Kubernetes adapter against a simulated cluster, and against scripted answers where paging goes wrong."""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme
from aiohttp import web

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.decoding import decode_pages
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import InvalidInput, UpstreamRefused
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.resources import RawList, ReadState, Resource
from kubecfg_core.secret import Secret
from kubecfg_demo import Fault, Mode, Running, Simulator
from kubecfg_kubernetes import KubernetesConnector
from tests.fakes.tls_server import ca_data, serving

PODS = Resource("", "v1", "pods", "Pod", KubeObject)
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", KubeObject)
POD_METRICS = Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", KubeObject)
LOOPBACK = EgressPolicy.parse(allow=["127.0.0.0/8"])


def pod(number: int) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"web-{number}", "namespace": "shop"}}


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async with Simulator([pod(number) for number in range(10)]).serve() as started:
        yield started


def target_of(running: Running, **fields: Any) -> ClusterTarget:
    given = {"token": Secret(running.admin_token), "ca_data": running.ca_data, **fields}
    return ClusterTarget(name="test", server_url=running.url, **given)


@asynccontextmanager
async def looking(running: Running, fields: dict[str, Any] | None = None, **limits: Any) -> AsyncIterator[KubeGateway]:
    connector = KubernetesConnector(egress=LOOPBACK, **limits)
    try:
        async with connector.connect(target_of(running, **fields or {})) as gateway:
            yield gateway
    finally:
        await connector.close()


def page(*numbers: int, next_token: str = "") -> str:
    return json.dumps({"kind": "PodList", "metadata": {"continue": next_token}, "items": [pod(n) for n in numbers]})


async def scripted(*answers: tuple[int, str]) -> tuple[ReadState, list[str]]:
    """What comes of a list that is answered so, request by request: its state, and the names of its objects."""
    left = list(answers)

    async def play(_: web.Request) -> web.StreamResponse:
        status, body = left.pop(0)
        return web.Response(status=status, text=body, content_type="application/json")

    authority = trustme.CA()
    async with serving(play, authority) as url:
        answer = await listed(ClusterTarget(name="test", server_url=url, ca_data=ca_data(authority)))
    objects, _ = decode_pages(answer.pages, KubeObject)
    return answer.state, [item.name for item in objects]


async def listed(target: ClusterTarget) -> RawList:
    connector = KubernetesConnector(egress=LOOPBACK)
    try:
        async with connector.connect(target) as gateway:
            return await gateway.list(PODS)
    finally:
        await connector.close()


async def test_a_list_is_one_request_to_the_watch_cache(running: Running) -> None:
    async with looking(running) as gateway:
        await gateway.list(PODS)
    assert [seen.path for seen in running.requests] == ["/api/v1/pods?resourceVersion=0"]


async def test_pages_are_followed_to_the_end(running: Running) -> None:
    async with looking(running, page_limit=4) as gateway:
        answer = await gateway.list(PODS)
    objects, _ = decode_pages(answer.pages, KubeObject)
    assert (answer.state, len(answer.pages), len(objects)) == (ReadState.LISTED, 3, 10)


async def test_a_list_that_changed_while_it_was_paged_is_begun_anew() -> None:
    found = await scripted((200, page(1, next_token="a")), (410, "{}"), (200, page(1, 2)))
    assert found == (ReadState.LISTED, ["web-1", "web-2"])


async def test_a_list_that_changes_again_is_partial() -> None:
    first = (200, page(1, next_token="a"))
    found = await scripted(first, (410, "{}"), first, (410, "{}"))
    assert found == (ReadState.PARTIAL, ["web-1"])


async def test_a_page_that_fails_costs_what_is_missing() -> None:
    found = await scripted((200, page(1, next_token="a")), (500, ""))
    assert found == (ReadState.PARTIAL, ["web-1"])


async def test_a_token_that_repeats_does_not_page_for_ever() -> None:
    found = await scripted((200, page(1, next_token="a")), (200, page(2, next_token="a")))
    assert found == (ReadState.PARTIAL, ["web-1"])


async def test_a_429_is_obeyed_and_tried_once_more(running: Running) -> None:
    running.fail(Fault(mode=Mode.STATUS, status=429, headers={"Retry-After": "0"}, times=1))
    async with looking(running) as gateway:
        assert (await gateway.list(PODS)).state is ReadState.LISTED


async def test_a_429_that_asks_for_more_time_than_there_is_is_refused_at_once(running: Running) -> None:
    running.fail(Fault(mode=Mode.STATUS, status=429, headers={"Retry-After": "3600"}))
    async with looking(running) as gateway:
        with pytest.raises(UpstreamRefused) as caught:
            await gateway.info()
    assert caught.value.status == 429


async def test_a_core_api_that_is_unavailable_is_an_error(running: Running) -> None:
    running.fail(Fault(mode=Mode.STATUS, status=503))
    async with looking(running) as gateway:
        with pytest.raises(UpstreamRefused):
            await gateway.list(PODS)


async def test_an_extension_that_is_down_costs_its_own_kinds(running: Running) -> None:
    running.fail(Fault(mode=Mode.STATUS, prefix="/apis/metrics.k8s.io", status=503))
    async with looking(running) as gateway:
        answer = await gateway.list(POD_METRICS)
    assert answer.state is ReadState.UNREAD
    assert "metrics.k8s.io/v1beta1" in answer.reason


async def test_info_has_the_groups_that_are_served(running: Running) -> None:
    async with looking(running) as gateway:
        info = await gateway.info()
    assert {"apps", "networking.k8s.io"} <= info.groups
    assert info.user == "admin"


async def test_info_without_the_right_to_ask_is_empty_and_no_error(running: Running) -> None:
    forbidden = json.dumps({"kind": "Status", "message": "forbidden"})
    running.fail(Fault(mode=Mode.STATUS, prefix="/apis", status=403, body=forbidden))
    async with looking(running) as gateway:
        info = await gateway.info()
    assert (info.user, info.groups) == ("", frozenset())


@pytest.mark.parametrize("body", ["[]", "{}", "<html>", '{"gitVersion": 1}'])
async def test_a_version_that_is_none_is_not_a_cluster(running: Running, body: str) -> None:
    running.fail(Fault(mode=Mode.STATUS, prefix="/version", status=200, body=body))
    async with looking(running) as gateway:
        with pytest.raises(UpstreamRefused, match="does not look like a Kubernetes API server"):
            await gateway.info()


@pytest.mark.parametrize("name", ["..", ".", "", "a/b", "%2e%2e", "../../../version"])
async def test_a_name_that_leaves_its_place_names_nothing(running: Running, name: str) -> None:
    async with looking(running) as gateway:
        assert await gateway.exists(NAMESPACES, None, name) is False
    assert not running.requests


async def test_a_namespace_that_leaves_its_place_is_invalid(running: Running) -> None:
    async with looking(running) as gateway:
        with pytest.raises(InvalidInput):
            await gateway.list(PODS, "../../secrets?")


async def test_a_client_certificate_logs_in(running: Running) -> None:
    certificate, key = running.client_certificate("carol")
    fields = {
        "token": None,
        "tls_cert": base64.b64encode(certificate).decode(),
        "tls_key": Secret(base64.b64encode(key).decode()),
    }
    async with looking(running, fields) as gateway:
        assert (await gateway.info()).user == "carol"


async def test_another_certificate_is_taken_where_none_is_to_be_verified(running: Running) -> None:
    async with looking(running, {"ca_data": None, "verify_tls": False}) as gateway:
        assert (await gateway.list(PODS)).state is ReadState.LISTED


async def test_the_certificate_may_be_for_a_name_that_is_given() -> None:
    async def ok(_: web.Request) -> web.StreamResponse:
        return web.Response(text=page(1))

    authority = trustme.CA()
    async with serving(ok, authority, "api.example.com") as url:
        target = ClusterTarget(
            name="test", server_url=url, ca_data=ca_data(authority), tls_server_name="api.example.com"
        )
        assert (await listed(target)).state is ReadState.LISTED


async def test_lists_side_by_side_do_not_disturb_each_other(running: Running) -> None:
    async with looking(running) as gateway:
        answers = await asyncio.gather(*(gateway.list(each) for each in [PODS, DEPLOYMENTS] * 10))
    assert {answer.state for answer in answers} == {ReadState.LISTED}


async def test_a_second_look_uses_the_connection_of_the_first(running: Running) -> None:
    connector = KubernetesConnector(egress=LOOPBACK)
    for _ in range(3):
        async with connector.connect(target_of(running)) as gateway:
            await gateway.list(PODS)
    assert len(connector._links) == 1
    await connector.close()


async def test_idle_connections_used_longest_ago_are_closed(running: Running) -> None:
    connector = KubernetesConnector(egress=LOOPBACK, keep=1)
    async with connector.connect(target_of(running)) as first:
        async with connector.connect(target_of(running, tls_server_name="localhost")) as second:
            await second.list(PODS)
        assert (await first.list(PODS)).state is ReadState.LISTED
    assert len(connector._links) == 1
    await connector.close()
    assert not connector._links


async def test_closing_lets_those_in_use_finish(running: Running) -> None:
    connector = KubernetesConnector(egress=LOOPBACK)
    async with connector.connect(target_of(running)) as gateway:
        await connector.close()
        assert (await gateway.list(PODS)).state is ReadState.LISTED
    assert not connector._links


def test_importing_the_package_imports_no_client() -> None:
    probe = "import sys, kubecfg_kubernetes; print({'aiohttp', 'kubernetes_asyncio', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "set()"
