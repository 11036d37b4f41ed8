"""The analyzer of ReplicaSets that no Deployment manages: those are in its findings."""

from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers import pods
from kubecfg_analyzers.controllers import shortfall
from kubecfg_analyzers.controllers.shortfall import YOUNG
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.owners import owner_of
from kubecfg_analyzers.report import CRITICAL, ERROR, WARNING, Facts, counted, found, older
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import REPLICASETS, ReplicaSet

_DOC: Final = "concepts/workloads/controllers/replicaset/"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every ReplicaSet of its own: at most one finding each, the deepest cause."""
    warnings = Warnings(view)
    for item in view.all(REPLICASETS):
        managed = item.controller is not None and item.controller.kind == "Deployment"
        if not managed and item.metadata.deletionTimestamp is None:
            yield from _judge(view, warnings, item)


def _judge(view: ClusterView, warnings: Warnings, item: ReplicaSet) -> Iterator[Finding]:
    desired, available = item.spec.replicas, max(item.status.availableReplicas, 0)
    if desired <= 0 or available >= desired or not older(view.now, item.metadata.creationTimestamp, YOUNG):
        return
    if item.status.observedGeneration < item.metadata.generation:
        yield _found(
            view,
            item,
            "replicaset.not_observed",
            "The controller has not acted on the newest version of the ReplicaSet.",
            severity=WARNING,
            cause="The controller manager does not run, or is far behind.",
            facts={"generation": item.metadata.generation, "observed": item.status.observedGeneration},
        )
        return
    refusal = _refusal(warnings, item) if item.status.replicas < desired else None
    if refusal is not None:
        why, cause, facts = refusal
        yield _found(
            view,
            item,
            "replicaset.create_failed",
            f"Pods cannot be created ({_replicas(item)}): {why}.",
            severity=ERROR if available else CRITICAL,
            cause=cause,
            facts=facts,
        )
        return
    yield from _short_of(view, warnings, item)


def _refusal(warnings: Warnings, item: ReplicaSet) -> tuple[str, str, Facts] | None:
    condition = find_condition(item.status.conditions, "ReplicaFailure")
    if condition is not None and condition.status == "True" and condition.reason == "FailedCreate":
        return shortfall.told(condition.message)
    return shortfall.refused(warnings, REPLICASETS, item)


def _short_of(view: ClusterView, warnings: Warnings, item: ReplicaSet) -> Iterator[Finding]:
    every = shortfall.live_pods(view, item)
    broken = shortfall.worst(view, warnings, every)
    if broken is None and not shortfall.overdue(view, item, every):
        return
    cause, facts = shortfall.because(broken, none=not every and view.covers(PODS, item.namespace))
    none = not item.status.availableReplicas
    yield _found(
        view,
        item,
        "replicaset.unavailable" if none else "replicaset.degraded",
        f"{_replicas(item)}.",
        severity=CRITICAL if none else WARNING,
        cause=cause,
        facts=facts,
        broken=broken,
    )


def _replicas(item: ReplicaSet) -> str:
    return f"{item.status.availableReplicas} of {counted(item.spec.replicas, 'replica')} available"


def _found(
    view: ClusterView,
    item: ReplicaSet,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str,
    facts: Facts,
    broken: Finding | None = None,
) -> Finding:
    owner = owner_of(view, item)
    counts = {"desired": item.spec.replicas, "available": item.status.availableReplicas}
    return found(
        REPLICASETS,
        item,
        code,
        text,
        severity=severity,
        cause=cause,
        doc=_DOC,
        parent=str(owner or ""),
        facts={**counts, **facts},
        names=shortfall.names_in(broken),
    )


ANALYZER: Final = Analyzer(
    name="replicasets",
    reads=pods.STATUS_READS,
    analyze=analyze,
    summary="ReplicaSets short of pods that no Deployment manages.",
)
