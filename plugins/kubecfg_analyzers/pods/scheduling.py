"""Pods without a node: which of the scheduler's reasons matters, and what about the nodes is behind it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import msgspec

from kubecfg_analyzers.nodes import CONDITION_TAINTS, complaint, intolerable, reason, written
from kubecfg_analyzers.pods import advice, capacity
from kubecfg_analyzers.pods.advice import Facts
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.fleet import alike
from kubecfg_analyzers.pods.placing import Fit, accounts_for, survey
from kubecfg_analyzers.pods.predicates import Predicate, parse
from kubecfg_analyzers.report import WARNING, clip, listed, span
from kubecfg_core import ClusterView, Finding
from kubecfg_core.kinds.cluster import NODES, Node
from kubecfg_core.kinds.meta import Condition
from kubecfg_core.kinds.pods import Pod

GATED: Final = timedelta(minutes=10)
UNSEEN: Final = timedelta(minutes=5)
DEFAULT_SCHEDULER: Final = "default-scheduler"

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
    "volume": "a volume of it is not bound, lies elsewhere, or is one too many",
    "ports": "its host port is taken on the nodes",
    "nodes": "nodes are not ready or are closed to new pods",
    "": "the scheduler finds no node",
}


def check(case: Case) -> Iterator[Finding]:
    """One finding for a pod that the scheduler has refused, or that a gate holds back for long."""
    condition = case.condition("PodScheduled")
    if case.pod.spec.nodeName or (condition is not None and condition.status == "True"):
        return
    if condition is None:
        yield from _unseen(case)
    elif condition.reason == "SchedulingGated":
        yield from _gated(case)
    elif (condition.reason == "Unschedulable" or condition.message) and not case.settling:
        yield _told(case, condition)


def _explained(view: ClusterView) -> dict[tuple[object, ...], list[tuple[Pod, Finding]]]:
    """What was found so far, kept by the view: each explanation looks at every node, and siblings share it."""
    del view
    return {}


def _claims(pod: Pod) -> bool:
    """Whether volumes have a say in where it fits."""
    return any(volume.persistentVolumeClaim for volume in pod.spec.volumes)


def _told(case: Case, condition: Condition) -> Finding:
    """The finding of a sibling that asks for the same and was refused with the same words, or a new one."""
    pod, owner = case.pod, case.pod.controller
    siblings = case.view.once(_explained).setdefault(
        (pod.namespace, owner and owner.uid, condition.message, case.joined or not _claims(pod)), []
    )
    for other, finding in siblings if owner else ():
        if other.metadata.labels == pod.metadata.labels and alike(other.spec, pod.spec):
            own = tuple(pod.name if name == other.name else name for name in finding.sensitive)
            return msgspec.structs.replace(finding, name=pod.name, sensitive=own)
    finding = _refused(case, condition)
    siblings.append((pod, finding))
    return finding


def _unseen(case: Case) -> Iterator[Finding]:
    """A pod that no scheduler has taken up for long."""
    name = case.pod.spec.schedulerName
    if case.age > UNSEEN:
        own = f'It asks for the scheduler "{name}", which does not run, or which nobody is called.'
        yield case.found(
            "pod.unschedulable",
            f"No scheduler has looked at the pod in {span(case.age)}.",
            cause="The scheduler of the cluster does not run." if name == DEFAULT_SCHEDULER else own,
            doc="tasks/extend-kubernetes/configure-multiple-schedulers/",
            facts={"message": "No scheduler has looked at it.", "scheduler": name},
        )


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
    away = [node for node in case.view.once(_troubled) if not _welcome(case, node)]
    chosen = _chosen(case, predicates)
    kind = chosen.kind if chosen else ""
    code, doc = _CHECKS[kind]
    why = _WORDS[kind].format(lacking=chosen.lacking if chosen and chosen.lacking else "of a resource")
    fits = survey(case)
    sure = accounts_for(case, fits, predicates)
    about, facts = _about(case, kind, chosen.lacking if chosen else "", fits, sure=sure)
    further = advice.others(fits, kind) if sure else []
    causes = [about, *further, *(f"{complaint(node)}." for node in away[:3])]
    cause = " ".join(cause for cause in causes if cause)
    return case.found(
        code,
        f"The pod cannot be scheduled: {why} ({clip(_short(condition.message), 200)}).",
        cause=cause,
        doc=doc,
        facts={"message": clip(condition.message), "nodes_total": total or None, **_node(kind, away), **facts},
        names=_named(cause, fits, away),
    )


def _named(cause: str, fits: list[Fit], away: list[Node]) -> list[str]:
    """What the cause names of the owner's: nodes, volumes, and the pods that hold a port or stand in the way."""
    names = [*(fit.name for fit in fits), *(node.name for node in away)]
    names += [fit.volume.name for fit in fits if fit.volume]
    names += [name for fit in fits if fit.port for name in (fit.port[1].name, fit.port[1].namespace)]
    names += [name for fit in fits for rule in fit.broken for name in rule.witness.values()]
    return list(dict.fromkeys(name for name in names if name in cause))


