"""EndpointSlices and IngressClasses."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.networking import endpointslices, ingressclasses
from kubecfg_core import Severity
from kubecfg_core.kinds.pods import PODS
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, node, only, owned, pod, view_of

MANAGED = {
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
}


def endpoint(name: str = "web-1", *, ready: bool = True, kind: str = "Pod") -> Json:
    return {
        "addresses": ["10.0.0.1"],
        "conditions": {"ready": ready},
        "nodeName": "node-1",
        "targetRef": {"kind": kind, "name": name},
    }


def sliced(*endpoints: Json, labels: Json = MANAGED, minutes: float = 60) -> Json:
    metadata = {"name": "web-x", "labels": labels, "creationTimestamp": ago(minutes=minutes)}
    return {"kind": "EndpointSlice", "metadata": metadata, "endpoints": list(endpoints) or None}


def test_endpoints_of_pods_that_exist_are_silent() -> None:
    assert codes(endpointslices.analyze, view_of(sliced(endpoint()), pod(labels={"app": "web"}))) == []


def test_an_endpoint_of_a_pod_that_is_gone_is_told() -> None:
    found = only(endpointslices.analyze, view_of(sliced(endpoint("web-0"), endpoint()), pod()))

    assert (found.code, found.evidence["pod"]) == ("endpointslice.pod_gone", "web-0")


@pytest.mark.parametrize(
    "silent",
    [
        sliced(endpoint("web-0", ready=False)),
        sliced(endpoint("web-0", kind="VirtualMachine")),
        sliced(endpoint("web-0"), minutes=1),
        sliced(endpoint("web-0"), labels={"kubernetes.io/service-name": "web"}),
        sliced(),
    ],
    ids=["not ready", "no pod", "young", "by hand", "empty"],
)
def test_endpoints_that_are_not_certain_to_lead_nowhere_are_silent(silent: Json) -> None:
    assert codes(endpointslices.analyze, view_of(silent)) == []


def test_pods_that_could_not_be_read_are_not_gone() -> None:
    assert codes(endpointslices.analyze, view_of(sliced(endpoint()), forbidden=[PODS])) == []


def local(policy: str = "Local") -> Json:
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}], "internalTrafficPolicy": policy}
    return {"kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def client(on: str = "node-2") -> Json:
    return pod(name="client", spec={"nodeName": on})


def test_a_service_for_the_own_node_that_a_used_node_lacks_is_told() -> None:
    view = view_of(local(), sliced(endpoint()), pod(labels={"app": "web"}), node("node-2"), client())

    found = only(endpointslices.analyze, view)

    assert (found.code, found.kind, found.evidence["node"]) == ("service.local_unserved", "Service", "node-2")


@pytest.mark.parametrize(
    ("service", "server", "other", "user"),
    [
        (local("Cluster"), pod(labels={"app": "web"}), node("node-2"), client()),
        (local(), pod(labels={"app": "web"}, **owned("DaemonSet", "web")), node("node-2"), client()),
        (local(), pod(labels={"app": "web"}), node("node-2"), client("node-1")),
        (local(), pod(labels={"app": "web"}), node("node-2", ready="False"), client()),
    ],
    ids=["any node", "daemonset", "unused node", "lost node"],
)
def test_a_service_that_no_request_misses_is_silent(service: Json, server: Json, other: Json, user: Json) -> None:
    assert codes(endpointslices.analyze, view_of(service, sliced(endpoint()), server, other, user)) == []


def ingress_class(name: str = "nginx", *, default: bool = False, days: float = 1) -> Json:
    marks = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    metadata: Json = {"name": name, "annotations": marks, "creationTimestamp": ago(days=days)}
    return {"kind": "IngressClass", "metadata": metadata, "spec": {"controller": "k8s.io/ingress-nginx"}}


def controller(status: Json | None = None, **more: Any) -> Json:
    return pod(status, namespace="edge", labels={"app.kubernetes.io/name": "ingress-nginx"}, **more)


INGRESS = {"kind": "Ingress", "metadata": {"name": "shop"}, "spec": {"ingressClassName": "nginx"}}


def test_one_default_class_is_silent() -> None:
    assert codes(ingressclasses.analyze, view_of(ingress_class(default=True), ingress_class("other"))) == []


def test_several_default_classes_are_told_on_the_newest() -> None:
    view = view_of(ingress_class(default=True), ingress_class("newer", default=True, days=0.5))

    found = only(ingressclasses.analyze, view)

    assert (found.code, found.name, found.evidence["other_name"]) == ("ingressclass.several_defaults", "newer", "nginx")


def test_a_controller_of_which_no_pod_is_ready_serves_nobody() -> None:
    found = only(ingressclasses.analyze, view_of(ingress_class(), INGRESS, controller(crashing())))

    assert (found.code, found.severity) == ("ingressclass.controller_not_ready", Severity.CRITICAL)
    assert "exit code 1" in found.cause


def test_a_controller_with_a_ready_pod_is_silent() -> None:
    bad = controller(crashing(), name="bad")

    assert codes(ingressclasses.analyze, view_of(ingress_class(), INGRESS, controller(), bad)) == []


def test_a_class_that_no_ingress_uses_is_silent() -> None:
    assert codes(ingressclasses.analyze, view_of(ingress_class(), controller(crashing()))) == []


def test_the_pods_of_jobs_beside_the_controller_do_not_count() -> None:
    job = controller(crashing(), **owned("Job", "admission-create"))

    assert codes(ingressclasses.analyze, view_of(ingress_class(), INGRESS, job)) == []


def test_a_controller_whose_pods_are_not_known_is_silent() -> None:
    other = pod(crashing(), namespace="edge", labels={"app": "my-nginx"})

    assert codes(ingressclasses.analyze, view_of(ingress_class(), INGRESS, other)) == []
