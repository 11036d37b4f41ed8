"""Look at what was done, and let go of what is too old."""

import asyncio
import logging
from datetime import timedelta
from typing import Final

from kubecfg_core.audit import AuditPage, AuditQuery
from kubecfg_core.errors import KubecfgError
from kubecfg_core.ports.audit_log import AuditLog
from kubecfg_core.ports.clock import Clock
from kubecfg_core.usecases.accounts import require
from kubecfg_core.users import Role, User

_BATCH: Final = 1000
_log = logging.getLogger(__name__)


class Audit:
    """The records of every user's attempts, for admins. They are kept for `keep`."""

    def __init__(self, log: AuditLog, clock: Clock, *, keep: timedelta = timedelta(days=400)) -> None:
        self._log = log
        self._clock = clock
        self._keep = keep

    async def search(self, user: User, query: AuditQuery) -> AuditPage:
        """The records that fit, the newest first. Raises `PermissionDenied` for all but admins."""
        require(user, Role.ADMIN)
        return await self._log.search(query)

    async def prune(self) -> int:
        """Drop what is older than `keep`, in batches that hold no writer up for long, and say how much it was."""
        before = self._clock.now() - self._keep
        dropped = 0
        while batch := await self._log.prune(before, _BATCH):
            dropped += batch
            await asyncio.sleep(0)
        return dropped

    async def run(self, *, interval: float = 3600.0) -> None:
        """Prune every `interval` seconds until cancelled."""
        while True:
            try:
                if dropped := await self.prune():
                    _log.info("%d audit records were older than %d days and are gone.", dropped, self._keep.days)
            except KubecfgError as error:
                _log.warning("Old audit records stay for now: %s", error.message)
            await asyncio.sleep(interval)
