from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.controllers import statefulsets
from kubecfg_core import Severity
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.storage import STORAGECLASSES, VOLUMES
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

NEW, OLD = "db-new", "db-old"


def db(*, desired: int = 3, ready: int = 0, there: int | None = None, **spec: Any) -> Json:
    """A StatefulSet of which so many replicas are ready, and so many are there."""
    there = desired if there is None else there
    whole = workload("StatefulSet", "db", desired=desired, readyReplicas=ready, updateRevision=NEW)
    whole["status"] |= {"replicas": there, "availableReplicas": ready}
    whole["spec"] |= spec
    return whole


def replica(number: int, status: Json | None = None, revision: str = NEW, **more: Any) -> Json:
    labels = {"app": "web", "controller-revision-hash": revision}
    return pod(status, name=f"db-{number}", labels=labels, **owned("StatefulSet", "db"), **more)


def test_a_statefulset_with_all_its_replicas_is_silent() -> None:
    assert codes(statefulsets.analyze, view_of(db(ready=3), replica(0), replica(1), replica(2))) == []


def test_a_server_that_does_not_count_what_is_available_has_those_that_are_ready() -> None:
    whole = db(ready=3)
    del whole["status"]["availableReplicas"]

    assert codes(statefulsets.analyze, view_of(whole)) == []


def test_none_ready_of_three_is_critical() -> None:
    found = only(statefulsets.analyze, view_of(db(podManagementPolicy="Parallel"), replica(0, crashing())))

    assert (found.code, found.severity) == ("statefulset.unavailable", Severity.CRITICAL)
    assert found.text == "0 of 3 replicas available."


def test_some_ready_is_a_warning_with_the_cause_of_the_broken_one() -> None:
    view = view_of(db(ready=2), replica(0), replica(1), replica(2, crashing(2)))

    found = only(statefulsets.analyze, view)

    assert (found.code, found.severity, found.evidence["pod"]) == ("statefulset.degraded", Severity.WARNING, "db-2")
    assert "exit code 2" in found.cause


@pytest.mark.parametrize(("start", "broken", "held"), [(0, 1, 1), (5, 6, 1), (0, 0, 2)])
def test_a_broken_replica_blocks_those_after_it(start: int, broken: int, held: int) -> None:
    there = broken - start + 1
    whole = db(ready=there - 1, there=there, ordinals={"start": start})
    good = [replica(number) for number in range(start, broken)]

    found = only(statefulsets.analyze, view_of(whole, *good, replica(broken, crashing())))

    assert (found.code, found.evidence["pod"], found.evidence["held"]) == ("statefulset.blocked", f"db-{broken}", held)


def test_a_broken_replica_blocks_none_where_all_start_at_once() -> None:
    whole = db(ready=1, there=2, podManagementPolicy="Parallel")

    assert only(statefulsets.analyze, view_of(whole, replica(0), replica(1, crashing()))).code == "statefulset.degraded"


def test_a_replica_that_is_broken_in_an_older_version_is_stuck_until_it_is_deleted() -> None:
    view = view_of(db(ready=2), replica(0, revision=OLD), replica(1, revision=OLD), replica(2, crashing(), "db-bad"))

    found = only(statefulsets.analyze, view)

    assert (found.code, found.severity) == ("statefulset.update_stuck", Severity.ERROR)
    assert (found.evidence["pod"], found.evidence["revision_wanted"]) == ("db-2", NEW)


@pytest.mark.parametrize(
    "spec",
    [
        {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 3}}},
        {"updateStrategy": {"type": "OnDelete"}},
        {"podManagementPolicy": "Parallel"},
    ],
)
def test_an_older_version_that_no_update_is_to_replace_is_not_stuck(spec: Json) -> None:
    view = view_of(db(ready=2, **spec), replica(0), replica(1), replica(2, crashing(), OLD))

    assert codes(statefulsets.analyze, view) == ["statefulset.degraded"]


def test_a_replica_on_a_node_that_is_not_ready_is_told_by_its_node() -> None:
    away = replica(2, {**running(), "ready": False}, spec={"nodeName": "node-9"})

    found = only(statefulsets.analyze, view_of(node("node-9", ready="Unknown"), db(ready=2), away))

    assert found.evidence["pod_code"] == "pod.node_not_ready"


def test_a_replica_that_does_not_go_away_keeps_its_successor_from_being_made() -> None:
    lost = replica(2, spec={"nodeName": "node-9"}, deletionTimestamp=ago(minutes=30))

    found = only(statefulsets.analyze, view_of(node("node-9", ready="Unknown"), db(ready=2), replica(0), lost))

    assert (found.code, found.evidence["pod_code"]) == ("statefulset.degraded", "pod.stuck_terminating")


def test_a_replica_that_goes_in_its_time_is_no_shortage() -> None:
    goes = replica(2, deletionTimestamp=ago(seconds=20))

    assert codes(statefulsets.analyze, view_of(db(ready=2), replica(0), replica(1), goes)) == []


