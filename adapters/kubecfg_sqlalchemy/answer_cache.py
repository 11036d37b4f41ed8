"""Answers of a language model, in a table."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.ports.answer_cache import AnswerCache
from kubecfg_core.ports.clock import Clock
from kubecfg_core.solutions import Solution
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.schema import llm_answers

_TIDY_EVERY: Final = timedelta(minutes=10)
_COLUMNS: Final = llm_answers.c


class SqlAnswerCache(AnswerCache):
    """One row for each user and key, until its time is over. They go with their user."""

    def __init__(self, connections: Connections, *, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._tidied = datetime.min.replace(tzinfo=clock.now().tzinfo)

    async def get(self, user_id: int, key: str) -> Solution | None:
        """The answer, where its time is not over. One that an older version wrote otherwise is none."""
        found = select(_COLUMNS.answer).where(
            _COLUMNS.user_id == user_id, _COLUMNS.key == key, _COLUMNS.until > self._clock.now()
        )
        async with self._connections.reading() as connection:
            text = (await connection.execute(found)).scalar_one_or_none()
        try:
            return None if text is None else msgspec.json.decode(text, type=Solution)
        except msgspec.DecodeError:
            return None

    async def put(self, user_id: int, key: str, answer: Solution, *, until: datetime) -> None:
        """Keep an answer: as JSON, where no character is one that the databases cannot hold."""
        text = msgspec.json.encode(answer).decode()
        dialect = sqlite if self._connections.is_sqlite else postgresql
        kept = {"answer": text, "until": until}
        row = dialect.insert(llm_answers).values(user_id=user_id, key=key, **kept)
        async with self._connections.writing() as connection:
            await connection.execute(row.on_conflict_do_update(index_elements=["user_id", "key"], set_=kept))
            await self._tidy(connection)

    async def _tidy(self, connection: AsyncConnection) -> None:
        """Drop those whose time is over, now and then."""
        now = self._clock.now()
        if now - self._tidied >= _TIDY_EVERY:
            self._tidied = now
            await connection.execute(delete(llm_answers).where(_COLUMNS.until <= now))
