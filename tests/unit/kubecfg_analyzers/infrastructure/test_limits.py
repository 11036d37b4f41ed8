"""ResourceQuotas, LimitRanges and PriorityClasses."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.infrastructure import limitranges, priorityclasses, resourcequotas
from kubecfg_core import Severity
from kubecfg_core.kinds.limits import PRIORITYCLASSES
from tests.unit.kubecfg_analyzers.judging import Json, codes, only, owned, pod, view_of, warning

quotas_of = resourcequotas.ANALYZER.analyze
ranges_of = limitranges.ANALYZER.analyze
classes_of = priorityclasses.ANALYZER.analyze

MESSAGE = (
    'Error creating: pods "web-x" is forbidden: exceeded quota: compute, requested: requests.cpu=1, '
    "used: requests.cpu=4, limited: requests.cpu=4"
)


def quota(hard: dict[str, Any], used: dict[str, Any], name: str = "compute") -> Json:
    return {"kind": "ResourceQuota", "metadata": {"name": name}, "status": {"hard": hard, "used": used}}


def refusal(message: str = MESSAGE) -> Json:
    return warning("FailedCreate", message, kind="ReplicaSet", name="web-7f")


def test_a_quota_that_is_used_up_while_pods_are_refused_is_an_error() -> None:
    found = only(quotas_of, view_of(quota({"requests.cpu": "4"}, {"requests.cpu": "4000m"}), refusal()))

    assert (found.code, found.severity) == ("resourcequota.exceeded", Severity.ERROR)
    assert "requests.cpu 4000m of 4" in found.text
    assert "ReplicaSet web-7f could not make a pod: exceeded quota: compute" in found.cause


@pytest.mark.parametrize(
    ("used", "code"),
    [("4", "resourcequota.full"), ("5", "resourcequota.full"), ("3600m", "resourcequota.nearly_full")],
)
def test_a_quota_that_turns_nobody_away_is_a_warning(used: str, code: str) -> None:
    other = refusal(MESSAGE.replace("quota: compute", "quota: computers"))
    found = only(quotas_of, view_of(quota({"requests.cpu": "4"}, {"requests.cpu": used}), other))

    assert (found.code, found.severity) == (code, Severity.WARNING)


@pytest.mark.parametrize(
    ("hard", "used"),
    [
        ({"requests.cpu": "4"}, {"requests.cpu": "3500m"}),
        ({"services.loadbalancers": "0"}, {"services.loadbalancers": "0"}),
        ({"pods": "10"}, {}),
        ({"pods": "nonsense"}, {"pods": "5"}),
    ],
    ids=["room", "ban", "not counted yet", "no quantity"],
)
def test_a_quota_with_room_or_of_nothing_is_silent(hard: Json, used: Json) -> None:
    assert codes(quotas_of, view_of(quota(hard, used), refusal())) == []


def test_the_fullest_resource_is_the_one_that_is_told_first() -> None:
    found = only(quotas_of, view_of(quota({"a": "10", "pods": "10", "c": "9"}, {"a": "9", "pods": "12", "c": "1"})))

    assert (found.evidence["resource_name"], found.evidence["percent"]) == ("pods", 120)
    assert found.text == "The quota is used up: pods 12 of 10."


def limits(*items: Json, name: str = "bounds") -> Json:
    return {"kind": "LimitRange", "metadata": {"name": name}, "spec": {"limits": list(items)}}


def container(**lists: str) -> Json:
    return {"type": "Container", **{key: {"memory": value} for key, value in lists.items()}}


def test_bounds_that_fit_each_other_are_silent() -> None:
    good = container(min="16Mi", defaultRequest="64Mi", default="128Mi", max="1Gi")

    assert codes(ranges_of, view_of(limits(good, {"type": "Pod", "max": {"memory": "8Mi"}}))) == []


@pytest.mark.parametrize(
    ("lists", "severity", "words"),
    [
        ({"min": "2Gi", "max": "1Gi"}, Severity.ERROR, "the min of memory is 2Gi, above the max, 1Gi"),
        ({"default": "2Gi", "max": "1Gi"}, Severity.WARNING, "the default limit of memory is 2Gi, above the max"),
        ({"defaultRequest": "2Gi", "max": "1Gi"}, Severity.WARNING, "the default request of memory"),
        ({"defaultRequest": "2Gi", "default": "1Gi"}, Severity.WARNING, "above the default limit, 1Gi"),
        ({"min": "2Gi", "default": "1Gi"}, Severity.WARNING, "above the default limit, 1Gi"),
        ({"min": "2Gi", "defaultRequest": "1024Mi"}, Severity.WARNING, "above the default request, 1024Mi"),
    ],
)
def test_bounds_that_contradict_each_other_are_told(lists: Json, severity: Severity, words: str) -> None:
    found = only(ranges_of, view_of(limits(container(**lists))))

    assert (found.code, found.severity) == ("limitrange.contradiction", severity)
    assert words in found.text


def test_two_limit_ranges_of_a_namespace_hold_together() -> None:
    found = only(ranges_of, view_of(limits(container(max="1Gi"), name="a"), limits(container(min="2Gi"), name="b")))

    assert (found.name, found.evidence["other_name"]) == ("b", "a")


def test_limit_ranges_of_different_namespaces_do_not() -> None:
    other = limits(container(min="2Gi"))
    other["metadata"]["namespace"] = "elsewhere"

    assert codes(ranges_of, view_of(limits(container(max="1Gi")), other)) == []


def rank(name: str, value: int = 0, *, default: bool = False) -> Json:
    return {"kind": "PriorityClass", "metadata": {"name": name}, "value": value, "globalDefault": default}


def ranked(priority: str, **more: Any) -> Json:
    return pod(spec={"priorityClassName": priority}, **more)


def test_a_pod_of_a_class_that_exists_is_silent() -> None:
    assert codes(classes_of, view_of(rank("high", default=True), ranked("high"), ranked("system-node-critical"))) == []


def test_a_class_that_is_gone_is_told_once_for_a_workload() -> None:
    mine = owned("StatefulSet", "db")
    view = view_of(rank("higher"), ranked("high", name="db-0", **mine), ranked("high", name="db-1", **mine))
    found = only(classes_of, view)

    assert (found.code, found.parent, found.evidence["pods"]) == ("pod.missing_priorityclass", "StatefulSet/db", 2)
    assert found.evidence["nearest"] == "higher"


@pytest.mark.parametrize("how", ["forbidden", "absent"])
def test_a_class_is_not_gone_where_classes_could_not_be_read(how: str) -> None:
    assert codes(classes_of, view_of(ranked("high"), **{how: [PRIORITYCLASSES]})) == []


def test_a_finished_pod_needs_no_class() -> None:
    assert codes(classes_of, view_of(ranked("high", phase="Succeeded"))) == []


def test_several_default_classes_are_told_on_the_one_that_is_taken() -> None:
    found = only(classes_of, view_of(rank("high", 9, default=True), rank("low", 1, default=True), rank("none", 0)))

    assert (found.code, found.name, found.evidence["other_name"]) == ("priorityclass.several_defaults", "low", "high")
