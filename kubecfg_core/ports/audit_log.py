"""The port to the records of what was done."""

from abc import ABC, abstractmethod
from datetime import datetime

from kubecfg_core.audit import AuditPage, AuditQuery


class AuditLog(ABC):
    """The records, in the order they were written. Nothing changes one; only age removes it.

    There is no way to add one by itself: an event that tells of an attempt is also its record (`audit.record_of`), and
    is kept here by whatever writes it to the outbox, in the same transaction.
    """

    @abstractmethod
    async def search(self, query: AuditQuery) -> AuditPage:
        """The records that fit, the newest first."""

    @abstractmethod
    async def prune(self, before: datetime, limit: int) -> int:
        """Drop at most `limit` records older than `before`, the oldest first, and say how many."""
