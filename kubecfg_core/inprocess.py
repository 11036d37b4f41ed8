"""The bus without a broker: events reach whoever listens in the same process."""

import asyncio
from collections import deque
from types import TracebackType
from typing import Final, Self

from kubecfg_core.errors import UpstreamUnreachable
from kubecfg_core.events import Event
from kubecfg_core.ports.event_bus import EventBus

DEFAULT_LIMIT: Final = 1000


class Subscription:
    """The events published since it was opened: iterate over it with `async for`, in one task.

    It holds at most `limit` events that were not taken yet; then the oldest is dropped and counted in `dropped`, so
    that a slow reader costs itself and nobody else. Iteration ends when the subscription or its bus is closed, after
    the events that are still held.
    """

    def __init__(self, bus: "InProcessBus", limit: int) -> None:
        self._bus = bus
        self._events: deque[Event] = deque(maxlen=limit)
        self._changed = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def close(self) -> None:
        """Take no further events. Closing twice is no error."""
        self._closed = True
        self._changed.set()
        self._bus.forget(self)

    def offer(self, event: Event) -> None:
        """Hold an event for the reader: called by the bus."""
        if len(self._events) == self._events.maxlen:
            self.dropped += 1
        self._events.append(event)
        self._changed.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._events.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class InProcessBus(EventBus):
    """Hands each event to every open subscription. Nobody listening is no error: nothing is kept for later."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._closed = False

    def subscribe(self, *, limit: int = DEFAULT_LIMIT) -> Subscription:
        """Listen from now on. Use it as a context manager, or call its `close`."""
        subscription = Subscription(self, limit)
        self._subscriptions.append(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Drop a subscription: called when it is closed."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    async def publish(self, event: Event) -> None:
        """Hand it over without waiting for any reader. Raises `UpstreamUnreachable` once closed."""
        await self.ping()
        for subscription in self._subscriptions:
            subscription.offer(event)

    async def ping(self) -> None:
        """Return while open. Raises `UpstreamUnreachable` once closed."""
        if self._closed:
            raise UpstreamUnreachable("The event bus is closed.")

    async def close(self) -> None:
        """End every subscription."""
        self._closed = True
        for subscription in list(self._subscriptions):
            subscription.close()
