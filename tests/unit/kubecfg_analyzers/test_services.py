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
