from __future__ import annotations

import pytest

from kubecfg_analyzers.controllers import replicasets
from kubecfg_core import Severity
from kubecfg_core.kinds.pods import PODS
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

REFUSED = 'pods "web-x" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=2, limited: pods=2'


def mine(status: Json | None = None, **more: object) -> Json:
    return pod(status, labels={"app": "web"}, **owned("ReplicaSet", "web"), **more)  # type: ignore[arg-type]  # test data


def test_a_replicaset_with_all_its_pods_is_silent() -> None:
    assert codes(replicasets.analyze, view_of(workload("ReplicaSet", available=2))) == []


def test_a_replicaset_of_a_deployment_is_the_deployments_business() -> None:
    broken = workload("ReplicaSet", metadata=owned("Deployment", "web"))

    assert codes(replicasets.analyze, view_of(broken, mine(crashing()))) == []


def test_a_replicaset_of_another_controller_names_it_as_its_parent() -> None:
    broken = workload("ReplicaSet", metadata=owned("Rollout", "web"))

    assert only(replicasets.analyze, view_of(broken, mine(crashing()))).parent == "Rollout/web"


def test_a_replicaset_without_a_good_pod_is_critical_and_tells_what_the_pod_tells() -> None:
    found = only(replicasets.analyze, view_of(workload("ReplicaSet"), mine(crashing(3))))

    assert (found.code, found.severity) == ("replicaset.unavailable", Severity.CRITICAL)
    assert (found.evidence["pod"], found.evidence["pod_code"]) == ("web-1", "pod.crashloop")
    assert "exit code 3" in found.cause


def test_a_replicaset_that_is_short_of_some_is_a_warning() -> None:
    found = only(replicasets.analyze, view_of(workload("ReplicaSet", available=1), mine(crashing())))

    assert (found.code, found.severity) == ("replicaset.degraded", Severity.WARNING)


def test_a_replicaset_without_pods_says_that_nothing_tells_why() -> None:
    found = only(replicasets.analyze, view_of(workload("ReplicaSet", replicas=0)))

    assert found.cause == "It has no pods, and nothing says why."


def test_pods_that_cannot_be_read_are_not_said_to_be_none() -> None:
    found = only(replicasets.analyze, view_of(workload("ReplicaSet"), forbidden=[PODS]))

    assert found.cause == "Nothing that was read says why."


@pytest.mark.parametrize("by", ["condition", "event"])
def test_pods_that_are_refused_in_part_are_told_with_the_quota(by: str) -> None:
    conditions = [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": REFUSED}]
    short = workload("ReplicaSet", available=1, replicas=1, conditions=conditions if by == "condition" else [])
    told = [warning("FailedCreate", REFUSED, kind="ReplicaSet", name="web")] if by == "event" else []

    found = only(replicasets.analyze, view_of(short, *told))

    assert (found.code, found.severity) == ("replicaset.create_failed", Severity.ERROR)
    assert (found.evidence["quota"], found.evidence["refusal"]) == ("tight", "quota_exceeded")


def test_a_change_that_the_controller_has_not_seen_is_a_warning() -> None:
    found = only(replicasets.analyze, view_of(workload("ReplicaSet", metadata={"generation": 2})))

    assert (found.code, found.severity) == ("replicaset.not_observed", Severity.WARNING)


@pytest.mark.parametrize(
    "quiet",
    [
        workload("ReplicaSet", desired=0),
        workload("ReplicaSet", metadata={"creationTimestamp": ago(minutes=2)}),
        workload("ReplicaSet", metadata={"deletionTimestamp": ago(minutes=2)}),
    ],
)
def test_none_wanted_a_young_one_and_one_that_goes_are_silent(quiet: Json) -> None:
    assert codes(replicasets.analyze, view_of(quiet)) == []


def test_a_pod_that_has_just_begun_is_no_shortage() -> None:
    young = [{"type": "Ready", "status": "False", "lastTransitionTime": ago(minutes=1)}]
    starting = mine({"ready": False, "state": {"running": {"startedAt": ago(seconds=20)}}}, conditions=young)

    assert codes(replicasets.analyze, view_of(workload("ReplicaSet", available=1), starting)) == []
