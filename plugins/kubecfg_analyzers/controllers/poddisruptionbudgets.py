"""The analyzer of PodDisruptionBudgets: those that no node can ever be drained under, and those that guard nothing."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.controllers.shortfall import YOUNG
from kubecfg_analyzers.report import ERROR, WARNING, Facts, clip, counted, found, older, sentence
from kubecfg_analyzers.selectors import nearest_pod, written
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.scaling import BUDGETS, PodDisruptionBudget
from kubecfg_core.kinds.workloads import DEPLOYMENTS, STATEFULSETS

_DOC: Final = "tasks/run-application/configure-pdb/"
_DRAIN_DOC: Final = "tasks/administer-cluster/safely-drain-node/"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every budget."""
    guarded: dict[tuple[str, str], list[PodDisruptionBudget]] = defaultdict(list)
    for item in view.all(BUDGETS):
        if item.metadata.deletionTimestamp is not None:
            continue
        mine = _pods(view, item)
        for pod in mine:
            guarded[pod.namespace, pod.name].append(item)
        if older(view.now, item.metadata.creationTimestamp, YOUNG):
            yield from _judge(view, item, mine)
    yield from _several(guarded)


def _pods(view: ClusterView, item: PodDisruptionBudget) -> list[Pod]:
    if item.spec.selector is None:
        return []
    selected = view.selected(PODS, item.namespace, item.spec.selector)
    return [pod for pod in selected if not pod.finished]


def _judge(view: ClusterView, item: PodDisruptionBudget, mine: list[Pod]) -> Iterator[Finding]:
    status = item.status
    condition = next((each for each in status.conditions if each.reason == "SyncFailed"), None)
    if condition is not None and condition.status == "False":
        yield _found(
            item,
            "pdb.sync_failed",
            "The budget cannot be worked out, so every eviction is refused.",
            severity=ERROR,
            cause=sentence(condition.message),
            facts={"message": clip(condition.message)},
        )
    elif not mine and not status.expectedPods:
        yield from _guards_nothing(view, item)
    elif status.observedGeneration >= item.metadata.generation and _never(item):
        yield _found(
            item,
            "pdb.never_allows",
            f"The budget never allows an eviction: {status.currentHealthy} of {counted(status.expectedPods, 'pod')} "
            f"are healthy, and {status.desiredHealthy} must be ({_rule(item)}).",
            severity=WARNING,
            cause="Draining the node of such a pod waits for ever, and so do upgrades of the cluster.",
            doc=_DRAIN_DOC,
            facts={
                "pods": status.expectedPods,
                "healthy": status.desiredHealthy,
                "pod": min((pod.name for pod in mine), default=""),
            },
        )


def _never(item: PodDisruptionBudget) -> bool:
    """With every pod healthy nothing may go: with less it is the pods' problem, which may pass."""
    status = item.status
    if status.disruptionsAllowed > 0 or status.expectedPods <= 0:
        return False
    return status.currentHealthy >= status.expectedPods and status.desiredHealthy >= status.expectedPods


def _rule(item: PodDisruptionBudget) -> str:
    if item.spec.maxUnavailable is not None:
        return f"maxUnavailable {item.spec.maxUnavailable}"
    return f"minAvailable {1 if item.spec.minAvailable is None else item.spec.minAvailable}"


def _guards_nothing(view: ClusterView, item: PodDisruptionBudget) -> Iterator[Finding]:
    """Not so while a workload is scaled to 0, or where what makes the pods could not be read."""
    selector = item.spec.selector
    kinds = (DEPLOYMENTS, STATEFULSETS)
    if not all(view.covers(kind, item.namespace) for kind in (PODS, *kinds)):
        return
    makers = [each.spec.template.metadata.labels for kind in kinds for each in view.within(kind, item.namespace)]
    if selector is not None and any(selector.matches(labels) for labels in makers):
        return
    wanted = dict(selector.matchLabels) if selector else {}
    near = nearest_pod(view.within(PODS, item.namespace), wanted) if wanted else None
    cause = "What it was to guard has other labels, or is gone."
    if near is not None:
        has = f"has {near.label}={near.actual}" if near.actual else f"has no label {near.label}"
        cause = f"It selects {near.label}={near.wanted}, but pod {near.pod.name} {has}."
    yield _found(
        item,
        "pdb.selects_nothing",
        "The budget selects no pod, so it guards nothing.",
        severity=WARNING,
        cause=cause,
        facts={
            "selector": written(wanted),
            "label": near.label if near else None,
            "wanted": near.wanted if near else None,
            "actual": near.actual if near else None,
            "nearest": near.pod.name if near else None,
        },
    )


def _several(guarded: dict[tuple[str, str], list[PodDisruptionBudget]]) -> Iterator[Finding]:
    """Pods of several budgets, told on all of these but the first by name, once each."""
    told: set[tuple[str, str]] = set()
    for (namespace, pod), items in sorted(guarded.items(), key=lambda pair: pair[0]):
        first, *others = sorted(items, key=lambda each: each.name)
        for item in others:
            if (namespace, item.name) in told:
                continue
            told.add((namespace, item.name))
            yield _found(
                item,
                "pdb.overlap",
                f"Pod {pod} is guarded by PodDisruptionBudget {first.name} too.",
                severity=WARNING,
                cause="A pod of two budgets cannot be evicted at all: the API server refuses, so its node cannot be "
                "drained.",
                doc=_DRAIN_DOC,
                facts={"pod": pod, "other_name": first.name},
            )


def _found(
    item: PodDisruptionBudget,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str,
    doc: str = _DOC,
    facts: Facts,
) -> Finding:
    return found(BUDGETS, item, code, text, severity=severity, cause=cause, doc=doc, facts=facts)


ANALYZER: Final = Analyzer(
    name="poddisruptionbudgets",
    reads=(BUDGETS, PODS, DEPLOYMENTS, STATEFULSETS),
    analyze=analyze,
    summary="Disruption budgets that never allow an eviction, that guard nothing, or that overlap.",
)
