"""The analyzer of DaemonSets: nodes without their pod, but not those that are ill themselves."""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import nodes, pods
from kubecfg_analyzers.controllers import shortfall
from kubecfg_analyzers.controllers.shortfall import YOUNG
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.report import CRITICAL, ERROR, WARNING, Facts, counted, found, listed, older
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.workloads import DAEMONSETS, DaemonSet

QUIET: Final = timedelta(minutes=15)
"""A rollout that has made no pod for so long does not go on."""

_DOC: Final = "concepts/workloads/controllers/daemonset/"
_UPDATE_DOC: Final = "tasks/manage-daemon/update-daemon-set/"
_TAINTS_DOC: Final = "concepts/scheduling-eviction/taint-and-toleration/"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every DaemonSet: the deepest cause of pods that it lacks, and pods where none should be."""
    warnings = Warnings(view)
    for item in view.all(DAEMONSETS):
        if item.metadata.deletionTimestamp is None and older(view.now, item.metadata.creationTimestamp, YOUNG):
            yield from _judge(view, warnings, item)


def _judge(view: ClusterView, warnings: Warnings, item: DaemonSet) -> Iterator[Finding]:
    status = item.status
    if status.observedGeneration < item.metadata.generation:
        yield _found(
            item,
            "daemonset.not_observed",
            "The controller has not acted on the newest version of the DaemonSet.",
            severity=WARNING,
            cause="The controller manager does not run, or is far behind.",
            facts={"generation": item.metadata.generation, "observed": status.observedGeneration},
        )
        return
    every = shortfall.live_pods(view, item)
    explained = _refused(warnings, item) or _stuck(view, warnings, item, every)
    if explained is not None:
        yield explained
    else:
        yield from _short_of(view, warnings, item, every)
    yield from _misscheduled(view, item, every)


def available(item: DaemonSet) -> int:
    """How many of the nodes have a pod that serves."""
    return max(item.status.numberAvailable, item.status.numberReady)


def _refused(warnings: Warnings, item: DaemonSet) -> Finding | None:
    short = item.status.currentNumberScheduled < item.status.desiredNumberScheduled
    refusal = shortfall.refused(warnings, DAEMONSETS, item) if short else None
    if refusal is None:
        return None
    why, cause, facts = refusal
    return _found(
        item,
        "daemonset.create_failed",
        f"Pods cannot be created ({_nodes(item)}): {why}.",
        severity=ERROR if available(item) else CRITICAL,
        cause=cause,
        facts=facts,
    )


def _ill_nodes(view: ClusterView, every: Sequence[Pod]) -> list[str]:
    """The nodes whose own illness is why the pod there is not ready: one name for each such pod."""
    places = [pod.spec.nodeName for pod in every if not shortfall.is_ready(pod)]
    seen = {name: view.get(NODES, "", name) for name in set(places)}
    return sorted(name for name in places if (node := seen[name]) is not None and not node.ready)


def _stuck(view: ClusterView, warnings: Warnings, item: DaemonSet, every: list[Pod]) -> Finding | None:
    """A rollout that has stopped: a new pod is broken, or nodes that are ill use up what may be unavailable."""
    status = item.status
    waits = status.desiredNumberScheduled > 0 and status.updatedNumberScheduled < status.desiredNumberScheduled
    if not waits or item.spec.updateStrategy.type != "RollingUpdate" or not every:
        return None
    if not all(older(view.now, pod.metadata.creationTimestamp, QUIET) for pod in every):
        return None
    ill = _ill_nodes(view, every)
    broken = shortfall.worst(view, warnings, [pod for pod in every if pod.spec.nodeName not in ill])
    if broken is not None:
        cause, facts = shortfall.because(broken)
    elif len(ill) >= _may_be_unavailable(item) > 0:
        facts = {"node": ill[0], "node_code": "node.not_ready"}
        cause = f"Nodes that are not ready use up what may be unavailable at once: {listed(dict.fromkeys(ill))}."
    else:
        return None
    return _found(
        item,
        "daemonset.rollout_stuck",
        f"The rollout does not go on: {status.updatedNumberScheduled} of "
        f"{counted(status.desiredNumberScheduled, 'node')} have the newest version ({_nodes(item)}).",
        severity=ERROR if broken and available(item) else WARNING if available(item) else CRITICAL,
        cause=cause,
        doc=_UPDATE_DOC,
        facts={**facts, "updated": status.updatedNumberScheduled},
        names=[*ill, *shortfall.names_in(broken)],
    )


def _short_of(view: ClusterView, warnings: Warnings, item: DaemonSet, every: list[Pod]) -> Iterator[Finding]:
    """Pods on nodes that are not ready are the nodes' business."""
    ill = _ill_nodes(view, every)
    if item.status.desiredNumberScheduled - available(item) - len(ill) <= 0:
        return
    others = [pod for pod in every if pod.spec.nodeName not in ill]
    broken = shortfall.worst(view, warnings, others)
    if broken is None and not shortfall.overdue(view, item, others):
        return
    cause, facts = shortfall.because(broken, none=not every and view.covers(PODS, item.namespace))
    none = not available(item)
    yield _found(
        item,
        "daemonset.unavailable" if none else "daemonset.degraded",
        f"{_nodes(item)}.",
        severity=CRITICAL if none else WARNING,
        cause=cause,
        facts=facts,
        names=shortfall.names_in(broken),
    )


