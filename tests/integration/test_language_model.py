"""The language model's client behind the solver: whatever the server does, there is an answer in time."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from kubecfg_core import Finding, Severity
from kubecfg_core.llm_counts import LlmCounts
from kubecfg_core.masking import Level, Privacy
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.llm import LLM
from kubecfg_core.problems import Problem, SolvedProblem, to_problems
from kubecfg_core.redaction import redact
from kubecfg_core.report import Report
from kubecfg_core.testing.answer_cache import InMemoryAnswerCache
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.testing.llm import ScriptedLLM
from kubecfg_core.testing.token_budget import InMemoryTokenBudget
from kubecfg_core.usecases.diagnosis import Diagnosis
from kubecfg_core.usecases.frugality import FrugalLLM, Thrift
from kubecfg_core.usecases.solving import Solver
from kubecfg_openai import OpenAILLM
from tests.bench.cluster import LargeCluster
from tests.fakes.openai_server import GOOD, FakeOpenAI
from tests.unit.kubecfg_playbooks.evidence import FACTS, finding

DEADLINE = 15.0


def make_problem(name: str = "api-1") -> Problem:
    finding = Finding(
        code="pod.crashloop",
        kind="Pod",
        name=name,
        namespace="shop",
        text=f"{name} crashes.",
        severity=Severity.ERROR,
        evidence={"container": "app"},
    )
    return to_problems([finding])[0]


def frugal(llm: LLM, *, daily_tokens: int | None = None, counts: LlmCounts | None = None) -> FrugalLLM:
    clock = FakeClock()
    thrift = Thrift(
        answers=InMemoryAnswerCache(clock=clock),
        tokens=InMemoryTokenBudget(),
        keep=timedelta(hours=1),
        daily_tokens=daily_tokens,
    )
    return FrugalLLM(llm, clock=clock, thrift=thrift, counts=counts)


@asynccontextmanager
async def solver(server: FakeOpenAI, **options: Any) -> AsyncIterator[Solver]:
    timeout = 0.5 if server.mode == "never" else 10.0
    model = OpenAILLM(server.url, model="m", timeout=timeout, attempts=2, retry_wait=0.01)
    llm = frugal(model, **options)
    yield Solver(Plugins.load(), llm, deadline=DEADLINE)
    await llm.close()


async def solved_by(mode: str, problems: list[Problem]) -> tuple[list[SolvedProblem], int]:
    async with FakeOpenAI(mode) as server, solver(server) as solving:
        start = time.monotonic()
        solved = await solving.solve(problems)

        assert time.monotonic() - start < DEADLINE
        return solved, len(server.bodies)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("429", r"not available \(429\)"),
        ("500", r"not available \(500\)"),
        ("401", "did not accept LLM_API_KEY"),
        ("never", "did not answer in time"),
        ("broken-json", "answer is not a solution"),
        ("wrong-schema", "answer is not a solution"),
        ("huge", "more than is taken"),
        ("not-openai", "does not answer like a language model"),
        ("closes", "cannot be reached"),
        ("redirect", "refused the request"),
        ("gzip", "encoding"),
        ("refusal", "refused to answer"),
    ],
)
async def test_a_server_that_fails_leaves_the_playbook_and_the_notes_say_why(mode: str, reason: str) -> None:
    [solved], _ = await solved_by(mode, [make_problem()])
    notes = solved.solution.additional_notes

    assert notes.startswith("From the built-in playbook for pod.crashloop. ")
    assert pytest.approx(solved.solution.confidence_score) != GOOD["confidence_score"]
    assert solved.solution.remediation_steps
    assert re.search(reason, notes), notes


@pytest.mark.parametrize("mode", ["slow", "1MB"])
async def test_a_server_that_is_slow_or_says_much_is_heard(mode: str) -> None:
    [solved], _ = await solved_by(mode, [make_problem()])

    assert solved.solution.additional_notes == "From the language model."
    assert len(solved.solution.detailed_solution) <= 4000


async def test_a_server_that_fails_is_not_asked_for_every_problem() -> None:
    solved, requests = await solved_by("401", [make_problem(f"p{n}") for n in range(20)])

    assert requests <= 6
    assert "is left alone until" in solved[-1].solution.additional_notes


async def test_who_has_spent_the_days_tokens_gets_playbooks_that_say_so() -> None:
    async with FakeOpenAI() as server, solver(server, daily_tokens=100) as solving:
        [solved] = await solving.solve([make_problem()], user_id=1)

    assert server.bodies == []
    assert "tokens of the language model for today are spent" in solved.solution.additional_notes


async def test_the_same_analysis_asks_once_and_tells_the_same() -> None:
    counts = LlmCounts()
    async with FakeOpenAI() as server, solver(server, counts=counts) as solving:
        first = await solving.solve([make_problem()], user_id=1)
        second = await solving.solve([make_problem()], user_id=1)

    assert len(server.bodies) == 1
    assert first == second
    assert (counts.requests, counts.cache_hits) == (1, 1)


async def test_a_command_that_was_planted_is_not_shown() -> None:
    planted = GOOD["remediation_steps"][0] | {"command": "kubectl delete deployment billing -n prod"}
    content = json.dumps(GOOD | {"remediation_steps": [planted]})
    async with FakeOpenAI(content=content) as server, solver(server) as solving:
        [solved] = await solving.solve([make_problem()])

    assert [step.command for step in solved.solution.remediation_steps] == [""]


@pytest.mark.parametrize("level", [Level.OFF, Level.NAMES, Level.STRICT])
async def test_a_model_that_repeats_the_playbooks_loses_no_command_on_the_way(level: Level) -> None:
    problems = [to_problems([finding(code)])[0] for code in FACTS]
    solving = Solver(Plugins.load(), ScriptedLLM(), max_calls=len(problems), deadline=120)
    playbooks = await solving.by_the_book(problems)
    solved = await solving.solve(problems, privacy=Privacy(level=level))

    lost = [
        (playbook.problem.code, step.command)
        for playbook, answer in zip(playbooks, solved, strict=True)
        for step, said in zip(playbook.solution.remediation_steps, answer.solution.remediation_steps, strict=True)
        # What redaction takes out does not leave, so it cannot come back.
        if step.command != said.command and redact(step.command) == step.command
    ]
    assert lost == []


@pytest.fixture(scope="module")
def cluster() -> InMemoryCluster:
    """Large enough for several faults of each kind."""
    return InMemoryCluster(LargeCluster(600).objects())


async def test_a_model_is_asked_once_a_cause_at_most_and_not_at_all_where_nothing_changed(
    cluster: InMemoryCluster,
) -> None:
    model = ScriptedLLM()
    plugins = Plugins.load()
    diagnosis = Diagnosis(plugins, Solver(plugins, frugal(model), max_calls=1000, masking_key=b"k" * 32), FakeClock())

    async def analysed() -> Report:
        return await diagnosis.diagnose(cluster, cluster_name="large", user_id=1)

    first = await analysed()
    asked = len(model.briefs)
    second = await analysed()

    assert 0 < asked <= first.total_problems
    assert len(model.briefs) == asked
    assert second.problems_with_solutions == first.problems_with_solutions
