"""What the conditions of a node say: its own five, and those that others add, which may mean either."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import cni
from kubecfg_analyzers.report import (
    CRITICAL,
    ERROR,
    WARNING,
    Facts,
    clip,
    counted,
    found,
    listed,
    minutes,
    older,
    sentence,
    span_since,
)
from kubecfg_core import ClusterView, Finding, ObjectRef, Severity
from kubecfg_core.kinds.cluster import NODES, Node
from kubecfg_core.kinds.meta import Condition, find_condition
from kubecfg_core.kinds.pods import Pod

DOC: Final = "concepts/architecture/nodes/"

_JOINING: Final = timedelta(minutes=5)
_READY_DOC: Final = "reference/node/node-status/#condition"
_PRESSURE_DOC: Final = "concepts/scheduling-eviction/node-pressure-eviction/"
_PRESSURES: Final = {
    "MemoryPressure": "memory",
    "DiskPressure": "disk space or inodes",
    "PIDPressure": "process numbers",
}
_OWN: Final = {"Ready", "NetworkUnavailable", *_PRESSURES}
# By the words in its type: nobody can know all conditions, and what is named otherwise is left alone.
_BAD_WHEN_TRUE: Final = re.compile(
    r"Problem|Pressure|Deadlock|Readonly|ReadOnly|Corrupt|Frequent|Unhealthy|Unavailable|Unreachable|NotReady"
    r"|Err(?:or)?(?:s|$|[A-Z])|Fail|Fatal|Degraded|Shutdown|Hung|Stuck|Exhausted"
)
_BAD_WHEN_FALSE: Final = re.compile(r"(?:Ready|Healthy|Available|Reachable)$")
_CAUSES: Final = (
    (r"cni|network plugin|NetworkPluginNotReady", "The network plugin has not set up the node's network."),
    (r"PLEG|container runtime is down|runtime (service|is) not|rpc error", "The container runtime does not answer."),
    (r"CSINode is not yet initialized", "The storage plugin of the kubelet is not set up yet."),
    (r"node is shutting down", "The node is shutting down."),
)


def found_on(
    node: Node,
    code: str,
    text: str,
    *,
    cause: str,
    severity: Severity = WARNING,
    doc: str = DOC,
    facts: Facts | None = None,
    culprit: ObjectRef | None = None,
) -> Finding:
    """A finding about a node."""
    told: Facts = {"node": node.name, **(facts or {})}
    return found(NODES, node, code, text, cause=cause, severity=severity, doc=doc, facts=told, culprit=culprit)


def check(view: ClusterView, node: Node, pods: list[Pod]) -> Iterator[Finding]:
    """What the conditions of a node say; `pods` are the live ones on it."""
    yield from _not_ready(view, node, pods)
    yield from _uninitialized(view, node)
    for condition in node.status.conditions:
        if condition.type in _PRESSURES and condition.status == "True":
            yield _pressure(view, node, condition)
        elif condition.type == "NetworkUnavailable" and condition.status == "True":
            yield _no_network(view, node, condition)
        elif condition.type not in _OWN and _bad(condition):
            yield _told(view, node, condition)


def _not_ready(view: ClusterView, node: Node, pods: list[Pod]) -> Iterator[Finding]:
    """A node that has just joined is not ready yet: one that never was, and has sent its status."""
    condition = find_condition(node.status.conditions, "Ready")
    joining = not older(view.now, node.metadata.creationTimestamp, _JOINING)
    young = node.metadata.creationTimestamp is not None and joining
    if node.ready or (young and (condition is None or condition.status == "False")):
        return
    lost = [pod for pod in pods if pod.controller is None or pod.controller.kind not in ("DaemonSet", "Node")]
    since = condition.lastTransitionTime if condition else None
    status = condition.status if condition else "missing"
    reason = condition.reason if condition else "NoReadyCondition"
    yield found_on(
        node,
        "node.not_ready",
        f"The node is not ready: its condition Ready has been {status}{f' ({reason})' if reason else ''} "
        f"for {span_since(view.now, since)}{_carried(lost)}.",
        severity=CRITICAL if lost else ERROR,
        cause=_why(condition),
        doc=_READY_DOC,
        facts={
            "reason": reason,
            "message": clip(condition.message) if condition else None,
            "minutes": minutes(view.now, since),
            "pods": len(lost),
            "pod": lost[0].name if lost else None,
        },
        culprit=cni.behind(view, node.name) if cni.complains(node) else None,
    )


def _carried(pods: list[Pod]) -> str:
    if not pods:
        return ""
    return f", and {counted(len(pods), 'pod')} ran on it, as {listed((pod.name for pod in pods), 2)}"


def _why(condition: Condition | None) -> str:
    if condition is None or condition.status == "Unknown":
        return (
            "Its kubelet does not report: the machine is down or cut off, its kubelet has stopped, or it cannot reach "
            "the API server."
        )
    known = (why for pattern, why in _CAUSES if re.search(pattern, condition.message, re.IGNORECASE))
    why = next(known, "Its kubelet runs, and says what is wrong.")
    return f"{why} {sentence(condition.message)}".strip()


def _uninitialized(view: ClusterView, node: Node) -> Iterator[Finding]:
    taint = "node.cloudprovider.kubernetes.io/uninitialized"
    since = node.metadata.creationTimestamp
    if any(item.key == taint for item in node.spec.taints) and older(view.now, since, 2 * _JOINING):
        yield found_on(
            node,
            "node.uninitialized",
            f"The cloud's controller has not initialised the node in {span_since(view.now, since)}: it gets no pods.",
            severity=ERROR,
            cause=f"The taint {taint} is still there: the cloud controller manager does not run, or does not know it.",
            facts={"taint": taint, "minutes": minutes(view.now, since)},
        )


def _pressure(view: ClusterView, node: Node, condition: Condition) -> Finding:
    return found_on(
        node,
        "node.pressure",
        f"The node is short of {_PRESSURES[condition.type]}: {condition.type} has been True "
        f"for {span_since(view.now, condition.lastTransitionTime)}.",
        severity=ERROR,
        cause=f"Its kubelet evicts pods and takes no new ones. {sentence(condition.message)}".strip(),
        doc=_PRESSURE_DOC,
        facts=_facts(view, condition),
    )


def _no_network(view: ClusterView, node: Node, condition: Condition) -> Finding:
    return found_on(
        node,
        "node.network_unavailable",
        f"The network of the node is not set up: NetworkUnavailable is True{_because(condition)}.",
        severity=ERROR,
        cause=sentence(condition.message)
        or "The network plugin or the cloud's route controller has not done its work.",
        doc=_READY_DOC,
        facts=_facts(view, condition),
        culprit=cni.behind(view, node.name),
    )


def _bad(condition: Condition) -> bool:
    """KernelDeadlock=False is as good as KernelReady=True; what the type does not tell is not bad."""
    if _BAD_WHEN_TRUE.search(condition.type):
        return condition.status == "True"
    return bool(_BAD_WHEN_FALSE.search(condition.type)) and condition.status == "False"


def _told(view: ClusterView, node: Node, condition: Condition) -> Finding:
    return found_on(
        node,
        "node.condition",
        f"The condition {condition.type} of the node is {condition.status}{_because(condition)}.",
        cause=sentence(condition.message) or "What watches the node says so, and no more.",
        doc="tasks/debug/debug-cluster/monitor-node-health/",
        facts=_facts(view, condition),
    )


def _because(condition: Condition) -> str:
    return f" ({condition.reason})" if condition.reason else ""


def _facts(view: ClusterView, condition: Condition) -> Facts:
    return {
        "condition": condition.type,
        "reason": condition.reason,
        "message": clip(condition.message),
        "minutes": minutes(view.now, condition.lastTransitionTime),
    }
