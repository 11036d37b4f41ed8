from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.pods import analyze
from kubecfg_analyzers.pods.predicates import parse
from kubecfg_core.testing import views
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, node, only, pod, view_of

TAINT: Json = {"taints": [{"key": "gpu", "value": "only", "effect": "NoSchedule"}]}
NOT_READY_TAINT: Json = {"taints": [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]}


def refused(message: str, *, reason: str = "Unschedulable", **spec: Any) -> Json:
    condition = {"type": "PodScheduled", "status": "False", "reason": reason, "message": message}
    return pod({}, spec={"nodeName": "", **spec}, conditions=[condition], phase="Pending")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("0/3 nodes are available: 3 Insufficient memory.", "pod.unschedulable_resources"),
        ("0/3 nodes are available: 3 Too many pods.", "pod.unschedulable_resources"),
        ("0/1 nodes are available: 1 node(s) had untolerated taint {gpu: only}.", "pod.unschedulable_taint"),
        ("0/1 nodes are available: 1 node(s) were unschedulable.", "pod.unschedulable_nodes"),
        (
            "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.",
            "pod.unschedulable_nodes",
        ),
        (
            "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
            "pod.unschedulable_node_affinity",
        ),
        (
            "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.",
            "pod.unschedulable_pod_affinity",
        ),
        (
            "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.",
            "pod.unschedulable_topology",
        ),
        ("0/2 nodes are available: 2 node(s) had volume node affinity conflict.", "pod.unschedulable_volume"),
        (
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "pod.unschedulable_volume",
        ),
        (
            "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
            "pod.unschedulable_ports",
        ),
        ("no nodes available to schedule pods", "pod.unschedulable"),
    ],
)
def test_the_schedulers_reason_is_told(message: str, code: str) -> None:
    found = only(analyze, view_of(refused(message)))

    assert found.code == code
    assert found.evidence["message"] == message


def test_what_preemption_had_to_say_is_no_reason() -> None:
    message = (
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. "
        "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    )

    total, predicates = parse(message)

    assert total == 3
    assert [(item.count, item.kind) for item in predicates] == [(1, "taint"), (2, "resources")]


def test_a_request_that_fits_no_node_is_told_with_the_largest() -> None:
    asking: Json = {"containers": [{"name": "app", "resources": {"requests": {"cpu": "6500m"}}}]}

    found = only(analyze, view_of(refused("0/1 nodes are available: 1 Insufficient cpu.", **asking)))

    assert (found.evidence["request"], found.evidence["largest"]) == ("6500m", "4")
    assert "fits nowhere" in found.cause


def test_a_request_that_would_fit_an_empty_node_is_told_apart() -> None:
    asking: Json = {"containers": [{"name": "app", "resources": {"requests": {"memory": "6Gi"}}}]}

    full = pod(name="other", container={"resources": {"requests": {"memory": "5Gi"}}})

    found = only(analyze, view_of(full, refused("0/1 nodes are available: 1 Insufficient memory.", **asking)))

    assert "asks for 6Gi memory" in found.cause
    assert "other pods" in found.cause


def test_the_largest_init_container_counts_as_the_request() -> None:
    asking: Json = {
        "containers": [{"name": "app", "resources": {"requests": {"cpu": "1"}}}],
        "initContainers": [{"name": "big", "resources": {"requests": {"cpu": "3"}}}],
    }

    found = only(analyze, view_of(refused("0/1 nodes are available: 1 Insufficient cpu.", **asking)))

    assert found.evidence["request"] == "3"


def test_a_taint_without_a_name_is_looked_up_at_the_nodes() -> None:
    view = views.view_of(node(**TAINT), refused("0/1 nodes are available: 1 node(s) had untolerated taint(s)."))

    found = only(analyze, view)

    assert (found.code, found.evidence["taint"]) == ("pod.unschedulable_taint", "gpu=only:NoSchedule")


def test_a_taint_that_the_pod_tolerates_is_not_named() -> None:
    view = views.view_of(
        node(**TAINT),
        node("node-2", taints=[{"key": "zone", "effect": "NoSchedule"}]),
        refused(
            "0/2 nodes are available: 1 node(s) had untolerated taint(s).",
            tolerations=[{"key": "gpu", "operator": "Exists"}],
        ),
    )

    assert only(analyze, view).evidence["taint"] == "zone:NoSchedule"


def test_a_taint_that_stands_for_a_nodes_state_is_the_nodes_problem() -> None:
    view = views.view_of(
        node(ready="Unknown", **NOT_READY_TAINT),
        refused("0/1 nodes are available: 1 node(s) had untolerated taint(s)."),
    )

    found = only(analyze, view)

    assert (found.code, found.evidence["node"]) == ("pod.unschedulable_nodes", "node-1")
    assert "Node node-1 is not ready" in found.cause
    assert "node-1" in found.sensitive


def test_a_selector_that_no_node_matches_is_told_with_the_values_there_are() -> None:
    view = views.view_of(
        node(labels={"disk": "hdd"}),
        refused(
            "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
            nodeSelector={"disk": "ssd"},
        ),
    )

    found = only(analyze, view)

    assert found.evidence["selector"] == "disk=ssd"
    assert "disk=hdd" in found.cause


def test_what_the_pod_asks_for_comes_before_what_is_wrong_with_some_nodes() -> None:
    message = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable."

    assert only(analyze, view_of(refused(message))).code == "pod.unschedulable_resources"


def test_a_gate_that_is_closed_for_long_is_a_warning() -> None:
    gated = refused("Scheduling is blocked", reason="SchedulingGated", schedulingGates=[{"name": "example.com/quota"}])

    found = only(analyze, view_of(gated))

    assert (found.code, found.evidence["gate"]) == ("pod.scheduling_gated", "example.com/quota")


def test_a_gate_of_a_moment_is_silent() -> None:
    gated = refused("", reason="SchedulingGated", schedulingGates=[{"name": "example.com/quota"}])
    gated["metadata"]["creationTimestamp"] = ago(minutes=2)

    assert codes(analyze, view_of(gated)) == []


def test_a_pod_that_the_scheduler_has_not_looked_at_yet_is_silent() -> None:
    new = pod({}, spec={"nodeName": ""}, phase="Pending", creationTimestamp=ago(minutes=2))

    assert codes(analyze, view_of(new)) == []


@pytest.mark.parametrize(
    ("asked", "cause"),
    [
        ({}, "The scheduler of the cluster does not run."),
        ({"schedulerName": "volcano"}, 'It asks for the scheduler "volcano", which does not run, or'),
    ],
)
def test_a_pod_that_no_scheduler_has_looked_at_for_long_names_the_one_it_asks_for(asked: Json, cause: str) -> None:
    found = only(analyze, view_of(pod({}, spec={"nodeName": "", **asked}, phase="Pending")))

    assert found.code == "pod.unschedulable"
    assert found.cause.startswith(cause)


def test_a_pod_of_a_moment_may_not_have_a_node_yet() -> None:
    new = refused("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
    new["metadata"]["creationTimestamp"] = ago(seconds=5)

    assert codes(analyze, view_of(new)) == []


def test_a_pod_of_a_clock_that_is_far_ahead_is_told_of() -> None:
    ahead = refused("0/3 nodes are available: 3 Insufficient memory.")
    ahead["metadata"]["creationTimestamp"] = ago(hours=-2)

    assert codes(analyze, view_of(ahead)) == ["pod.unschedulable_resources"]
