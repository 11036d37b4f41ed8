from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.controllers import daemonsets
from kubecfg_core import Severity
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, node, only, owned, pod, view_of, warning

UNREADY: Json = {"ready": False, "state": {"running": {"startedAt": ago(hours=1)}}}
TAINT: Json = {"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}


def agent(*, desired: int = 3, ready: int = 3, updated: int | None = None, **more: Any) -> Json:
    """A DaemonSet for so many nodes of which so many have a good pod."""
    status = {
        "observedGeneration": 1,
        "desiredNumberScheduled": desired,
        "currentNumberScheduled": desired,
        "numberReady": ready,
        "numberAvailable": ready,
        "updatedNumberScheduled": desired if updated is None else updated,
    }
    return {
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "generation": 1, "creationTimestamp": ago(hours=3), **more.pop("metadata", {})},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, **more.pop("spec", {})},
        "status": {**status, **more},
    }


def on(place: str, status: Json | None = None, **more: Any) -> Json:
    spec = {"nodeName": place, **more.pop("spec", {})}
    return pod(status, name=f"agent-{place}", spec=spec, **owned("DaemonSet", "agent"), **more)


def test_a_daemonset_on_every_node_is_silent() -> None:
    assert codes(daemonsets.analyze, view_of(agent(), on("node-1"))) == []


def test_a_daemonset_that_no_node_wants_is_silent() -> None:
    assert codes(daemonsets.analyze, view_of(agent(desired=0, ready=0))) == []


def test_a_good_node_without_a_good_pod_is_a_warning_with_its_cause() -> None:
    found = only(daemonsets.analyze, view_of(agent(ready=2), on("node-1", crashing(4))))

    assert (found.code, found.severity) == ("daemonset.degraded", Severity.WARNING)
    assert "exit code 4" in found.cause


def test_a_pod_on_a_node_that_is_not_ready_is_the_nodes_problem() -> None:
    view = view_of(node("node-2", ready="Unknown"), agent(ready=2), on("node-2", UNREADY))

    assert codes(daemonsets.analyze, view) == []


def test_a_good_node_counts_beside_one_that_is_not_ready() -> None:
    ill = node("node-2", ready="Unknown")

    found = only(daemonsets.analyze, view_of(ill, agent(ready=1), on("node-2", UNREADY), on("node-1", crashing())))

    assert (found.code, found.evidence["pod"]) == ("daemonset.degraded", "agent-node-1")


def test_none_available_is_critical() -> None:
    found = only(daemonsets.analyze, view_of(agent(desired=1, ready=0), on("node-1", crashing())))

    assert (found.code, found.severity) == ("daemonset.unavailable", Severity.CRITICAL)


def test_pods_that_are_refused_are_told_with_the_refusal() -> None:
    message = 'Error creating: pods "agent-" is forbidden: violates PodSecurity "restricted:latest": privileged'
    told = warning("FailedCreate", message, kind="DaemonSet", name="agent")

    found = only(daemonsets.analyze, view_of(agent(ready=0, currentNumberScheduled=0), told))

    assert (found.code, found.severity) == ("daemonset.create_failed", Severity.CRITICAL)
    assert (found.evidence["refusal"], found.evidence["level"]) == ("pod_security", "restricted")


def test_a_rollout_whose_new_pod_is_broken_is_stuck() -> None:
    found = only(daemonsets.analyze, view_of(agent(ready=2, updated=1), on("node-1", crashing())))

    assert (found.code, found.severity) == ("daemonset.rollout_stuck", Severity.ERROR)
    assert found.evidence["updated"] == 1


def test_a_rollout_that_waits_for_a_node_that_is_not_ready_is_a_warning() -> None:
    view = view_of(node("node-2", ready="Unknown"), agent(ready=2, updated=1), on("node-1"), on("node-2", UNREADY))

    found = only(daemonsets.analyze, view)

    assert (found.code, found.severity) == ("daemonset.rollout_stuck", Severity.WARNING)
    assert found.evidence["node"] == "node-2"


@pytest.mark.parametrize("limit", [2, "50%", 0])
def test_a_rollout_that_may_take_away_more_does_not_wait_for_the_node(limit: int | str) -> None:
    spec = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": limit}}}
    daemons = agent(ready=2, updated=1, spec=spec)

    view = view_of(node("node-2", ready="Unknown"), daemons, on("node-1"), on("node-2", UNREADY))

    assert codes(daemonsets.analyze, view) == []


def test_a_rollout_that_has_made_a_pod_a_moment_ago_goes_on() -> None:
    ill = node("node-2", ready="Unknown")
    fresh = on("node-1", creationTimestamp=ago(minutes=3))

    assert codes(daemonsets.analyze, view_of(ill, agent(ready=2, updated=1), fresh, on("node-2", UNREADY))) == []


def test_pods_that_wait_to_be_deleted_by_hand_are_no_stuck_rollout() -> None:
    by_hand = agent(updated=1, spec={"updateStrategy": {"type": "OnDelete"}})

    assert codes(daemonsets.analyze, view_of(by_hand, on("node-1"))) == []


def test_a_pod_on_a_node_that_it_does_not_tolerate_is_a_warning() -> None:
    view = view_of(node("node-7", taints=[TAINT]), agent(numberMisscheduled=1), on("node-7"))

    found = only(daemonsets.analyze, view)

    assert (found.code, found.evidence["taint"]) == ("daemonset.misscheduled", "dedicated=gpu:NoSchedule")


def test_a_pod_that_tolerates_the_taint_explains_nothing() -> None:
    tolerant = on("node-7", spec={"tolerations": [{"operator": "Exists"}]})

    assert (
        codes(daemonsets.analyze, view_of(node("node-7", taints=[TAINT]), agent(numberMisscheduled=1), tolerant)) == []
    )


def test_a_change_that_the_controller_has_not_seen_is_a_warning() -> None:
    assert only(daemonsets.analyze, view_of(agent(metadata={"generation": 2}))).code == "daemonset.not_observed"


def test_a_young_daemonset_is_silent() -> None:
    young = agent(ready=0, metadata={"creationTimestamp": ago(minutes=1)})

    assert codes(daemonsets.analyze, view_of(young)) == []
