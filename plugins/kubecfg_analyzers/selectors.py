"""What a Service's selector nearly matches, and who would make the pods that it wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from operator import eq
from typing import Final

from kubecfg_core import ClusterView
from kubecfg_core.kinds.network import Service
from kubecfg_core.kinds.pods import Pod
from kubecfg_core.kinds.workloads import DAEMONSETS, DEPLOYMENTS, REPLICASETS, STATEFULSETS, Workload

_ALIKE: Final = 0.6
_SECOND: Final = frozenset({"replica", "slave", "standby", "secondary", "follower"})


@dataclass(frozen=True, slots=True)
class Near:
    """The pod that comes nearest, and the first label in which it differs; `actual` is empty where it has none."""

    pod: Pod
    label: str
    wanted: str
    actual: str


def written(selector: dict[str, str]) -> str:
    """A selector as kubectl takes it: `app=web,tier=front`."""
    return ",".join(f"{key}={value}" for key, value in sorted(selector.items()))


def makers(view: ClusterView, service: Service) -> list[tuple[str, Workload]]:
    """The Deployments and StatefulSets whose pods the Service selects, those that are to have pods first."""
    every: list[tuple[str, Workload]] = [
        *(("Deployment", item) for item in view.within(DEPLOYMENTS, service.namespace)),
        *(("StatefulSet", item) for item in view.within(STATEFULSETS, service.namespace)),
    ]
    wanted = service.spec.selector.items()
    fitting = [(kind, item) for kind, item in every if wanted <= item.spec.template.metadata.labels.items()]
    return sorted(fitting, key=lambda pair: (pair[1].spec.replicas == 0, pair[1].name))


def foreign(view: ClusterView, service: Service) -> list[tuple[str, Workload]]:
    """The ReplicaSets for the selected pods that no Deployment manages: those of an Argo Rollout, or of nobody."""
    wanted = service.spec.selector.items()
    every = view.within(REPLICASETS, service.namespace)
    mine = [item for item in every if wanted <= item.spec.template.metadata.labels.items()]
    others = [item for item in mine if item.controller is None or item.controller.kind != "Deployment"]
    return sorted(
        (("ReplicaSet", item) for item in others), key=lambda pair: (pair[1].spec.replicas == 0, pair[1].name)
    )


def for_no_node(view: ClusterView, service: Service) -> bool:
    """Whether a DaemonSet is to make the selected pods, and no node is one that it wants: as with GPUs or Windows."""
    wanted = service.spec.selector.items()
    every = view.within(DAEMONSETS, service.namespace)
    mine = [item for item in every if wanted <= item.spec.template.metadata.labels.items()]
    return bool(mine) and all(item.status.desiredNumberScheduled == 0 for item in mine)


def replica_of_one(pods: Sequence[Pod], selector: dict[str, str]) -> bool:
    """Whether it selects the replicas of a database that runs as one instance, which has none on purpose."""
    for key, value in selector.items():
        rest = {other: wanted for other, wanted in selector.items() if other != key}
        if rest and key.lower().endswith("role") and value.lower() in _SECOND:
            alike = [pod for pod in pods if not pod.finished and rest.items() <= pod.metadata.labels.items()]
            return len(alike) == 1 and key in alike[0].metadata.labels
    return False


def nearest_pod(pods: Sequence[Pod], selector: dict[str, str]) -> Near | None:
    """The live pod that has most of the selector's labels, or at least a similar value; `None` where none is near."""
    kinds: dict[tuple[str | None, ...], Pod] = {}
    for pod in pods:
        if not pod.finished:
            kinds.setdefault(tuple(pod.metadata.labels.get(key) for key in selector), pod)
    agreeing = {labels: sum(map(eq, labels, selector.values())) for labels in kinds}
    most = max(agreeing.values(), default=0)
    closest = _closest([labels for labels, count in agreeing.items() if count == most], tuple(selector.values()))
    if closest is None or not (most or closest[0] >= _ALIKE):
        return None
    best = kinds[closest[1]]
    labels = best.metadata.labels
    key = next(key for key in selector if labels.get(key) != selector[key])
    return Near(best, key, selector[key], labels.get(key, ""))


def _closest(
    every: Sequence[tuple[str | None, ...]], wanted: tuple[str, ...]
) -> tuple[float, tuple[str | None, ...]] | None:
    """The first of those in which the most similar of the values that differ is nearest to what is wanted."""
    best: tuple[float, tuple[str | None, ...]] | None = None
    for position, value in enumerate(wanted):
        matcher = SequenceMatcher(None, b=value[:63])
        for labels in every:
            actual, bar = labels[position], best[0] if best else -1.0
            if actual is None or actual == value:
                continue
            matcher.set_seq1(actual[:63])
            # The cheap bounds come first: most values are not alike at all.
            if matcher.real_quick_ratio() > bar and matcher.quick_ratio() > bar and (ratio := matcher.ratio()) > bar:
                best = ratio, labels
    return best or next(((0.0, labels) for labels in every), None)
