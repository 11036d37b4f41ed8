from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.controllers import poddisruptionbudgets as pdb
from kubecfg_core import Severity
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import DEPLOYMENTS, STATEFULSETS
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, pod, view_of, workload

WEB = pod(labels={"app": "web"})
SELECTS_WEB: Json = {"matchLabels": {"app": "web"}}


def budget(
    selector: Json | None = SELECTS_WEB, *, name: str = "web", metadata: Json | None = None, **more: Any
) -> Json:
    """A budget of one pod of two, which may spare one now."""
    status = {"expectedPods": 2, "currentHealthy": 2, "desiredHealthy": 1, "disruptionsAllowed": 1, **more}
    spec = {"minAvailable": 1} if selector is None else {"minAvailable": 1, "selector": selector}
    return {
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "creationTimestamp": ago(hours=1), **(metadata or {})},
        "spec": spec,
        "status": status,
    }


NOTHING: Json = {"expectedPods": 0, "currentHealthy": 0, "disruptionsAllowed": 0}


def test_a_budget_that_can_spare_a_pod_is_silent() -> None:
    assert codes(pdb.analyze, view_of(budget(), WEB)) == []


def test_a_budget_that_can_never_spare_a_healthy_pod_is_a_warning() -> None:
    found = only(pdb.analyze, view_of(budget(desiredHealthy=2, disruptionsAllowed=0), WEB))

    assert (found.code, found.severity) == ("pdb.never_allows", Severity.WARNING)
    assert "minAvailable 1" in found.text


@pytest.mark.parametrize(
    "quiet",
    [
        budget(currentHealthy=1, disruptionsAllowed=0),
        budget(currentHealthy=1, desiredHealthy=2, disruptionsAllowed=0),
        budget(desiredHealthy=2, disruptionsAllowed=0, metadata={"creationTimestamp": ago(minutes=1)}),
        budget(desiredHealthy=2, disruptionsAllowed=0, metadata={"deletionTimestamp": ago(minutes=1)}),
        budget(desiredHealthy=2, disruptionsAllowed=0, metadata={"generation": 2}),
    ],
    ids=["one is ill", "one is ill and all are needed", "young", "being deleted", "changed a moment ago"],
)
def test_a_budget_that_may_spare_a_pod_later_is_silent(quiet: Json) -> None:
    assert codes(pdb.analyze, view_of(quiet, WEB)) == []


def test_a_budget_that_selects_nothing_tells_the_nearest_pod() -> None:
    found = only(pdb.analyze, view_of(budget({"matchLabels": {"app": "wep"}}, **NOTHING), WEB))

    assert found.code == "pdb.selects_nothing"
    assert (found.evidence["label"], found.evidence["actual"]) == ("app", "web")


@pytest.mark.parametrize(
    "selector", [None, {"matchExpressions": [{"key": "app", "operator": "In", "values": ["gone"]}]}]
)
def test_a_budget_without_labels_to_compare_selects_nothing_too(selector: Json | None) -> None:
    assert codes(pdb.analyze, view_of(budget(selector, **NOTHING), WEB)) == ["pdb.selects_nothing"]


def test_an_empty_selector_selects_every_pod() -> None:
    assert codes(pdb.analyze, view_of(budget({}), WEB)) == []


def test_a_budget_of_a_workload_that_is_scaled_to_0_is_silent() -> None:
    assert codes(pdb.analyze, view_of(budget(**NOTHING), workload(desired=0))) == []


@pytest.mark.parametrize("kind", [PODS, DEPLOYMENTS, STATEFULSETS])
def test_where_something_could_not_be_read_a_budget_may_select_it(kind: Any) -> None:
    assert codes(pdb.analyze, view_of(budget(**NOTHING), forbidden=[kind])) == []


def test_a_pod_of_two_budgets_is_one_finding() -> None:
    found = only(
        pdb.analyze, view_of(budget(name="b"), budget({}, name="a"), WEB, pod(labels={"app": "web"}, name="c"))
    )

    assert (found.code, found.name, found.evidence["other_name"]) == ("pdb.overlap", "b", "a")


def test_budgets_of_different_pods_do_not_overlap() -> None:
    other = budget({"matchLabels": {"app": "api"}}, name="api")

    assert codes(pdb.analyze, view_of(budget(), other, WEB, pod(labels={"app": "api"}, name="api-1"))) == []


def test_a_budget_that_cannot_be_worked_out_is_quoted() -> None:
    condition = {
        "type": "DisruptionAllowed",
        "status": "False",
        "reason": "SyncFailed",
        "message": "found no controller ref for pod web-1",
    }

    found = only(pdb.analyze, view_of(budget(conditions=[condition]), WEB))

    assert (found.code, found.cause) == ("pdb.sync_failed", "found no controller ref for pod web-1.")


def test_a_budget_that_allows_nothing_at_the_moment_says_so_by_another_reason() -> None:
    condition = {"type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods"}

    assert (
        codes(pdb.analyze, view_of(budget(currentHealthy=1, disruptionsAllowed=0, conditions=[condition]), WEB)) == []
    )


def test_a_budget_that_never_allows_is_told_by_itself_where_pods_cannot_be_read() -> None:
    tight = budget(desiredHealthy=3, disruptionsAllowed=0)

    assert codes(pdb.analyze, view_of(tight, forbidden=[PODS])) == ["pdb.never_allows"]
