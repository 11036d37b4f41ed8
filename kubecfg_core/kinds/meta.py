"""The parts that every Kubernetes object shares. Fields have their JSON names; what is not read is not here.

A struct for a kind inherits `KubeObject` and adds what its checks read. Unknown fields are skipped while decoding, so
a struct of five fields costs five fields, however large the object.

They are trees that never change, so they cannot form cycles: `gc=False` keeps the garbage collector from walking them,
which makes decoding a large list four times as fast.
"""

from datetime import UTC, datetime
from operator import attrgetter

import msgspec


class OwnerReference(msgspec.Struct, frozen=True, gc=False):
    """Who made an object; `controller` marks the one that manages it."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class ObjectMeta(msgspec.Struct, frozen=True, gc=False):
    """Name, place, age and owners of an object."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    creationTimestamp: datetime | None = None
    deletionTimestamp: datetime | None = None
    generation: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    ownerReferences: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()


class Write(msgspec.Struct, frozen=True, gc=False):
    """Which program wrote to an object, and when; `subresource` is empty where that was the object itself."""

    manager: str = ""
    subresource: str = ""
    time: datetime | None = None

    @property
    def wanted(self) -> bool:
        """Whether it says what is wanted: controllers write how an object does to `status`, or number its revisions."""
        return self.time is not None and self.subresource != "status" and self.manager != "kube-controller-manager"

    @property
    def at(self) -> datetime:
        """When, in UTC; long ago where it does not say."""
        return (self.time or datetime.min.replace(tzinfo=UTC)).astimezone(UTC)


class WrittenMeta(ObjectMeta, frozen=True, gc=False):
    """The metadata of a kind of which it is asked who changed it: not of pods, each of which has 2 KB of this."""

    managedFields: tuple[Write, ...] = ()

    @property
    def change(self) -> Write | None:
        """The newest write that says what is wanted; `None` where the object does not tell."""
        return max((write for write in self.managedFields if write.wanted), key=attrgetter("at"), default=None)


class KubeObject(msgspec.Struct, frozen=True, gc=False):
    """Any Kubernetes object, with its metadata."""

    metadata: ObjectMeta = ObjectMeta()

    @property
    def name(self) -> str:
        """The object's name."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """The object's namespace; empty for a cluster-scoped one."""
        return self.metadata.namespace

    @property
    def controller(self) -> OwnerReference | None:
        """The owner that manages this object, if one does."""
        for owner in self.metadata.ownerReferences:  # a loop: called for every object, it is twice as fast as `next`
            if owner.controller:
                return owner
        return None


class Condition(msgspec.Struct, frozen=True, gc=False):
    """One entry of `status.conditions`. `status` is `True`, `False` or `Unknown`."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    lastTransitionTime: datetime | None = None


class ObservedCondition(Condition, frozen=True, gc=False):
    """A condition that may say which generation of the object it is about; 0 where it does not."""

    observedGeneration: int = 0


class LabelSelectorRequirement(msgspec.Struct, frozen=True, gc=False):
    """One `matchExpressions` entry."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether these labels satisfy it; an unknown operator matches nothing."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
        return False


class LabelSelector(msgspec.Struct, frozen=True, gc=False):
    """Selects objects by labels; an empty one matches everything, as in Kubernetes."""

    matchLabels: dict[str, str] = {}
    matchExpressions: tuple[LabelSelectorRequirement, ...] = ()

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether an object with these labels is selected."""
        if not self.matchLabels.items() <= labels.items():
            return False
        return not self.matchExpressions or all(requirement.matches(labels) for requirement in self.matchExpressions)


def find_condition(conditions: tuple[Condition, ...], kind: str) -> Condition | None:
    """The condition of that type, if there is one."""
    for condition in conditions:
        if condition.type == kind:
            return condition
    return None
