"""The analyzer of HorizontalPodAutoscalers: targets that are not there, metrics that are not, and ceilings reached."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers.controllers.shortfall import YOUNG, is_ready
from kubecfg_analyzers.report import ERROR, WARNING, Facts, clip, found, nearest, older, sentence, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding, Resource, Severity
from kubecfg_core.kinds.meta import Condition, find_condition
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.scaling import AUTOSCALERS, HorizontalPodAutoscaler, ResourceMetric
from kubecfg_core.kinds.workloads import DEPLOYMENTS, REPLICASETS, STATEFULSETS, Workload

AT_MAX: Final = timedelta(minutes=15)

_DOC: Final = "tasks/run-application/horizontal-pod-autoscale/"
_TARGETS: Final[dict[str, Resource[Any]]] = {
    "Deployment": DEPLOYMENTS,
    "StatefulSet": STATEFULSETS,
    "ReplicaSet": REPLICASETS,
}
# What these conditions say is told by checks of their own, or is as somebody wants it.
_ELSEWHERE: Final = ("ScalingDisabled", "AmbiguousSelector")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What keeps every autoscaler from scaling, the deepest cause alone; and those that share a target."""
    every = view.all(AUTOSCALERS)
    yield from _shared(every)
    for item in every:
        if item.metadata.deletionTimestamp is None:
            yield from _judge(view, item)


def _judge(view: ClusterView, item: HorizontalPodAutoscaler) -> Iterator[Finding]:
    kind = _TARGETS.get(item.spec.scaleTargetRef.kind) if _built_in(item) else None
    name = item.spec.scaleTargetRef.name
    if kind is not None and view.lacks(kind, item.namespace, name):
        near = nearest(name, (each.name for each in view.within(kind, item.namespace)))
        yield _found(
            item,
            "hpa.target_missing",
            f'It scales {kind.kind} "{name}", which does not exist.{suggestion(near)}',
            severity=ERROR,
            cause="There is nothing to scale: the target was removed or renamed, or never made.",
            facts={"nearest": near},
        )
        return
    target: Workload | None = view.get(kind, item.namespace, name) if kind is not None else None
    if target is not None and target.spec.replicas == 0:
        return
    yield from _unable(view, item) or _inactive(view, item, target) or _at_max(view, item)


def _built_in(item: HorizontalPodAutoscaler) -> bool:
    group = item.spec.scaleTargetRef.apiVersion.partition("/")[0]
    return group in ("apps", "")


def _bad(view: ClusterView, item: HorizontalPodAutoscaler, kind: str) -> Condition | None:
    """A condition that is False, and has been for a while."""
    condition = find_condition(item.status.conditions, kind)
    if condition is None or condition.status != "False" or condition.reason in _ELSEWHERE:
        return None
    return condition if older(view.now, condition.lastTransitionTime, YOUNG) else None


def _unable(view: ClusterView, item: HorizontalPodAutoscaler) -> list[Finding]:
    condition = _bad(view, item, "AbleToScale")
    if condition is None:
        return []
    return [
        _found(
            item,
            "hpa.unable",
            f"It cannot scale {_target(item)} ({condition.reason}).",
            severity=ERROR,
            cause=sentence(condition.message),
            facts={"reason": condition.reason, "message": clip(condition.message)},
        )
    ]


def _inactive(view: ClusterView, item: HorizontalPodAutoscaler, target: Workload | None) -> list[Finding]:
    """No metrics. Where no pod of the target is ready there can be none, and that is the target's problem."""
    condition = _bad(view, item, "ScalingActive")
    if condition is None:
        return []
    scaled = _pods(view, target)
    if scaled and not any(is_ready(pod) for pod in scaled):
        return []
    lacking = next(_without_request(item, scaled), None)
    facts: Facts = {"reason": condition.reason, "message": clip(condition.message)}
    if lacking is not None or "missing request for" in condition.message:
        resource, container = lacking or _in_message(condition.message)
        where = f"container {container}" if container else "a container"
        return [
            _found(
                item,
                "hpa.no_requests",
                f"It cannot tell how busy {_target(item)} is: {where} requests no {resource or 'such resource'}.",
                severity=ERROR,
                cause="Utilization is a share of the request, so every container needs one.",
                facts={**facts, "container": container, "resource_name": resource},
            )
        ]
    return [
        _found(
            item,
            "hpa.no_metrics",
            f"It gets no metrics of {_target(item)} ({condition.reason}), so it does not scale.",
            severity=ERROR,
            cause=sentence(condition.message),
            facts=facts,
        )
    ]


