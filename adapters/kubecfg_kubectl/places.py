"""How many kubectl processes at once: some in all, fewer for one cluster, and a short queue for each of the two."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from kubecfg_core.errors import TooMany


class Places:
    """Bounded places. `total` run at once, of which `each` for one key; at most `queue` wait, `patience` seconds.

    Of one key at most `line` wait, so that a slow cluster cannot fill the queue for the others.
    """

    def __init__(self, *, total: int, each: int, queue: int, patience: float, line: int = 0) -> None:
        self._free = asyncio.Semaphore(total)
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._each = each
        self._most = total + queue
        self._most_of_one = each + line
        self._patience = patience
        self._held: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, key: str) -> AsyncIterator[None]:
        """Hold a place for the block. Raises `TooMany` when there is none in time."""
        if self._held[key] >= self._most_of_one:
            raise TooMany("Too many kubectl commands run on this cluster; try again later.", retry_after=2)
        if self._held.total() >= self._most:
            raise TooMany("Too many kubectl commands run; try again later.", retry_after=2)
        self._held[key] += 1
        try:
            async with AsyncExitStack() as gates:
                await self._pass(gates, self._lanes.setdefault(key, asyncio.Semaphore(self._each)))
                yield
        finally:
            self._leave(key)

    async def _pass(self, gates: AsyncExitStack, lane: asyncio.Semaphore) -> None:
        """The key's own gate first: who waits there takes nobody else's place."""
        try:
            async with asyncio.timeout(self._patience):
                for gate in (lane, self._free):
                    await gates.enter_async_context(gate)
        except TimeoutError as error:
            raise TooMany("No place for another kubectl command became free in time.", retry_after=5) from error

    def _leave(self, key: str) -> None:
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key], self._lanes[key]