def test_a_missing_service_is_a_warning_while_all_replicas_serve() -> None:
    near = {"kind": "Service", "metadata": {"name": "dbs"}}

    found = only(statefulsets.analyze, view_of(db(ready=3, serviceName="db"), near))

    assert (found.code, found.severity, found.evidence["nearest"]) == (
        "statefulset.service_missing",
        Severity.WARNING,
        "dbs",
    )


@pytest.mark.parametrize("name", ["", "db"])
def test_no_service_name_and_one_that_is_there_are_fine(name: str) -> None:
    service = {"kind": "Service", "metadata": {"name": "db"}}

    assert codes(statefulsets.analyze, view_of(db(ready=3, serviceName=name), service)) == []


def test_a_service_that_could_not_be_read_is_not_missing() -> None:
    assert codes(statefulsets.analyze, view_of(db(ready=3, serviceName="db"), forbidden=[SERVICES])) == []


TEMPLATES = [{"metadata": {"name": "data"}, "spec": {"storageClassName": "fast-ssd"}}]


def claim(phase: str) -> Json:
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data-db-1"},
        "spec": {"storageClassName": "fast-ssd"},
        "status": {"phase": phase},
    }


def waits() -> Json:
    return replica(1, {"ready": False, "state": {}}, phase="Pending")


def test_claims_of_a_class_that_does_not_exist_are_the_cause() -> None:
    near = {"kind": "StorageClass", "metadata": {"name": "fast-ssd2"}}
    whole = db(ready=1, there=2, volumeClaimTemplates=TEMPLATES)

    found = only(statefulsets.analyze, view_of(whole, replica(0), waits(), claim("Pending"), near))

    assert (found.code, found.evidence["claim"]) == ("statefulset.class_missing", "data-db-1")
    assert found.evidence["nearest"] == "fast-ssd2"


@pytest.mark.parametrize("unread", [STORAGECLASSES, VOLUMES])
def test_a_class_that_could_not_be_read_is_not_missing(unread: Any) -> None:
    view = view_of(db(ready=1, there=2, volumeClaimTemplates=TEMPLATES), claim("Pending"), forbidden=[unread])

    assert "statefulset.class_missing" not in codes(statefulsets.analyze, view)


def test_a_bound_claim_needs_its_class_no_more() -> None:
    view = view_of(db(ready=3, volumeClaimTemplates=TEMPLATES), claim("Bound"))

    assert codes(statefulsets.analyze, view) == []


def test_volumes_made_by_hand_need_no_object_of_their_class() -> None:
    volume = {"kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {"storageClassName": "fast-ssd"}}
    view = view_of(db(ready=1, there=2, volumeClaimTemplates=TEMPLATES), claim("Pending"), volume)

    assert "statefulset.class_missing" not in codes(statefulsets.analyze, view)


def test_a_replica_that_is_refused_is_told_with_the_refusal() -> None:
    message = 'create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: exceeded quota: tight'
    told = warning("FailedCreate", message, kind="StatefulSet", name="db")

    found = only(statefulsets.analyze, view_of(db(ready=1, there=1), replica(0), told))

    assert (found.code, found.evidence["quota"]) == ("statefulset.create_failed", "tight")


def test_a_refusal_of_an_hour_ago_is_over_once_all_replicas_are_there() -> None:
    told = warning("FailedCreate", "exceeded quota: tight", kind="StatefulSet", name="db")
    view = view_of(db(ready=2), replica(0), replica(1), replica(2, crashing()), told)

    assert codes(statefulsets.analyze, view) == ["statefulset.degraded"]


def test_a_change_that_the_controller_has_not_seen_is_a_warning() -> None:
    whole = db(ready=3)
    whole["metadata"]["generation"] = 2

    assert only(statefulsets.analyze, view_of(whole)).code == "statefulset.not_observed"


def test_none_wanted_and_a_young_one_are_silent() -> None:
    young = db()
    young["metadata"] |= {"name": "young", "creationTimestamp": ago(minutes=1)}

    assert codes(statefulsets.analyze, view_of(db(desired=0, serviceName="gone"), young)) == []


def test_a_replica_that_is_on_its_way_is_no_shortage() -> None:
    young = [{"type": "Ready", "status": "False", "lastTransitionTime": ago(minutes=1)}]
    status = {"ready": False, "state": {"running": {"startedAt": ago(seconds=20)}}}

    view = view_of(db(ready=1, there=2), replica(0), replica(1, status, conditions=young))

    assert codes(statefulsets.analyze, view) == []


def test_a_name_that_only_looks_like_a_replicas_has_no_number() -> None:
    odd = pod(crashing(), name="db-x", labels={"app": "web"}, **owned("StatefulSet", "db"))

    assert codes(statefulsets.analyze, view_of(db(ready=2, there=2), odd)) == ["statefulset.degraded"]
