"""A language model that is asked no more than it has to be, and by nobody for more than they may spend."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Final

import msgspec

from kubecfg_core.breaker import Breaker
from kubecfg_core.errors import KubecfgError, TooMany, UpstreamTimeout
from kubecfg_core.llm_counts import LlmCounts
from kubecfg_core.ports.answer_cache import AnswerCache
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.llm import LLM, Brief, Meter, Usage
from kubecfg_core.ports.token_budget import TokenBudget
from kubecfg_core.solutions import Solution
from kubecfg_core.usecases.fingerprints import fingerprint

KEEP: Final = timedelta(hours=24)
AT_ONCE: Final = 8


class Thrift(msgspec.Struct, frozen=True, kw_only=True):
    """Where answers and spending are kept, and the bounds: `keep` an answer so long; so many tokens a user and day.

    An answer with no time to keep is not kept at all.
    """

    answers: AnswerCache
    tokens: TokenBudget
    keep: timedelta = KEEP
    daily_tokens: int | None = None


class FrugalLLM(LLM):
    """Answers from what is kept where it can; else asks the model, behind a breaker and within the user's budget.

    Of all analyses together `at_once` questions are with the model at most. Without `thrift` nothing is kept and no
    tokens are bounded, but the breaker and the counts are there.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        clock: Clock,
        thrift: Thrift | None = None,
        counts: LlmCounts | None = None,
        breaker: Breaker | None = None,
        user_id: int = 0,
        meter: Meter | None = None,
        at_once: int | asyncio.Semaphore = AT_ONCE,
    ) -> None:
        self._llm = llm
        self._clock = clock
        self._thrift = thrift
        self._counts = counts or LlmCounts()
        self._breaker = breaker or Breaker("The language model", clock=clock)
        self._user_id = user_id
        self._meter = meter
        self._places = asyncio.Semaphore(at_once) if isinstance(at_once, int) else at_once

    @property
    def version(self) -> str:
        """That of the model."""
        return self._llm.version

    def of(self, user_id: int) -> "FrugalLLM":
        """The same, with that user's answers and budget."""
        return self._with(user_id=user_id, meter=self._meter)

    def metered(self, meter: Meter) -> "FrugalLLM":
        """The same, telling the meter too."""
        return self._with(user_id=self._user_id, meter=meter)

    def most_tokens(self, brief: Brief) -> int:
        """Those of the model."""
        return self._llm.most_tokens(brief)

    async def solve(self, brief: Brief) -> Solution:
        """As the model does. Raises also `TooMany` (the day's tokens are spent) and `LeftAlone` (the breaker)."""
        try:
            if self._thrift is None or not self._thrift.keep:
                return await self._new(brief)
            return await self._kept_or_new(brief, self._thrift)
        except KubecfgError as error:
            self._counts.fail(error)
            raise

    async def close(self) -> None:
        """Close the model."""
        await self._llm.close()

    def _with(self, *, user_id: int, meter: Meter | None) -> "FrugalLLM":
        return FrugalLLM(
            self._llm,
            clock=self._clock,
            thrift=self._thrift,
            counts=self._counts,
            breaker=self._breaker,
            user_id=user_id,
            meter=meter,
            at_once=self._places,
        )

    async def _kept_or_new(self, brief: Brief, thrift: Thrift) -> Solution:
        key = fingerprint(brief, self._llm.version)
        kept = await thrift.answers.get(self._user_id, key)
        if kept is not None:
            self._counts.cache_hits += 1
            return kept
        answer = await self._new(brief)
        await thrift.answers.put(self._user_id, key, answer, until=self._clock.now() + thrift.keep)
        return answer

    async def _new(self, brief: Brief) -> Solution:
        async with self._places:
            if self._thrift is None or self._thrift.daily_tokens is None:
                return await self._solve(brief)
            return await self._within_budget(brief, self._thrift, self._thrift.daily_tokens)

    async def _within_budget(self, brief: Brief, thrift: Thrift, daily_tokens: int) -> Solution:
        now, reserved = self._clock.now(), self._llm.most_tokens(brief)
        taken: list[int] = []
        day = now.astimezone(UTC).date()
        if not await thrift.tokens.reserve(self._user_id, day, reserved, limit=daily_tokens):
            raise TooMany(
                f"Your {daily_tokens} tokens of the language model for today are spent, or nearly.",
                retry_after=_until_midnight(now),
            )
        try:
            return await self._solve(brief, lambda usage: taken.append(usage.tokens_in + usage.tokens_out))
        except (asyncio.CancelledError, UpstreamTimeout):
            taken.append(reserved)  # nobody tells what the server made of it
            raise
        finally:
            await thrift.tokens.settle(self._user_id, day, reserved=reserved, spent=sum(taken))

    async def _solve(self, brief: Brief, *meters: Meter) -> Solution:
        told = (self._counts.add, *meters, *([self._meter] if self._meter else []))

        def count(usage: Usage) -> None:
            for meter in told:
                meter(usage)

        with self._breaker.guarding():
            return await self._llm.metered(count).solve(brief)


def _until_midnight(now: datetime) -> float:
    """The seconds until the next day begins, in UTC."""
    midnight = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    return (midnight - now).total_seconds()