def _pods(view: ClusterView, target: Workload | None) -> list[Pod]:
    if target is None:
        return []
    selected = view.selected(PODS, target.namespace, target.spec.selector)
    return [pod for pod in selected if not pod.finished and pod.metadata.deletionTimestamp is None]


def _without_request(item: HorizontalPodAutoscaler, scaled: Sequence[Pod]) -> Iterator[tuple[str, str]]:
    """The resource and the container for each metric that is a share of a request which is not made."""
    for each in item.spec.metrics:
        metric: ResourceMetric | None = each.resource or each.containerResource
        if metric is None or metric.target.type != "Utilization":
            continue
        for pod in scaled[:20]:
            for container in pod.spec.containers:
                if metric.container in ("", container.name) and metric.name not in container.resources.requests:
                    yield metric.name, container.name


def _in_message(message: str) -> tuple[str, str]:
    match = re.search(r"missing request for (\S+)(?: in container (\S+))?", message)
    return (match[1].rstrip(",.;"), match[2] or "") if match else ("", "")


def _at_max(view: ClusterView, item: HorizontalPodAutoscaler) -> list[Finding]:
    """At the ceiling, and held there: equal limits are meant to hold."""
    most = item.spec.maxReplicas
    condition = find_condition(item.status.conditions, "ScalingLimited")
    if most <= item.spec.minReplicas or item.status.currentReplicas < most or condition is None:
        return []
    held = condition.status == "True" and condition.reason == "TooManyReplicas"
    if not held or not older(view.now, condition.lastTransitionTime, AT_MAX):
        return []
    return [
        _found(
            item,
            "hpa.at_max",
            f"{_target(item)} has {item.status.currentReplicas} replicas, the most that are allowed, and needs more.",
            severity=WARNING,
            cause=sentence(condition.message),
            facts={"maximum": most, "more": most + max(1, most // 2)},
        )
    ]


def _shared(every: Sequence[HorizontalPodAutoscaler]) -> Iterator[Finding]:
    """Autoscalers of one target: told on all but the first by name, which is the likely one to stay."""
    groups: dict[tuple[str, str, str, str], list[HorizontalPodAutoscaler]] = defaultdict(list)
    for item in every:
        ref = item.spec.scaleTargetRef
        if ref.name and item.metadata.deletionTimestamp is None:
            groups[item.namespace, ref.apiVersion.partition("/")[0], ref.kind, ref.name].append(item)
    for group in groups.values():
        first, *others = sorted(group, key=lambda item: item.name)
        for item in others:
            yield _found(
                item,
                "hpa.shared_target",
                f"{_target(item)} is scaled by HorizontalPodAutoscaler {first.name} too.",
                severity=ERROR,
                cause="Two autoscalers of one target work against each other, or neither scales at all.",
                facts={"other_name": first.name},
            )


def _target(item: HorizontalPodAutoscaler) -> str:
    return f"{item.spec.scaleTargetRef.kind} {item.spec.scaleTargetRef.name}"


def _found(
    item: HorizontalPodAutoscaler, code: str, text: str, *, severity: Severity, cause: str, facts: Facts
) -> Finding:
    ref = item.spec.scaleTargetRef
    target = {"target": ref.name, "target_kind": ref.kind.lower()}
    return found(
        AUTOSCALERS,
        item,
        code,
        text,
        severity=severity,
        cause=cause,
        doc=_DOC,
        facts={**target, **facts},
        names=(ref.name,),
    )


ANALYZER: Final = Analyzer(
    name="horizontalpodautoscalers",
    reads=(AUTOSCALERS, DEPLOYMENTS, STATEFULSETS, REPLICASETS, PODS),
    analyze=analyze,
    summary="Autoscalers without a target or metrics, at their maximum, or two of one target.",
)
