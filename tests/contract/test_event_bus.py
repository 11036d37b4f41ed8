"""The contract of the event bus: in process, and on a real RabbitMQ."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest

from kubecfg_core.errors import UpstreamUnreachable
from kubecfg_core.events import Event
from kubecfg_core.inprocess import InProcessBus
from kubecfg_kombu import KombuBus
from tests.fakes.events import event
from tests.fakes.rabbitmq import Queue, rabbitmq

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from kubecfg_core.ports.event_bus import EventBus


class Harness:
    """A bus, and a listener that was there before anything was published."""

    def __init__(self, bus: EventBus, listener: Any) -> None:
        self.bus = bus
        self._listener = listener

    async def heard(self, count: int) -> list[Event]:
        if isinstance(self._listener, Queue):
            messages = await asyncio.to_thread(self._listener.take, count)
            return [msgspec.json.decode(message.body, type=Event) for message in messages]
        return [await anext(self._listener) for _ in range(count)]


@contextmanager
def bound(url: str, exchange: str) -> Iterator[Queue]:
    queue = Queue(url, exchange)
    try:
        yield queue
    finally:
        queue.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as url:
        yield url


@pytest.fixture(params=["in-process", "rabbitmq"])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    if request.param == "in-process":
        local = InProcessBus()
        with local.subscribe() as subscription:
            yield Harness(local, subscription)
        await local.close()
        return
    url, exchange = request.getfixturevalue("broker"), f"kubecfg-test-{uuid4()}"
    bus = KombuBus(url, exchange=exchange)
    await bus.ping()
    with bound(url, exchange) as queue:
        yield Harness(bus, queue)
    await bus.close()


async def test_an_event_arrives_as_it_was_published(harness: Harness) -> None:
    await harness.bus.publish(event(1))

    assert await harness.heard(1) == [event(1)]


async def test_events_arrive_in_the_order_of_publishing(harness: Harness) -> None:
    for number in range(20):
        await harness.bus.publish(event(number))

    assert [heard.id for heard in await harness.heard(20)] == [f"event-{number}" for number in range(20)]


async def test_events_published_at_once_all_arrive(harness: Harness) -> None:
    await asyncio.gather(*(harness.bus.publish(event(number)) for number in range(20)))

    assert {heard.id for heard in await harness.heard(20)} == {f"event-{number}" for number in range(20)}


async def test_an_open_bus_answers_a_ping(harness: Harness) -> None:
    await harness.bus.ping()


async def test_a_closed_bus_publishes_no_more(harness: Harness) -> None:
    await harness.bus.close()

    with pytest.raises(UpstreamUnreachable):
        await harness.bus.publish(event(1))
    with pytest.raises(UpstreamUnreachable):
        await harness.bus.ping()


async def test_closing_twice_is_no_error(harness: Harness) -> None:
    await harness.bus.close()

    await harness.bus.close()