def _may_be_unavailable(item: DaemonSet) -> int:
    """How many pods a rollout may take away at once: with none, it makes new pods beside the old ones."""
    limit = item.spec.updateStrategy.rollingUpdate.maxUnavailable if item.spec.updateStrategy.rollingUpdate else None
    if isinstance(limit, str) and limit.endswith("%") and limit[:-1].isdecimal() and len(limit) <= len("100%"):
        return math.ceil(item.status.desiredNumberScheduled * int(limit[:-1]) / 100)
    return limit if isinstance(limit, int) else 1


def _misscheduled(view: ClusterView, item: DaemonSet, every: list[Pod]) -> Iterator[Finding]:
    """Only where a taint explains it: pods that are on their way out count as misscheduled too."""
    number = item.status.numberMisscheduled
    for pod in sorted(every if number else (), key=lambda each: each.spec.nodeName):
        node = view.get(NODES, "", pod.spec.nodeName)
        taints = nodes.intolerable(node, pod.spec.tolerations) if node else []
        if taints:
            taint = nodes.written(taints[0])
            verb = "runs" if number == 1 else "run"
            yield _found(
                item,
                "daemonset.misscheduled",
                f"{counted(number, 'pod')} of the DaemonSet {verb} where none should, as on node {pod.spec.nodeName}.",
                severity=WARNING,
                cause=f'The node has the taint "{taint}", which the pod does not tolerate: once it ends there, '
                "no other takes its place.",
                doc=_TAINTS_DOC,
                facts={"pod": pod.name, "node": pod.spec.nodeName, "taint": taint, "misscheduled": number},
            )
            return


def _nodes(item: DaemonSet) -> str:
    return f"{available(item)} of {counted(item.status.desiredNumberScheduled, 'node')} have a pod that is available"


def _found(
    item: DaemonSet,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str,
    doc: str = _DOC,
    facts: Facts,
    names: Sequence[str] = (),
) -> Finding:
    counts = {"desired": item.status.desiredNumberScheduled, "available": available(item)}
    facts = {**counts, **facts}
    return found(DAEMONSETS, item, code, text, severity=severity, cause=cause, doc=doc, facts=facts, names=names)


ANALYZER: Final = Analyzer(
    name="daemonsets",
    reads=(DAEMONSETS, *pods.STATUS_READS),
    analyze=analyze,
    summary="DaemonSets that lack pods on nodes that are well, stuck rollouts, pods on nodes that refuse them.",
)
