"""A pod that waits, held against every node: all that keeps it off each of them."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from kubecfg_analyzers.nodes import CONDITION_TAINTS, CONTROL_PLANE, complaint, intolerable, written
from kubecfg_analyzers.pods import requests, rooms
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.neighbours import Rule, judged_in_full, rules, selected
from kubecfg_analyzers.pods.predicates import Predicate
from kubecfg_analyzers.pods.rooms import Room
from kubecfg_analyzers.quantities import rounded, show
from kubecfg_core import ClusterView
from kubecfg_core.kinds.cluster import Node, Taint
from kubecfg_core.kinds.pods import ContainerPort, Pod
from kubecfg_core.kinds.storage import CLAIMS, VOLUMES, PersistentVolume

_ZONES: Final = tuple(
    f"{prefix}/{what}"
    for prefix in ("topology.kubernetes.io", "failure-domain.beta.kubernetes.io")
    for what in ("zone", "region")
)
_REASONS: Final = ("resources", "taint", "nodes", "node_affinity", "ports", "volume")
_FITS: Final = frozenset[str]()
_SHORT: Final = frozenset({"resources"})


class Fit(msgspec.Struct, frozen=True, eq=False):
    """One node, and what keeps the pod off it: nothing, where every field is empty.

    `lacking` is what is missing of each resource; `out` says why the node takes nobody; `taints` are those that
    somebody set; `unselected` says that its labels are not those that the pod asks for. `reasons` are the classes of
    all that, as the scheduler's message has them.
    """

    room: Room
    lacking: dict[str, Decimal]
    reasons: frozenset[str]
    taints: tuple[Taint, ...] = ()
    out: str = ""
    unselected: bool = False
    port: tuple[ContainerPort, Pod] | None = None
    volume: PersistentVolume | None = None
    broken: tuple[Rule, ...] = ()

    @property
    def name(self) -> str:
        """The node's name."""
        return self.room.node.name

    @property
    def reserved(self) -> bool:
        """Whether it belongs to the control plane: no place to send anybody to."""
        return any(taint.key in CONTROL_PLANE for taint in self.taints)

    def why(self) -> str:
        """In a few words, the first thing that keeps the pod off it: `lacks 2 cpu`."""
        if self.out:
            return "takes no pods now"
        if self.taints:
            return f"has the taint {written(self.taints[0])}"
        if self.unselected:
            return "has other labels than it asks for"
        if self.lacking:
            name, amount = next(iter(self.lacking.items()))
            return "has no room for another pod" if name == requests.SLOT else f"lacks {in_words(amount, name)}"
        if self.volume:
            return f"cannot use volume {self.volume.name}"
        return "has its host port taken" if self.port else "breaks a rule about other pods"


def survey(case: Case) -> list[Fit]:
    """Every node against the pod; none where nodes or pods could not all be read."""
    if not rooms.known(case.view):
        return []
    wish = _Wish(case)
    return [wish.at(room, node) for room, node in case.view.once(_tainted)]


def accounts_for(case: Case, fits: list[Fit], predicates: Iterable[Predicate]) -> bool:
    """Whether the survey finds every reason that the scheduler names, and one for each node.

    Only then may it say where the pod would fit: where not, the scheduler knows more, or looked at another time.
    """
    seen = frozenset[str]().union(*(fit.reasons for fit in fits))
    alike = seen | ({"nodes", "taint"} if seen & {"nodes", "taint"} else set())
    unseen = not case.joined and any(volume.persistentVolumeClaim for volume in case.pod.spec.volumes)
    known = judged_in_full(case.pod) and not unseen and all(fit.reasons for fit in fits)
    return known and all(predicate.kind in alike for predicate in predicates)


def in_words(amount: Decimal, resource: str) -> str:
    """What is missing: `2 cpu`, rounded up."""
    return f"{show(rounded(amount, resource, up=True), resource)} {resource}"


