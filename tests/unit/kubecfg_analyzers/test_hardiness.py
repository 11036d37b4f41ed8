"""Whatever a server sends, no analyzer raises: fields go missing, turn null, or have another type."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubecfg_core import Analyzer, ClusterView, ReadState, Resource
from kubecfg_core.decoding import decode_pages
from kubecfg_core.plugins import DOCUMENTED
from kubecfg_core.usecases.analysis import judge
from kubecfg_core.view import Reading
from tests.unit.kubecfg_analyzers import recorded

ODD: list[Any] = [
    None, "", "x", "-", "1", "http", "True", 0, -1, 7, 10**18, 1.5, True, False, [], {}, [None], [[]], {"": None},
    "2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x" * 5000, "Pending", "Failed",
    {"a": "b"}, "é\u0000 {0}%s",
]  # fmt: skip


def break_one(draw: st.DataObject, value: Any) -> None:
    """Walk down at random; there, drop an entry or put something odd in its place."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = draw.draw(st.sampled_from(keys))
        below = value[key]
        if isinstance(below, dict | list) and below and draw.draw(st.integers(0, 5)):
            value = below
            continue
        if draw.draw(st.booleans()):
            value[key] = deepcopy(draw.draw(st.sampled_from(ODD)))  # a later step may break this one too
        else:
            value.pop(key)
        return


@given(st.data())
@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_no_analyzer_raises_on_broken_objects(draw: st.DataObject) -> None:
    kinds = [kind for kind in recorded.KINDS if recorded.reading(kind).objects]
    changed: dict[Resource[Any], Reading] = {}
    for kind in draw.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True)):
        body = json.loads(recorded.page(kind))
        for _ in range(draw.draw(st.integers(1, 6))):
            if body.get("items"):
                break_one(draw, body["items"])
        objects, _ = decode_pages((json.dumps(body).encode(),), kind.struct)
        changed[kind] = Reading(state=ReadState.LISTED, objects=tuple(objects))

    _, failures = judge(recorded.cluster(changed=changed), recorded.ANALYZERS)

    assert failures == []


class Watched(ClusterView):
    """A view that notes which kinds were looked at."""

    def __init__(self, readings: dict[Resource[Any], Reading]) -> None:
        super().__init__(readings, now=recorded.TAKEN)
        self.seen: set[Resource[Any]] = set()

    def state(self, resource: Resource[Any]) -> ReadState:
        self.seen.add(resource)
        return super().state(resource)

    def all(self, resource: Resource[Any]) -> Any:
        self.seen.add(resource)
        return super().all(resource)


@pytest.mark.parametrize("analyzer", recorded.ANALYZERS, ids=lambda analyzer: analyzer.name)
def test_an_analyzer_declares_every_kind_that_it_looks_at(analyzer: Analyzer) -> None:
    view = Watched({kind: recorded.reading(kind) for kind in recorded.KINDS})

    list(analyzer.analyze(view))

    assert view.seen <= set(analyzer.reads)


@pytest.mark.parametrize("analyzer", recorded.ANALYZERS, ids=lambda analyzer: analyzer.name)
def test_an_analyzer_finds_the_same_with_nothing_but_what_it_reads(analyzer: Analyzer) -> None:
    alone = Watched({kind: recorded.reading(kind) for kind in analyzer.reads})

    assert list(analyzer.analyze(alone)) == list(analyzer.analyze(recorded.cluster()))


def test_the_documented_analyzers_come_first_in_their_order() -> None:
    assert tuple(analyzer.name for analyzer in recorded.ANALYZERS)[: len(DOCUMENTED)] == DOCUMENTED
