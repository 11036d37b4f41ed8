"""Clusters that the tests have, and what the analyzers find in them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from kubecfg_core.folding import fold
from kubecfg_core.problems import Finding, Problem
from kubecfg_core.view import ClusterView

RECORDED: Final = Path(__file__).parents[1] / "data" / "findings.json"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster: what is in it (`Kind/namespace/name`), and the problems that were found there."""

    source: str
    objects: list[str] = []
    problems: list[Problem]

    @property
    def findings(self) -> list[Finding]:
        """Every finding: each is in one problem."""
        return [finding for problem in self.problems for finding in problem.findings]


@functools.cache
def of_the_tests() -> tuple[Found, ...]:
    """The small clusters of the analyzers' own tests: every code at least once, see `tests.evals.record`."""
    return tuple(msgspec.json.decode(RECORDED.read_bytes(), type=list[Found]))


@functools.cache
def recorded() -> Found:
    """The cluster whose answers were recorded."""
    from tests.unit.kubecfg_analyzers import recorded, test_recordings

    return _whole("recording", recorded.cluster(), test_recordings.findings())


@functools.cache
def demo() -> Found:
    """The simulated cluster of `kubecfg demo`."""
    from tests.integration.test_demo_analysis import analysis

    view, findings = analysis()
    return _whole("demo", view, findings)


@functools.cache
def bench() -> Found:
    """The large cluster that the bench measures on, with each of its faults once."""
    from tests.unit.kubecfg_analyzers import test_large_cluster

    view = test_large_cluster.view()
    return _whole("bench", view, [each for analyzer in test_large_cluster.ANALYZERS for each in analyzer.analyze(view)])


def whole() -> tuple[Found, ...]:
    """The clusters of which everything is known: what is not in their objects does not exist."""
    return (recorded(), demo(), bench())


def objects_of(view: ClusterView) -> list[str]:
    """Every object that was read, events left out."""
    return sorted(
        {
            f"{resource.kind}/{item.namespace}/{item.name}"
            for resource, reading in view._readings.items()
            if resource.kind != "Event"
            for item in reading.objects
        }
    )


def _whole(source: str, view: ClusterView, findings: Iterable[Finding]) -> Found:
    return Found(source=source, objects=objects_of(view), problems=fold(findings, view))
