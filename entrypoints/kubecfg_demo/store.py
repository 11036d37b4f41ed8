"""The objects, as encoded bytes in the order a real server lists them, with revisions, a history, and watchers.

Only bytes, labels and selectable fields stay in memory, so that ten thousand pods cost what their JSON costs.
"""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import datetime as dt
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from kubecfg_demo.fields import selectable_fields
from kubecfg_demo.resources import Resource

Object = dict[str, Any]
Clock = Callable[[], dt.datetime]

HISTORY = 2000
WATCHER_BACKLOG = 2000
_NAMES = uuid.UUID("6f1c1f0e-2c55-5d0b-9b0e-9a3d5f6b1d2c")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One stored object. `data` is its JSON without kind and apiVersion, as a list of a built-in kind carries it."""

    resource: Resource
    namespace: str
    name: str
    uid: str
    revision: int
    labels: dict[str, str]
    fields: dict[str, str]
    data: bytes

    def item(self) -> bytes:
        """As a list carries it: with kind and apiVersion for custom resources only."""
        return self.whole() if self.resource.custom else self.data

    def encoded(self) -> bytes:
        """The same as `item`, made anew: as a real API server makes it for each list."""
        found = msgspec.json.encode(msgspec.json.decode(self.data))
        return self.item() if self.resource.custom else found

    def whole(self) -> bytes:
        """As a GET answers it."""
        head = f'{{"kind":"{self.resource.kind}","apiVersion":"{self.resource.api_version}",'
        return head.encode() + self.data[1:]

    def decoded(self) -> Object:
        """A new dict of the whole object."""
        found: Object = msgspec.json.decode(self.whole())
        return found


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one object; `before` is None for a new one. `kind` is ADDED, MODIFIED or DELETED."""

    kind: str
    entry: Entry
    before: Entry | None = None


class Watcher(asyncio.Queue["Change | None"]):
    """A bounded queue of changes; None ends it, and so does falling behind."""

    def __init__(self) -> None:
        super().__init__(WATCHER_BACKLOG)
        self.lost = False

    def tell(self, change: Change | None) -> None:
        """Add a change; a watcher too slow to take it is cut off, as a real server does."""
        try:
            self.put_nowait(change)
        except asyncio.QueueFull:
            self.lost = True


