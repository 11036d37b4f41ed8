"""What keeps a pod off the nodes, by the objects: the label, taint, volume, port or rule; and the change that helps."""

from collections.abc import Iterable, Sequence
from typing import Final

from kubecfg_analyzers.nodes import CONDITION_TAINTS, CONTROL_PLANE, intolerable, written
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.placing import Fit
from kubecfg_analyzers.report import listed
from kubecfg_core.kinds.cluster import NODES, Node, Taint
from kubecfg_core.kinds.placement import NodeRequirement
from kubecfg_core.kinds.storage import PersistentVolume

Facts = dict[str, str | int | None]

# Labels that describe a node rather than choose it: to change them would be a lie.
_TELLING: Final = ("kubernetes.io", "k8s.io")


def own_taints(case: Case) -> list[tuple[Node, Taint]]:
    """The taints that somebody set, rather than those that stand for a node's state or the control plane."""
    set_by_hand = [pair for pair in taints(case) if not pair[1].key.startswith(CONDITION_TAINTS)]
    return [pair for pair in set_by_hand if pair[1].key not in CONTROL_PLANE] or set_by_hand


def taints(case: Case) -> list[tuple[Node, Taint]]:
    """Every taint that the pod does not tolerate, with its node."""
    tolerations = case.pod.spec.tolerations
    return [(node, taint) for node in case.view.all(NODES) for taint in intolerable(node, tolerations)]


def tolerated(fits: Sequence[Fit]) -> tuple[str, Facts]:
    """The tolerations with which the pod would fit, and where."""
    fit = _only(fits, "taint")
    if fit is None:
        return "", {}
    words = listed(written(taint) for taint in fit.taints)
    many = "a toleration" if len(fit.taints) == 1 else "tolerations"
    facts: Facts = {"fits_node": fit.name}
    if len(fit.taints) == 1:
        facts |= {"taint": words, "taint_key": fit.taints[0].key, "node": fit.name}
    return f"With {many} for {words} it fits on {fit.name}.", facts


def unmatched(case: Case) -> str:
    """Which label of the node selector, or which condition of the affinity, no node meets."""
    nodes = case.view.all(NODES)
    conditions = _conditions(case)
    for condition in conditions if case.view.covers(NODES) else ():
        if not any(condition.matches(node.metadata.labels) for node in nodes):
            values = {node.metadata.labels.get(condition.key) for node in nodes}
            there = sorted(other for other in values if other)
            known = f"; there is {condition.key}={listed(there)}." if there else "."
            return f"No node has the label {_said(condition)}{known}"
    if not conditions:
        return ""
    alone = "It selects nodes with" if len(conditions) == 1 else "No node has all of what it selects:"
    return f"{alone} {listed(_said(condition) for condition in conditions)}."


def labelled(case: Case, fits: Sequence[Fit]) -> tuple[str, Facts]:
    """The label that would make a node fit, or the value in the pod's selector that would fit a node."""
    for fit in (fit for fit in fits if fit.reasons == {"node_affinity"}):
        labels = fit.room.node.metadata.labels
        missing = [condition for condition in _conditions(case) if not condition.matches(labels)]
        if not missing or any(item.operator != "In" or not item.values for item in missing):
            continue
        pairs = [f"{item.key}={item.values[0]}" for item in missing]
        if not any(item.key in labels or _telling(item.key) for item in missing):
            facts: Facts = {"fits_node": fit.name, "node_label": pairs[0] if len(pairs) == 1 else None}
            return f"With the label {listed(pairs)}, node {fit.name} fits.", facts
        if all(item.key in labels for item in missing):
            instead = listed(f"{item.key}={labels[item.key]}" for item in missing)
            return f"If it selected {instead} instead, it would fit on {fit.name}.", {"fits_node": fit.name}
    return "", {}


def held_port(fits: Sequence[Fit]) -> tuple[str, Facts]:
    """Who has the host port, on the node that nothing else keeps the pod off."""
    fit = _only(fits, "ports") or next((fit for fit in fits if fit.port), None)
    if fit is None or fit.port is None:
        return "", {}
    port, pod = fit.port
    text = f"Port {port.hostPort} of {fit.name} is taken by pod {pod.namespace}/{pod.name}."
    return text, {"port": port.hostPort, "holder": pod.name, "holder_namespace": pod.namespace, "node": fit.name}


