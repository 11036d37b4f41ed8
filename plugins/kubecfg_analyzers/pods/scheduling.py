"""Pods without a node: which of the scheduler's reasons matters, and what about the nodes is behind it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.nodes import CONDITION_TAINTS, CONTROL_PLANE, complaint, intolerable, reason, written
from kubecfg_analyzers.pods import capacity
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.predicates import Predicate, parse
from kubecfg_analyzers.report import WARNING, clip, listed, span
from kubecfg_core import Finding
from kubecfg_core.kinds.cluster import NODES, Node, Taint
from kubecfg_core.kinds.meta import Condition

GATED: Final = timedelta(minutes=10)

# What the pod itself asks for comes first: it keeps the pod waiting even when every node is well.
_ORDER: Final = ("volume", "node_affinity", "resources", "pod_affinity", "topology", "ports", "taint", "nodes", "")
_CHECKS: Final = {
    "resources": ("pod.unschedulable_resources", "concepts/configuration/manage-resources-containers/"),
    "taint": ("pod.unschedulable_taint", "concepts/scheduling-eviction/taint-and-toleration/"),
    "node_affinity": ("pod.unschedulable_node_affinity", "concepts/scheduling-eviction/assign-pod-node/"),
    "pod_affinity": ("pod.unschedulable_pod_affinity", "concepts/scheduling-eviction/assign-pod-node/"),
    "topology": ("pod.unschedulable_topology", "concepts/scheduling-eviction/topology-spread-constraints/"),
    "volume": ("pod.unschedulable_volume", "concepts/storage/persistent-volumes/"),
    "ports": ("pod.unschedulable_ports", "concepts/configuration/overview/"),
    "nodes": ("pod.unschedulable_nodes", "concepts/architecture/nodes/"),
    "": ("pod.unschedulable", "concepts/scheduling-eviction/kube-scheduler/"),
}
_WORDS: Final = {
    "resources": "no node has enough {lacking} free",
    "taint": "nodes have taints that it does not tolerate",
    "node_affinity": "no node matches its node selector or affinity",
    "pod_affinity": "its affinity to other pods cannot be met",
    "topology": "its topology spread constraints cannot be met",
    "volume": "a volume of it is not bound, or lies elsewhere",
    "ports": "its host port is taken on the nodes",
    "nodes": "nodes are not ready or are closed to new pods",
    "": "the scheduler finds no node",
}


def check(case: Case) -> Iterator[Finding]:
    """One finding for a pod that the scheduler has refused, or that a gate holds back for long."""
    condition = case.condition("PodScheduled")
    if case.pod.spec.nodeName or condition is None or condition.status == "True":
        return
    if condition.reason == "SchedulingGated":
        yield from _gated(case)
    elif condition.reason == "Unschedulable" or condition.message:
        yield _refused(case, condition)


def _gated(case: Case) -> Iterator[Finding]:
    gates = [gate.name for gate in case.pod.spec.schedulingGates]
    if gates and case.age > GATED:
        yield case.found(
            "pod.scheduling_gated",
            f"The pod has waited for {span(case.age)} for the scheduling gate {listed(gates)} to be removed.",
            cause="The controller that set the gate has not opened it.",
            doc="concepts/scheduling-eviction/pod-scheduling-readiness/",
            severity=WARNING,
            facts={"gate": gates[0], "minutes": int(case.age.total_seconds() // 60)},
        )


def _refused(case: Case, condition: Condition) -> Finding:
    total, predicates = parse(condition.message)
    away = [node for node in case.view.all(NODES) if complaint(node) and not _welcome(case, node)]
    chosen = _chosen(case, predicates)
    kind = chosen.kind if chosen else ""
    code, doc = _CHECKS[kind]
    why = _WORDS[kind].format(lacking=chosen.lacking if chosen and chosen.lacking else "of a resource")
    causes = [_cause(case, chosen), *(f"{complaint(node)}." for node in away[:3])]
    return case.found(
        code,
        f"The pod cannot be scheduled: {why} ({clip(_short(condition.message), 200)}).",
        cause=" ".join(cause for cause in causes if cause),
        doc=doc,
        facts={"message": clip(condition.message), "nodes_total": total or None, **_facts(case, chosen, away)},
        names=[node.name for node in case.view.all(NODES) if node.name in " ".join(causes)],
    )


def _short(message: str) -> str:
    """The message without what preemption had to say, which is never the reason."""
    return message.partition(". no new claims")[0].partition(" preemption:")[0].rstrip(". ")


def _welcome(case: Case, node: Node) -> bool:
    return node.ready and not intolerable(node, case.pod.spec.tolerations) and not node.spec.unschedulable


def _chosen(case: Case, predicates: list[Predicate]) -> Predicate | None:
    """The reason to name: one that lies with the pod before one that lies with some nodes, then the widest."""
    judged = [_judged(case, predicate) for predicate in predicates]
    return min(judged, key=lambda item: (_ORDER.index(item.kind) > _ORDER.index("ports"), -item.count), default=None)


def _judged(case: Case, predicate: Predicate) -> Predicate:
    """The scheduler may keep a taint's name to itself: the nodes tell whether it stands for a node's own trouble."""
    if predicate.kind != "taint" or "{" in predicate.text:
        return predicate
    taints = [taint for _, taint in _taints(case)]
    if taints and all(taint.key.startswith(CONDITION_TAINTS) for taint in taints):
        return Predicate(predicate.count, "nodes", predicate.text)
    return predicate


def _taints(case: Case) -> list[tuple[Node, Taint]]:
    tolerations = case.pod.spec.tolerations
    return [(node, taint) for node in case.view.all(NODES) for taint in intolerable(node, tolerations)]


def _cause(case: Case, chosen: Predicate | None) -> str:
    match chosen.kind if chosen else "":
        case "resources":
            return capacity.explain(case, chosen.lacking if chosen else "")
        case "taint":
            words = [f"{written(taint)} on {node.name}" for node, taint in _own_taints(case)]
            return f"Not tolerated: {listed(words)}." if words else ""
        case "node_affinity":
            selector = case.pod.spec.nodeSelector
            return _unmatched(case, selector) if selector else ""
        case "nodes" | "volume" | "ports" | "pod_affinity" | "topology":
            return ""
    return "There is no node at all." if case.view.covers(NODES) and not case.view.all(NODES) else ""


def _own_taints(case: Case) -> list[tuple[Node, Taint]]:
    """The taints that somebody set, rather than those that stand for a node's state or the control plane."""
    set_by_hand = [pair for pair in _taints(case) if not pair[1].key.startswith(CONDITION_TAINTS)]
    return [pair for pair in set_by_hand if pair[1].key not in CONTROL_PLANE] or set_by_hand


