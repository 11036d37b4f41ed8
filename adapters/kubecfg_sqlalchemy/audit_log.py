"""The audit log, in a table to which rows are only added, until they are too old."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.audit import AuditPage, AuditQuery, AuditRecord, record_of
from kubecfg_core.errors import StorageUnavailable
from kubecfg_core.events import Event
from kubecfg_core.ports.audit_log import AuditLog
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.schema import audit, fits_id, fits_text


async def write_record(connection: AsyncConnection, event: Event) -> None:
    """Keep the event's record, if it holds one, within the transaction that writes the event."""
    record = record_of(event)
    if record is not None:
        values = {
            "at": record.at,
            "actor": record.actor,
            "cluster_id": record.cluster_id,
            "action": record.action,
            "verdict": record.verdict.value,
            "record": msgspec.json.encode(record).decode(),
        }
        await connection.execute(insert(audit).values(values))


class SqlAuditLog(AuditLog):
    """Each record as its JSON, beside the columns that are searched by."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def search(self, query: AuditQuery) -> AuditPage:
        """The records that fit."""
        limit = max(query.limit, 0)
        if not _can_be(query) or not limit:
            return AuditPage(records=[])
        statement = select(audit.c.seq, audit.c.record).where(*_conditions(query))
        async with self._connections.reading() as connection:
            rows = (await connection.execute(statement.order_by(audit.c.seq.desc()).limit(limit + 1))).all()
        try:
            records = [msgspec.json.decode(row.record, type=AuditRecord) for row in rows[:limit]]
        except msgspec.MsgspecError as error:
            raise StorageUnavailable("An audit record in the database cannot be read.") from error
        return AuditPage(records=records, next=rows[limit - 1].seq if len(rows) > limit else None)

    async def prune(self, before: datetime, limit: int) -> int:
        """Drop the oldest."""
        old = select(audit.c.seq).where(audit.c.at < before).order_by(audit.c.at, audit.c.seq).limit(max(limit, 0))
        async with self._connections.writing() as connection:
            dropped = await connection.execute(delete(audit).where(audit.c.seq.in_(old)))
        return dropped.rowcount


def _can_be(query: AuditQuery) -> bool:
    """Whether the databases can be asked for it: what does not fit into a column is in no row."""
    numbers = (query.cluster_id, query.before)
    texts = (query.actor, query.action)
    return all(n is None or fits_id(n) for n in numbers) and all(t is None or fits_text(t) for t in texts)


def _conditions(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    exact = {
        audit.c.actor: query.actor,
        audit.c.cluster_id: query.cluster_id,
        audit.c.action: query.action,
        audit.c.verdict: None if query.verdict is None else query.verdict.value,
    }
    yield from (column == value for column, value in exact.items() if value is not None)
    if query.before is not None:
        yield audit.c.seq < query.before
    if query.since is not None:
        yield audit.c.at >= query.since
    if query.until is not None:
        yield audit.c.at < query.until
