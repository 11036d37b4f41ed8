"""Start, readiness and end of pods, and the nodes below them."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.pods import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.testing import views
from tests.unit.kubecfg_analyzers.judging import (
    Json,
    ago,
    codes,
    ended,
    node,
    only,
    owned,
    pod,
    running,
    view_of,
    waiting,
    warning,
)

CREATING = waiting("ContainerCreating")
UNREADY = running(ready=False)


@pytest.mark.parametrize(
    ("reason", "message", "code"),
    [
        ("FailedCreatePodSandBox", "failed to assign an IP address to container", "pod.sandbox_failed"),
        ("FailedMount", 'MountVolume.SetUp failed for volume "data" : exit status 32', "pod.mount_failed"),
        ("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is used', "pod.attach_failed"),
    ],
)
def test_a_pod_that_cannot_be_created_tells_why(reason: str, message: str, code: str) -> None:
    found = only(analyze, view_of(pod(CREATING, phase="Pending"), warning(reason, message)))

    assert found.code == code
    assert message in found.text


def test_a_failed_mount_of_the_first_moments_is_silent() -> None:
    young = pod(CREATING, phase="Pending", creationTimestamp=ago(minutes=1))

    assert codes(analyze, view_of(young, warning("FailedMount", "not yet attached"))) == []


def test_a_failed_mount_that_came_to_pass_is_silent() -> None:
    assert codes(analyze, view_of(pod(), warning("FailedMount", "not yet attached"))) == []


def test_a_volume_that_is_named_in_the_message_is_evidence() -> None:
    view = view_of(
        pod(CREATING, phase="Pending"), warning("FailedMount", 'MountVolume.SetUp failed for volume "data" : x')
    )

    assert only(analyze, view).evidence["volume"] == "data"


def test_exhausted_addresses_are_told_as_the_cause() -> None:
    view = view_of(pod(CREATING, phase="Pending"), warning("FailedCreatePodSandBox", "no available IP addresses"))

    assert "no free address" in only(analyze, view).cause


def test_creation_for_long_without_a_reason_is_a_warning() -> None:
    assert only(analyze, view_of(pod(CREATING, phase="Pending"))).code == "pod.stuck_creating"


def test_creation_for_a_short_while_is_silent() -> None:
    assert codes(analyze, view_of(pod(CREATING, phase="Pending", creationTimestamp=ago(minutes=5)))) == []


def test_a_failing_readiness_probe_is_told_with_its_message() -> None:
    found = only(analyze, view_of(pod(UNREADY), warning("Unhealthy", "Readiness probe failed: HTTP 503")))

    assert (found.code, found.evidence["probe"]) == ("pod.not_ready", "readiness")
    assert found.cause == "Readiness probe failed: HTTP 503."
    assert "1 hour" in found.text


def test_a_container_that_has_just_started_may_be_unready() -> None:
    assert codes(analyze, view_of(pod({**UNREADY, "state": {"running": {"startedAt": ago(seconds=20)}}}))) == []


def test_a_container_may_be_unready_for_as_long_as_its_probe_gives_it() -> None:
    slow = {"readinessProbe": {"initialDelaySeconds": 600, "httpGet": {"port": 80}}}
    status = {**UNREADY, "state": {"running": {"startedAt": ago(minutes=5)}}}

    assert codes(analyze, view_of(pod(status, container=slow))) == []


def test_a_failing_startup_probe_is_told_as_such() -> None:
    view = view_of(pod(UNREADY), warning("Unhealthy", "Startup probe failed: connection refused"))

    assert only(analyze, view).evidence["probe"] == "startup"


def test_a_probe_of_an_undeclared_port_name_is_the_one_finding() -> None:
    probed = {"readinessProbe": {"httpGet": {"port": "web"}}, "ports": [{"name": "http", "containerPort": 80}]}

    found = only(analyze, view_of(pod(UNREADY, container=probed)))

    assert (found.code, found.evidence["port"]) == ("pod.probe_port", "web")


@pytest.mark.parametrize("port", [8080, "9090", "http"])
def test_a_probe_of_a_number_or_a_declared_name_is_silent(port: int | str) -> None:
    probed = {"livenessProbe": {"tcpSocket": {"port": port}}, "ports": [{"name": "http", "containerPort": 80}]}

    assert codes(analyze, view_of(pod(container=probed))) == []


def test_a_closed_readiness_gate_is_a_warning() -> None:
    gated = pod(
        running(ready=False),
        spec={"readinessGates": [{"conditionType": "example.com/lb"}]},
        conditions=[{"type": "ContainersReady", "status": "True", "lastTransitionTime": ago(minutes=20)}],
    )
    gated["status"]["containerStatuses"][0]["ready"] = True

    found = only(analyze, view_of(gated))

    assert (found.code, found.evidence["gate"]) == ("pod.readiness_gate", "example.com/lb")


def test_an_init_container_that_runs_for_long_is_a_warning() -> None:
    found = only(analyze, view_of(pod(waiting("PodInitializing"), init=running(ready=False), phase="Pending")))

    assert (found.code, found.evidence["container"]) == ("pod.init_stalled", "prepare")


def test_a_sidecar_that_does_not_start_is_a_warning() -> None:
    sidecar = {"initContainers": [{"name": "prepare", "restartPolicy": "Always"}]}
    view = view_of(
        pod(waiting("PodInitializing"), init=running(ready=False, started=False), spec=sidecar, phase="Pending")
    )

    assert only(analyze, view).code == "pod.sidecar_not_started"


def test_a_sidecar_that_runs_is_silent() -> None:
    sidecar = {"initContainers": [{"name": "prepare", "restartPolicy": "Always"}]}

    assert codes(analyze, view_of(pod(init=running(), spec=sidecar))) == []


def over(reason: str = "", message: str = "", status: Json | None = None, **more: Any) -> Json:
    whole = pod(status or {}, phase="Failed", **more)
    whole["status"] |= {"reason": reason, "message": message}
    return whole


def test_an_evicted_pod_is_a_warning_with_the_message() -> None:
    found = only(analyze, view_of(over("Evicted", "The node was low on resource: memory.")))

    assert (found.code, found.severity) == ("pod.evicted", Severity.WARNING)
    assert "low on resource" in found.text


def test_a_failed_pod_of_nobody_is_an_error_with_its_exit_code() -> None:
    found = only(analyze, view_of(over(status={"state": ended(3)})))

    assert (found.code, found.severity, found.evidence["exit_code"]) == ("pod.failed", Severity.ERROR, 3)


def test_a_failed_pod_that_is_replaced_is_a_warning() -> None:
    assert only(analyze, view_of(over("OutOfcpu", **owned("ReplicaSet", "web-7f")))).severity is Severity.WARNING


def test_a_failed_pod_of_a_job_that_goes_on_is_silent() -> None:
    job = {"kind": "Job", "metadata": {"name": "migrate"}}

    assert codes(analyze, view_of(job, over(**owned("Job", "migrate")))) == []


def test_the_last_try_of_a_failed_job_speaks_for_it() -> None:
    job = {
        "kind": "Job",
        "metadata": {"name": "migrate"},
        "status": {"conditions": [{"type": "Failed", "status": "True"}]},
    }
    tries = [
        over(name=name, status={"state": ended(1)}, creationTimestamp=ago(minutes=at), **owned("Job", "migrate"))
        for name, at in (("first", 30), ("last", 10))
    ]

    assert only(analyze, view_of(job, *tries)).name == "last"


def test_a_completed_pod_is_silent() -> None:
    assert codes(analyze, view_of(pod({"state": ended(0, "Completed")}, phase="Succeeded"))) == []


def test_a_pod_that_should_be_gone_names_its_finalizer() -> None:
    stuck = pod(deletionTimestamp=ago(minutes=30), finalizers=["example.com/keep"])

    found = only(analyze, view_of(stuck))

    assert (found.code, found.evidence["finalizer"]) == ("pod.stuck_terminating", "example.com/keep")
    assert "30 minutes" in found.text


def test_a_pod_on_a_dead_node_cannot_go() -> None:
    view = views.view_of(node(ready="Unknown"), pod(deletionTimestamp=ago(minutes=30)))

    assert "Node node-1 is not ready" in only(analyze, view).cause


@pytest.mark.parametrize("seconds", [-20, 30])
def test_a_pod_that_is_going_is_silent(seconds: float) -> None:
    going = pod({"ready": False, "state": ended(143)}, deletionTimestamp=ago(seconds=seconds))

    assert codes(analyze, view_of(going)) == []


def test_an_unready_pod_on_a_bad_node_is_the_nodes_problem_alone() -> None:
    view = views.view_of(node(ready="Unknown"), pod(UNREADY), warning("Unhealthy", "Readiness probe failed: x"))

    found = only(analyze, view)

    assert (found.code, found.evidence["node_reason"]) == ("pod.node_not_ready", "NodeStatusUnknown")


def test_a_pod_whose_node_is_gone_is_lost() -> None:
    assert only(analyze, views.view_of(pod())).code == "pod.node_lost"


def test_a_node_that_could_not_be_read_is_not_gone() -> None:
    assert codes(analyze, views.view_of(pod(), forbidden=[NODES])) == []


def test_a_pod_of_unknown_phase_is_lost() -> None:
    assert only(analyze, view_of(pod(phase="Unknown"))).code == "pod.node_lost"


def scheduled(**span: float) -> Json:
    return {"type": "PodScheduled", "status": "True", "lastTransitionTime": ago(**span)}


def test_the_time_that_a_pod_waited_for_its_node_is_no_time_of_creation() -> None:
    late = pod(CREATING, phase="Pending", conditions=[scheduled(minutes=1)])

    assert codes(analyze, view_of(late)) == []


def test_the_time_of_the_init_containers_is_no_time_of_creation() -> None:
    slow = pod(waiting("PodInitializing"), init={"ready": True, "state": ended(0, "Completed", minutes=1)}, phase="")

    assert codes(analyze, view_of(slow)) == []


def test_a_pod_whose_node_joined_just_now_is_not_lost() -> None:
    assert codes(analyze, views.view_of(pod(conditions=[scheduled(seconds=5)]))) == []


def test_a_static_pods_warnings_bear_the_uid_that_the_kubelet_knows() -> None:
    static = pod(UNREADY, annotations={"kubernetes.io/config.hash": "8f1c"}, **owned("Node", "node-1"))

    found = only(analyze, view_of(static, warning("Unhealthy", "Readiness probe failed: HTTP 500", uid="8f1c")))

    assert found.cause == "Readiness probe failed: HTTP 500."


def failed_job(name: str, hours: float, kind: str) -> Json:
    return {
        "kind": "Job",
        "metadata": {"name": name, "creationTimestamp": ago(hours=hours), **owned("CronJob", "nightly")},
        "status": {"conditions": [{"type": kind, "status": "True"}]},
    }


@pytest.mark.parametrize(("hours", "told"), [(1, []), (5, ["pod.failed"])], ids=["a later run", "an earlier run"])
def test_a_failed_run_of_a_cronjob_is_told_until_a_later_one_succeeds(hours: float, told: list[str]) -> None:
    last = over(status={"state": ended(1)}, **owned("Job", "nightly-1"))
    view = view_of(last, failed_job("nightly-1", 3, "Failed"), failed_job("nightly-2", hours, "Complete"))

    assert codes(analyze, view) == told


def test_what_ended_days_ago_and_was_replaced_is_history() -> None:
    shut_down = over("Terminated", "Pod was terminated in response to imminent node shutdown.")
    shut_down["metadata"] |= owned("ReplicaSet", "web-7f")
    shut_down["status"]["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": ago(days=3)}]

    assert codes(analyze, view_of(shut_down)) == []


def test_a_pod_that_failed_for_want_of_memory_says_so() -> None:
    found = only(analyze, view_of(over(status={"state": ended(137, "OOMKilled")})))

    assert (found.code, found.severity) == ("pod.oomkilled", Severity.ERROR)
    assert "runs again" not in found.cause


def test_a_pod_that_failed_for_want_of_its_program_says_so() -> None:
    message = 'exec: "serve": executable file not found in $PATH: unknown'

    assert only(analyze, view_of(over(status={"state": ended(128, "StartError", message)}))).code == (
        "pod.command_not_found"
    )
