"""Pods that need no look: most of a large cluster runs, serves, and asks for the same as its siblings.

All of this says only that the checks of `_judge` would find nothing; what it does not know goes through all of them.
"""

from operator import attrgetter
from typing import Final

from kubecfg_core import ClusterView
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import ContainerStatus, Pod, PodSpec, Volume

_rest: Final = attrgetter(*(field for field in PodSpec.__struct_fields__ if field not in ("nodeName", "volumes")))
_source: Final = attrgetter(*(field for field in Volume.__struct_fields__ if field != "name"))


def serves(view: ClusterView, pod: Pod) -> bool:
    """Whether it runs and is ready, on a node that is there, and no container of it has ever ended."""
    status, metadata = pod.status, pod.metadata
    if status.phase != "Running" or status.reason or metadata.deletionTimestamp is not None or pod.spec.readinessGates:
        return False
    ready = find_condition(status.conditions, "Ready")
    if ready is None or ready.status != "True" or not pod.spec.nodeName:
        return False
    for container in status.containerStatuses:
        if not _steady(container):
            return False
    for container in status.initContainerStatuses:
        ended = container.state.terminated
        if ended is None or ended.exitCode or container.restartCount:
            return False
    return not view.lacks(NODES, "", pod.spec.nodeName)


def _steady(container: ContainerStatus) -> bool:
    runs = container.ready and container.state.running is not None
    return runs and not container.restartCount and container.lastState.terminated is None


class Specs:
    """The specs in which nothing is missing, one for each workload."""

    def __init__(self) -> None:
        self._good: dict[str, PodSpec] = {}

    def add(self, pod: Pod) -> None:
        """All that this pod names is there."""
        controller = pod.controller
        if controller is not None and controller.uid:
            self._good[controller.uid] = pod.spec

    def knows(self, pod: Pod) -> bool:
        """Whether the pod names the same as one of its workload that is known to be good."""
        controller = pod.controller
        other = self._good.get(controller.uid) if controller is not None else None
        return other is not None and alike(other, pod.spec)


def alike(one: PodSpec, other: PodSpec) -> bool:
    """Whether two pods ask for the same: all but the node, and the names of volumes, which admission makes up."""
    if _rest(one) != _rest(other) or len(one.volumes) != len(other.volumes):
        return False
    return all(_source(volume) == _source(twin) for volume, twin in zip(one.volumes, other.volumes, strict=True))
