"""Nodes and namespaces, as far as kubecfg reads them."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject, find_condition
from kubecfg_core.resources import Resource


class NamespaceSpec(msgspec.Struct, frozen=True, gc=False):
    """What must be done before the namespace is gone; not the same as `metadata.finalizers`."""

    finalizers: tuple[str, ...] = ()


class NamespaceStatus(msgspec.Struct, frozen=True, gc=False):
    """`phase` is `Active` or `Terminating`; the conditions say what holds its deletion up."""

    phase: str = ""
    conditions: tuple[Condition, ...] = ()


class Namespace(KubeObject, frozen=True, gc=False):
    """A namespace."""

    spec: NamespaceSpec = NamespaceSpec()
    status: NamespaceStatus = NamespaceStatus()


class Taint(msgspec.Struct, frozen=True, gc=False):
    """Keeps pods away that do not tolerate it. `timeAdded` is there for what the node controller adds."""

    key: str = ""
    value: str = ""
    effect: str = ""
    timeAdded: datetime | None = None


class NodeSpec(msgspec.Struct, frozen=True, gc=False):
    """`unschedulable` is what `kubectl cordon` sets."""

    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()


class NodeInfo(msgspec.Struct, frozen=True, gc=False):
    """What runs on a node."""

    kubeletVersion: str = ""


class NodeStatus(msgspec.Struct, frozen=True, gc=False):
    """Conditions, and what pods may use (`allocatable`, quantities by resource name)."""

    conditions: tuple[Condition, ...] = ()
    allocatable: dict[str, str | int] = {}
    nodeInfo: NodeInfo = NodeInfo()


class Node(KubeObject, frozen=True, gc=False):
    """A machine of the cluster."""

    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    @property
    def ready(self) -> bool:
        """Whether the Ready condition is True: an unknown one is not ready."""
        condition = find_condition(self.status.conditions, "Ready")
        return condition is not None and condition.status == "True"


NAMESPACES = Resource("", "v1", "namespaces", "Namespace", Namespace, namespaced=False)
NODES = Resource("", "v1", "nodes", "Node", Node, namespaced=False)
