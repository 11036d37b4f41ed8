"""What a dump holds: objects, each once, and how much of each kind was listed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec

from kubecfg_core.resources import ReadState
from kubecfg_dump.places import Kind, Place
from kubecfg_dump.recordings import Refusal

_Time = Annotated[datetime, msgspec.Meta(tz=True)] | None


class Item(NamedTuple):
    """One object, as JSON."""

    namespace: str
    name: str
    revision: int
    raw: bytes


class Coverage(msgspec.Struct):
    """Which lists of a kind a dump holds: of the whole cluster, of single namespaces, or of nobody knows what."""

    whole: bool = False
    namespaces: set[str] = msgspec.field(default_factory=set)
    loose: bool = False


class _Meta(msgspec.Struct, frozen=True):
    name: str
    namespace: str = ""
    resourceVersion: str = ""


class Identity(msgspec.Struct, frozen=True):
    """Which object it is."""

    metadata: _Meta
    apiVersion: str = ""
    kind: str = ""


class _Change(msgspec.Struct, frozen=True):
    time: _Time = None
    lastTransitionTime: _Time = None
    lastHeartbeatTime: _Time = None


class _TimesMeta(msgspec.Struct, frozen=True):
    creationTimestamp: _Time = None
    managedFields: tuple[_Change, ...] = ()


class _TimesSpec(msgspec.Struct, frozen=True):
    renewTime: _Time = None


class _TimesStatus(msgspec.Struct, frozen=True):
    conditions: tuple[_Change, ...] = ()


class _Times(msgspec.Struct, frozen=True):
    metadata: _TimesMeta = _TimesMeta()
    lastTimestamp: _Time = None
    eventTime: _Time = None
    spec: _TimesSpec = _TimesSpec()
    status: _TimesStatus = _TimesStatus()


class Catalog:
    """Filled file by file, then `settle`d once, then only read."""

    def __init__(self) -> None:
        self.objects: dict[Kind, dict[tuple[str, str], Item]] = defaultdict(dict)
        self.coverage: dict[Kind, Coverage] = defaultdict(Coverage)
        self.refusals: dict[tuple[str, str], Refusal] = {}
        self.version = ""
        self.user = ""
        self.groups: frozenset[str] = frozenset()
        self.newest: datetime | None = None
        self.notes: list[str] = []
        self._loose_namespaces: dict[Kind, set[str]] = defaultdict(set)
        self._empty: list[tuple[Kind, str]] = []
        self._by_folder = False

    @property
    def empty(self) -> bool:
        """Whether nothing at all was recognised."""
        return not self.objects and not self.coverage and not self.refusals

    def add(self, raw: bytes, said: Kind | None = None) -> tuple[Kind, str] | None:
        """Keep an object; the newest of two. Its kind and namespace, or `None` for what is no object.

        `said` is the kind that its list has: items of a typed list do not repeat it.
        """
        try:
            found = msgspec.json.decode(raw, type=Identity)
        except (msgspec.MsgspecError, RecursionError):
            return None
        kind = Kind(found.apiVersion, found.kind) if found.apiVersion and found.kind else said
        if kind is None or kind.name.startswith("PartialObjectMetadata"):
            return None
        meta = found.metadata
        revision = int(meta.resourceVersion) if meta.resourceVersion.isdecimal() else 0
        known = self.objects[kind].get((meta.namespace, meta.name))
        if known is None or known.revision <= revision:
            self.objects[kind][meta.namespace, meta.name] = Item(meta.namespace, meta.name, revision, raw)
        self._date(raw)
        return kind, meta.namespace

    def add_list(self, kind: Kind | None, items: Iterable[bytes], place: Place) -> int:
        """Keep the objects of a list, and that its kind was listed where it was; how many could not be kept.

        `kind` is empty for a `List` of anything.
        """
        added = [self.add(raw, kind) for raw in items]
        found = [entry for entry in added if entry is not None]
        listed = kind or place.kind
        kinds = {of for of, _ in found} or ({listed} if listed else set())
        for each in sorted(kinds):
            self._cover(each, {namespace for of, namespace in found if of == each}, place)
        return len(added) - len(found)

    def _cover(self, kind: Kind, namespaces: set[str], place: Place) -> None:
        coverage = self.coverage[kind]
        if place.certain and not place.namespace:
            coverage.whole = True
        elif place.certain or (place.namespace and namespaces == {place.namespace}):
            coverage.namespaces.add(place.namespace)
            self._by_folder = True
        elif place.namespace and not namespaces:
            self._empty.append((kind, place.namespace))
        else:
            coverage.loose = True
            self._loose_namespaces[kind] |= namespaces

    def settle(self) -> None:
        """Decide what the lists cover that do not say it: the whole cluster, or the one namespace they all are of.

        `kubectl get pods -A -o json` and `-n shop` look alike. If all such lists together show a single namespace, it
        is taken for the only one that was asked for; if they show several, for the whole cluster.
        """
        for kind, folder in self._empty:
            if self._by_folder:
                self.coverage[kind].namespaces.add(folder)
            else:
                self.coverage[kind].loose = True
        shown = set().union(*self._loose_namespaces.values()) - {""}
        for kind, coverage in self.coverage.items():
            if not coverage.loose:
                continue
            coverage.whole = coverage.whole or len(shown) != 1
            coverage.namespaces |= shown if len(shown) == 1 else set()
            if len(shown) > 1 and len(self._loose_namespaces[kind] - {""}) == 1:
                self.notes.append(f"{kind.name}: the list shows one namespace; it is taken for the whole cluster's.")

    def refuse(self, api_version: str, plural: str, refusal: Refusal) -> None:
        """Remember that a list was refused; that there is no such API is the last word."""
        known = self.refusals.get((api_version, plural))
        if known is None or refusal.state is ReadState.ABSENT:
            self.refusals[api_version, plural] = refusal

    @property
    def namespaces(self) -> set[str]:
        """Every namespace that anything is in, or was asked in."""
        named = {item.namespace for items in self.objects.values() for item in items.values()}
        named |= {item.name for item in self.objects.get(Kind("v1", "Namespace"), {}).values()}
        return (named | {name for coverage in self.coverage.values() for name in coverage.namespaces}) - {""}

    def _date(self, raw: bytes) -> None:
        try:
            times = msgspec.json.decode(raw, type=_Times)
        except (msgspec.MsgspecError, RecursionError):
            return  # a time in another form dates nothing
        changes = (*times.metadata.managedFields, *times.status.conditions)
        dates = [self.newest, times.metadata.creationTimestamp, times.lastTimestamp, times.eventTime]
        dates += [times.spec.renewTime, *(date for change in changes for date in _dates(change))]
        self.newest = max((date for date in dates if date is not None), default=None)


def _dates(change: _Change) -> tuple[datetime | None, ...]:
    return (change.time, change.lastTransitionTime, change.lastHeartbeatTime)
