"""Carries events from the outbox to the bus, in order, until each is confirmed."""

import asyncio
import logging
from typing import Final

from kubecfg_core.errors import KubecfgError
from kubecfg_core.ports.event_bus import EventBus
from kubecfg_core.ports.outbox import Outbox

_BATCH: Final = 100
_log = logging.getLogger(__name__)


class Relay:
    """Publishes what waits. While the bus is away the events wait in the outbox, and the rest of the service goes on.

    `interval` is how often it looks (seconds), `longest_wait` the pause that it backs off to while the bus is away.
    """

    def __init__(self, outbox: Outbox, bus: EventBus, *, interval: float = 1.0, longest_wait: float = 30.0) -> None:
        self._outbox = outbox
        self._bus = bus
        self._interval = interval
        self._longest_wait = longest_wait

    async def run(self) -> None:
        """Go on until cancelled."""
        wait = self._interval
        while True:
            try:
                while await self.flush() == _BATCH:
                    wait = self._interval
                wait = self._interval
            except KubecfgError as error:
                _log.warning("Events wait in the outbox: %s Next try in %.0f s.", error.message, wait)
                wait = min(wait * 2, self._longest_wait)
            await asyncio.sleep(wait)

    async def flush(self) -> int:
        """Publish one batch and say how many it was. Raises what the bus raises: the rest stays in the outbox."""
        events = await self._outbox.pending(_BATCH)
        published: list[str] = []
        try:
            for event in events:
                await self._bus.publish(event)
                published.append(event.id)
        finally:
            if published:
                await self._outbox.done(published)
        return len(published)
