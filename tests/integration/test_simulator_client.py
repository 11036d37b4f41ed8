"""kubernetes_asyncio, as programs use it, against the simulator: lists, pages, watches, refusals, certificates."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes_asyncio import client, config, watch

from kubecfg_demo import READ_ONLY, Rule, Running, shop_simulator


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async with shop_simulator().serve() as found:
        yield found


@pytest.fixture
async def api(running: Running) -> AsyncIterator[client.ApiClient]:
    async with await config.new_client_from_config_dict(json.loads(running.kubeconfig())) as found:
        yield found


async def test_a_list_is_decoded_into_models(api: client.ApiClient) -> None:
    pods = await client.CoreV1Api(api).list_pod_for_all_namespaces()
    assert {"checkout", "redis-cache"} <= {pod.metadata.labels["app"] for pod in pods.items}


async def test_pages_join_to_the_whole_list(api: client.ApiClient) -> None:
    core = client.CoreV1Api(api)
    whole = await core.list_pod_for_all_namespaces()
    found: list[str] = []
    page = await core.list_pod_for_all_namespaces(limit=7)
    found += [pod.metadata.name for pod in page.items]
    while page.metadata._continue:
        page = await core.list_pod_for_all_namespaces(limit=7, _continue=page.metadata._continue)
        found += [pod.metadata.name for pod in page.items]
    assert found == [pod.metadata.name for pod in whole.items]


async def test_the_watch_cache_ignores_the_limit(api: client.ApiClient) -> None:
    page = await client.CoreV1Api(api).list_pod_for_all_namespaces(limit=3, resource_version="0")
    assert len(page.items) > 3


async def test_a_continue_token_expires(running: Running, api: client.ApiClient) -> None:
    core = client.CoreV1Api(api)
    page = await core.list_pod_for_all_namespaces(limit=3)
    running.simulator.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}})
    running.simulator.compact()
    with pytest.raises(client.ApiException) as caught:
        await core.list_pod_for_all_namespaces(limit=3, _continue=page.metadata._continue)
    assert (caught.value.status, json.loads(caught.value.body or b"{}")["reason"]) == (410, "Expired")


async def changes(running: Running, api: client.ApiClient, count: int, **options: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    core = client.CoreV1Api(api)
    async with watch.Watch().stream(core.list_namespaced_config_map, "shop-frontend", **options) as stream:
        async for event in stream:
            found.append((event["type"], event["object"].metadata.name))
            if len(found) == count:
                break
    return found


async def test_a_watch_without_a_version_begins_with_what_is_there(running: Running, api: client.ApiClient) -> None:
    assert await changes(running, api, 1, timeout_seconds=5) == [("ADDED", "web-config")]


async def test_a_watch_tells_of_each_change(running: Running, api: client.ApiClient) -> None:
    since = str(running.simulator.store.revision)
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "shop-frontend"}}
    running.simulator.put(item)
    waiting = asyncio.create_task(changes(running, api, 3, resource_version=since, timeout_seconds=5))
    await asyncio.sleep(0)
    running.simulator.put({**item, "data": {"a": "b"}})
    assert running.simulator.remove("v1", "ConfigMap", "x", "shop-frontend")
    assert await waiting == [("ADDED", "x"), ("MODIFIED", "x"), ("DELETED", "x")]


async def test_a_selected_watch_shows_an_object_leave_the_selection(running: Running, api: client.ApiClient) -> None:
    since = str(running.simulator.store.revision)
    labelled = {"name": "x", "namespace": "shop-frontend", "labels": {"a": "b"}}
    running.simulator.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": labelled})
    running.simulator.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**labelled, "labels": {}}})
    found = await changes(running, api, 2, resource_version=since, label_selector="a=b", timeout_seconds=5)
    assert found == [("ADDED", "x"), ("DELETED", "x")]


async def test_a_watch_from_a_forgotten_version_is_gone(running: Running, api: client.ApiClient) -> None:
    with pytest.raises(client.ApiException) as caught:
        await changes(running, api, 1, resource_version="1", timeout_seconds=5)
    assert caught.value.status == 410


async def test_custom_resources_are_served_once_defined(running: Running, api: client.ApiClient) -> None:
    spec = {
        "group": "demo.example.com",
        "names": {"plural": "widgets", "kind": "Widget"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True}],
    }
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.demo.example.com"},
        "spec": spec,
    }
    widget = {"apiVersion": "demo.example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "default"}}
    running.simulator.load([definition, widget])
    found = await client.CustomObjectsApi(api).list_cluster_custom_object("demo.example.com", "v1", "widgets")
    assert [(item["kind"], item["metadata"]["name"]) for item in found["items"]] == [("Widget", "w")]


async def test_a_restricted_token_is_refused_beyond_its_rules(running: Running) -> None:
    allow = (Rule(verbs=("get", "list"), groups=("",), resources=("pods",), namespaces=("shop-data",)),)
    running.add_token("narrow", user="narrow", allow=allow)
    async with await config.new_client_from_config_dict(json.loads(running.kubeconfig("narrow"))) as api:
        core = client.CoreV1Api(api)
        assert (await core.list_namespaced_pod("shop-data")).items
        with pytest.raises(client.ApiException) as caught:
            await core.list_pod_for_all_namespaces()
    assert caught.value.status == 403


async def test_a_client_certificate_is_its_user(running: Running, tmp_path: Path) -> None:
    certificate, key = running.client_certificate("ada", groups=("ops",), allow=(READ_ONLY,))
    (tmp_path / "c.pem").write_bytes(certificate)
    (tmp_path / "k.pem").write_bytes(key)
    (tmp_path / "ca.pem").write_bytes(running.ca_pem)
    settings = client.Configuration(host=running.url)
    settings.ssl_ca_cert = str(tmp_path / "ca.pem")
    settings.cert_file, settings.key_file = str(tmp_path / "c.pem"), str(tmp_path / "k.pem")
    async with client.ApiClient(settings) as api:
        await client.CoreV1Api(api).list_node()
    assert running.requests[-1].user == "ada"


async def test_a_created_object_can_be_read_changed_and_deleted(api: client.ApiClient) -> None:
    core = client.CoreV1Api(api)
    made = client.V1ConfigMap(api_version="v1", kind="ConfigMap", metadata=client.V1ObjectMeta(name="c"))
    await core.create_namespaced_config_map("default", made)
    await core.patch_namespaced_config_map("c", "default", {"data": {"a": "1"}})
    assert (await core.read_namespaced_config_map("c", "default")).data == {"a": "1"}
    await core.delete_namespaced_config_map("c", "default")
    with pytest.raises(client.ApiException) as caught:
        await core.read_namespaced_config_map("c", "default")
    assert caught.value.status == 404


async def test_an_object_changed_since_it_was_read_is_not_replaced(api: client.ApiClient) -> None:
    core = client.CoreV1Api(api)
    found = await core.read_namespaced_config_map("web-config", "shop-frontend")
    await core.patch_namespaced_config_map("web-config", "shop-frontend", {"data": {"b": "2"}})
    with pytest.raises(client.ApiException) as caught:
        await core.replace_namespaced_config_map("web-config", "shop-frontend", found)
    assert (caught.value.status, json.loads(caught.value.body or b"{}")["reason"]) == (409, "Conflict")


async def test_a_log_is_cut_to_its_last_lines(api: client.ApiClient) -> None:
    core = client.CoreV1Api(api)
    pods = await core.list_namespaced_pod("shop-payments", label_selector="app=checkout")
    name = pods.items[0].metadata.name
    text = await core.read_namespaced_pod_log(name, "shop-payments", previous=True, tail_lines=1)
    assert text == "FATAL cannot start without a database, exiting with status 1\n"
