"""Login attempts, in a table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.login_attempts import LoginAttempts
from kubecfg_core.throttling import FORGOTTEN_AFTER, Limit
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.schema import login_attempts

_FORGOTTEN_AFTER: Final = timedelta(seconds=FORGOTTEN_AFTER)
_TIDY_EVERY: Final = timedelta(minutes=10)
_key = login_attempts.c.key


class SqlLoginAttempts(LoginAttempts):
    """One row for each key, until an hour after its last attempt."""

    def __init__(self, connections: Connections, *, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock
        self._tidied = datetime.min.replace(tzinfo=clock.now().tzinfo)

    async def begin(self, limits: Mapping[str, Limit]) -> float:
        """Count an attempt, or say how long to wait."""
        now = self._clock.now()
        # Looked at first without a lock: whoever has to wait keeps nobody else from writing meanwhile.
        async with self._connections.reading() as connection:
            wait = _wait((await connection.execute(_rows(limits))).all(), now)
        return wait if wait > 0 else await self._count(limits, now)

    async def _count(self, limits: Mapping[str, Limit], now: datetime) -> float:
        await self._tidy(now)
        async with self._connections.writing() as connection:
            rows = await _locked(connection, limits)
            # One that has to wait leaves nothing behind, so that names which are made up fill no table.
            if len(rows) < len(limits) and _wait(rows, now) <= 0:
                await connection.execute(self._missing(limits, now))
                rows = await _locked(connection, limits)
            if (wait := _wait(rows, now)) > 0:
                return wait
            for row in rows:
                counted = _counted(row, limits[row.key], now)
                await connection.execute(update(login_attempts).where(_key == row.key).values(counted))
        return 0.0

    async def settle(self, *, forget: Sequence[str] = (), take_back: Sequence[str] = ()) -> None:
        """Forget failures, or take one back."""
        failures = login_attempts.c.failures
        one_less = {"failures": case((failures > 0, failures - 1), else_=0), "blocked_until": self._clock.now()}
        async with self._connections.writing() as connection:
            if forget:
                await connection.execute(delete(login_attempts).where(_key.in_(forget)))
            if take_back:
                await connection.execute(update(login_attempts).where(_key.in_(take_back)).values(one_less))

    def _missing(self, limits: Mapping[str, Limit], now: datetime) -> Any:
        """A row for each key that has none yet: something to lock."""
        rows = [{"key": key, "failures": 0, "last_at": now, "blocked_until": now} for key in sorted(limits)]
        dialect = sqlite if self._connections.is_sqlite else postgresql
        return dialect.insert(login_attempts).values(rows).on_conflict_do_nothing()

    async def _tidy(self, now: datetime) -> None:
        """Drop what is forgotten. A row that somebody is about to count in is locked, and left alone."""
        if now - self._tidied < _TIDY_EVERY:
            return
        self._tidied = now
        old = select(_key).where(login_attempts.c.last_at < now - _FORGOTTEN_AFTER).with_for_update(skip_locked=True)
        async with self._connections.writing() as connection:
            await connection.execute(delete(login_attempts).where(_key.in_(old)))


async def _locked(connection: AsyncConnection, keys: Iterable[str]) -> Sequence[Row[Any]]:
    """The keys' rows, in one order, so that two attempts never lock what the other needs."""
    rows: Sequence[Row[Any]] = (await connection.execute(_rows(keys).with_for_update())).all()
    return rows


def _rows(keys: Iterable[str]) -> Select[Any]:
    return select(login_attempts).where(_key.in_(list(keys))).order_by(_key)


def _wait(rows: Sequence[Row[Any]], now: datetime) -> float:
    return max(((row.blocked_until - now).total_seconds() for row in rows), default=0.0)


def _counted(row: Row[Any], limit: Limit, now: datetime) -> dict[str, Any]:
    failures = 1 if now - row.last_at > _FORGOTTEN_AFTER else row.failures + 1
    return {"failures": failures, "last_at": now, "blocked_until": now + timedelta(seconds=limit.delay(failures))}
