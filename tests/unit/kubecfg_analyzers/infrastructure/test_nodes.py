"""Nodes: what their conditions, their pods and their events say."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.infrastructure.nodes import ANALYZER
from kubecfg_core import ClusterView, Severity
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.testing import views
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, owned, pod, waiting, warning

analyze = ANALYZER.analyze
ROOM: Json = {"cpu": "4", "memory": "8Gi", "pods": "20"}
CLOSED = (
    "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. preemption: 0/2 nodes are available."
)


def node(
    name: str = "node-1", *more: Json, ready: str = "True", version: str = "v1.36.2", **fields: Any
) -> dict[str, Any]:
    condition: Json = {"type": "Ready", "status": ready, "reason": "R", "lastTransitionTime": ago(hours=1)}
    condition |= fields.pop("condition", {})
    return {
        "kind": "Node",
        "metadata": {"name": name, "creationTimestamp": ago(days=9), **fields.pop("metadata", {})},
        "spec": fields.pop("spec", {}),
        "status": {
            "conditions": [condition, *more],
            "allocatable": fields.pop("room", ROOM),
            "nodeInfo": {"kubeletVersion": version},
        },
    }


def said(kind: str, status: str, reason: str = "Because", message: str = "So it is") -> Json:
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": ago(hours=2)}


def view_of(*objects: Json, **more: Any) -> ClusterView:
    return views.view_of(*objects, **more)


def pending(message: str, **asks: Any) -> Json:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    spec = {"nodeName": "", **asks.pop("spec", {})}
    return pod(waiting(""), phase="Pending", conditions=[condition], spec=spec, **asks)


def test_a_ready_node_is_silent() -> None:
    view = view_of(node("node-1", said("MemoryPressure", "False"), said("NetworkUnavailable", "False")), pod())

    assert codes(analyze, view) == []


@pytest.mark.parametrize("status", ["Unknown", "False"])
def test_a_node_that_is_not_ready_is_critical_when_pods_ran_on_it(status: str) -> None:
    found = only(analyze, view_of(node(ready=status), pod()))

    assert (found.code, found.severity, found.evidence["pods"]) == ("node.not_ready", Severity.CRITICAL, 1)
    assert f"has been {status} (R) for 1 hour, and 1 pod ran on it, as web-1." in found.text


@pytest.mark.parametrize("kind", ["DaemonSet", "Node"])
def test_a_node_that_carried_only_its_own_pods_is_an_error(kind: str) -> None:
    found = only(analyze, view_of(node(ready="Unknown"), pod(**owned(kind, "proxy"))))

    assert found.severity is Severity.ERROR


def test_a_node_without_a_ready_condition_is_not_ready() -> None:
    bare = node()
    bare["status"]["conditions"] = []

    assert only(analyze, view_of(bare)).evidence["reason"] == "NoReadyCondition"


def test_a_node_that_joins_is_silent_until_it_has_had_its_time() -> None:
    joining = node(ready="False", metadata={"creationTimestamp": ago(minutes=2)})

    assert codes(analyze, view_of(joining)) == []


def test_a_node_that_stopped_reporting_is_told_however_young_its_object_is() -> None:
    lost = node(ready="Unknown", metadata={"creationTimestamp": ago(minutes=2)})

    assert codes(analyze, view_of(lost)) == ["node.not_ready"]


def test_a_node_that_is_being_removed_is_silent() -> None:
    leaving = node(ready="Unknown", metadata={"deletionTimestamp": ago(minutes=2)})

    assert codes(analyze, view_of(leaving)) == []


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("container runtime network not ready: cni plugin not initialized", "network plugin has not set up"),
        ("PLEG is not healthy: pleg was last seen active 5m ago", "container runtime does not answer"),
        ("something else", "something else."),
    ],
)
def test_what_the_kubelet_says_is_the_cause(message: str, words: str) -> None:
    found = only(analyze, view_of(node(ready="False", condition={"message": message})))

    assert words in found.cause


def test_the_pressures_of_a_node_that_does_not_report_are_not_told_too() -> None:
    view = view_of(node("node-1", said("DiskPressure", "Unknown"), said("KernelReady", "Unknown"), ready="Unknown"))

    assert codes(analyze, view) == ["node.not_ready"]


@pytest.mark.parametrize("kind", ["MemoryPressure", "DiskPressure", "PIDPressure"])
def test_a_pressure_is_told(kind: str) -> None:
    found = only(analyze, view_of(node("node-1", said(kind, "True"))))

    assert (found.code, found.evidence["condition"], found.severity) == ("node.pressure", kind, Severity.ERROR)


def test_a_network_that_is_not_set_up_is_told() -> None:
    view = view_of(node("node-1", said("NetworkUnavailable", "True", "NoRouteCreated")))

    assert only(analyze, view).code == "node.network_unavailable"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("KernelDeadlock", "False"),
        ("KernelReady", "True"),
        ("ReadonlyFilesystem", "False"),
        ("FrequentKubeletRestart", "False"),
        ("EtcdIsVoter", "True"),
        ("EtcdIsVoter", "False"),
        ("VMEventScheduled", "True"),
        ("SomethingElse", "True"),
        ("KernelDeadlock", "Unknown"),
        ("StorageReady", "Unknown"),
    ],
)
def test_a_condition_of_others_that_says_well_or_nothing_certain_is_silent(kind: str, status: str) -> None:
    assert codes(analyze, view_of(node("node-1", said(kind, status)))) == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("KernelDeadlock", "True"),
        ("ReadonlyFilesystem", "True"),
        ("CorruptDockerOverlay2", "True"),
        ("FrequentContainerdRestart", "True"),
        ("KubeletUnhealthy", "True"),
        ("ContainerRuntimeUnhealthy", "True"),
        ("NTPProblem", "True"),
        ("CperHardwareErrorFatal", "True"),
        ("KernelReady", "False"),
        ("NetworkingReady", "False"),
    ],
)
def test_a_condition_of_others_that_says_ill_is_a_warning(kind: str, status: str) -> None:
    found = only(analyze, view_of(node("node-1", said(kind, status))))

    assert (found.code, found.severity) == ("node.condition", Severity.WARNING)
    assert f"{kind} of the node is {status}" in found.text


def test_a_cordoned_node_is_told_where_a_pod_waits_for_it() -> None:
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": ago(days=3)}
    closed = node(spec={"unschedulable": True, "taints": [taint]})
    found = only(analyze, view_of(closed, node("node-2"), pending(CLOSED)))

    assert (found.code, found.name, found.evidence["pod"]) == ("node.cordoned", "node-1", "web-1")
    assert "cordoned for 3 days" in found.text


HUGE: Json = {"resources": {"requests": {"cpu": "64"}}}


@pytest.mark.parametrize(
    "waits",
    [
        pod(),
        pending("0/2 nodes are available: 2 Insufficient cpu."),
        pending(CLOSED, spec={"nodeSelector": {"disk": "ssd"}}),
        pending(CLOSED, container=HUGE),
    ],
    ids=["runs", "for another reason", "elsewhere", "too large"],
)
def test_a_cordoned_node_that_keeps_nothing_waiting_is_silent(waits: Json) -> None:
    assert codes(analyze, view_of(node(spec={"unschedulable": True}), node("node-2"), waits)) == []


def test_a_node_that_no_cloud_controller_has_initialised_is_told() -> None:
    taint = {"key": "node.cloudprovider.kubernetes.io/uninitialized", "effect": "NoSchedule", "value": "true"}

    assert only(analyze, view_of(node(spec={"taints": [taint]}))).code == "node.uninitialized"
    assert codes(analyze, view_of(node(spec={"taints": [taint]}, metadata={"creationTimestamp": ago(minutes=1)}))) == []


def pods_on(name: str, number: int) -> list[Json]:
    return [pod(name=f"{name}-{index}", spec={"nodeName": name}) for index in range(number)]


def test_slots_are_told_when_no_node_has_any_left() -> None:
    found = only(analyze, view_of(node(), *pods_on("node-1", 19)))

    assert (found.code, found.evidence["pods"], found.evidence["most"]) == ("node.pod_slots", 19, "20")


def test_one_full_node_among_others_is_silent() -> None:
    assert codes(analyze, view_of(node(), node("node-2"), *pods_on("node-1", 20))) == []


def test_a_full_node_is_told_where_a_pod_waits_for_a_slot() -> None:
    waits = pending("0/2 nodes are available: 1 Too many pods, 1 node(s) had untolerated taint {a: b}.")

    assert codes(analyze, view_of(node(), node("node-2"), *pods_on("node-1", 20), waits)) == ["node.pod_slots"]


def test_a_node_that_has_shrunk_below_its_pods_is_told() -> None:
    asks = {"resources": {"requests": {"memory": "5Gi"}}}
    found = only(analyze, view_of(node(), pod(name="a", container=asks), pod(name="b", container=asks)))

    assert (found.code, found.evidence["resource_name"], found.evidence["percent"]) == (
        "node.overcommitted",
        "memory",
        125,
    )


def test_a_node_whose_pods_fit_exactly_is_silent() -> None:
    asks = {"resources": {"requests": {"memory": "4Gi", "cpu": "2"}}}

    assert codes(analyze, view_of(node(), pod(name="a", container=asks), pod(name="b", container=asks))) == []


def without_sandbox(name: str, where: str = "node-1") -> list[Json]:
    stuck = pod(waiting("ContainerCreating"), name=name, phase="Pending", spec={"nodeName": where})
    return [stuck, warning("FailedCreatePodSandBox", "no IP addresses available in range", name=name)]


def test_sandboxes_that_fail_for_several_workloads_on_one_node_are_the_nodes() -> None:
    found = only(analyze, view_of(node(), node("node-2"), *without_sandbox("a"), *without_sandbox("b")))

    assert (found.code, found.name, found.evidence["count"]) == ("node.sandbox_failures", "node-1", 2)


@pytest.mark.parametrize("other", [[], without_sandbox("b", "node-2")], ids=["one workload", "another node too"])
def test_sandboxes_that_fail_for_one_workload_or_everywhere_are_not(other: list[Json]) -> None:
    assert codes(analyze, view_of(node(), node("node-2"), *without_sandbox("a"), *other)) == []


@pytest.mark.parametrize(("newest", "found"), [("v1.36.2", []), ("v1.37.0-eks-1", ["node.version_skew"])])
def test_a_kubelet_more_than_three_minors_behind_another_is_told(newest: str, found: list[str]) -> None:
    view = view_of(node(version="v1.33.9"), node("node-2", version=newest), node("node-3", version=""))

    assert codes(analyze, view) == found


def told(reason: str, message: str) -> Json:
    return warning(reason, message, kind="Node", name="node-1", namespace="", uid="node-1")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (told("SystemOOM", "System OOM encountered, victim process: java, pid: 4711"), "node.system_oom"),
        (told("FreeDiskSpaceFailed", "failed to garbage collect: freed 0 bytes"), "node.disk_not_freed"),
    ],
)
def test_a_warning_about_a_node_is_told(event: Json, code: str) -> None:
    assert codes(analyze, view_of(node(), event)) == [code]


def test_what_a_kubelet_says_as_it_starts_is_silent() -> None:
    early = told("ImageGCFailed", "failed to get imageFs info: non-existent label")

    assert codes(analyze, view_of(node(), early, told("InvalidDiskCapacity", "invalid capacity 0"))) == []


def test_without_pods_a_lost_node_is_still_told() -> None:
    assert only(analyze, view_of(node(ready="Unknown"), forbidden=[PODS])).severity is Severity.ERROR


def test_without_nodes_nothing_is_said() -> None:
    assert codes(analyze, view_of(pending(CLOSED), forbidden=[NODES])) == []


def test_an_analysis_of_one_namespace_tells_of_the_nodes_that_its_pods_are_on() -> None:
    nodes = [node(ready="Unknown"), node("node-2", ready="Unknown")]

    assert only(analyze, view_of(*nodes, pod(), namespace="default")).name == "node-1"
    assert codes(analyze, view_of(*nodes, namespace="default")) == []
