"""All pods at a glance: which of them serve and are twins, what they ask of which node, and which need a look.

Most of a large cluster runs, serves, and asks for the same as its siblings. What is passed over here is what the checks
of the pods would find nothing in; what this does not know goes through all of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Final

from kubecfg_analyzers.pods import requests
from kubecfg_core import Index
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS, ContainerStatus, Pod, PodSpec, Volume

_rest: Final = attrgetter(*(field for field in PodSpec.__struct_fields__ if field not in ("nodeName", "volumes")))
_source: Final = attrgetter(*(field for field in Volume.__struct_fields__ if field != "name"))


@dataclass(slots=True)
class Twins:
    """Pods of one workload that all serve and ask for the same."""

    spec: PodSpec
    asked: requests.Amounts
    pods: list[Pod] = field(default_factory=list)
    nodes: set[str] = field(default_factory=set)

    def add(self, pod: Pod) -> None:
        """One more of them."""
        self.pods.append(pod)
        self.nodes.add(pod.spec.nodeName)


@dataclass(slots=True)
class Load:
    """The pods on one node that have not finished, and what they ask for: each kind of wish, and how often."""

    pods: list[Pod] = field(default_factory=list)
    wishes: dict[int, tuple[requests.Amounts, int]] = field(default_factory=dict)

    def add(self, pod: Pod, asked: requests.Amounts) -> None:
        """One more pod. Equal wishes are the same object, or nearly always."""
        self.pods.append(pod)
        _, count = self.wishes.get(id(asked), (asked, 0))
        self.wishes[id(asked)] = asked, count + 1

    @property
    def taken(self) -> Mapping[str, Decimal]:
        """What they ask for together, by resource."""
        return requests.total(
            {name: amount * count for name, amount in asked.items()} for asked, count in self.wishes.values()
        )


class Fleet(Index[Pod]):
    """The pods, sorted: `twins` serve, `others` need a look. `loads` has every node that a pod names."""

    resource = PODS

    def __init__(self) -> None:
        self.twins: list[Twins] = []
        self.others: list[Pod] = []
        self.loads: dict[str, Load] = defaultdict(Load)
        self._by_controller: dict[str, Twins] = {}

    def add(self, item: Pod) -> None:
        """Take in the next pod."""
        if serves(item):
            twins = self._twins_of(item)
            twins.add(item)
            self.loads[item.spec.nodeName].add(item, twins.asked)
            return
        self.others.append(item)
        if item.spec.nodeName and not item.finished:
            self.loads[item.spec.nodeName].add(item, requests.asked(item.spec))

    def _twins_of(self, pod: Pod) -> Twins:
        controller = pod.controller
        uid = controller.uid if controller is not None else ""
        known = self._by_controller.get(uid) if uid else None
        if known is not None and alike(known.spec, pod.spec):
            return known
        twins = Twins(pod.spec, requests.asked(pod.spec))
        self.twins.append(twins)
        if uid:
            self._by_controller[uid] = twins
        return twins


def serves(pod: Pod) -> bool:
    """Whether it runs and is ready, and no container of it has ever ended."""
    status = pod.status
    if status.phase != "Running" or status.reason or pod.metadata.deletionTimestamp is not None:
        return False
    ready = find_condition(status.conditions, "Ready")
    if ready is None or ready.status != "True" or not pod.spec.nodeName or pod.spec.readinessGates:
        return False
    for container in status.containerStatuses:
        if not _steady(container):
            return False
    for container in status.initContainerStatuses:
        ended = container.state.terminated
        if ended is None or ended.exitCode or container.restartCount:
            return False
    return True


def _steady(container: ContainerStatus) -> bool:
    runs = container.ready and container.state.running is not None
    return runs and not container.restartCount and container.lastState.terminated is None


def alike(one: PodSpec, other: PodSpec) -> bool:
    """Whether two pods ask for the same: all but the node, and the names of volumes, which admission makes up."""
    if _rest(one) != _rest(other) or len(one.volumes) != len(other.volumes):
        return False
    return all(_source(volume) == _source(twin) for volume, twin in zip(one.volumes, other.volumes, strict=True))
