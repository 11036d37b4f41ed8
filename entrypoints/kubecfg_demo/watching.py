"""Watches: the state so far, then each change as a line of JSON, until the client's timeout."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Mapping

import msgspec

from kubecfg_demo.reading import Selection, represented
from kubecfg_demo.routing import Shape, Target
from kubecfg_demo.status import bad_request, expired
from kubecfg_demo.store import Change, Entry, Store, Watcher

Encode = Callable[[Entry], bytes]

_LONGEST = 1800.0
_BOOKMARK_EVERY = 60.0


async def events(
    store: Store, asked: Target, query: Mapping[str, str], shape: Shape, clock: Callable[[], dt.datetime]
) -> AsyncGenerator[bytes]:
    """The lines of a watch. A version that is forgotten gives one ERROR event (410) and the end."""
    selection = Selection(asked, query)
    include = query.get("includeObject", "")
    bookmarks = query.get("allowWatchBookmarks") in {"1", "true", "True"}

    def encode(entry: Entry) -> bytes:
        return represented(entry, shape, clock(), include)

    with store.watching(asked.resource) as watcher:
        wanted = _wanted(asked, selection)
        past = _past(store, asked, query)
        if past is None:
            yield _gone(store, query)
            return
        initial = query.get("resourceVersion", "") in {"", "0"} or query.get("sendInitialEvents") == "true"
        for change in past:
            if line := _line(change, wanted, encode):
                yield line
        if bookmarks and initial:
            yield _bookmark(asked, store.revision, initial_end=True)
        seconds = float(query.get("timeoutSeconds") or _LONGEST)
        async for told in _until(watcher, seconds):
            if told is None:
                if bookmarks:
                    yield _bookmark(asked, store.revision)
            elif line := _line(told, wanted, encode):
                yield line


def check(query: Mapping[str, str]) -> None:
    """400: a number that is none. Asked before the stream begins, since its status cannot change afterwards."""
    for name in ("timeoutSeconds", "resourceVersion"):
        text = query.get(name, "")
        if text and not text.isdecimal():
            raise bad_request(f'{name}: Invalid value: "{text}"')


def _wanted(asked: Target, selection: Selection) -> Callable[[Entry], bool]:
    namespace = asked.namespace if asked.resource.namespaced else ""
    return lambda entry: (not namespace or entry.namespace == namespace) and selection.takes(entry)


def _past(store: Store, asked: Target, query: Mapping[str, str]) -> list[Change] | None:
    revision = query.get("resourceVersion", "")
    if revision in {"", "0"} or query.get("sendInitialEvents") == "true":
        return [Change(kind="ADDED", entry=entry) for entry in store.listed(asked.resource)]
    return store.since(asked.resource, int(revision))


async def _until(watcher: Watcher, seconds: float) -> AsyncGenerator[Change | None]:
    """Changes as they come, None when a bookmark is due; ends in time, or when the watcher was cut off."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(seconds, _LONGEST)
    while not watcher.lost and (left := deadline - loop.time()) > 0:
        try:
            change = await asyncio.wait_for(watcher.get(), min(left, _BOOKMARK_EVERY))
        except TimeoutError:
            if loop.time() < deadline:
                yield None
            continue
        if change is not None:
            yield change


def _line(change: Change, wanted: Callable[[Entry], bool], encode: Encode) -> bytes:
    """One event as the selector's view sees it: an object that stops fitting is DELETED, one that starts is ADDED."""
    now, before = wanted(change.entry), change.before is not None and wanted(change.before)
    kind = change.kind
    if kind == "MODIFIED" and now != before:
        kind = "ADDED" if now else "DELETED"
    elif not now and not (kind == "DELETED" and before):
        return b""
    return b'{"type":"%s","object":%s}\n' % (kind.encode(), encode(change.entry).rstrip())


def _bookmark(asked: Target, revision: int, *, initial_end: bool = False) -> bytes:
    metadata: dict[str, object] = {"resourceVersion": str(revision)}
    if initial_end:
        metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
    marked = {"kind": asked.resource.kind, "apiVersion": asked.resource.api_version, "metadata": metadata}
    return msgspec.json.encode({"type": "BOOKMARK", "object": marked}) + b"\n"


def _gone(store: Store, query: Mapping[str, str]) -> bytes:
    refusal = expired(f"too old resource version: {query.get('resourceVersion')} ({store.revision})")
    return msgspec.json.encode({"type": "ERROR", "object": refusal.body}) + b"\n"
