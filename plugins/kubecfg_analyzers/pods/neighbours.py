"""Where a pod may run by the pods that are there: affinity, anti-affinity, spread constraints."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from kubecfg_analyzers.pods.rooms import Room, rooms
from kubecfg_core import ClusterView
from kubecfg_core.kinds.meta import LabelSelector
from kubecfg_core.kinds.placement import Affinity, PodAffinity, PodAffinityTerm, SpreadConstraint
from kubecfg_core.kinds.pods import PODS, Pod


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, judged for one pod: the values of the node label `key` at which it lets the pod in, or keeps it out.

    `witness` names a pod that keeps it out, by value of the label; `words` say the rule.
    """

    kind: str
    key: str
    words: str
    allowed: frozenset[str] | None = None
    barred: frozenset[str] = frozenset()
    witness: dict[str, str] = field(default_factory=dict)

    def admits(self, room: Room) -> bool:
        """Whether the pod may run on this node, by this rule."""
        value = room.node.metadata.labels.get(self.key)
        if value is None:
            return self.allowed is None
        return value not in self.barred and (self.allowed is None or value in self.allowed)


def rules(view: ClusterView, pod: Pod) -> list[Rule]:
    """The rules that a pod brings along, and those of the pods that are there."""
    affinity = pod.spec.affinity or Affinity()
    near = [_near(view, pod, term) for term in _required(affinity.podAffinity)]
    away = [_away(view, pod, term) for term in _required(affinity.podAntiAffinity)]
    hard = [item for item in pod.spec.topologySpreadConstraints if item.whenUnsatisfiable != "ScheduleAnyway"]
    spread = [_spread(view, pod, constraint) for constraint in hard]
    return [*near, *away, *_turned_away(view, pod), *spread]


def judged_in_full(pod: Pod) -> bool:
    """Whether the rules of a pod can be told from pods and nodes alone: not those that select namespaces by labels."""
    affinity = pod.spec.affinity or Affinity()
    terms = [*_required(affinity.podAffinity), *_required(affinity.podAntiAffinity)]
    return all(term.namespaceSelector is None for term in terms) and not pod.spec.resourceClaims


def _required(rule: PodAffinity | None) -> tuple[PodAffinityTerm, ...]:
    return rule.requiredDuringSchedulingIgnoredDuringExecution if rule else ()


def _near(view: ClusterView, pod: Pod, term: PodAffinityTerm) -> Rule:
    found = _where(view, pod, term)
    itself = pod.namespace in _spaces(pod, term) and _selects(term.labelSelector, pod)
    every = frozenset(_values(view.once(rooms).values(), term.topologyKey)) if itself and not found else None
    words = f"near pods with {_said(term.labelSelector)} (by {term.topologyKey})"
    return Rule("pod_affinity", term.topologyKey, words, allowed=every or frozenset(found))


def _away(view: ClusterView, pod: Pod, term: PodAffinityTerm) -> Rule:
    found = _where(view, pod, term)
    words = f"away from pods with {_said(term.labelSelector)} (by {term.topologyKey})"
    return Rule("pod_affinity", term.topologyKey, words, barred=frozenset(found), witness=found)


def _where(view: ClusterView, pod: Pod, term: PodAffinityTerm) -> dict[str, str]:
    """The values of the label at which pods match, each with the name of one."""
    nodes = view.once(rooms)
    found: dict[str, str] = {}
    for other in _matching(view, _spaces(pod, term), term.labelSelector):
        room = nodes.get(other.spec.nodeName)
        value = room.node.metadata.labels.get(term.topologyKey) if room else None
        if value is not None:
            found.setdefault(value, other.name)
    return found


def _matching(view: ClusterView, spaces: Iterable[str], selector: LabelSelector | None) -> Iterator[Pod]:
    for space in spaces if selector is not None else ():
        found = view.selected(PODS, space, selector) if selector is not None else ()
        yield from (pod for pod in found if pod.spec.nodeName and not pod.finished)


def _spaces(pod: Pod, term: PodAffinityTerm) -> tuple[str, ...]:
    return term.namespaces or (pod.namespace,)


def _selects(selector: LabelSelector | None, pod: Pod) -> bool:
    return selector is not None and selector.matches(pod.metadata.labels)


