"""The nodes as the scheduler sees them: what each offers, what its pods have asked for, and who they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kubecfg_analyzers.pods import requests
from kubecfg_analyzers.pods.fleet import Fleet, Load
from kubecfg_analyzers.pods.requests import SLOT
from kubecfg_core import ClusterView
from kubecfg_core.kinds.cluster import NODES, Node
from kubecfg_core.kinds.pods import PODS, ContainerPort, Pod, PodSpec

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Room:
    """A node, the pods on it that have not finished, what it offers by resource, and what is left of that."""

    node: Node
    pods: tuple[Pod, ...]
    offered: requests.Amounts
    left: requests.Amounts

    def free(self, resource: str) -> Decimal:
        """What is left of a resource; below zero on a node that holds more than it offers now."""
        return self.left.get(resource, _ZERO)

    def lacks(self, asked: requests.Amounts) -> dict[str, Decimal]:
        """How much is missing of what a pod asks for, by resource. A node that does not count pods takes any number."""
        return {
            name: amount - free
            for name, amount in asked.items()
            if amount > (free := self.left.get(name, _ZERO)) and (name != SLOT or SLOT in self.offered)
        }

    def holder(self, wanted: Iterable[ContainerPort]) -> tuple[ContainerPort, Pod] | None:
        """One of the host ports that a pod wants, and who has it here."""
        for pod in self.pods if wanted else ():
            for taken in host_ports(pod.spec):
                if any(_clash(port, taken) for port in wanted):
                    return taken, pod
        return None


def rooms(view: ClusterView) -> dict[str, Room]:
    """Every node by name. Ask for it by `view.once`: it counts every pod of the cluster."""
    loads = view.index(Fleet).loads
    return {node.name: _room(node, loads.get(node.name) or Load()) for node in view.all(NODES)}


def known(view: ClusterView) -> bool:
    """Whether every node, and every pod on one, is in the view: without them nothing is known to be free."""
    return view.covers(NODES) and view.covers(PODS)


def host_ports(spec: PodSpec) -> Iterator[ContainerPort]:
    """The ports of the node that a pod takes; those of its sidecars too."""
    for container in (*spec.containers, *(item for item in spec.initContainers if item.restartPolicy == "Always")):
        yield from (port for port in container.ports if port.hostPort > 0)


def _room(node: Node, load: Load) -> Room:
    offered, taken = requests.amounts(node.status.allocatable), load.taken
    left = {name: offered.get(name, _ZERO) - taken.get(name, _ZERO) for name in {**offered, **taken}}
    return Room(node, tuple(load.pods), offered, left)


def _clash(one: ContainerPort, other: ContainerPort) -> bool:
    same = (one.hostPort, one.protocol or "TCP") == (other.hostPort, other.protocol or "TCP")
    everywhere = "", "0.0.0.0", "::"  # noqa: S104 - compared with, not bound
    return same and (one.hostIP == other.hostIP or one.hostIP in everywhere or other.hostIP in everywhere)
