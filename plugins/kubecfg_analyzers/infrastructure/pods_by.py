"""The pods of a view by what they stand on: their node, their claims, their ServiceAccount."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from kubecfg_core import ClusterView
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS, Pod

Index = dict[tuple[str, str], list[Pod]]


def live(view: ClusterView) -> list[Pod]:
    """The pods that run, or are to run."""
    return [pod for pod in view.all(PODS) if not pod.finished]


def by_node(view: ClusterView) -> dict[str, list[Pod]]:
    """The live pods of each node."""
    pods: dict[str, list[Pod]] = defaultdict(list)
    for pod in live(view):
        if pod.spec.nodeName:
            pods[pod.spec.nodeName].append(pod)
    return pods


def by_claim(view: ClusterView) -> Index:
    """The live pods that use each claim, by its namespace and name."""
    return _indexed(view, claims_of)


def by_account(view: ClusterView) -> Index:
    """The live pods of each ServiceAccount, by its namespace and name."""
    return _indexed(view, lambda pod: (pod.spec.serviceAccountName or "default",))


def _indexed(view: ClusterView, names: Callable[[Pod], Iterable[str]]) -> Index:
    pods: Index = defaultdict(list)
    for pod in live(view):
        for name in names(pod):
            pods[pod.namespace, name].append(pod)
    return pods


def claims_of(pod: Pod) -> list[str]:
    """The names of the claims that a pod uses."""
    volumes = (volume.persistentVolumeClaim for volume in pod.spec.volumes)
    return [claim.claimName for claim in volumes if claim is not None]


def ready(pod: Pod) -> bool:
    """Whether a pod serves."""
    condition = find_condition(pod.status.conditions, "Ready")
    return condition is not None and condition.status == "True"


def unplaced(pod: Pod) -> str:
    """What the scheduler says of a pod that it finds no node for; empty for any other."""
    if pod.spec.nodeName:
        return ""
    condition = find_condition(pod.status.conditions, "PodScheduled")
    refused = condition is not None and condition.status == "False" and condition.reason == "Unschedulable"
    return condition.message if condition is not None and refused else ""
