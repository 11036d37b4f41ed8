"""Objects out of what a real API server answered: lists, whose items leave their kind to the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Object = dict[str, Any]


def items_of(objects: Iterable[Object]) -> Iterator[Object]:
    """Every object, with lists (`PodList`, `List`) unfolded and each item given its list's apiVersion and kind.

    ValueError: something that says no kind, or has no name.
    """
    for found in objects:
        kind, version = found.get("kind", ""), found.get("apiVersion", "")
        if kind.endswith("List") and isinstance(found.get("items"), list):
            said = {"apiVersion": version, "kind": kind.removesuffix("List")} if kind != "List" else {}
            yield from items_of({**said, **item} for item in found["items"])
        elif not kind or not version or not (found.get("metadata") or {}).get("name"):
            raise ValueError(f"not a Kubernetes object: apiVersion {version!r}, kind {kind!r}")
        else:
            yield found


def objects_of_recordings(recordings: Iterable[Object]) -> Iterator[Object]:
    """The lists of whole kinds among recorded exchanges `{"request": ..., "response": {"status": 200, "body": ...}}`.

    Refusals, tables, watches, and partial lists (a page, a selection, metadata only) are passed over.
    """
    for recording in recordings:
        request, response = recording["request"], recording["response"]
        body = response["body"]
        whole = request["method"] == "GET" and "?" not in request["path"] and "/namespaces/" not in request["path"]
        if response["status"] == 200 and whole and isinstance(body, dict) and isinstance(body.get("items"), list):  # noqa: PLR2004 - OK
            if str(body.get("kind")).startswith(("PartialObject", "APIGroup")):
                continue
            yield body
