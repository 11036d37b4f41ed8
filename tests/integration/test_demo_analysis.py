"""The built-in analyzers on the demo cluster: every fault is found, and nothing else is."""

from __future__ import annotations

import datetime as dt
import functools

import msgspec
import pytest

import kubecfg_analyzers
from kubecfg_core.folding import fold
from kubecfg_core.problems import Finding
from kubecfg_core.resources import ReadState
from kubecfg_core.view import ClusterView, Reading
from kubecfg_demo import FAULTS, DemoFault, Simulator, shop_objects


@functools.cache
def analysis() -> tuple[ClusterView, tuple[Finding, ...]]:
    analyzers = [each for each in kubecfg_analyzers.register_analyzers() if each.stream == "health"]
    simulator = Simulator(shop_objects())
    readings: dict[object, Reading] = {}
    for resource in {resource for analyzer in analyzers for resource in analyzer.reads}:
        served = simulator.catalog.at(resource.group, resource.version, resource.plural)
        entries = simulator.store.listed(served) if served else []
        found = tuple(msgspec.json.decode(entry.data, type=resource.struct) for entry in entries)
        readings[resource] = Reading(state=ReadState.LISTED if served else ReadState.ABSENT, objects=found)
    view = ClusterView(readings, now=dt.datetime.now(dt.UTC))  # type: ignore[arg-type] # resources are generic in their struct
    return view, tuple(finding for analyzer in analyzers for finding in analyzer.analyze(view))


def findings() -> tuple[Finding, ...]:
    return analysis()[1]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}/{fault.name}")
def test_a_fault_of_the_demo_is_found(fault: DemoFault) -> None:
    assert any(fault.covers(found.kind, found.namespace, found.name) for found in findings())


def test_what_only_looks_odd_stays_silent() -> None:
    uncovered = [
        (found.code, found.kind, found.namespace, found.name)
        for found in findings()
        if not any(fault.covers(found.kind, found.namespace, found.name) for fault in FAULTS)
    ]
    assert uncovered == []


def test_each_fault_of_the_demo_is_one_problem() -> None:
    view, found = analysis()

    causes = [(problem.kind, problem.namespace, problem.name) for problem in fold(found, view)]

    assert len(causes) == len(FAULTS)
    for fault in FAULTS:
        assert any(fault.covers(*cause) for cause in causes), fault
