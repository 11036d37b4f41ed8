from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from kubecfg_core import Finding, Severity, Solution, Step
from kubecfg_core.errors import TooMany, UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.llm_counts import FAILURES, LlmCounts, failure_class
from kubecfg_core.ports.llm import LLM, Brief, Meter, Usage
from kubecfg_core.problems import to_problems
from kubecfg_core.testing.answer_cache import InMemoryAnswerCache
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.token_budget import InMemoryTokenBudget
from kubecfg_core.usecases.fingerprints import fingerprint
from kubecfg_core.usecases.frugality import FrugalLLM, Thrift

ANSWER = Solution(
    solution_summary="Do it.",
    detailed_solution="So.",
    remediation_steps=[
        Step(step_id=1, action_type="VERIFY", description="Look.", command="", expected_outcome="Seen.")
    ],
    confidence_score=0.5,
    estimated_time_mins=1,
)


def make_brief(name: str = "api-1", **evidence: str | int) -> Brief:
    finding = Finding(
        code="pod.crashloop",
        kind="Pod",
        name=name,
        namespace="shop",
        text=f"{name} crashes.",
        severity=Severity.ERROR,
        evidence={"container": "app", **evidence},
    )
    return Brief(problem=to_problems([finding])[0], playbook=ANSWER)


class CostlyLLM(LLM):
    """Takes 60 + 40 tokens a call of at most 200, and raises `error` where there is one."""

    version = "m/1"

    def __init__(self, error: UpstreamError | None = None) -> None:
        self.error = error
        self.calls = 0
        self._meter: Meter = lambda _: None

    def most_tokens(self, brief: Brief) -> int:
        return 200

    def metered(self, meter: Meter) -> CostlyLLM:
        self._meter = meter
        return self

    async def solve(self, brief: Brief) -> Solution:
        self.calls += 1
        if isinstance(self.error, UpstreamTimeout):
            raise self.error
        self._meter(Usage(tokens_in=60, tokens_out=40))
        if self.error:
            raise self.error
        return ANSWER


class World:
    def __init__(
        self,
        model: CostlyLLM | None = None,
        *,
        daily_tokens: int | None = None,
        keep: timedelta = timedelta(hours=2),
    ) -> None:
        self.clock = FakeClock()
        self.model = model or CostlyLLM()
        self.tokens = InMemoryTokenBudget()
        self.counts = LlmCounts(price_in=10.0, price_out=100.0)
        thrift = Thrift(
            answers=InMemoryAnswerCache(clock=self.clock),
            tokens=self.tokens,
            keep=keep,
            daily_tokens=daily_tokens,
        )
        self.llm = FrugalLLM(self.model, clock=self.clock, thrift=thrift, counts=self.counts)

    async def spent(self, user: int = 1) -> int:
        return await self.tokens.spent(user, self.clock.now().date())


async def test_the_same_question_is_asked_once() -> None:
    world = World()
    answers = [await world.llm.of(1).solve(make_brief()) for _ in range(3)]

    assert answers == [ANSWER] * 3
    assert (world.model.calls, world.counts.cache_hits) == (1, 2)


async def test_another_user_asks_for_themselves() -> None:
    world = World()
    await world.llm.of(1).solve(make_brief())
    await world.llm.of(2).solve(make_brief())

    assert world.model.calls == 2


async def test_a_kept_answer_has_its_time() -> None:
    world = World()
    await world.llm.of(1).solve(make_brief())
    world.clock.advance(2 * 3600)
    await world.llm.of(1).solve(make_brief())

    assert world.model.calls == 2


async def test_without_a_time_to_keep_nothing_is_kept() -> None:
    world = World(keep=timedelta(0))
    await world.llm.of(1).solve(make_brief())
    await world.llm.of(1).solve(make_brief())

    assert world.model.calls == 2


async def test_a_failure_is_not_kept() -> None:
    world = World(CostlyLLM(UpstreamRefused(status=500)))
    with pytest.raises(UpstreamRefused):
        await world.llm.of(1).solve(make_brief())
    world.model.error = None

    assert await world.llm.of(1).solve(make_brief()) == ANSWER


async def test_after_failures_in_a_row_the_model_is_left_alone() -> None:
    world = World(CostlyLLM(UpstreamUnreachable()))
    for number in range(8):
        with pytest.raises(UpstreamUnreachable):
            await world.llm.of(1).solve(make_brief(f"p{number}"))

    assert world.model.calls == 5
    assert world.counts.failures == {"unreachable": 5, "open": 3}


async def test_all_users_share_the_breaker() -> None:
    world = World(CostlyLLM(UpstreamUnreachable()))
    for number in range(6):
        with pytest.raises(UpstreamUnreachable):
            await world.llm.of(number).solve(make_brief())

    assert world.model.calls == 5


