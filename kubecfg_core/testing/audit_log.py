"""The audit log in memory."""

from collections.abc import Iterator
from datetime import datetime

from kubecfg_core.audit import AuditPage, AuditQuery, AuditRecord, record_of
from kubecfg_core.events import Event
from kubecfg_core.ports.audit_log import AuditLog


class InMemoryAuditLog(AuditLog):
    """Keeps the records in a dictionary by their number. `InMemoryOutbox` writes to the one that it is given."""

    def __init__(self) -> None:
        self._records: dict[int, AuditRecord] = {}
        self._number = 0

    def write(self, event: Event) -> None:
        """Keep the event's record, if it holds one."""
        record = record_of(event)
        if record is not None:
            self._number += 1
            self._records[self._number] = record

    async def search(self, query: AuditQuery) -> AuditPage:
        """The records that fit."""
        found = list(self._fitting(query))
        page = found[: max(query.limit, 0)]
        return AuditPage(
            records=[self._records[number] for number in page],
            next=page[-1] if page and len(found) > len(page) else None,
        )

    async def prune(self, before: datetime, limit: int) -> int:
        """Drop the oldest."""
        ages = sorted((record.at, number) for number, record in self._records.items() if record.at < before)
        old = [number for _, number in ages[: max(limit, 0)]]
        for number in old:
            del self._records[number]
        return len(old)

    def _fitting(self, query: AuditQuery) -> Iterator[int]:
        for number, record in reversed(self._records.items()):
            exact = {"actor": query.actor, "cluster_id": query.cluster_id}
            exact |= {"action": query.action, "verdict": query.verdict}
            if (
                (query.before is None or number < query.before)
                and all(value is None or getattr(record, name) == value for name, value in exact.items())
                and (query.since is None or record.at >= query.since)
                and (query.until is None or record.at < query.until)
            ):
                yield number
