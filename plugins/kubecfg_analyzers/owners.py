"""Which workload an object belongs to."""

from dataclasses import dataclass

from kubecfg_core import ClusterView, KubeObject
from kubecfg_core.kinds.workloads import JOBS, REPLICASETS


@dataclass(frozen=True, slots=True)
class Owner:
    """A workload, as findings name it."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def owner_of(view: ClusterView, item: KubeObject) -> Owner | None:
    """The workload that an object belongs to in the end: the Deployment of its ReplicaSet, where that was read."""
    controller = item.controller
    if controller is None or controller.kind == "Node":
        return None  # the node itself owns what its kubelet starts from files
    above: KubeObject | None = None
    if controller.kind == "ReplicaSet":
        above = view.get(REPLICASETS, item.namespace, controller.name)
    elif controller.kind == "Job":
        above = view.get(JOBS, item.namespace, controller.name)
    if above is not None and above.controller is not None:
        return Owner(above.controller.kind, above.controller.name)
    return Owner(controller.kind, controller.name)
