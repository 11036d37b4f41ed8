"""Machinery that is dead: all that it breaks is one problem, at its root, as severe as the worst of it."""

from __future__ import annotations

import pytest

from kubecfg_analyzers.cni import is_plugin
from kubecfg_core.kinds.pods import PODS
from tests.unit.kubecfg_analyzers.judging import Json, ago, crashing, node, owned, pod, view_of, warning
from tests.unit.kubecfg_analyzers.test_gateways import condition, gateway, gateway_class
from tests.unit.kubecfg_analyzers.test_one_cause import app, problems

NO_NETWORK = "container runtime network not ready: NetworkPluginNotReady: cni plugin not initialized"
NO_SANDBOX = "failed to setup network for sandbox: plugin type=calico failed (add): stat /var/lib/calico/nodename"


def route(name: str) -> Json:
    said = {"parentRef": {"name": "front"}, "conditions": [condition("Accepted")]}
    spec = {"parentRefs": [{"name": "front"}]}
    return {"kind": "HTTPRoute", "metadata": {"name": name}, "spec": spec, "status": {"parents": [said]}}


def test_gateways_and_routes_suffer_from_a_class_that_is_not_accepted() -> None:
    broken = gateway_class(condition("Accepted"))

    [problem] = problems(broken, gateway(condition("Programmed")), route("shop"), route("pay"))

    assert (problem.kind, problem.code) == ("GatewayClass", "gatewayclass.not_accepted")
    assert {f"{item.kind} {item.name}" for item in problem.symptoms} == {
        "Gateway front",
        "HTTPRoute pay",
        "HTTPRoute shop",
    }


def test_routes_suffer_from_a_gateway_that_serves_nothing() -> None:
    [problem] = problems(gateway_class(), gateway(condition("Accepted")), route("shop"), route("pay"))

    assert (problem.kind, problem.code, len(problem.symptoms)) == ("Gateway", "gateway.not_accepted", 2)


def test_gateways_of_a_class_that_is_well_have_causes_of_their_own() -> None:
    found = problems(gateway_class(), gateway(condition("Programmed")), gateway(condition("Programmed"), name="back"))

    assert [problem.name for problem in found] == ["back", "front"]


def test_a_route_that_a_good_gateway_refuses_is_a_problem_of_its_own() -> None:
    [problem] = problems(gateway_class(), gateway(condition("Programmed", "True")), route("shop"))

    assert (problem.kind, problem.culprit) == ("HTTPRoute", None)


def cut_off(name: str) -> Json:
    item = node(name, ready="False")
    item["status"]["conditions"][0] |= {"reason": "KubeletNotReady", "message": NO_NETWORK}
    return item


def plugin_on(name: str, status: Json | None = None) -> Json:
    made = pod(
        status or crashing(), name=f"calico-{name}", namespace="kube-system", **owned("DaemonSet", "calico-node")
    )
    made["spec"]["nodeName"] = name
    return made


def lost_on(name: str) -> list[Json]:
    objects = app("api", {"ready": False})
    objects[2]["spec"]["nodeName"] = name
    return objects


def test_nodes_without_pod_network_suffer_from_the_plugin_that_crashes() -> None:
    nodes = [cut_off("node-8"), cut_off("node-9")]

    [problem] = problems(*nodes, plugin_on("node-8"), plugin_on("node-9"), *lost_on("node-9"))

    assert (problem.kind, problem.code, problem.parent_object) == ("Pod", "pod.crashloop", "DaemonSet/calico-node")
    assert problem.severity == "critical"
    hurt = {f"{item.kind} {item.name}" for item in problem.symptoms}
    assert {"Node node-8", "Node node-9", "Pod api-1-x", "Deployment api", "Service api"} <= hurt
    assert (problem.blast_radius.pods, problem.blast_radius.namespaces) == (3, 2)


def test_pods_without_a_sandbox_suffer_from_the_plugin_of_their_node() -> None:
    waiting = {"ready": False, "state": {"waiting": {"reason": "ContainerCreating"}}}
    made = app("api", waiting, phase="Pending")
    made[2]["spec"]["nodeName"] = "node-1"

    [problem] = problems(
        *made, plugin_on("node-1"), warning("FailedCreatePodSandBox", NO_SANDBOX, name="api-1-x", uid="Pod/api-1-x")
    )

    assert (problem.name, problem.code) == ("calico-node-1", "pod.crashloop")
    assert "Deployment api" in {f"{item.kind} {item.name}" for item in problem.symptoms}


def test_without_a_plugin_that_is_known_the_node_is_the_root() -> None:
    [problem] = problems(cut_off("node-9"), *lost_on("node-9"))

    assert (problem.kind, problem.name) == ("Node", "node-9")
    assert problem.culprit is not None
    assert (problem.culprit.kind, problem.culprit.name) == ("CNI", "node-9")


def test_a_node_that_is_down_is_not_the_fault_of_the_plugin() -> None:
    [problem] = problems(node("node-9", ready="Unknown"), plugin_on("node-9"), *lost_on("node-9"))

    assert (problem.kind, problem.name, problem.culprit) == ("Node", "node-9", None)


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("calico-node", True),
        ("kube-flannel-ds", True),
        ("rke2-canal", True),
        ("kindnet", True),
        ("cilium-envoy", False),
        ("cilium", True),
        ("node-exporter", False),
    ],
)
def test_network_plugins_are_known_by_their_daemonsets(name: str, yes: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    [item] = view_of(pod(**owned("DaemonSet", name))).all(PODS)

    assert is_plugin(item) is yes


UNABLE = "the server is currently unable to handle the request (get requests.{}"


@pytest.mark.parametrize("group", ["custom.metrics.k8s.io", "external.metrics.k8s.io"])
def test_autoscalers_suffer_from_an_api_of_metrics_that_does_not_answer(group: str) -> None:
    down = {
        "type": "Available",
        "status": "False",
        "reason": "FailedDiscoveryCheck",
        "lastTransitionTime": ago(hours=1),
    }
    api: Json = {
        "kind": "APIService",
        "metadata": {"name": f"v1beta1.{group}"},
        "spec": {"group": group, "version": "v1beta1", "service": {"name": "adapter", "namespace": "gone"}},
        "status": {"conditions": [down]},
    }
    inactive = {"type": "ScalingActive", "status": "False", "reason": "FailedGetPodsMetric"}
    inactive |= {"message": UNABLE.format(f"{group})"), "lastTransitionTime": ago(hours=1)}
    scaler: Json = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"apiVersion": "example.com/v1", "kind": "Thing", "name": "web"}, "maxReplicas": 3},
        "status": {"conditions": [inactive]},
    }

    [problem] = problems(api, scaler)

    assert (problem.kind, problem.code) == ("APIService", "apiservice.service_missing")
    assert [item.code for item in problem.symptoms] == ["hpa.no_metrics"]
