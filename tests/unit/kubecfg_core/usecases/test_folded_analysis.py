"""An analysis with its problems folded, from the lists to the solutions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kubecfg_core import Analyzer, ClusterView, Finding, KubeObject, ObjectRef, Resource, Severity
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.masking import Level, Privacy
from kubecfg_core.plugins import Plugins
from kubecfg_core.problems import Analysis
from kubecfg_core.testing import FakeClock, InMemoryCluster
from kubecfg_core.testing.llm import ScriptedLLM
from kubecfg_core.usecases.analysis import analyze
from kubecfg_core.usecases.solving import Solver

WIDGETS = Resource("example.com", "v1", "widgets", "Widget", KubeObject)
NODE = ObjectRef(kind="Node", name="node-1")
OBJECTS: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "calm"}},
    *(
        {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": f"w-{number}", "namespace": "shop"}}
        for number in range(10)
    ),
]


def finding(kind: str, name: str, namespace: str, culprit: ObjectRef | None = None) -> Finding:
    return Finding(
        code=f"{kind.lower()}.broken",
        kind=kind,
        name=name,
        namespace=namespace,
        text=f"{name} is broken.",
        severity=Severity.ERROR,
        culprit=culprit,
    )


def check(view: ClusterView) -> Iterable[Finding]:
    yield finding("Node", "node-1", "")
    yield from (finding("Widget", item.name, item.namespace, NODE) for item in view.all(WIDGETS))


ANALYZER = Analyzer(name="widgets", reads=(WIDGETS, NAMESPACES), analyze=check)


async def analysis(**more: Any) -> Analysis:
    return await analyze(InMemoryCluster(OBJECTS), [ANALYZER], clock=FakeClock(), **more)


@pytest.mark.parametrize(("folded", "count"), [(True, 1), (False, 11)])
async def test_folded_there_is_one_problem_a_cause(count: int, *, folded: bool) -> None:
    assert len((await analysis(folded=folded)).problems) == count


async def test_the_model_is_asked_once_for_a_cause() -> None:
    llm = ScriptedLLM()

    problems = (await analysis(folded=True)).problems
    await Solver(Plugins.load([]), llm).solve(problems, privacy=Privacy(level=Level.OFF))

    assert [brief.problem.name for brief in llm.briefs] == ["node-1"]


@pytest.mark.parametrize("folded", [True, False])
async def test_a_namespace_that_nothing_reaches_has_no_problem_and_a_note_says_what_was_left_out(
    *, folded: bool
) -> None:
    found = await analysis(namespace="calm", folded=folded)

    assert found.problems == []
    assert found.notes == ["Left out: findings about the cluster itself that hurt nothing in the namespace (1)."]


async def test_a_namespace_that_suffers_is_told_of_the_cause() -> None:
    [problem] = (await analysis(namespace="shop", folded=True)).problems

    assert (problem.name, len(problem.symptoms)) == ("node-1", 10)


async def test_the_trace_says_what_the_kinds_of_an_analyzer_cost() -> None:
    [line] = (await analysis()).trace

    assert (line.requests, line.bytes > 100) == (len(line.kinds), True)


async def test_the_trace_says_what_each_analyzer_read_and_found() -> None:
    [line] = (await analysis()).trace

    assert (line.analyzer, line.kinds, line.objects, line.findings) == (
        "widgets", ["widgets.example.com", "namespaces"], 12, 11,
    )  # fmt: skip


async def test_every_kind_is_told_with_its_state_and_size() -> None:
    cluster = InMemoryCluster(OBJECTS, forbidden={"widgets.example.com"})

    found = await analyze(cluster, [ANALYZER], clock=FakeClock())

    assert [(kind.resource, kind.state, kind.objects) for kind in found.kinds] == [
        ("namespaces", "listed", 2),
        ("widgets.example.com", "forbidden", 0),
    ]
