"""The numbered replicas of a StatefulSet: which are to be there, and which keep the others back."""

from collections.abc import Iterator
from typing import Final

from kubecfg_core import ClusterView
from kubecfg_core.kinds.pods import Pod
from kubecfg_core.kinds.storage import CLAIMS
from kubecfg_core.kinds.workloads import StatefulSet

_REVISION: Final = "controller-revision-hash"
_MOST: Final = 1000


def wanted(item: StatefulSet) -> range:
    """The numbers of the replicas that are to be there, a thousand at most."""
    start = item.spec.ordinals.start if item.spec.ordinals else 0
    return range(start, start + min(item.spec.replicas, _MOST))


def ordinal(item: StatefulSet, pod: str) -> int | None:
    """The number in a pod's name; `None` where it is none of the StatefulSet's."""
    digits = pod.removeprefix(f"{item.name}-")
    short = digits.isascii() and digits.isdigit() and len(digits) < 10  # noqa: PLR2004 - what an int32 can count
    return int(digits) if short and digits != pod else None


def unbound(view: ClusterView, item: StatefulSet, template: str) -> Iterator[str]:
    """The claims of one template that exist and wait for their volume."""
    for number in wanted(item):
        claim = view.get(CLAIMS, item.namespace, f"{template}-{item.name}-{number}")
        if claim is not None and claim.status.phase == "Pending":
            yield claim.name


def outdated(item: StatefulSet, pods: list[Pod]) -> list[Pod]:
    """The pods that an update is to replace, where it goes from one to the next and waits for each to be ready."""
    strategy = item.spec.updateStrategy
    if item.spec.podManagementPolicy != "OrderedReady" or strategy.type != "RollingUpdate":
        return []
    lowest = strategy.rollingUpdate.partition if strategy.rollingUpdate else 0
    found: list[Pod] = []
    for pod in pods:
        number, revision = ordinal(item, pod.name), pod.metadata.labels.get(_REVISION, "")
        old = revision and item.status.updateRevision and revision != item.status.updateRevision
        if old and number is not None and number >= lowest:
            found.append(pod)
    return found


def held_back(item: StatefulSet, broken: str) -> int:
    """How many replicas are not there because this broken one comes first."""
    number = ordinal(item, broken)
    if item.spec.podManagementPolicy != "OrderedReady" or number is None:
        return 0
    lacking = item.spec.replicas - item.status.replicas
    return lacking if 0 < lacking <= wanted(item).stop - number - 1 else 0
