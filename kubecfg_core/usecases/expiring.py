"""Tell that credentials end soon: once at each threshold, however many replicas look."""

import asyncio
import logging
from datetime import UTC, timedelta
from typing import Final

from kubecfg_core.errors import KubecfgError
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.expiries import Expiries
from kubecfg_core.usecases.announcing import Announcer

DAYS: Final = (1, 7, 14)
_BATCH: Final = 100
_log = logging.getLogger(__name__)


class ExpiryWatch:
    """Looks for credentials that end within 14, 7 or 1 days. `interval` is how often, in seconds."""

    def __init__(self, expiries: Expiries, announcer: Announcer, clock: Clock, *, interval: float = 3600.0) -> None:
        self._expiries = expiries
        self._announcer = announcer
        self._clock = clock
        self._interval = interval

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                await self.look()
            except KubecfgError as error:
                _log.warning("Which credentials end soon could not be looked up: %s", error.message)
            await asyncio.sleep(self._interval)

    async def look(self) -> int:
        """Announce what is due now, and say how many it was.

        The shortest threshold comes first: what ends tomorrow is announced once, and not also for 7 and 14 days.
        """
        return sum([await self._look(days) for days in DAYS])

    async def _look(self, days: int) -> int:
        announced = 0
        until = self._clock.now() + timedelta(days=days)
        while due := await self._expiries.due(until=until, days=days, limit=_BATCH):
            for expiring in due:
                event = self._announcer.notice(
                    "cluster.credentials.expiring",
                    f"clusters/{expiring.cluster_id}",
                    user_id=expiring.user_id,
                    cluster_id=expiring.cluster_id,
                    cluster_name=expiring.cluster_name,
                    expires_at=expiring.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    days=days,
                )
                announced += await self._expiries.announce(expiring, days=days, event=event)
            if len(due) < _BATCH:
                break
        return announced
