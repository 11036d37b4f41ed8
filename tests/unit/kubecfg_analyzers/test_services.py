from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.services import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.pods import PODS
from tests.unit.kubecfg_analyzers.judging import (
    Json,
    ago,
    codes,
    crashing,
    node,
    only,
    owned,
    pod,
    running,
    view_of,
    warning,
    workload,
)

WEB = {"app": "web"}


def service(
    name: str = "web", *, selector: dict[str, str] | None = None, target: int | str = 8080, **spec: Any
) -> Json:
    port = {"name": "http", "port": 80, "targetPort": target}
    whole = {"type": "ClusterIP", "selector": WEB if selector is None else selector, "ports": [port], **spec}
    return {"kind": "Service", "metadata": {"name": name, "creationTimestamp": ago(hours=1)}, "spec": whole}


def endpoints(*addresses: str) -> Json:
    ready = [{"addresses": [address], "conditions": {"ready": True}} for address in addresses] or None
    labels = {"kubernetes.io/service-name": "web"}
    return {"kind": "EndpointSlice", "metadata": {"name": "web-1", "labels": labels}, "endpoints": ready}


def test_a_service_with_a_ready_pod_is_silent() -> None:
    assert codes(analyze, view_of(service(), pod(labels=WEB))) == []


def test_a_selector_that_differs_in_one_label_is_told_with_that_label() -> None:
    replicaset = {"kind": "ReplicaSet", "metadata": {"name": "web-7f", **owned("Deployment", "web")}}
    labelled = pod(labels={"app": "web", "version": "v1"}, **owned("ReplicaSet", "web-7f"))

    found = only(analyze, view_of(service(selector={"app": "web", "version": "v2"}), replicaset, labelled))

    assert (found.code, found.severity) == ("service.no_matching_pods", Severity.CRITICAL)
    assert found.cause == "It selects version=v2, but the pods of Deployment/web have version=v1."
    assert [found.evidence[key] for key in ("label", "wanted", "actual", "workload")] == ["version", "v2", "v1", "web"]


def test_a_misspelt_value_is_near() -> None:
    found = only(analyze, view_of(service(selector={"app": "webb"}), pod(labels=WEB)))

    assert found.cause == "It selects app=webb, but pod web-1 has app=web."


def test_a_selector_far_from_every_pod_names_none() -> None:
    found = only(analyze, view_of(service(selector={"app": "database"}), pod(labels=WEB)))

    assert "nearest" not in found.evidence


def test_pods_of_another_namespace_do_not_count() -> None:
    assert codes(analyze, view_of(service(), pod(labels=WEB, namespace="other"))) == ["service.no_matching_pods"]


@pytest.mark.parametrize(
    "silent",
    [
        service(selector={}),
        service(selector={}, clusterIP="None"),
        service(type="ExternalName", externalName="db.example.com"),
    ],
    ids=["no selector", "headless", "external name"],
)
def test_services_that_need_no_pods_are_silent(silent: Json) -> None:
    assert codes(analyze, view_of(silent)) == []


def test_nothing_is_said_where_pods_could_not_be_read() -> None:
    assert codes(analyze, view_of(service(), forbidden=[PODS])) == []


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_a_workload_that_is_scaled_to_nothing_is_silent(kind: str) -> None:
    assert codes(analyze, view_of(service(), workload(kind, desired=0))) == []


def test_a_workload_that_makes_no_pods_is_named() -> None:
    found = only(analyze, view_of(service(), workload()))

    assert (found.code, found.evidence["workload"]) == ("service.no_running_pods", "web")


def test_pods_that_have_ended_serve_nobody() -> None:
    assert codes(analyze, view_of(service(), pod(labels=WEB, phase="Failed"))) == ["service.no_running_pods"]


def test_the_completed_pods_of_a_job_are_silent() -> None:
    done = pod(labels=WEB, phase="Succeeded", **owned("Job", "migrate"))

    assert codes(analyze, view_of(service(), done)) == []


