"""Whatever a server sends, no analyzer raises: fields go missing, turn null, or have another type."""

from __future__ import annotations

import ast
import functools
import json
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

import kubecfg_analyzers
from kubecfg_analyzers import pods
from kubecfg_core import Analyzer, ClusterView, ReadState, Resource
from kubecfg_core.decoding import decode_pages
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.storage import CLAIMS, VOLUMES
from kubecfg_core.plugins import DOCUMENTED
from kubecfg_core.usecases.analysis import judge
from kubecfg_core.view import Reading
from tests.unit.kubecfg_analyzers import recorded

ODD: list[Any] = [
    None, "", "x", "-", "1", "http", "True", 0, -1, 7, 10**18, 1.5, True, False, [], {}, [None], [[]], {"": None},
    "2026-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x" * 5000, "Pending", "Failed",
    {"a": "b"}, "é\u0000 {0}%s",
]  # fmt: skip


ROUNDS = 200
MUTATIONS = 50  # in each round: ten thousand in all
SHORT = ("a", "b", "c")
PLAIN: dict[type[inspect.Type], list[Any]] = {
    inspect.IntType: [0, 1, 2, 3, 80, -1, 10**12],
    inspect.FloatType: [0, 0.5, -1, 10**12],
    inspect.BoolType: [False, True],
    inspect.DateTimeType: ["2026-11-23T02:00:00Z", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00"],
    inspect.NoneType: [None],
}


def break_one(chance: Random, value: Any) -> None:
    """Walk down at random; there, drop an entry or put something odd in its place."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = chance.choice(keys)
        below = value[key]
        if isinstance(below, dict | list) and below and chance.randint(0, 5):
            value = below
            continue
        if chance.randint(0, 1):
            value[key] = deepcopy(chance.choice(ODD))  # a later step may break this one too
        else:
            value.pop(key)
        return


def read_again(kind: Resource[Any], items: list[Any]) -> Reading:
    """The items as a list of the server would give them: each is an object, or one note."""
    objects, notes = decode_pages((json.dumps({"items": items}).encode(),), kind.struct)
    assert len(objects) + len(notes) == len(items)
    return Reading(state=ReadState.LISTED, objects=tuple(objects))


def recorded_items(kind: Resource[Any]) -> list[Any]:
    items: list[Any] = json.loads(recorded.page(kind))["items"] if recorded.reading(kind).objects else []
    return items


@given(st.data(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_no_analyzer_raises_on_broken_objects(draw: st.DataObject, chance: Random) -> None:
    kinds = [kind for kind in recorded.KINDS if recorded.reading(kind).objects]
    changed: dict[Resource[Any], Reading] = {}
    for kind in draw.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True)):
        items = recorded_items(kind)
        for _ in range(draw.draw(st.integers(1, 6))):
            if items:
                break_one(chance, items)
        changed[kind] = read_again(kind, items)

    _, failures = judge(recorded.cluster(changed=changed), recorded.EVERY)

    assert failures == []


def test_no_analyzer_raises_after_ten_thousand_mutations() -> None:
    chance = Random(2026)
    sound = {kind: recorded_items(kind) for kind in recorded.KINDS}
    weights = [len(items) for items in sound.values()]
    for _ in range(ROUNDS):
        broken: dict[Resource[Any], list[Any]] = {}
        for kind in chance.choices(list(sound), weights, k=MUTATIONS):
            items = broken.setdefault(kind, deepcopy(sound[kind]))
            if items:
                break_one(chance, items)
        changed = {kind: read_again(kind, items) for kind, items in broken.items()}

        _, failures = judge(recorded.cluster(changed=changed), recorded.EVERY)

        assert failures == []


@functools.cache
def words() -> list[str]:
    """What the analyzers compare with: the short texts in their source."""
    folder = Path(kubecfg_analyzers.__file__).parent
    nodes = [node for path in sorted(folder.rglob("*.py")) for node in ast.walk(ast.parse(path.read_text()))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return sorted(text for text in texts if len(text) < 40)


def invent(shape: inspect.Type, chance: Random) -> Any:
    """Something of that type, out of words that mean something to an analyzer, or odd where any type will do."""
    match shape:
        case inspect.StructType(fields=fields):
            return {item.encode_name: invent(item.type, chance) for item in fields if chance.random() < 0.8}
        case inspect.UnionType(types=types):
            return invent(chance.choice(types), chance)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [invent(item, chance) for _ in range(chance.randrange(4))]
        case inspect.DictType(value_type=value):
            return {text(chance): invent(value, chance) for _ in range(chance.randrange(4))}
        case inspect.StrType():
            return text(chance)
    return deepcopy(chance.choice(PLAIN.get(type(shape), ODD)))


def text(chance: Random) -> str:
    """Often one of three, so that objects refer to each other."""
    return chance.choice(SHORT) if chance.random() < 0.4 else chance.choice(words())


def test_no_analyzer_raises_on_objects_that_nobody_would_make() -> None:
    chance = Random(2026)
    shapes = {kind: inspect.type_info(kind.struct) for kind in recorded.KINDS}
    for _ in range(ROUNDS):
        made = {kind: [invent(shape, chance) for _ in range(4)] for kind, shape in shapes.items()}
        for items in made.values():
            for item in items:
                place = {"name": chance.choice(SHORT), "namespace": chance.choice(SHORT)}
                item["metadata"] = {**item.get("metadata", {}), **place}

        readings = {kind: read_again(kind, items) for kind, items in made.items()}
        _, failures = judge(ClusterView(readings, now=recorded.TAKEN), recorded.EVERY)

        assert failures == []


REASONS = ("Insufficient cpu", "node(s) had untolerated taint(s)", "node(s) were unschedulable", "Too many pods",
    "node(s) didn't match Pod's node affinity/selector", "node(s) didn't have free ports for the requested pod ports",
    "node(s) didn't match pod anti-affinity rules", "node(s) had volume node affinity conflict",
    "node(s) didn't match pod topology spread constraints", "something new",
)  # fmt: skip


def test_no_pod_that_waits_for_a_node_makes_the_analyzer_raise() -> None:
    chance = Random(2026)
    kinds = (NODES, PODS, CLAIMS, VOLUMES)
    for _ in range(ROUNDS):
        made = {kind: [invent(inspect.type_info(kind.struct), chance) for _ in range(5)] for kind in kinds}
        for items in made.values():
            for item in items:
                item["metadata"] = {**item.get("metadata", {}), "name": chance.choice(SHORT)}
        for pod in made[PODS][:3]:
            message = f"0/5 nodes are available: 5 {chance.choice(REASONS)}."
            pod["metadata"]["deletionTimestamp"] = None
            pod["spec"] = {**pod.get("spec", {}), "nodeName": ""}
            condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
            pod["status"] = {"phase": "Pending", "conditions": [condition]}
        readings = {kind: read_again(kind, items) for kind, items in made.items()}

        found = list(pods.analyze(ClusterView(readings, now=recorded.TAKEN)))

        assert any("unschedulable" in finding.code for finding in found)


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


@pytest.mark.parametrize("analyzer", recorded.EVERY, ids=lambda analyzer: analyzer.name)
def test_an_analyzer_declares_every_kind_that_it_looks_at(analyzer: Analyzer) -> None:
    view = Watched({kind: recorded.reading(kind) for kind in recorded.KINDS})

    list(analyzer.analyze(view))

    assert view.seen <= set(analyzer.reads)


@pytest.mark.parametrize("analyzer", recorded.EVERY, ids=lambda analyzer: analyzer.name)
def test_an_analyzer_finds_the_same_with_nothing_but_what_it_reads(analyzer: Analyzer) -> None:
    alone = Watched({kind: recorded.reading(kind) for kind in analyzer.reads})

    assert list(analyzer.analyze(alone)) == list(analyzer.analyze(recorded.cluster()))


def test_the_documented_analyzers_come_first_in_their_order() -> None:
    assert tuple(analyzer.name for analyzer in recorded.ANALYZERS)[: len(DOCUMENTED)] == DOCUMENTED
