"""A cluster as it was read: immutable, indexed, and honest about what could not be read."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec

from kubecfg_core.indexing import Index
from kubecfg_core.kinds.meta import KubeObject, LabelSelector
from kubecfg_core.resources import KindState, ReadState, Resource, Unreadable

_PAUSE = 0.001
K = TypeVar("K", bound=KubeObject)
T = TypeVar("T")
I = TypeVar("I", bound=Index[Any])  # noqa: E741 - it reads as Index


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One kind as it was read: its state, its objects, and why it is not whole, if it is not.

    `indexes` have grown beside the objects. It took so many `requests`, whose answers had `size` bytes, decompressed,
    the first at `served_at` by the cluster's own clock, where that is told.
    """

    state: ReadState
    objects: tuple[Any, ...] = ()
    reason: str = ""
    indexes: tuple[Index[Any], ...] = ()
    requests: int = 0
    size: int = 0
    served_at: datetime | None = None


_UNREAD = Reading(state=ReadState.UNREAD, reason="No analyzer that was asked for reads it.")


class ClusterView:
    """What analyzers look at. `now` is when it was taken (UTC); `namespace` is the only one that was read, if one was.

    An object that is not in the view may still exist: ask `lacks`, which says yes only when that is certain.
    """

    def __init__(
        self, readings: Mapping[Resource[Any], Reading], *, now: datetime, namespace: str | None = None
    ) -> None:
        self._readings = dict(readings)
        self.now = now
        self.namespace = namespace
        self._by_name: dict[Resource[Any], dict[tuple[str, str], Any]] = {}
        self._by_namespace: dict[Resource[Any], dict[str, list[Any]]] = {}
        self._by_label: dict[tuple[Resource[Any], str], dict[tuple[str, str], list[Any]]] = {}
        self._by_owner: dict[Resource[Any], dict[str, list[Any]]] = {}
        self._indexes = {type(index): index for reading in readings.values() for index in reading.indexes}
        self._worked_out: dict[Callable[[ClusterView], Any], Any] = {}

    def state(self, resource: Resource[Any]) -> ReadState:
        """What came of reading this kind."""
        return self._readings.get(resource, _UNREAD).state

    def reading(self, resource: Resource[Any]) -> Reading:
        """The kind as it was read: its state, its objects, and what that cost."""
        return self._readings.get(resource, _UNREAD)

    def readable(self, resource: Resource[Any]) -> bool:
        """Whether everything there is of this kind (in `namespace`, if one was asked for) is in the view."""
        return self.state(resource) in (ReadState.LISTED, ReadState.ABSENT)

    def all(self, resource: Resource[K]) -> Sequence[K]:
        """Every object of the kind that was read, in the order of the server."""
        return self._readings.get(resource, _UNREAD).objects

    def within(self, resource: Resource[K], namespace: str) -> Sequence[K]:
        """The objects of the kind in one namespace."""
        index = self._by_namespace.get(resource)
        if index is None:
            index = self._by_namespace[resource] = _group(self.all(resource), lambda item: (item.namespace,))
        return index.get(namespace, [])

    def get(self, resource: Resource[K], namespace: str, name: str) -> K | None:
        """One object, or `None` where it was not read: which is not to say that it does not exist."""
        index = self._by_name.get(resource)
        if index is None:
            index = self._by_name[resource] = {(item.namespace, item.name): item for item in self.all(resource)}
        return index.get((namespace if resource.namespaced else "", name))

    def lacks(self, resource: Resource[K], namespace: str, name: str) -> bool:
        """Whether the object certainly does not exist: its kind was read in full, where it would be."""
        return self.get(resource, namespace, name) is None and self.covers(resource, namespace)

    def covers(self, resource: Resource[Any], namespace: str = "") -> bool:
        """Whether every object of the kind in that namespace is in the view."""
        elsewhere = resource.namespaced and self.namespace is not None and self.namespace != namespace
        return self.readable(resource) and not elsewhere

    def selected(self, resource: Resource[K], namespace: str, selector: LabelSelector) -> Sequence[K]:
        """The objects of a namespace that a label selector matches; an empty selector matches all of them."""
        candidates = self.within(resource, namespace)
        if selector.matchLabels:
            wanted = selector.matchLabels.items()
            found = [self._labels(resource, key).get((namespace, value), []) for key, value in wanted]
            candidates = min(found, key=len)
            if len(found) == 1 and not selector.matchExpressions:
                return candidates
        return [item for item in candidates if selector.matches(item.metadata.labels)]

    def owned_by(self, resource: Resource[K], uid: str) -> Sequence[K]:
        """The objects of the kind whose controller has this uid."""
        index = self._by_owner.get(resource)
        if index is None:
            index = _group(self.all(resource), lambda item: (item.controller.uid,) if item.controller else ())
            self._by_owner[resource] = index
        return index.get(uid, [])

    def index(self, kind: type[I]) -> I:
        """An index of one kind's objects, whole: grown while they came, or made now."""
        found = self._indexes.get(kind)
        if found is None:
            found = self._indexes[kind] = kind()
            for item in self.all(kind.resource):
                found.add(item)
        return cast("I", found)

    def once(self, work_out: Callable[["ClusterView"], T]) -> T:
        """What a function makes of this view, worked out the first time and kept: an index that many checks use."""
        if work_out not in self._worked_out:
            self._worked_out[work_out] = work_out(self)
        found: T = self._worked_out[work_out]
        return found

    @property
    def resources(self) -> list[Resource[Any]]:
        """Every kind that was asked for, with each struct that it was read into."""
        return list(self._readings)

    def replacing(self, readings: Mapping[Resource[Any], Reading]) -> "ClusterView":
        """The same cluster at the same time, but for these kinds."""
        return ClusterView({**self._readings, **readings}, now=self.now, namespace=self.namespace)

    def forget(self) -> None:
        """Let go of everything, little by little: to free a large view at once stops all threads for 100 ms."""
        objects = [item for reading in self._readings.values() for item in reading.objects]
        for index in (
            self._worked_out,
            self._indexes,
            self._by_name,
            self._by_namespace,
            self._by_label,
            self._by_owner,
        ):
            index.clear()
        self._readings.clear()
        while objects:
            del objects[-100:]
            time.sleep(_PAUSE)

    @property
    def unreadable(self) -> list[Unreadable]:
        """The kinds that were asked for and are not whole, in the order of their names."""
        gaps = [
            Unreadable(resource=resource.full_name, state=reading.state, reason=reading.reason)
            for resource, reading in self._readings.items()
            if reading.state not in (ReadState.LISTED, ReadState.ABSENT)
        ]
        return sorted(set(gaps), key=lambda gap: gap.resource)

    @property
    def kinds(self) -> list[KindState]:
        """Every kind that was asked for, with how it was read and how many objects it has, in the order of their names.

        A kind that was read into several structs is told once; absent ones and forbidden ones too.
        """
        told = {
            resource.full_name: KindState(
                resource=resource.full_name, state=reading.state, objects=len(reading.objects), reason=reading.reason
            )
            for resource, reading in self._readings.items()
        }
        return [told[name] for name in sorted(told)]

    @property
    def size(self) -> int:
        """How many objects were read."""
        return sum(len(reading.objects) for reading in self._readings.values())

    def _labels(self, resource: Resource[K], key: str) -> dict[tuple[str, str], list[K]]:
        """The objects that have a label, by their namespace and its value."""
        index = self._by_label.get((resource, key))
        if index is None:
            index = self._by_label[resource, key] = defaultdict(list)
            for item in self.all(resource):
                value = item.metadata.labels.get(key)
                if value is not None:
                    index[item.namespace, value].append(item)
        return index


def _group(items: Iterable[Any], keys: Any) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for item in items:
        for key in keys(item):
            groups[key].append(item)
    return dict(groups)
