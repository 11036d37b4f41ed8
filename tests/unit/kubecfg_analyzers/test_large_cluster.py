"""The cluster that the bench measures on, small: each kind of fault once, among many healthy neighbours."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from kubecfg_analyzers import pods, register_analyzers
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.pods.case import Case
from kubecfg_core import ClusterView, ReadState, Resource
from kubecfg_core.decoding import decode_pages
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.plugins import DOCUMENTED
from kubecfg_core.view import Reading
from tests.bench.cluster import PODS_A_FAULT, LargeCluster
from tests.bench.faults import FAULTS, Told

ANALYZERS = [analyzer for analyzer in register_analyzers() if analyzer.name in DOCUMENTED]
RESOURCES: list[Resource[Any]] = list(dict.fromkeys(read for analyzer in ANALYZERS for read in analyzer.reads))


@functools.cache
def generated() -> tuple[LargeCluster, dict[tuple[str, str], list[Any]]]:
    cluster = LargeCluster(PODS_A_FAULT * len(FAULTS))
    kinds: dict[tuple[str, str], list[Any]] = {}
    for item in list(cluster.objects()):
        kinds.setdefault((item.pop("apiVersion"), item.pop("kind")), []).append(item)
    return cluster, kinds


def page(resource: Resource[Any]) -> bytes:
    """The list as an API server writes it."""
    items = generated()[1].get((resource.api_version, resource.kind), [])
    if resource.field_selector:
        items = [item for item in items if item["type"] == "Warning"]
    head = f'{{"kind":"{resource.kind}List","apiVersion":"{resource.api_version}","metadata":{{}},"items":'
    return head.encode() + msgspec.json.encode(items) + b"}\n"


@functools.cache
def view() -> ClusterView:
    readings = {}
    for resource in RESOURCES:
        objects, notes = decode_pages((page(resource),), resource.struct)
        assert notes == []
        readings[resource] = Reading(state=ReadState.LISTED, objects=tuple(objects))
    return ClusterView(readings, now=datetime.now(UTC))


def found() -> set[Told]:
    every = [finding for analyzer in ANALYZERS for finding in analyzer.analyze(view())]
    return {(finding.kind, finding.namespace, finding.name, finding.code) for finding in every}


def test_every_fault_that_was_injected_is_found() -> None:
    assert sorted(generated()[0].expected.must - found()) == []


def test_nothing_else_is_found() -> None:
    assert sorted(found() - generated()[0].expected.must) == []


def test_passing_quickly_over_good_pods_changes_nothing() -> None:
    warnings = Warnings(view())
    every = [finding for item in view().all(PODS) for finding in pods._judge(Case.of(view(), warnings, item))]

    assert list(pods.analyze(view())) == every


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.full_name)
def test_a_list_decoded_in_slices_is_the_list_decoded_whole(resource: Resource[Any]) -> None:
    items = msgspec.json.encode(msgspec.json.decode(page(resource))["items"])

    assert list(view().all(resource)) == msgspec.json.decode(items, type=list[resource.struct])  # type: ignore[name-defined]  # the type is made at run time