class Collection:
    """The objects of one resource, by (namespace, name)."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], Entry] = {}
        self.history: deque[Change] = deque(maxlen=HISTORY)
        self.forgotten = 0
        self.watchers: set[Watcher] = set()
        self._order: list[tuple[str, str]] | None = None

    def order(self) -> list[tuple[str, str]]:
        """The keys as a list shows them: sorted by namespace, then name."""
        if self._order is None:
            self._order = sorted(self.entries)
        return self._order

    def record(self, change: Change) -> None:
        """Apply a change, remember it, and tell the watchers."""
        self.apply(change.entry, removed=change.kind == "DELETED")
        if len(self.history) == HISTORY:
            self.forgotten = self.history[0].entry.revision
        self.history.append(change)
        for watcher in self.watchers:
            watcher.tell(change)

    def apply(self, entry: Entry, *, removed: bool = False) -> None:
        """Put an entry in its place, or take it out, silently."""
        key = (entry.namespace, entry.name)
        if removed or key not in self.entries:
            self._order = None
        if removed:
            self.entries.pop(key, None)
        else:
            self.entries[key] = entry


class Store:
    """All collections under one revision counter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._collections: dict[Resource, Collection] = {}
        self._mirrors: dict[Resource, tuple[Resource, Callable[[Object], Object]]] = {}
        self.revision = 1
        self.compacted = 0

    def mirror(self, source: Resource, copy: Resource, convert: Callable[[Object], Object]) -> None:
        """Show the objects of one resource as those of another too, as both Event APIs show the same events."""
        self._mirrors[source] = (copy, convert)

    def collection(self, resource: Resource) -> Collection:
        """The collection of a resource, empty when nothing was stored yet."""
        return self._collections.setdefault(resource, Collection())

    def get(self, resource: Resource, namespace: str, name: str) -> Entry | None:
        """One entry, or None."""
        return self.collection(resource).entries.get((namespace, name))

    def listed(self, resource: Resource, namespace: str = "", after: tuple[str, str] | None = None) -> list[Entry]:
        """The entries of one namespace or of all, in order, after a key."""
        found = self.collection(resource)
        order = found.order()
        start = bisect.bisect_right(order, after) if after else 0
        return [found.entries[key] for key in order[start:] if not namespace or key[0] == namespace]

    def advance(self, revision: int) -> None:
        """Let the counter stand at a revision, if it is not further on already."""
        self.revision = max(self.revision, revision)

    def seed(self, resource: Resource, item: Object) -> Entry:
        """Put an object that was always there: its own uid, revision and time are kept, no history is made."""
        revision = str(item.get("metadata", {}).get("resourceVersion", ""))
        kept = int(revision) if revision.isdecimal() and int(revision) else self._next()
        self.advance(kept)
        entry = self._entry(resource, item, kept, None)
        self.collection(resource).apply(entry)
        if resource in self._mirrors:
            copy, convert = self._mirrors[resource]
            self.collection(copy).apply(self._entry(copy, convert(item), kept, entry))
        self.compacted = self.revision
        return entry

    def put(self, resource: Resource, item: Object) -> Entry:
        """Add or replace an object under a new revision, and tell the watchers."""
        metadata = item.get("metadata", {})
        before = self.get(resource, metadata.get("namespace", ""), metadata["name"])
        entry = self._entry(resource, item, self._next(), before)
        self._record(Change(kind="MODIFIED" if before else "ADDED", entry=entry, before=before))
        return entry

    def remove(self, resource: Resource, namespace: str, name: str) -> Entry | None:
        """Take an object away and tell the watchers; None when there is none."""
        before = self.get(resource, namespace, name)
        if before is None:
            return None
        entry = self._entry(resource, before.decoded(), self._next(), before)
        self._record(Change(kind="DELETED", entry=entry, before=before))
        return entry

    def compact(self) -> None:
        """Forget the history up to now: older watches and continue tokens are gone (410)."""
        self.compacted = self.revision
        for collection in self._collections.values():
            collection.history.clear()

    def since(self, resource: Resource, revision: int) -> list[Change] | None:
        """The changes after a revision, or None where they are forgotten."""
        collection = self.collection(resource)
        if revision < max(self.compacted, collection.forgotten):
            return None
        return [change for change in collection.history if change.entry.revision > revision]

    @contextlib.contextmanager
    def watching(self, resource: Resource) -> Iterator[Watcher]:
        """A watcher, told of each change while the context lasts."""
        watcher = Watcher()
        collection = self.collection(resource)
        collection.watchers.add(watcher)
        try:
            yield watcher
        finally:
            collection.watchers.discard(watcher)

    def end_watches(self) -> None:
        """End every watch, as a server that stops does."""
        for collection in self._collections.values():
            for watcher in collection.watchers:
                watcher.lost = True
                watcher.tell(None)

    def _record(self, change: Change) -> None:
        entry = change.entry
        self.collection(entry.resource).record(change)
        if entry.resource in self._mirrors:
            copy, convert = self._mirrors[entry.resource]
            before = self.get(copy, entry.namespace, entry.name)
            shown = self._entry(copy, convert(entry.decoded()), entry.revision, entry)
            self.collection(copy).record(Change(kind=change.kind, entry=shown, before=before))

    def _next(self) -> int:
        self.revision += 1
        return self.revision

    def _entry(self, resource: Resource, item: Object, revision: int, before: Entry | None) -> Entry:
        metadata: Object = {"name": item["metadata"]["name"], **item["metadata"]}
        namespace = metadata.get("namespace", "") if resource.namespaced else ""
        uid = before.uid if before else metadata.get("uid") or made_uid(resource, namespace, metadata["name"])
        metadata["uid"], metadata["resourceVersion"] = uid, str(revision)
        metadata.setdefault("creationTimestamp", self._clock().strftime("%Y-%m-%dT%H:%M:%SZ"))
        body = {key: value for key, value in item.items() if key not in {"kind", "apiVersion", "metadata"}}
        return Entry(
            resource=resource,
            namespace=namespace,
            name=metadata["name"],
            uid=uid,
            revision=revision,
            labels=dict(metadata.get("labels") or {}),
            fields=selectable_fields(resource, {**body, "metadata": metadata}),
            data=msgspec.json.encode({"metadata": metadata, **body}),
        )


def made_uid(resource: Resource, namespace: str, name: str) -> str:
    """A uid that is the same on every start, so that owners can be named before they are stored."""
    return str(uuid.uuid5(_NAMES, f"{resource.group}/{resource.kind}/{namespace}/{name}"))
