"""What users have spent on a language model, in a table."""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kubecfg_core.ports.token_budget import TokenBudget
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.schema import llm_tokens

_KEPT: Final = timedelta(days=2)
_COLUMNS: Final = llm_tokens.c


class SqlTokenBudget(TokenBudget):
    """One row for each user and day, for two days. The database adds, so that replicas lose nothing of each other."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def reserve(self, user_id: int, day: date, tokens: int, *, limit: int) -> bool:
        """Count tokens, or none."""
        dialect = sqlite if self._connections.is_sqlite else postgresql
        empty = dialect.insert(llm_tokens).values(user_id=user_id, day=day, tokens=0).on_conflict_do_nothing()
        taken = (
            update(llm_tokens)
            .where(_COLUMNS.user_id == user_id, _COLUMNS.day == day, _COLUMNS.tokens + tokens <= limit)
            .values(tokens=_COLUMNS.tokens + tokens)
        )
        old = delete(llm_tokens).where(_COLUMNS.user_id == user_id, _COLUMNS.day < day - _KEPT)
        async with self._connections.writing() as connection:
            if (await connection.execute(taken)).rowcount:
                return True
            await connection.execute(old)
            await connection.execute(empty)
            return bool((await connection.execute(taken)).rowcount)

    async def settle(self, user_id: int, day: date, *, reserved: int, spent: int) -> None:
        """Put what was spent in place of what was reserved."""
        settled = _COLUMNS.tokens + (spent - reserved)
        change = (
            update(llm_tokens)
            .where(_COLUMNS.user_id == user_id, _COLUMNS.day == day)
            .values(tokens=case((settled > 0, settled), else_=0))
        )
        async with self._connections.writing() as connection:
            await connection.execute(change)

    async def spent(self, user_id: int, day: date) -> int:
        """The tokens of that day."""
        found = select(_COLUMNS.tokens).where(_COLUMNS.user_id == user_id, _COLUMNS.day == day)
        async with self._connections.reading() as connection:
            return (await connection.execute(found)).scalar_one_or_none() or 0