async def test_what_was_spent_is_counted_not_what_was_reserved() -> None:
    world = World(daily_tokens=1000)
    await world.llm.of(1).solve(make_brief())

    assert await world.spent() == 100


async def test_who_has_spent_the_days_tokens_asks_no_more_until_midnight() -> None:
    world = World(daily_tokens=200)
    await world.llm.of(1).solve(make_brief("a"))
    with pytest.raises(TooMany, match="200 tokens") as caught:
        await world.llm.of(1).solve(make_brief("b"))

    assert caught.value.retry_after == 13.5 * 3600
    assert (world.model.calls, world.counts.failures) == (1, {"budget": 1})


async def test_a_kept_answer_costs_nothing() -> None:
    world = World(daily_tokens=200)
    await world.llm.of(1).solve(make_brief())

    assert await world.llm.of(1).solve(make_brief()) == ANSWER


async def test_the_next_day_begins_anew() -> None:
    world = World(daily_tokens=200)
    await world.llm.of(1).solve(make_brief("a"))
    world.clock.advance(24 * 3600)

    assert await world.llm.of(1).solve(make_brief("b")) == ANSWER


async def test_a_call_that_failed_costs_what_it_took() -> None:
    world = World(CostlyLLM(UpstreamRefused()), daily_tokens=1000)
    with pytest.raises(UpstreamRefused):
        await world.llm.of(1).solve(make_brief())

    assert await world.spent() == 100


async def test_a_call_without_an_end_costs_what_was_reserved() -> None:
    world = World(CostlyLLM(UpstreamTimeout()), daily_tokens=1000)
    with pytest.raises(UpstreamTimeout):
        await world.llm.of(1).solve(make_brief())

    assert await world.spent() == 200


async def test_many_at_once_spend_no_more_than_there_is() -> None:
    world = World(daily_tokens=600)
    answers = await asyncio.gather(
        *(world.llm.of(1).solve(make_brief(f"p{n}")) for n in range(20)), return_exceptions=True
    )

    assert await world.spent() <= 600
    assert any(isinstance(answer, TooMany) for answer in answers)


async def test_all_analyses_together_ask_few_questions_at_once() -> None:
    class Slow(CostlyLLM):
        asking = most = 0

        async def solve(self, brief: Brief) -> Solution:
            self.asking += 1
            self.most = max(self.most, self.asking)
            await asyncio.sleep(0.01)
            self.asking -= 1
            return await super().solve(brief)

    model = Slow()
    llm = FrugalLLM(model, clock=FakeClock(), at_once=3)
    await asyncio.gather(*(llm.of(user).solve(make_brief()) for user in range(12)))

    assert (model.calls, model.most) == (12, 3)


async def test_tokens_and_their_price_are_counted() -> None:
    world = World()
    await world.llm.of(1).solve(make_brief())

    assert (world.counts.requests, world.counts.tokens_in, world.counts.tokens_out) == (1, 60, 40)
    assert world.counts.cost == pytest.approx((60 * 10 + 40 * 100) / 1_000_000)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (UpstreamRefused(status=429), "busy"),
        (UpstreamRefused(status=503), "server_error"),
        (UpstreamRefused(status=401), "refused"),
        (UpstreamRefused(), "answer"),
        (UpstreamTimeout(), "timeout"),
        (UpstreamUnreachable(), "unreachable"),
        (UpstreamError(), "other"),
    ],
)
def test_a_failure_has_a_class(error: UpstreamError, word: str) -> None:
    assert failure_class(error) == word
    assert word in FAILURES


@pytest.mark.parametrize(
    "other",
    [
        make_brief(restarts=9, minutes=3),
        make_brief(message="back-off 40s restarting failed container"),
        msgspec.structs.replace(make_brief(), logs=("2026-11-23T10:00:00Z crash",)),
    ],
    ids=["figures that grow", "figures in a sentence", "log lines"],
)
def test_what_changes_by_itself_makes_no_other_question(other: Brief) -> None:
    before = make_brief(message="back-off 20s restarting failed container") if "message" in str(other) else make_brief()

    assert fingerprint(before, "m/1") == fingerprint(other, "m/1")


@pytest.mark.parametrize("other", [make_brief("api-2"), make_brief(exit_code=2)], ids=["object", "evidence"])
def test_another_cause_is_another_question(other: Brief) -> None:
    assert fingerprint(make_brief(), "m/1") != fingerprint(other, "m/1")


def test_another_model_is_asked_anew() -> None:
    assert fingerprint(make_brief(), "m/1") != fingerprint(make_brief(), "n/1")