def test_no_ready_pod_is_critical_and_names_the_pods_trouble() -> None:
    found = only(analyze, view_of(service(), pod(crashing(), labels=WEB)))

    assert (found.code, found.severity) == ("service.no_ready_pods", Severity.CRITICAL)
    assert "crashes again and again" in found.cause
    assert found.evidence["pod_code"] == "pod.crashloop"


def test_some_unready_pods_are_a_warning() -> None:
    view = view_of(service(), pod(labels=WEB), pod(crashing(), name="web-2", labels=WEB))

    found = only(analyze, view)

    assert (found.code, found.severity) == ("service.some_not_ready", Severity.WARNING)
    assert (found.evidence["ready"], found.evidence["total"]) == (1, 2)


def test_pods_that_are_just_starting_are_silent() -> None:
    young = running(ready=False, state={"running": {"startedAt": ago(seconds=10)}})

    assert codes(analyze, view_of(service(), pod(young, labels=WEB))) == []


def test_a_target_port_by_a_name_that_no_pod_declares_is_an_error() -> None:
    declared = {"ports": [{"name": "web", "containerPort": 8080}]}

    found = only(analyze, view_of(service(target="http"), pod(labels=WEB, container=declared)))

    assert (found.code, found.evidence["declared"]) == ("service.named_port", "web")


def test_a_target_port_by_a_declared_name_is_silent() -> None:
    declared = {"ports": [{"name": "http", "containerPort": 8080}]}

    assert codes(analyze, view_of(service(target="http"), pod(labels=WEB, container=declared))) == []


def test_a_target_port_against_all_that_is_declared_is_a_warning() -> None:
    declared = {"ports": [{"containerPort": 9090}]}

    found = only(analyze, view_of(service(), pod(labels=WEB, container=declared)))

    assert (found.code, found.severity) == ("service.undeclared_port", Severity.WARNING)
    assert found.evidence["target_port"] == 8080


def test_a_container_that_declares_nothing_may_listen_anywhere() -> None:
    both = {"containers": [{"name": "app", "ports": [{"containerPort": 9090}]}, {"name": "proxy"}]}

    assert codes(analyze, view_of(service(), pod(labels=WEB, spec=both))) == []


def test_a_load_balancer_without_an_address_is_a_warning_after_a_while() -> None:
    found = only(analyze, view_of(service(type="LoadBalancer"), pod(labels=WEB)))

    assert (found.code, found.severity) == ("service.loadbalancer_pending", Severity.WARNING)


def test_a_load_balancer_that_fails_tells_why() -> None:
    event = warning("SyncLoadBalancerFailed", "no quota for addresses", kind="Service", name="web")

    found = only(analyze, view_of(service(type="LoadBalancer"), pod(labels=WEB), event))

    assert (found.severity, found.cause) == (Severity.ERROR, "no quota for addresses.")


