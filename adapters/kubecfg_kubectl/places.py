"""How many kubectl processes at once: some in all, fewer for one cluster, and a short queue."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kubecfg_core.errors import TooMany


class Places:
    """Bounded places. `total` run at once, of which `each` for one key; at most `queue` wait, `patience` seconds.

    A key's waiting ones count as its own, so that a slow cluster cannot fill the queue for the others.
    """

    def __init__(self, *, total: int, each: int, queue: int, patience: float) -> None:
        self._free = asyncio.Semaphore(total)
        self._total = total
        self._each = each
        self._queue = queue
        self._patience = patience
        self._held: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, key: str) -> AsyncIterator[None]:
        """Hold a place for the block. Raises `TooMany` when there is none in time."""
        if self._held[key] >= self._each:
            raise TooMany("Too many kubectl commands run on this cluster; try again later.", retry_after=2)
        if self._held.total() >= self._total + self._queue:
            raise TooMany("Too many kubectl commands run; try again later.", retry_after=2)
        self._held[key] += 1
        try:
            await self._wait()
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._held[key] -= 1
            self._held += Counter()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise TooMany("No place for another kubectl command became free in time.", retry_after=5) from error