def _unmatched(case: Case, selector: dict[str, str]) -> str:
    """Which label of the node selector no node has."""
    for key, value in sorted(selector.items()):
        values = {node.metadata.labels.get(key) for node in case.view.all(NODES)}
        if case.view.covers(NODES) and value not in values:
            there = sorted(other for other in values if other)
            return f"No node has the label {key}={value}" + (f"; there is {key}={listed(there)}." if there else ".")
    return f"It selects nodes with {listed(f'{key}={value}' for key, value in sorted(selector.items()))}."


def _facts(case: Case, chosen: Predicate | None, away: list[Node]) -> dict[str, str | int | None]:
    facts: dict[str, str | int | None] = {}
    match chosen.kind if chosen else "":
        case "resources":
            facts = capacity.facts(case, chosen.lacking if chosen else "")
        case "taint":
            for node, taint in _own_taints(case)[:1]:
                facts = {"taint": written(taint), "taint_key": taint.key, "node": node.name}
        case "node_affinity":
            facts = {
                "selector": ",".join(f"{key}={value}" for key, value in sorted(case.pod.spec.nodeSelector.items()))
            }
        case "volume":
            claims = [item.persistentVolumeClaim for item in case.pod.spec.volumes if item.persistentVolumeClaim]
            facts = {"claim": claims[0].claimName if claims else None}
        case "ports":
            ports = [port.hostPort for part in case.parts() for port in part.spec.ports if port.hostPort]
            facts = {"port": ports[0] if ports else None}
        case "nodes":
            for node in away[:1]:
                facts = {"node": node.name, "node_reason": reason(node)}
    return facts