def test_a_load_balancer_with_an_address_is_silent() -> None:
    addressed = {**service(type="LoadBalancer"), "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}

    assert codes(analyze, view_of(addressed, pod(labels=WEB))) == []


@pytest.mark.parametrize("host", ["web.default", "web.default.svc", "web.default.svc.cluster.local."])
def test_an_external_name_that_is_the_service_itself_is_an_error(host: str) -> None:
    assert codes(analyze, view_of(service(type="ExternalName", externalName=host))) == ["service.externalname_self"]


def addressed_pod() -> Json:
    item = pod(labels=WEB)
    item["status"]["podIP"] = "10.0.0.7"
    return item


def test_a_ready_pod_that_the_slices_do_not_list_is_a_warning() -> None:
    found = only(analyze, view_of(service(), addressed_pod(), endpoints("10.0.0.6")))

    assert (found.code, found.evidence["pod"]) == ("service.stale_endpoints", "web-1")


@pytest.mark.parametrize("slices", [[], [endpoints("10.0.0.7")]], ids=["no slices", "listed"])
def test_slices_that_are_as_they_should_be_are_silent(slices: list[Json]) -> None:
    assert codes(analyze, view_of(service(), addressed_pod(), *slices)) == []


def test_a_node_that_is_not_ready_is_the_cause() -> None:
    view = view_of(
        node("node-2", ready="Unknown"), service(), pod(running(ready=False), labels=WEB, spec={"nodeName": "node-2"})
    )

    assert "node-2" in only(analyze, view).cause


ROLLOUT = {"ownerReferences": [{"kind": "Rollout", "name": "web", "uid": "r", "controller": True}]}
DEPLOYED = {"ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "d", "controller": True}]}


@pytest.mark.parametrize(
    ("metadata", "told"), [(ROLLOUT, []), (DEPLOYED, ["service.no_matching_pods"])], ids=["a Rollout", "a Deployment"]
)
def test_the_idle_replicaset_of_a_foreign_controller_excuses_the_service(metadata: Json, told: list[str]) -> None:
    idle = workload("ReplicaSet", "web-7f", desired=0, metadata=metadata)

    assert codes(analyze, view_of(service(), idle)) == told


@pytest.mark.parametrize(("nodes", "told"), [(0, []), (2, ["service.no_matching_pods"])])
def test_a_daemonset_that_no_node_wants_excuses_the_service(nodes: int, told: list[str]) -> None:
    daemons = {
        "kind": "DaemonSet",
        "metadata": {"name": "gpu"},
        "spec": {"selector": {"matchLabels": WEB}, "template": {"metadata": {"labels": WEB}}},
        "status": {"desiredNumberScheduled": nodes},
    }

    assert codes(analyze, view_of(service(), daemons)) == told


@pytest.mark.parametrize(("instances", "told"), [(1, []), (2, ["service.no_matching_pods"])])
def test_a_database_of_one_instance_has_no_replicas_to_read_from(instances: int, told: list[str]) -> None:
    primary = {"cnpg.io/cluster": "db", "cnpg.io/instanceRole": "primary"}
    every = [pod(name=f"db-{number}", labels=primary) for number in range(instances)]
    readers = service("db-ro", selector={"cnpg.io/cluster": "db", "cnpg.io/instanceRole": "replica"})

    assert codes(analyze, view_of(readers, *every)) == told


def test_a_missing_primary_is_told() -> None:
    writers = service("db-rw", selector={"cluster": "db", "role": "primary"})

    view = view_of(writers, pod(labels={"cluster": "db", "role": "replica"}))

    assert codes(analyze, view) == ["service.no_matching_pods"]


def test_a_service_of_a_moment_may_have_no_pods_yet() -> None:
    new = service()
    new["metadata"]["creationTimestamp"] = ago(seconds=3)

    assert codes(analyze, view_of(new)) == []


def test_a_service_that_publishes_pods_before_they_are_ready_serves() -> None:
    peers = service(clusterIP="None", publishNotReadyAddresses=True)

    assert codes(analyze, view_of(peers, pod(crashing(), labels=WEB))) == []


def test_the_port_numbers_of_a_headless_service_send_nothing_anywhere() -> None:
    listening = {"ports": [{"containerPort": 9000}]}

    assert codes(analyze, view_of(service(clusterIP="None"), pod(container=listening, labels=WEB))) == []


def test_a_port_of_the_wrong_protocol_is_told_with_the_right_one() -> None:
    udp = service(ports=[{"port": 53, "protocol": "UDP"}])
    listening = {"ports": [{"containerPort": 53, "protocol": "TCP"}]}

    found = only(analyze, view_of(udp, pod(container=listening, labels=WEB)))

    assert "sends to port 53/UDP of the pods; their containers declare 53/TCP." in found.text


def test_slices_of_the_other_address_family_do_not_list_a_pods_first_address() -> None:
    slices = {**endpoints("fd00::7"), "addressType": "IPv6"}
    dual = pod(labels=WEB)
    dual["status"]["podIP"] = "10.0.0.7"

    assert codes(analyze, view_of(service(), dual, slices)) == []


def test_a_load_balancer_that_metallb_has_no_address_for_tells_why() -> None:
    asked = service(type="LoadBalancer")
    event = warning(
        "AllocationFailed", 'Failed to allocate IP: no available IPs in pool "a"', kind="Service", name="web"
    )

    assert "no available IPs" in only(analyze, view_of(asked, event, pod(labels=WEB))).cause
