"""What is well and could be better is a stream of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from kubecfg_core import Analyzer, ClusterView, Finding, Severity, hookimpl
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.plugins import Plugins
from kubecfg_core.report import Report
from kubecfg_core.testing import FakeClock, InMemoryCluster
from kubecfg_core.usecases.diagnosis import Diagnosis
from kubecfg_core.usecases.solving import Solver

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}


def analyzer(name: str, stream: Literal["health", "hygiene"], *codes: str) -> Analyzer:
    def analyze(view: ClusterView) -> Iterator[Finding]:
        for item in view.all(NAMESPACES):
            for code in codes:
                yield Finding(
                    code=code, kind="Namespace", name=item.name, namespace="", text="Well.", severity=Severity.WARNING
                )

    return Analyzer(name=name, reads=(NAMESPACES,), analyze=analyze, stream=stream)


class Both:
    """A plugin with an analyzer of each stream."""

    @staticmethod
    @hookimpl
    def register_analyzers() -> list[Analyzer]:
        return [analyzer("sick", "health", "sick.a"), analyzer("tidy", "hygiene", "tidy.a", "tidy.b")]


def plugins() -> Plugins:
    made = Plugins()
    made.register(Both(), name="both")
    return made


async def report(*, hygiene: bool) -> Report:
    diagnosis = Diagnosis(plugins(), Solver(plugins(), None), FakeClock())
    return await diagnosis.diagnose(InMemoryCluster([NAMESPACE]), cluster_name="c", types=["all"], hygiene=hygiene)


async def test_hygiene_is_off_by_default() -> None:
    told = await report(hygiene=False)

    assert "hygiene" not in msgspec.to_builtins(told)
    assert told.analyzed_resource_types == ["sick"]


async def test_hygiene_is_never_among_the_problems() -> None:
    told = await report(hygiene=True)

    assert [entry.problem.code for entry in told.problems_with_solutions] == ["sick.a"]
    assert told.total_problems == 1


async def test_what_could_be_better_is_one_entry_a_finding_with_its_solution() -> None:
    told = await report(hygiene=True)

    assert isinstance(told.hygiene, list)
    assert [entry.problem.code for entry in told.hygiene] == ["tidy.a", "tidy.b"]
    assert all(entry.solution.remediation_steps for entry in told.hygiene)


def test_an_analyzer_of_hygiene_is_no_resource_type() -> None:
    assert [each.name for each in plugins().select(["all"])] == ["sick"]
    assert [each.name for each in plugins().hygiene] == ["tidy"]
