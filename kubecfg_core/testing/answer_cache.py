"""Answers kept in memory."""

from datetime import datetime

from kubecfg_core.ports.answer_cache import AnswerCache
from kubecfg_core.ports.clock import Clock
from kubecfg_core.solutions import Solution


class InMemoryAnswerCache(AnswerCache):
    """Keeps the answers in a dictionary; `answers` has them by user and key, with the end of their time."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self.answers: dict[tuple[int, str], tuple[Solution, datetime]] = {}

    async def get(self, user_id: int, key: str) -> Solution | None:
        """The answer, where its time is not over."""
        answer, until = self.answers.get((user_id, key), (None, self._clock.now()))
        return answer if until > self._clock.now() else None

    async def put(self, user_id: int, key: str, answer: Solution, *, until: datetime) -> None:
        """Keep an answer."""
        self.answers[user_id, key] = (answer, until)