def _short(message: str) -> str:
    """The message without what preemption had to say, which is never the reason."""
    return (
        message.partition(". no new claims")[0]
        .partition(". still not schedulable")[0]
        .partition(" preemption:")[0]
        .rstrip(". ")
    )


def _troubled(view: ClusterView) -> list[Node]:
    return [node for node in view.all(NODES) if complaint(node)]


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
    taints = [taint for _, taint in advice.taints(case)]
    if taints and all(taint.key.startswith(CONDITION_TAINTS) for taint in taints):
        return Predicate(predicate.count, "nodes", predicate.text)
    return predicate


def _about(case: Case, kind: str, lacking: str, fits: list[Fit], *, sure: bool) -> tuple[str, Facts]:
    """What is behind the reason, the change that helps where the objects tell it surely, and both as evidence."""
    text, told, facts = "", Facts(), Facts()
    match kind:
        case "resources":
            text, facts = _resources(case, lacking, fits, sure=sure)
        case "taint":
            text, facts = _tainted(case, fits if sure else [])
        case "node_affinity":
            text, facts = _unselected(case, fits if sure else [])
        case "volume":
            claims = [item.persistentVolumeClaim for item in case.pod.spec.volumes if item.persistentVolumeClaim]
            told = {"claim": claims[0].claimName if claims else None}
            text, facts = advice.tied(fits)
        case "ports":
            ports = [port.hostPort for part in case.parts() for port in part.spec.ports if port.hostPort]
            told = {"port": ports[0] if ports else None}
            text, facts = advice.held_port(fits)
        case "pod_affinity" | "topology":
            text, facts = advice.ruled(fits, kind)
        case "" if case.view.covers(NODES) and not case.view.all(NODES):
            text = "There is no node at all."
    return text, told | facts


def _unselected(case: Case, fits: list[Fit]) -> tuple[str, Facts]:
    pairs = sorted(case.pod.spec.nodeSelector.items())
    told: Facts = {"selector": ",".join(f"{key}={value}" for key, value in pairs)}
    change, facts = advice.labelled(case, fits)
    return f"{advice.unmatched(case)} {change}".strip(), told | facts


def _resources(case: Case, lacking: str, fits: list[Fit], *, sure: bool) -> tuple[str, Facts]:
    shortage = capacity.Shortage.of(case, lacking, fits)
    if shortage is None:
        return "", {"lacking": lacking}
    change = capacity.advise(shortage) if sure else ""
    return f"{capacity.explain(shortage)} {change}".strip(), capacity.facts(shortage, sure=sure)


def _tainted(case: Case, fits: list[Fit]) -> tuple[str, Facts]:
    own = advice.own_taints(case)
    told: Facts = {}
    for node, taint in own[:1]:
        told = {"taint": written(taint), "taint_key": taint.key, "node": node.name}
    words = [f"{written(taint)} on {node.name}" for node, taint in own]
    change, facts = advice.tolerated(fits)
    return f"{f'Not tolerated: {listed(words)}.' if words else ''} {change}".strip(), told | facts


def _node(kind: str, away: list[Node]) -> Facts:
    """The first of the nodes that are out of service, where that is the reason."""
    return {"node": away[0].name, "node_reason": reason(away[0])} if kind == "nodes" and away else {}
