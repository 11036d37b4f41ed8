"""The recorded cluster, as the analyzers see it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kubecfg_analyzers import register_analyzers
from kubecfg_core import Analyzer, ClusterView, ReadState, Resource
from kubecfg_core.decoding import decode_pages
from kubecfg_core.view import Reading

LISTS: Final = Path(__file__).parents[2] / "data" / "recordings" / "http"
TAKEN: Final = datetime(2026, 11, 23, 2, 33, tzinfo=UTC)
EVERY: Final[tuple[Analyzer, ...]] = tuple(register_analyzers())
ANALYZERS: Final[tuple[Analyzer, ...]] = tuple(item for item in EVERY if item.stream == "health")
KINDS: Final[tuple[Resource[Any], ...]] = tuple(dict.fromkeys(kind for item in EVERY for kind in item.reads))


@functools.cache
def page(kind: Resource[Any]) -> bytes:
    """The recorded list of a kind."""
    name = "events-warnings" if kind.plural == "events" else kind.plural
    body = json.loads((LISTS / f"list-{name}.json").read_text())["response"]["body"]
    return json.dumps(body).encode()


@functools.cache
def reading(kind: Resource[Any]) -> Reading:
    """The recorded objects of a kind; what was not recorded was not served."""
    if not (LISTS / f"list-{kind.plural}.json").exists():
        return Reading(state=ReadState.ABSENT)
    objects, notes = decode_pages((page(kind),), kind.struct)
    assert notes == []
    return Reading(state=ReadState.LISTED, objects=tuple(objects))


def cluster(
    *,
    now: datetime = TAKEN,
    forbidden: Iterable[Resource[Any]] = (),
    changed: Mapping[Resource[Any], Reading] | None = None,
) -> ClusterView:
    """The whole recorded cluster, with some kinds forbidden or replaced."""
    readings = {kind: reading(kind) for kind in KINDS} | dict(changed or {})
    return ClusterView(readings | {kind: Reading(state=ReadState.FORBIDDEN) for kind in forbidden}, now=now)