class _Wish:
    """A pod with all that it wants of a node."""

    def __init__(self, case: Case) -> None:
        spec = case.pod.spec
        self._pod = case.pod
        self._asked = requests.asked(spec)
        self._ports = tuple(rooms.host_ports(spec))
        self._volumes = _volumes(case) if case.joined else []
        self._rules = rules(case.view, case.pod)
        placed = spec.nodeSelector or spec.affinity
        self._modest = not (placed or self._ports or self._volumes or self._rules)

    def at(self, room: Room, node: Node) -> Fit:
        """How it fits; `node` has the taints that stand for its state too."""
        lacking = room.lacks(self._asked)
        if self._modest and not node.spec.taints:  # nearly every node of a large cluster, for nearly every pod
            return Fit(room, lacking, _SHORT if lacking else _FITS)
        own, out = _taints(node, self._pod)
        unselected = not selected(self._pod, room)
        port = room.holder(self._ports) if self._ports else None
        volume = next((volume for volume in self._volumes if not reaches(volume, node)), None)
        broken = tuple([rule for rule in self._rules if not rule.admits(room)])
        told = zip(_REASONS, (lacking, own, out, unselected, port, volume), strict=True)
        reasons = frozenset(kind for kind, held in told if held) | {rule.kind for rule in broken}
        return Fit(room, lacking, reasons, own, out, unselected, port, volume, broken)


def _taints(node: Node, pod: Pod) -> tuple[tuple[Taint, ...], str]:
    """The taints that somebody set and that keep the pod away; and why the node takes nobody, if it does not."""
    taints = intolerable(node, pod.spec.tolerations)
    own = tuple(taint for taint in taints if not taint.key.startswith(CONDITION_TAINTS))
    state = next((taint for taint in taints if taint.key.startswith(CONDITION_TAINTS)), None)
    if state is None:
        return own, ""
    return own, complaint(node) or f"Node {node.name} has the taint {written(state)}"


def _tainted(view: ClusterView) -> list[tuple[Room, Node]]:
    return [(room, _as_tainted(room.node)) for room in view.once(rooms.rooms).values()]


def _as_tainted(node: Node) -> Node:
    """A node with the taints that stand for its state, where Kubernetes has not set them yet."""
    keys = {taint.key for taint in node.spec.taints}
    state = [(node.spec.unschedulable, "unschedulable")]
    state.append((not node.ready and f"{CONDITION_TAINTS}unreachable" not in keys, "not-ready"))
    wanted = [f"{CONDITION_TAINTS}{name}" for holds, name in state if holds]
    more = tuple(Taint(key=key, effect="NoSchedule") for key in wanted if key not in keys)
    if not more:
        return node
    return msgspec.structs.replace(node, spec=msgspec.structs.replace(node.spec, taints=(*node.spec.taints, *more)))


def _volumes(case: Case) -> list[PersistentVolume]:
    """The volumes that the pod's claims are bound to."""
    view, space = case.view, case.pod.namespace
    names = [item.persistentVolumeClaim.claimName for item in case.pod.spec.volumes if item.persistentVolumeClaim]
    claims = [claim for name in names if (claim := view.get(CLAIMS, space, name)) is not None]
    bound = [view.get(VOLUMES, "", claim.spec.volumeName) for claim in claims if claim.spec.volumeName]
    return [volume for volume in bound if volume is not None]


def reaches(volume: PersistentVolume, node: Node) -> bool:
    """Whether a volume can be used from a node: by its node affinity, and by the zone in its labels."""
    required = volume.spec.nodeAffinity.required if volume.spec.nodeAffinity else None
    labels = node.metadata.labels
    if required is not None and not required.matches(node.name, labels):
        return False
    zones = {key: volume.metadata.labels[key] for key in _ZONES if key in volume.metadata.labels}
    # A volume of several zones lists them with two underscores between; a node that names none is not judged.
    return all(key not in labels or labels[key] in zone.split("__") for key, zone in zones.items())
