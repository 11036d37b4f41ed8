from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kubecfg_demo import Simulator
from kubecfg_demo.store import HISTORY, WATCHER_BACKLOG, Store

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def configmap(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n", **metadata}}


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(clock=lambda: NOW)


@pytest.fixture
def store(simulator: Simulator) -> Store:
    return simulator.store


def names(simulator: Simulator) -> list[str]:
    return [item["metadata"]["name"] for item in simulator.objects("v1", "ConfigMap")]


def test_objects_are_listed_by_namespace_and_name(simulator: Simulator) -> None:
    simulator.load([configmap("b"), configmap("a"), configmap("c", namespace="m")])
    assert names(simulator) == ["c", "a", "b"]


def test_a_loaded_object_keeps_its_revision_and_uid(simulator: Simulator) -> None:
    simulator.load([configmap("a", resourceVersion="40", uid="u")])
    entry = simulator.store.listed(simulator.catalog.of(configmap("a")))[0]
    assert (entry.revision, entry.uid) == (40, "u")


def test_a_changed_object_gets_the_next_revision_and_keeps_its_uid(simulator: Simulator) -> None:
    simulator.load([configmap("a", resourceVersion="40", uid="u")])
    entry = simulator.put(configmap("a", uid="forged"))
    assert (entry.revision, entry.uid) == (41, "u")


def test_a_list_bodys_revision_is_the_counters(simulator: Simulator) -> None:
    listed = {"apiVersion": "v1", "kind": "ConfigMapList", "metadata": {"resourceVersion": "523"}, "items": []}
    simulator.load([listed])
    assert simulator.store.revision == 523


def test_a_missing_creation_time_is_filled_in(simulator: Simulator) -> None:
    assert simulator.put(configmap("a")).decoded()["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00Z"


def test_a_removed_object_is_gone(simulator: Simulator) -> None:
    simulator.load([configmap("a")])
    assert (simulator.remove("v1", "ConfigMap", "a", "n"), names(simulator)) == (True, [])


def test_removing_what_is_not_there_changes_nothing(simulator: Simulator) -> None:
    before = simulator.store.revision
    assert (simulator.remove("v1", "ConfigMap", "a", "n"), simulator.store.revision) == (False, before)


def test_history_is_bounded_and_what_is_older_is_forgotten(simulator: Simulator, store: Store) -> None:
    resource = simulator.catalog.of(configmap("a"))
    start = store.revision
    for _ in range(HISTORY + 1):
        simulator.put(configmap("a"))
    assert store.since(resource, start) is None
    assert len(store.since(resource, start + 1) or []) == HISTORY


async def test_a_watcher_that_falls_behind_is_cut_off(simulator: Simulator, store: Store) -> None:
    with store.watching(simulator.catalog.of(configmap("a"))) as watcher:
        for _ in range(WATCHER_BACKLOG + 1):
            simulator.put(configmap("a"))
    assert watcher.lost


def test_a_core_event_is_shown_by_the_newer_api_too(simulator: Simulator) -> None:
    metadata = {"name": "e", "namespace": "n"}
    simulator.put({"apiVersion": "v1", "kind": "Event", "metadata": metadata, "message": "m", "involvedObject": {}})
    assert simulator.objects("events.k8s.io/v1", "Event")[0]["note"] == "m"


def test_a_custom_kind_never_heard_of_is_served(simulator: Simulator) -> None:
    simulator.load([{"apiVersion": "example.com/v1", "kind": "Policy", "metadata": {"name": "p", "namespace": "n"}}])
    assert simulator.catalog.at("example.com", "v1", "policies") is not None