@dataclass(slots=True)
class _Standing:
    """An anti-affinity of pods that run: where it holds, and one of them."""

    term: PodAffinityTerm
    where: dict[str, str] = field(default_factory=dict)


def _standing(view: ClusterView) -> dict[str, list[_Standing]]:
    """The anti-affinities of all running pods by the namespace that they look at; equal ones are one."""
    spaces: dict[str, dict[bytes, _Standing]] = {}
    for room in view.once(rooms).values():
        for pod in room.pods:
            for term in _required(pod.spec.affinity.podAntiAffinity) if pod.spec.affinity else ():
                value = room.node.metadata.labels.get(term.topologyKey)
                for space in _spaces(pod, term) if value is not None else ():
                    group = spaces.setdefault(space, {})
                    same = group.setdefault(msgspec.json.encode(term, order="sorted"), _Standing(term))
                    same.where.setdefault(value or "", pod.name)
    return {space: list(group.values()) for space, group in spaces.items()}


def _turned_away(view: ClusterView, pod: Pod) -> Iterator[Rule]:
    """The anti-affinities of others that are meant for this pod, but for those that it has itself."""
    affinity = pod.spec.affinity or Affinity()
    own = [msgspec.json.encode(term, order="sorted") for term in _required(affinity.podAntiAffinity)]
    for item in view.once(_standing).get(pod.namespace, []):
        if _selects(item.term.labelSelector, pod) and msgspec.json.encode(item.term, order="sorted") not in own:
            words = f"away from pods that keep away from {_said(item.term.labelSelector)} (by {item.term.topologyKey})"
            yield Rule("pod_affinity", item.term.topologyKey, words, barred=frozenset(item.where), witness=item.where)


def _spread(view: ClusterView, pod: Pod, constraint: SpreadConstraint) -> Rule:
    counts = _counts(view, pod, constraint)
    fewest = 0 if len(counts) < constraint.minDomains else min(counts.values(), default=0)
    itself = _selects(constraint.labelSelector, pod)
    allowed = [value for value, count in counts.items() if count + itself - fewest <= constraint.maxSkew]
    there = ", ".join(f"{value}: {count}" for value, count in sorted(counts.items())[:5])
    words = f"spread over {constraint.topologyKey} with a skew of at most {constraint.maxSkew} (pods now: {there})"
    return Rule("topology", constraint.topologyKey, words, allowed=frozenset(allowed))


def _counts(view: ClusterView, pod: Pod, constraint: SpreadConstraint) -> dict[str, int]:
    """Matching pods by value of the label, over the nodes that the pod's own selector and affinity let in."""
    key, nodes = constraint.topologyKey, view.once(rooms)
    fitting = [room for room in nodes.values() if selected(pod, room)]
    counts = Counter(dict.fromkeys(_values(fitting, key), 0))
    revision = {name: pod.metadata.labels.get(name) for name in constraint.matchLabelKeys}
    for other in _matching(view, (pod.namespace,), constraint.labelSelector):
        room = nodes.get(other.spec.nodeName)
        value = room.node.metadata.labels.get(key, "") if room and selected(pod, room) else ""
        same = all(other.metadata.labels.get(name) == label for name, label in revision.items())
        if value in counts and same and other.metadata.deletionTimestamp is None:
            counts[value] += 1
    return dict(counts)


def selected(pod: Pod, room: Room) -> bool:
    """Whether the pod's node selector and node affinity let it run on this node."""
    labels, spec = room.node.metadata.labels, pod.spec
    rule = spec.affinity.nodeAffinity if spec.affinity else None
    required = rule.requiredDuringSchedulingIgnoredDuringExecution if rule else None
    return all(labels.get(key) == value for key, value in spec.nodeSelector.items()) and (
        required is None or required.matches(room.node.name, labels)
    )


def _values(nodes: Iterable[Room], key: str) -> set[str]:
    return {value for room in nodes if (value := room.node.metadata.labels.get(key)) is not None}


def _said(selector: LabelSelector | None) -> str:
    """A selector as people write it."""
    if selector is None:
        return "no label"
    equal = [f"{key}={value}" for key, value in sorted(selector.matchLabels.items())]
    more = [f"{item.key} {item.operator} {' '.join(item.values)}".strip() for item in selector.matchExpressions]
    return ", ".join([*equal, *more][:4]) or "any labels"
