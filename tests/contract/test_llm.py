"""The contract of the LLM port: over the twin and the real adapter."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import msgspec
import pytest

from kubecfg_core.errors import UpstreamError, UpstreamRefused, UpstreamTimeout
from kubecfg_core.ports.llm import LLM, Brief
from kubecfg_core.problems import Finding, Severity, to_problems
from kubecfg_core.solutions import Solution, Step
from kubecfg_core.testing.llm import ScriptedLLM
from kubecfg_openai import OpenAILLM
from tests.fakes.openai_server import GOOD, FakeOpenAI

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Make = Callable[[str], Awaitable[LLM]]

FINDING = Finding(
    code="pod.crashloop",
    kind="Pod",
    name="api-1",
    namespace="shop",
    text="Container app ends with exit code 1.",
    severity=Severity.ERROR,
    evidence={"container": "app", "exit_code": 1},
)
PLAYBOOK = Solution(
    solution_summary="Read the log.",
    detailed_solution="The log says why.",
    remediation_steps=[
        Step(step_id=1, action_type="INVESTIGATE", description="Look.", command="kubectl get pods", expected_outcome="")
    ],
    confidence_score=0.5,
    estimated_time_mins=10,
)
BRIEF = Brief(problem=to_problems([FINDING])[0], playbook=PLAYBOOK)
ANSWER = msgspec.convert(GOOD | {"remediation_steps": [GOOD["remediation_steps"][0] | {"step_id": 1}]}, Solution)

SCRIPT: dict[str, Solution | Exception] = {
    "ok": ANSWER,
    "401": UpstreamRefused(status=401),
    "never": UpstreamTimeout(),
}


@pytest.fixture(params=["twin", "openai"])
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """A model that answers well (`ok`), refuses (`401`) or stays silent (`never`)."""
    async with AsyncExitStack() as stack:

        async def make_one(mode: str) -> LLM:
            if request.param == "twin":
                script: dict[str, Solution | Exception] = {
                    "ok": ANSWER,
                    "401": UpstreamRefused(status=401),
                    "never": UpstreamTimeout(),
                }
                return ScriptedLLM([script[mode]])
            server = await stack.enter_async_context(FakeOpenAI(mode))
            llm = OpenAILLM(server.url, model="m", timeout=0.5 if mode == "never" else 10.0)
            stack.push_async_callback(llm.close)
            return llm

        yield make_one


async def test_a_brief_is_answered_with_a_solution(make: Make) -> None:
    llm = await make("ok")

    assert await llm.solve(BRIEF) == ANSWER


async def test_it_can_be_asked_again(make: Make) -> None:
    llm = await make("ok")

    assert await llm.solve(BRIEF) == await llm.solve(BRIEF)


async def test_a_refusal_is_said_to_be_one(make: Make) -> None:
    llm = await make("401")

    with pytest.raises(UpstreamRefused) as caught:
        await llm.solve(BRIEF)

    assert caught.value.status == 401


async def test_silence_ends_with_a_timeout(make: Make) -> None:
    llm = await make("never")

    with pytest.raises(UpstreamTimeout):
        await llm.solve(BRIEF)


async def test_every_failure_is_an_upstream_error(make: Make) -> None:
    for mode in ("401", "never"):
        llm = await make(mode)

        with pytest.raises(UpstreamError):
            await llm.solve(BRIEF)


async def test_closing_twice_is_no_error(make: Make) -> None:
    llm = await make("ok")
    await llm.close()

    await llm.close()
