"""The event bus on RabbitMQ."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from kubecfg_core.errors import TooMany, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.events import Event
from kubecfg_core.ports.event_bus import EventBus
from kubecfg_kombu.publisher import Publisher, check_url

DEFAULT_EXCHANGE: Final = "kubecfg.events"
_MAX_WAITING: Final = 100

T = TypeVar("T")


class KombuBus(EventBus):
    """Publishes CloudEvents (structured, JSON) to a durable topic exchange; the routing key is the event's type.

    `publish` returns when the broker has confirmed the event: it is then in every queue that was bound for its type,
    persistently. An event that no queue is bound for is confirmed too and gone: who wants events declares a durable
    queue and binds it (`#` for all) before; kubecfg declares none, since one that nobody reads would fill the broker.

    kombu blocks, so one thread does its work, and a broker that hangs holds up nobody but it. `timeout` is the
    deadline of a call in seconds; a call that was given up may still publish its event, which is why events have ids.
    """

    def __init__(self, url: str, *, exchange: str = DEFAULT_EXCHANGE, timeout: float = 10.0) -> None:
        self._publisher = Publisher(check_url(url), exchange, timeout=timeout)
        self._timeout = timeout
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kubecfg-bus")
        self._places = threading.BoundedSemaphore(_MAX_WAITING)
        self._closed = False

    async def publish(self, event: Event) -> None:
        """Raises `UpstreamUnreachable`, `UpstreamRefused`, `UpstreamTimeout`: the event is then published, or not."""
        await self._run(lambda: self._publisher.publish(event))

    async def ping(self) -> None:
        """Return when the broker has answered on an open channel. Raises as `publish` does."""
        await self._run(self._publisher.ping)

    async def close(self) -> None:
        """Close the connection. Later calls raise `UpstreamUnreachable`."""
        if self._closed:
            return
        self._closed = True
        closing = self._thread.submit(self._publisher.close)
        self._thread.shutdown(wait=False)
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.wrap_future(closing)
        except TimeoutError as error:
            raise UpstreamTimeout("The event broker did not let go in time.") from error

    async def _run(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise UpstreamUnreachable("The event bus is closed.")
        if not self._places.acquire(blocking=False):
            raise TooMany("Too many events wait for the broker.")
        future = self._thread.submit(work)
        future.add_done_callback(lambda _: self._places.release())
        try:
            async with asyncio.timeout(self._timeout):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise UpstreamTimeout("The event broker did not answer in time.") from error
