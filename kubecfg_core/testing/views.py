"""Views made by hand, for the tests of analyzers: ten lines of YAML instead of a cluster.

view = view_of('''
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}}
''')
assert [finding.code for finding in my_analyzer.analyze(view)] == ["service.no_matching_pods"]
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from textwrap import dedent
from typing import Any, Final

import msgspec

from kubecfg_core import kinds as every_kind
from kubecfg_core.decoding import decode_pages
from kubecfg_core.resources import ReadState, Resource
from kubecfg_core.view import ClusterView, Reading

NOON: Final = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
"""When a view was taken, unless told otherwise."""

KINDS: Final[tuple[Resource[Any], ...]] = tuple(
    dict.fromkeys(
        value
        for module in iter_modules(every_kind.__path__)
        for value in vars(import_module(f"{every_kind.__name__}.{module.name}")).values()
        if isinstance(value, Resource)
    )
)
"""Every kind that the built-in analyzers read."""


def view_of(
    *objects: str | Mapping[str, Any],
    now: datetime = NOON,
    namespace: str | None = None,
    forbidden: Iterable[Resource[Any]] = (),
    absent: Iterable[Resource[Any]] = (),
    kinds: Iterable[Resource[Any]] = KINDS,
) -> ClusterView:
    """A view of a cluster that holds these objects and no others.

    Each is a mapping, or YAML with one or more documents (PyYAML must be installed for that). `kind` says what it is;
    without a namespace it is in `default`, without a uid it gets `KIND/NAME`. Every one of `kinds` counts as read in
    full but those that are `forbidden` or `absent`; name your own kinds to test an analyzer of them. Raises
    `ValueError` for an object of no such kind, or one that cannot be decoded.
    """
    readings = {resource: Reading(state=ReadState.LISTED) for resource in kinds}
    documents = [document for item in objects for document in _documents(item)]
    for resource in readings:
        mine = [_complete(document, resource) for document in documents if document.get("kind") == resource.kind]
        decoded, notes = decode_pages((msgspec.json.encode({"items": mine}),), resource.struct)
        if notes:
            raise ValueError(notes[0])
        readings[resource] = Reading(state=ReadState.LISTED, objects=tuple(decoded))
    unknown = {str(document.get("kind")) for document in documents} - {resource.kind for resource in readings}
    if unknown:
        raise ValueError(f"No kind that is read is called {', '.join(sorted(unknown))}.")
    readings |= {resource: Reading(state=ReadState.FORBIDDEN, reason="forbidden") for resource in forbidden}
    readings |= {resource: Reading(state=ReadState.ABSENT) for resource in absent}
    return ClusterView(readings, now=now, namespace=namespace)


def _documents(item: str | Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if not isinstance(item, str):
        yield dict(item)
        return
    for text in re.split(r"^\s*---\s*$", dedent(item), flags=re.MULTILINE):
        document = msgspec.yaml.decode(dedent(text))
        if document is not None:
            yield document


def _complete(document: dict[str, Any], resource: Resource[Any]) -> dict[str, Any]:
    given = document.get("metadata", {})
    metadata = {"uid": f"{resource.kind}/{given.get('name', '')}", **given}
    if resource.namespaced:
        metadata.setdefault("namespace", "default")
    return {**document, "metadata": metadata}
