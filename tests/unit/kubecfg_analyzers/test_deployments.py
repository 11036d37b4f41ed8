from __future__ import annotations

import pytest

from kubecfg_analyzers.deployments import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.workloads import REPLICASETS
from tests.unit.kubecfg_analyzers.judging import (
    Json,
    ago,
    codes,
    crashing,
    only,
    owned,
    pod,
    view_of,
    warning,
    workload,
)

QUOTA = (
    'pods "web-7f-x" is forbidden: exceeded quota: tight, requested: pods=1,requests.cpu=50m, '
    "used: pods=1,requests.cpu=50m, limited: pods=9,requests.cpu=60m"
)


def condition(kind: str, status: str, reason: str, message: str = "", minutes: float = 30) -> Json:
    at = ago(minutes=minutes)
    times = {"lastTransitionTime": at, "lastUpdateTime": at}
    return {"type": kind, "status": status, "reason": reason, "message": message, **times}


def replicaset(name: str = "web-7f", *, have: int = 0, revision: int = 1, conditions: list[Json] | None = None) -> Json:
    metadata = {**owned("Deployment", "web"), "annotations": {"deployment.kubernetes.io/revision": str(revision)}}
    item = workload("ReplicaSet", name, metadata=metadata, conditions=conditions or [])
    item["status"]["replicas"] = have
    return item


def test_a_deployment_with_all_its_replicas_is_silent() -> None:
    assert codes(analyze, view_of(workload(available=2))) == []


def test_a_deployment_without_any_replica_is_critical_and_names_its_pods_trouble() -> None:
    found = only(analyze, view_of(workload(), pod(crashing(), labels={"app": "web"})))

    assert (found.code, found.severity) == ("deployment.unavailable", Severity.CRITICAL)
    assert "0 of 2 replicas" in found.text
    assert "exit code 1" in found.cause
    assert (found.evidence["pod"], found.evidence["pod_code"]) == ("web-1", "pod.crashloop")
    assert "web-1" in found.sensitive


def test_a_deployment_with_some_of_its_replicas_is_a_warning() -> None:
    found = only(analyze, view_of(workload(available=1)))

    assert (found.code, found.severity) == ("deployment.degraded", Severity.WARNING)


def test_a_young_deployment_is_silent() -> None:
    assert codes(analyze, view_of(workload(metadata={"creationTimestamp": ago(minutes=2)}))) == []


def test_a_young_deployment_whose_pods_crash_is_not_silent() -> None:
    young = workload(metadata={"creationTimestamp": ago(minutes=2)})

    assert codes(analyze, view_of(young, pod(crashing(), labels={"app": "web"}))) == ["deployment.unavailable"]


def test_a_rollout_that_moved_a_short_while_ago_is_silent() -> None:
    moving = workload(available=1, conditions=[condition("Progressing", "True", "ReplicaSetUpdated", minutes=1)])

    assert codes(analyze, view_of(moving)) == []


def test_a_deployment_that_is_scaled_to_nothing_is_silent() -> None:
    assert codes(analyze, view_of(workload(desired=0))) == []


def test_a_deployment_that_is_being_deleted_is_silent() -> None:
    assert codes(analyze, view_of(workload(metadata={"deletionTimestamp": ago(minutes=1)}))) == []


def test_a_deployment_without_pods_says_so() -> None:
    assert "no pods" in only(analyze, view_of(workload())).cause


def test_a_rollout_past_its_deadline_names_the_revision_to_go_back_to() -> None:
    stuck = workload(available=1, conditions=[condition("Progressing", "False", "ProgressDeadlineExceeded")])
    view = view_of(stuck, replicaset("web-old", revision=3, have=2), replicaset("web-new", revision=4, have=2))

    found = only(analyze, view)

    assert (found.code, found.severity) == ("deployment.deadline_exceeded", Severity.ERROR)
    assert (found.evidence["revision"], found.evidence["replicaset"]) == (3, "web-new")
    assert "still serve" in found.cause


def test_a_quota_that_refuses_the_last_replicas_is_told_with_its_amounts() -> None:
    view = view_of(
        workload(desired=3, available=1),
        replicaset(have=1, conditions=[condition("ReplicaFailure", "True", "FailedCreate", QUOTA)]),
    )

    found = only(analyze, view)

    assert (found.code, found.severity) == ("deployment.quota_exceeded", Severity.ERROR)
    assert found.evidence["quota"] == "tight"
    assert (found.evidence["request"], found.evidence["used"], found.evidence["limit"]) == ("1", "1", "9")


