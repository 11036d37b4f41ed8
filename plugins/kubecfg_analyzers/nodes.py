"""What is wrong with a node, in words, for the findings of what should run on it."""

from typing import Final

from kubecfg_analyzers.report import clip
from kubecfg_core.kinds.cluster import Node, Taint
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import Toleration

CONDITION_TAINTS: Final = "node.kubernetes.io/"
CONTROL_PLANE: Final = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")

_PRESSURES: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


def complaint(node: Node) -> str:
    """`node-2 is not ready (NodeStatusUnknown: Kubelet stopped posting node status)`; empty for a good node."""
    ready = find_condition(node.status.conditions, "Ready")
    if not node.ready:
        said = f"{ready.reason}: {clip(ready.message, 120).rstrip('.')}" if ready else "it says nothing of itself"
        return f"Node {node.name} is not ready ({said})"
    for kind in _PRESSURES:
        condition = find_condition(node.status.conditions, kind)
        if condition is not None and condition.status == "True":
            return f"Node {node.name} has {kind} ({condition.reason})"
    if node.spec.unschedulable:
        return f"Node {node.name} is cordoned"
    return ""


def reason(node: Node) -> str:
    """The reason alone: that of the Ready condition, or `Cordoned`."""
    ready = find_condition(node.status.conditions, "Ready")
    if not node.ready:
        return ready.reason if ready else "NoReadyCondition"
    return "Cordoned" if node.spec.unschedulable else ""


def intolerable(node: Node, tolerations: tuple[Toleration, ...]) -> list[Taint]:
    """The taints of a node that keep a pod with these tolerations away."""
    hard = [taint for taint in node.spec.taints if taint.effect in ("NoSchedule", "NoExecute")]
    return [taint for taint in hard if not any(_tolerates(toleration, taint) for toleration in tolerations)]


def _tolerates(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return bool(toleration.key) and toleration.value == taint.value


def written(taint: Taint) -> str:
    """A taint as kubectl takes it: `key=value:effect`."""
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