def tied(fits: Sequence[Fit]) -> tuple[str, Facts]:
    """The volume that is tied to a place, and what is with the nodes of that place."""
    volume = next((fit.volume for fit in fits if fit.volume), None)
    if volume is None:
        return "", {}
    place = _place(volume)
    there = [fit for fit in fits if fit.volume is None]
    text = (
        f"Volume {volume.name} can only be used {f'where {place}' if place else 'from certain nodes'}; {_left(there)}"
    )
    return text, {"volume": volume.name, "place": place or None}


def ruled(fits: Sequence[Fit], kind: str) -> tuple[str, Facts]:
    """The rule about other pods that most nodes break, and what is with the nodes that keep it."""
    broken = [rule for fit in fits for rule in fit.broken if rule.kind == kind]
    if not broken:
        return "", {}
    rule = max(broken, key=broken.count)
    witness = sorted(set(rule.witness.values()))
    because = f", and such are there ({listed(witness, 3)})" if witness else ""
    none = ", and there are none" if rule.allowed == frozenset() and kind == "pod_affinity" else ""
    left = [fit for fit in fits if rule not in fit.broken]
    rest = f" But for that, {_left(left)}" if left else ""
    return f"It must be {rule.words}{because}{none}.{rest}", {"rule": rule.words, "topology_key": rule.key}


def others(fits: Sequence[Fit], told: str) -> list[str]:
    """The changes of another sort that would do as well, each in a sentence: a toleration, a node back in service."""
    ways = []
    if told != "taint":
        ways.append(tolerated(fits)[0])
    out = _only(fits, "nodes")
    if out is not None and told != "nodes":
        ways.append(f"It fits on {out.name} once that takes pods again.")
    return [way for way in ways if way]


def _only(fits: Iterable[Fit], kind: str) -> Fit | None:
    """The first node that only this keeps the pod off; not one of the control plane."""
    return next((fit for fit in fits if fit.reasons == {kind} and not fit.reserved), None)


def _left(fits: Sequence[Fit]) -> str:
    """What is with these nodes, as the end of a sentence: `there node-2 lacks 2 cpu`."""
    if not fits:
        return "no node lies there."
    return f"there {listed((f'{fit.name} {fit.why()}' for fit in fits if fit.reasons), 3) or 'a node would do'}."


def _conditions(case: Case) -> list[NodeRequirement]:
    """What the pod asks of a node's labels: its selector, and its affinity where that has one term."""
    spec = case.pod.spec
    plain = [
        NodeRequirement(key=key, operator="In", values=(value,)) for key, value in sorted(spec.nodeSelector.items())
    ]
    rule = spec.affinity.nodeAffinity if spec.affinity else None
    required = rule.requiredDuringSchedulingIgnoredDuringExecution if rule else None
    terms = required.nodeSelectorTerms if required else ()
    return [*plain, *terms[0].matchExpressions] if len(terms) == 1 else plain


def _said(condition: NodeRequirement) -> str:
    """A condition as people write it."""
    if condition.operator == "In" and len(condition.values) == 1:
        return f"{condition.key}={condition.values[0]}"
    return f"{condition.key} {condition.operator} {listed(condition.values)}".strip()


def _place(volume: PersistentVolume) -> str:
    """The labels of the nodes that a volume can be used from."""
    required = volume.spec.nodeAffinity.required if volume.spec.nodeAffinity else None
    terms = required.nodeSelectorTerms if required else ()
    conditions = terms[0].matchExpressions if len(terms) == 1 else ()
    zones = {key: value for key, value in volume.metadata.labels.items() if key.endswith(("/zone", "/region"))}
    return listed(map(_said, conditions)) or listed(f"{key}={value}" for key, value in sorted(zones.items()))


def _telling(key: str) -> bool:
    domain = key.partition("/")[0]
    return "/" in key and domain.endswith(_TELLING)
