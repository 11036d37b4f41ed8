"""The analyzer of PriorityClasses: several defaults, and pods whose class is gone."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.infrastructure.pods_by import live
from kubecfg_analyzers.owners import owner_of
from kubecfg_analyzers.report import WARNING, counted, found, listed, nearest, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding, ReadState
from kubecfg_core.kinds.limits import PRIORITYCLASSES
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.workloads import JOBS, REPLICASETS

_DOC: Final = "concepts/scheduling-eviction/pod-priority-preemption/#priorityclass"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with the classes of the cluster, and with the pods that name one."""
    if view.namespace is None:
        yield from _several_defaults(view)
    if view.state(PRIORITYCLASSES) is ReadState.LISTED:
        yield from _missing(view)


def _several_defaults(view: ClusterView) -> Iterator[Finding]:
    """Kubernetes takes the one of the lowest value; which that is, nobody who made another one expects."""
    defaults = [item for item in view.all(PRIORITYCLASSES) if item.globalDefault]
    winner = min(defaults, key=lambda item: (item.value, item.name), default=None)
    if winner is not None and len(defaults) > 1:
        others = sorted(item.name for item in defaults if item is not winner)
        yield found(
            PRIORITYCLASSES,
            winner,
            "priorityclass.several_defaults",
            f"{len(defaults)} PriorityClasses are the default of the cluster: {listed([winner.name, *others])}.",
            severity=WARNING,
            cause=f"Pods that name none get {winner.name}, which has the lowest value.",
            doc=_DOC,
            facts={"count": len(defaults), "other_name": others[0]},
            names=others,
        )


def _missing(view: ClusterView) -> Iterator[Finding]:
    """A class is needed when a pod is made: those that run go on, and their successors are refused."""
    groups: dict[tuple[str, str, str], list[Pod]] = defaultdict(list)
    for pod in live(view):
        name = pod.spec.priorityClassName
        if name and not name.startswith("system-") and view.lacks(PRIORITYCLASSES, "", name):
            groups[pod.namespace, str(owner_of(view, pod) or pod.name), name].append(pod)
    for (_, owner, name), pods in groups.items():
        close = nearest(name, (item.name for item in view.all(PRIORITYCLASSES)))
        parent = owner if "/" in owner else ""
        yield found(
            PODS,
            pods[0],
            "pod.missing_priorityclass",
            f'The PriorityClass "{name}" of {counted(len(pods), "pod")} does not exist any more.',
            severity=WARNING,
            cause=f"New pods that name it are refused: none of these can be replaced.{suggestion(close)}",
            doc=_DOC,
            parent=parent,
            facts={"priority_class": name, "nearest": close, "pods": len(pods), **_workload(parent)},
            names=[name],
        )


def _workload(parent: str) -> dict[str, str | int | None]:
    kind, _, name = parent.partition("/")
    return {"workload": name, "workload_kind": kind.lower()}


ANALYZER: Final = Analyzer(
    name="priorityclasses",
    reads=(PRIORITYCLASSES, PODS, REPLICASETS, JOBS),
    analyze=analyze,
    summary="PriorityClasses that are missing, and several defaults.",
)