@pytest.mark.parametrize(
    ("amounts", "room"),
    [
        (("requests.cpu=100m", "requests.cpu=100m", "requests.cpu=150m"), ("cpu", "50m")),
        (("requests.memory=1Gi", "requests.memory=3Gi", "requests.memory=3500Mi"), ("memory", "428Mi")),
        (("requests.cpu=1", "requests.cpu=2", "requests.cpu=2"), None),
        (("pods=1", "pods=2", "pods=2"), None),
    ],
)
def test_what_a_quota_has_left_is_told(amounts: tuple[str, str, str], room: tuple[str, str] | None) -> None:
    asked, used, limit = amounts
    message = f"exceeded quota: tight, requested: {asked}, used: {used}, limited: {limit}"
    refused = condition("ReplicaFailure", "True", "FailedCreate", message)

    evidence = only(analyze, view_of(workload(), replicaset(conditions=[refused]))).evidence

    assert (evidence.get("lowered"), evidence.get("room")) == (room or (None, None))


def test_the_refusals_message_leaves_out_the_pods_random_name() -> None:
    view = view_of(workload(), replicaset(conditions=[condition("ReplicaFailure", "True", "FailedCreate", QUOTA)]))

    assert "web-7f-x" not in str(only(analyze, view).evidence["message"])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("maximum cpu usage per Container is 500m, but limit is 1", "deployment.limit_range"),
        ('violates PodSecurity "restricted:latest": privileged', "deployment.pod_security"),
        ('admission webhook "policy.example.com" denied the request: no', "deployment.webhook_denied"),
        (
            'Internal error occurred: failed calling webhook "policy.example.com": connection refused',
            "deployment.webhook_unreachable",
        ),
        (
            "error looking up service account default/robot: serviceaccount not found",
            "deployment.serviceaccount_missing",
        ),
        ("no PriorityClass with name high was found", "deployment.priorityclass_missing"),
        ("something else", "deployment.create_failed"),
    ],
)
def test_refusals_are_told_apart(message: str, code: str) -> None:
    failure = condition("ReplicaFailure", "True", "FailedCreate", f'pods "web-x" is forbidden: {message}')

    found = only(analyze, view_of(workload(conditions=[failure])))

    assert (found.code, found.severity) == (code, Severity.CRITICAL)
    assert message in str(found.evidence["message"])


def test_a_service_account_that_does_not_exist_is_named() -> None:
    message = (
        'pods "web-" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found'
    )
    failure = condition("ReplicaFailure", "True", "FailedCreate", message)

    assert only(analyze, view_of(workload(conditions=[failure]))).evidence["serviceaccount"] == "robot"


def test_a_refusal_that_only_a_warning_tells_of_counts() -> None:
    event = warning("FailedCreate", f"Error creating: {QUOTA}", kind="ReplicaSet", name="web-7f")

    assert only(analyze, view_of(workload(), replicaset(), event)).code == "deployment.quota_exceeded"


def test_a_refusal_that_is_over_is_silent() -> None:
    event = warning("FailedCreate", f"Error creating: {QUOTA}", kind="ReplicaSet", name="web-7f")

    assert codes(analyze, view_of(workload(available=2), replicaset(have=2), event)) == []


def test_a_spec_that_the_controller_has_not_seen_is_a_warning() -> None:
    found = only(analyze, view_of(workload(metadata={"generation": 4})))

    assert found.code == "deployment.not_observed"
    assert (found.evidence["generation"], found.evidence["observed"]) == (4, 1)


def test_a_refusal_is_found_without_reading_replicasets() -> None:
    failure = condition("ReplicaFailure", "True", "FailedCreate", QUOTA)

    assert codes(analyze, view_of(workload(conditions=[failure]), forbidden=[REPLICASETS])) == [
        "deployment.quota_exceeded"
    ]


def test_a_replicaset_that_may_not_be_made_is_told_and_not_the_controller_blamed() -> None:
    message = 'Failed to create new replica set "web-5d": replicasets.apps "web-5d" is forbidden: exceeded quota: few'
    condition = {"type": "Progressing", "status": "False", "reason": "ReplicaSetCreateError", "message": message}
    behind = workload(available=2, conditions=[condition], observedGeneration=1)
    behind["metadata"]["generation"] = 2

    found = only(analyze, view_of(behind))

    assert (found.code, found.severity) == ("deployment.quota_exceeded", Severity.ERROR)
    assert "No ReplicaSet can be made" in found.text


def test_replicas_that_are_ready_may_have_to_be_so_for_a_while() -> None:
    assert codes(analyze, view_of(workload(available=0, readyReplicas=2))) == []


def test_a_scale_up_is_silent_while_the_new_pods_start() -> None:
    new = pod({"ready": False, "state": {"running": {"startedAt": ago(seconds=20)}}}, labels={"app": "web"})
    new["metadata"]["creationTimestamp"] = ago(minutes=1)

    assert codes(analyze, view_of(workload(available=1), pod(name="web-0", labels={"app": "web"}), new)) == []
