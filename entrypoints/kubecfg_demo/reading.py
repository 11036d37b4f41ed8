"""Lists and single objects: selection, pages, and bodies joined from bytes that were encoded once."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from kubecfg_demo.fields import supported_fields
from kubecfg_demo.resources import Resource
from kubecfg_demo.routing import Shape, Target
from kubecfg_demo.selectors import field_selector, label_selector
from kubecfg_demo.status import Refusal, absent, bad_request, expired
from kubecfg_demo.store import Entry, Store
from kubecfg_demo.tables import column_definitions, partial_metadata, row

Object = dict[str, Any]
Query = Mapping[str, str]

_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


class Selection:
    """The label and field selectors of a query. 400: one cannot be parsed."""

    def __init__(self, asked: Target, query: Query) -> None:
        labels, fields = query.get("labelSelector", ""), query.get("fieldSelector", "")
        self._labels = label_selector(labels) if labels else None
        self._fields = field_selector(fields, supported_fields(asked.resource), asked.resource.kind) if fields else None
        # A named watch is how one object is watched by its own path.
        self._name = asked.name
        self.everything = self._labels is None and self._fields is None and not asked.name

    def takes(self, entry: Entry) -> bool:
        """Whether an object is selected."""
        return (
            (self._labels is None or self._labels(entry.labels))
            and (self._fields is None or self._fields(entry.fields))
            and (not self._name or entry.name == self._name)
        )


def single(store: Store, asked: Target) -> Entry:
    """The one object asked for. 404: there is none."""
    entry = store.get(asked.resource, asked.namespace if asked.resource.namespaced else "", asked.name)
    if entry is None:
        raise absent(asked.resource, asked.name)
    return entry


def listed(store: Store, asked: Target, query: Query, shape: Shape, now: dt.datetime, *, anew: bool = False) -> bytes:
    """The body of a list, its objects encoded `anew` or joined as they are kept.

    400: bad selector, limit or token; 410: the token is too old; 504: a future version.
    """
    selection = Selection(asked, query)
    limit, token = _number(query, "limit"), query.get("continue", "")
    revision = _revision(store, query)
    if query.get("resourceVersion") == "0":
        # The watch cache answers at once and whole, whatever the limit.
        limit = 0
    after = None
    if token:
        after, revision = _after(store, token)
    found = store.listed(asked.resource, asked.namespace, after)
    if not selection.everything:
        found = [entry for entry in found if selection.takes(entry)]
    metadata: Object = {"resourceVersion": str(revision)}
    if limit and len(found) > limit:
        metadata["continue"] = _token(revision, found[limit - 1])
        if selection.everything:
            metadata["remainingItemCount"] = len(found) - limit
        found = found[:limit]
    include = query.get("includeObject", "")
    return list_body(asked.resource, found, metadata, shape, now=now, include=include, anew=anew)


def list_body(
    resource: Resource,
    entries: list[Entry],
    metadata: Object,
    shape: Shape,
    *,
    now: dt.datetime,
    include: str,
    anew: bool = False,
) -> bytes:
    """A list in one of the three shapes."""
    if shape is Shape.FULL:
        head = f'{{"kind":"{resource.kind}List","apiVersion":"{resource.api_version}","metadata":'.encode()
        items = b",".join([entry.encoded() if anew else entry.item() for entry in entries])
        return b"".join((head, msgspec.json.encode(metadata), b',"items":[', items, b"]}\n"))
    decoded = [entry.decoded() for entry in entries]
    if shape is Shape.METADATA:
        partial = [partial_metadata(item) for item in decoded]
        return _encoded("PartialObjectMetadataList", metadata, {"items": partial})
    rows = [row(resource, item, now, include) for item in decoded]
    return _encoded("Table", metadata, {"columnDefinitions": column_definitions(resource), "rows": rows})


def represented(entry: Entry, shape: Shape, now: dt.datetime, include: str) -> bytes:
    """One object in one of the three shapes."""
    if shape is Shape.FULL:
        return entry.whole()
    if shape is Shape.METADATA:
        return msgspec.json.encode(partial_metadata(entry.decoded()))
    return list_body(entry.resource, [entry], {"resourceVersion": str(entry.revision)}, shape, now=now, include=include)


def _encoded(kind: str, metadata: Object, rest: Object) -> bytes:
    return msgspec.json.encode({"kind": kind, "apiVersion": "meta.k8s.io/v1", "metadata": metadata, **rest})


def _number(query: Query, name: str) -> int:
    text = query.get(name, "")
    if text and not text.lstrip("-").isdecimal():
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return max(0, int(text or 0))


def _revision(store: Store, query: Query) -> int:
    asked = query.get("resourceVersion", "")
    if asked and not asked.isdecimal():
        raise bad_request(f'resourceVersion: Invalid value: "{asked}": strconv.ParseUint: invalid syntax')
    if asked and int(asked) > store.revision:
        message = f"Too large resource version: {asked}, current: {store.revision}"
        causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
        raise Refusal(504, "Timeout", message, {"causes": causes, "retryAfterSeconds": 1})
    return store.revision


def _token(revision: int, last: Entry) -> str:
    start = f"/{last.namespace}/{last.name}\0" if last.namespace else f"/{last.name}\0"
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _after(store: Store, token: str) -> tuple[tuple[str, str], int]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise bad_request("invalid continue token: continue key is not valid: illegal base64 data") from None
    try:
        found = json.loads(text)
        revision, start = int(found["rv"]), str(found["start"]).removesuffix("\0")
    except (ValueError, KeyError, TypeError):
        raise bad_request(f"invalid continue token: continue key is not valid: {_go_complaint(text)}") from None
    namespace, _, name = start.lstrip("/").rpartition("/")
    if revision < store.compacted:
        refusal = expired(_TOO_OLD)
        again = {"v": "meta.k8s.io/v1", "rv": store.revision, "start": found["start"]}
        fresh = base64.urlsafe_b64encode(json.dumps(again).encode()).decode().rstrip("=")
        refusal.body["metadata"] = {"resourceVersion": str(store.revision), "continue": fresh}
        raise refusal
    return (namespace, name), revision


def _go_complaint(text: str) -> str:
    literal = {"n": "null", "t": "true", "f": "false"}.get(text[:1], "")
    for found, wanted in zip(text[1:], literal[1:], strict=False):
        if found != wanted:
            return f"invalid character '{found}' in literal {literal} (expecting '{wanted}')"
    return f"invalid character '{text[:1]}' looking for beginning of value" if text else "unexpected end of JSON input"
