from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.controllers import horizontalpodautoscalers as hpa
from kubecfg_core import Severity
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import DEPLOYMENTS
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, only, pod, view_of, workload

CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
WEB = workload(available=2)


def scaler(*conditions: Json, name: str = "web", target: Json | None = None, **more: Any) -> Json:
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", **(target or {})}
    limits = {"minReplicas": more.pop("least", 2), "maxReplicas": more.pop("most", 6)}
    return {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name},
        "spec": {"scaleTargetRef": ref, "metrics": [CPU], **limits},
        "status": {"currentReplicas": 2, "desiredReplicas": 2, "conditions": list(conditions), **more},
    }


def condition(
    kind: str, reason: str, message: str = "It says why.", status: str = "False", minutes: float = 60
) -> Json:
    at = ago(minutes=minutes)
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}


INACTIVE = condition("ScalingActive", "FailedGetResourceMetric", "the server could not find the requested resource")


def replica(*, cpu: bool = True, **more: Any) -> Json:
    requests = {"cpu": "100m"} if cpu else {}
    return pod(labels={"app": "web"}, container={"resources": {"requests": requests}}, **more)


def test_an_autoscaler_that_scales_is_silent() -> None:
    good = scaler(condition("ScalingActive", "ValidMetricFound", status="True"))

    assert codes(hpa.analyze, view_of(good, WEB, replica())) == []


def test_a_missing_target_is_an_error_with_the_nearest_name() -> None:
    found = only(hpa.analyze, view_of(scaler(target={"name": "wep"}, name="x"), WEB))

    assert (found.code, found.severity, found.evidence["nearest"]) == ("hpa.target_missing", Severity.ERROR, "web")


def test_a_target_that_could_not_be_read_is_not_missing() -> None:
    assert codes(hpa.analyze, view_of(scaler(), forbidden=[DEPLOYMENTS])) == []


@pytest.mark.parametrize("target", [{"kind": "Rollout", "apiVersion": "argoproj.io/v1alpha1"}, {"kind": "Widget"}])
def test_a_target_of_another_kind_may_well_exist(target: Json) -> None:
    assert codes(hpa.analyze, view_of(scaler(target=target))) == []


def test_a_target_that_cannot_be_scaled_is_quoted() -> None:
    found = only(hpa.analyze, view_of(scaler(condition("AbleToScale", "FailedGetScale"), target={"kind": "Rollout"})))

    assert (found.code, found.cause) == ("hpa.unable", "It says why.")


def test_metrics_that_are_missing_are_an_error() -> None:
    found = only(hpa.analyze, view_of(scaler(INACTIVE), WEB, replica()))

    assert (found.code, found.evidence["reason"]) == ("hpa.no_metrics", "FailedGetResourceMetric")


def test_a_container_without_a_request_is_the_cause() -> None:
    found = only(hpa.analyze, view_of(scaler(INACTIVE), WEB, replica(cpu=False)))

    assert (found.code, found.evidence["container"]) == ("hpa.no_requests", "app")
    assert found.evidence["resource_name"] == "cpu"


def test_a_missing_request_is_told_by_the_condition_where_pods_cannot_be_read() -> None:
    message = "failed to get cpu utilization: missing request for cpu in container app of Pod web-1"
    said = condition("ScalingActive", "FailedGetResourceMetric", message)

    found = only(hpa.analyze, view_of(scaler(said), WEB, forbidden=[PODS]))

    assert (found.code, found.evidence["container"]) == ("hpa.no_requests", "app")


def test_an_average_value_needs_no_request() -> None:
    plain = scaler(INACTIVE)
    plain["spec"]["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue"}}}]

    assert codes(hpa.analyze, view_of(plain, WEB, replica(cpu=False))) == ["hpa.no_metrics"]


def test_a_metric_of_one_container_needs_no_request_of_the_others() -> None:
    plain = scaler(INACTIVE)
    metric = {"name": "cpu", "container": "main", "target": {"type": "Utilization"}}
    plain["spec"]["metrics"] = [{"type": "ContainerResource", "containerResource": metric}]

    assert codes(hpa.analyze, view_of(plain, WEB, replica(cpu=False))) == ["hpa.no_metrics"]


def test_pods_that_are_not_ready_have_no_metrics_and_that_is_their_problem() -> None:
    assert codes(hpa.analyze, view_of(scaler(INACTIVE), WEB, pod(crashing(), labels={"app": "web"}))) == []


@pytest.mark.parametrize(
    "quiet",
    [
        condition("ScalingActive", "ScalingDisabled"),
        condition("ScalingActive", "AmbiguousSelector"),
        condition("ScalingActive", "FailedGetResourceMetric", minutes=1),
        condition("AbleToScale", "FailedGetScale", minutes=1),
        condition("ScalingLimited", "TooFewReplicas", status="True"),
    ],
)
def test_what_is_young_or_meant_is_silent(quiet: Json) -> None:
    assert codes(hpa.analyze, view_of(scaler(quiet), WEB, replica())) == []


def test_a_target_that_is_scaled_to_0_is_silent() -> None:
    assert codes(hpa.analyze, view_of(scaler(INACTIVE), workload(desired=0))) == []


LIMITED = condition("ScalingLimited", "TooManyReplicas", status="True")


def test_an_autoscaler_held_at_its_maximum_is_a_warning() -> None:
    found = only(hpa.analyze, view_of(scaler(LIMITED, currentReplicas=6), WEB))

    assert (found.code, found.severity) == ("hpa.at_max", Severity.WARNING)
    assert (found.evidence["maximum"], found.evidence["more"]) == (6, 9)


@pytest.mark.parametrize(
    "quiet",
    [
        scaler(LIMITED, currentReplicas=6, least=6),
        scaler(LIMITED, currentReplicas=5),
        scaler(currentReplicas=6),
        scaler({**LIMITED, "lastTransitionTime": ago(minutes=3)}, currentReplicas=6),
    ],
    ids=["fixed size", "on its way", "enough", "just now"],
)
def test_a_maximum_that_does_not_hold_it_back_is_silent(quiet: Json) -> None:
    assert codes(hpa.analyze, view_of(quiet, WEB)) == []


def test_two_autoscalers_of_one_target_are_one_finding() -> None:
    found = only(hpa.analyze, view_of(scaler(name="b"), scaler(name="a"), WEB))

    assert (found.code, found.name, found.evidence["other_name"]) == ("hpa.shared_target", "b", "a")


def test_autoscalers_of_namesakes_share_nothing() -> None:
    other = scaler(name="b", target={"kind": "StatefulSet"})

    assert codes(hpa.analyze, view_of(scaler(name="a"), other, WEB, workload("StatefulSet"))) == []
