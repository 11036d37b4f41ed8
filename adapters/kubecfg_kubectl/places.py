"""How many kubectl processes at once: some in all, fewer for one cluster and for one caller, and short queues."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from kubecfg_core.errors import TooMany


class Lane:
    """For each key, `each` at once, and `line` more that may wait. `what` says what the keys are, for messages."""

    def __init__(self, what: str, *, each: int, line: int = 0) -> None:
        self._what = what
        self._each = each
        self._most = each + line
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._held: Counter[str] = Counter()

    def check(self, key: str) -> None:
        """Raise `TooMany` where nobody more may even wait."""
        if self._held[key] >= self._most:
            raise TooMany(f"Too many kubectl commands run {self._what}; try again later.", retry_after=2)

    def enter(self, key: str) -> asyncio.Semaphore:
        """Count one more, and give the gate to wait at; `leave` must follow."""
        self._held[key] += 1
        return self._gates.setdefault(key, asyncio.Semaphore(self._each))

    def leave(self, key: str) -> None:
        """Count one less."""
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key], self._gates[key]


class Places:
    """Bounded places. `total` run at once, as far as the lanes let them; at most `queue` wait, `patience` seconds.

    The lines of the lanes are short, so that neither a slow cluster nor a busy caller fills the queue for the others.
    """

    def __init__(self, *, total: int, queue: int, patience: float, clusters: Lane, callers: Lane) -> None:
        self._free = asyncio.Semaphore(total)
        self._most = total + queue
        self._held = 0
        self._patience = patience
        self._clusters = clusters
        self._callers = callers

    @asynccontextmanager
    async def take(self, cluster: str, caller: str) -> AsyncIterator[None]:
        """Hold a place for the block; a caller without a name is not counted. Raises `TooMany` for none in time."""
        lanes = [(self._callers, caller), (self._clusters, cluster)] if caller else [(self._clusters, cluster)]
        for lane, key in lanes:
            lane.check(key)
        if self._held >= self._most:
            raise TooMany("Too many kubectl commands run; try again later.", retry_after=2)
        self._held += 1
        gates = [lane.enter(key) for lane, key in lanes]
        try:
            async with AsyncExitStack() as passed:
                await self._pass(passed, [*gates, self._free])
                yield
        finally:
            self._held -= 1
            for lane, key in lanes:
                lane.leave(key)

    async def _pass(self, passed: AsyncExitStack, gates: list[asyncio.Semaphore]) -> None:
        """One's own gates first: who waits there takes nobody else's place."""
        try:
            async with asyncio.timeout(self._patience):
                for gate in gates:
                    await passed.enter_async_context(gate)
        except TimeoutError as error:
            raise TooMany("No place for another kubectl command became free in time.", retry_after=5) from error
