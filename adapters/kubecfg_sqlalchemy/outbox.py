"""The events that wait, in a table."""

from typing import Any, Final

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.errors import AlreadyExists, StorageUnavailable
from kubecfg_core.events import Event
from kubecfg_core.ports.outbox import Outbox
from kubecfg_sqlalchemy.audit_log import write_record
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.failures import is_taken
from kubecfg_sqlalchemy.schema import outbox

_BATCH: Final = 500


async def write_event(connection: AsyncConnection, event: Event) -> None:
    """Write it, and its audit record, within the transaction of the change that it tells of.

    Raises `AlreadyExists` for an id that waits.
    """
    text = msgspec.json.encode(event).decode()
    try:
        await connection.execute(insert(outbox).values(event_id=event.id, event=text))
    except IntegrityError as error:
        if is_taken(error):
            raise AlreadyExists("An event with that id waits already.") from error
        raise
    await write_record(connection, event)


class SqlOutbox(Outbox):
    """Keeps each event as its JSON, numbered in the order of writing."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, event: Event) -> None:
        """Write an event."""
        async with self._connections.writing() as connection:
            await write_event(connection, event)

    async def pending(self, limit: int) -> list[Event]:
        """The oldest events."""
        query = select(outbox.c.event).order_by(outbox.c.seq).limit(max(limit, 0))
        async with self._connections.reading() as connection:
            rows: list[Any] = list(await connection.scalars(query))
        try:
            return [msgspec.json.decode(row, type=Event) for row in rows]
        except msgspec.MsgspecError as error:
            raise StorageUnavailable("A waiting event in the database cannot be read.") from error

    async def done(self, event_ids: list[str]) -> None:
        """Drop these."""
        async with self._connections.writing() as connection:
            for start in range(0, len(event_ids), _BATCH):
                batch = event_ids[start : start + _BATCH]
                await connection.execute(delete(outbox).where(outbox.c.event_id.in_(batch)))

    async def backlog(self) -> int:
        """How many wait."""
        async with self._connections.reading() as connection:
            return await connection.scalar(select(func.count()).select_from(outbox)) or 0
