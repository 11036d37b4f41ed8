"""The demo cluster is one that controllers could have made."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from cryptography import x509

from kubecfg_demo import FAULTS, DemoFault, Simulator, shop_logs, shop_objects

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
OBJECTS = shop_objects(NOW)
BY_UID = {item["metadata"]["uid"]: item for item in OBJECTS}
BY_KEY = {(i["kind"], i["metadata"].get("namespace", ""), i["metadata"]["name"]): i for i in OBJECTS}


def of(kind: str) -> list[dict[str, Any]]:
    return [item for item in OBJECTS if item["kind"] == kind]


def ready(pod: dict[str, Any]) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"]["conditions"])


def test_it_is_a_small_cluster() -> None:
    assert 140 <= len([item for item in OBJECTS if not item["kind"].endswith("Metrics")]) <= 200


def test_no_two_objects_share_a_name_or_a_uid() -> None:
    assert len(BY_KEY) == len(BY_UID) == len(OBJECTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}/{fault.name}")
def test_a_fault_names_objects_that_exist(fault: DemoFault) -> None:
    keys = [(fault.kind, fault.namespace, fault.name)]
    for other in fault.also:
        kind, _, name = other.partition("/")
        keys += [key for key in BY_KEY if (key[0], key[2]) == (kind, name) and key[1] in {fault.namespace, key[1]}]
    assert len(keys) == 1 + len(fault.also)
    assert all(key in BY_KEY for key in keys)


def test_every_owner_exists_and_lives_in_the_same_namespace() -> None:
    for item in OBJECTS:
        for owner in item["metadata"].get("ownerReferences", []):
            found = BY_UID[owner["uid"]]
            assert (found["kind"], found["metadata"]["name"]) == (owner["kind"], owner["name"])
            assert found["metadata"].get("namespace") in {None, item["metadata"]["namespace"]}


def test_every_event_is_about_an_object_that_exists() -> None:
    for event in of("Event"):
        assert BY_UID[event["involvedObject"]["uid"]]["metadata"]["name"] == event["involvedObject"]["name"]


def test_every_namespace_in_use_exists() -> None:
    assert {key[1] for key in BY_KEY} - {""} <= {item["metadata"]["name"] for item in of("Namespace")}


def test_every_running_pod_is_on_a_node_that_exists() -> None:
    nodes = {item["metadata"]["name"] for item in of("Node")}
    assert {pod["spec"]["nodeName"] for pod in of("Pod") if "nodeName" in pod["spec"]} <= nodes


def test_no_two_pods_share_an_address() -> None:
    addresses = [pod["status"]["podIP"] for pod in of("Pod") if "podIP" in pod["status"]]
    assert len(addresses) == len(set(addresses))


def test_replica_counts_are_those_of_the_pods() -> None:
    for owner in of("ReplicaSet"):
        uid = owner["metadata"]["uid"]
        pods = [p for p in of("Pod") if p["metadata"].get("ownerReferences", [{}])[0].get("uid") == uid]
        counted = (len(pods), sum(map(ready, pods)))
        assert (owner["status"]["replicas"], owner["status"].get("readyReplicas", 0)) == counted


def test_a_deployments_counts_are_those_of_its_replica_sets() -> None:
    for deployment in of("Deployment"):
        uid = deployment["metadata"]["uid"]
        sets = [s for s in of("ReplicaSet") if s["metadata"]["ownerReferences"][0]["uid"] == uid]
        assert deployment["status"].get("replicas", 0) == sum(s["status"]["replicas"] for s in sets)


def test_ready_endpoints_are_the_ready_selected_pods() -> None:
    for service in of("Service"):
        namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
        selector = (service["spec"].get("selector") or {}).items()
        pods = [p for p in of("Pod") if selector and p["metadata"]["namespace"] == namespace]
        wanted = {p["status"]["podIP"] for p in pods if selector <= p["metadata"]["labels"].items() and ready(p)}
        subsets = BY_KEY.get(("Endpoints", namespace, name), {}).get("subsets", [])
        assert {a["ip"] for s in subsets for a in s.get("addresses", [])} == wanted


def test_nothing_lies_in_the_future() -> None:
    latest = max(item["metadata"]["creationTimestamp"] for item in OBJECTS)
    assert latest <= NOW.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(("name", "expired"), [("storefront-tls", True), ("orders-tls", False)])
def test_one_certificate_is_expired_and_the_other_is_not(name: str, expired: bool) -> None:  # noqa: FBT001 - a table
    secret = next(item for item in of("Secret") if item["metadata"]["name"] == name)
    certificate = x509.load_pem_x509_certificate(base64.b64decode(secret["data"]["tls.crt"]))
    assert (certificate.not_valid_after_utc < dt.datetime.now(dt.UTC)) is expired


def test_every_log_belongs_to_a_container_of_a_pod() -> None:
    for namespace, pod, container, _ in shop_logs():
        assert container in [c["name"] for c in BY_KEY["Pod", namespace, pod]["spec"]["containers"]]


def test_it_is_the_same_on_every_start() -> None:
    again = {(i["kind"], i["metadata"]["name"], i["metadata"]["uid"]) for i in shop_objects()}
    assert again == {(i["kind"], i["metadata"]["name"], i["metadata"]["uid"]) for i in OBJECTS}


def test_metrics_are_an_api_only_where_there_are_some() -> None:
    assert [Simulator(found).catalog.at("metrics.k8s.io", "v1beta1", "pods") is None for found in ([], OBJECTS)] == [
        True,
        False,
    ]
