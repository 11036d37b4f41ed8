"""What says where a pod may run: node affinity, pod affinity, spread constraints."""

import msgspec

from kubecfg_core.kinds.meta import LabelSelector, LabelSelectorRequirement


class NodeRequirement(LabelSelectorRequirement, frozen=True, gc=False):
    """One condition on a node's labels (or its name, as the field `metadata.name`): also `Gt` and `Lt`."""

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether these labels satisfy it; an unknown operator matches nothing."""
        if self.operator in ("Gt", "Lt"):
            return self._compares(labels.get(self.key))
        return super().matches(labels)

    def _compares(self, value: str | None) -> bool:
        try:
            number, bound = int(value or ""), int(self.values[0] if len(self.values) == 1 else "")
        except ValueError:
            return False
        return number > bound if self.operator == "Gt" else number < bound


class NodeSelectorTerm(msgspec.Struct, frozen=True, gc=False):
    """Conditions that must all hold; a term without any matches no node."""

    matchExpressions: tuple[NodeRequirement, ...] = ()
    matchFields: tuple[NodeRequirement, ...] = ()

    def matches(self, name: str, labels: dict[str, str]) -> bool:
        """Whether a node of this name, with these labels, meets all of them."""
        fields = {"metadata.name": name}
        return bool(self.matchExpressions or self.matchFields) and (
            all(item.matches(labels) for item in self.matchExpressions)
            and all(item.matches(fields) for item in self.matchFields)
        )


class NodeSelector(msgspec.Struct, frozen=True, gc=False):
    """Terms of which one must hold."""

    nodeSelectorTerms: tuple[NodeSelectorTerm, ...] = ()

    def matches(self, name: str, labels: dict[str, str]) -> bool:
        """Whether any term matches the node of this name with these labels."""
        return any(term.matches(name, labels) for term in self.nodeSelectorTerms)


class NodeAffinity(msgspec.Struct, frozen=True, gc=False):
    """What a pod demands of its node."""

    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector | None = None


class PodAffinityTerm(msgspec.Struct, frozen=True, gc=False):
    """Near to, or away from, the pods that match, where near is the same value of the node label `topologyKey`."""

    labelSelector: LabelSelector | None = None
    topologyKey: str = ""
    namespaces: tuple[str, ...] = ()
    namespaceSelector: LabelSelector | None = None


class PodAffinity(msgspec.Struct, frozen=True, gc=False):
    """What a pod demands of the pods beside it."""

    requiredDuringSchedulingIgnoredDuringExecution: tuple[PodAffinityTerm, ...] = ()


class Affinity(msgspec.Struct, frozen=True, gc=False):
    """The rules of a pod; those that are mere preferences are not kept."""

    nodeAffinity: NodeAffinity | None = None
    podAffinity: PodAffinity | None = None
    podAntiAffinity: PodAffinity | None = None


class SpreadConstraint(msgspec.Struct, frozen=True, gc=False):
    """How unevenly the matching pods may lie over the values of a node label."""

    maxSkew: int = 1
    topologyKey: str = ""
    whenUnsatisfiable: str = "DoNotSchedule"
    labelSelector: LabelSelector | None = None
    minDomains: int = 0
    matchLabelKeys: tuple[str, ...] = ()
