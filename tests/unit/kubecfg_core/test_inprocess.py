from __future__ import annotations

import asyncio

import pytest

from kubecfg_core.inprocess import InProcessBus
from tests.fakes.events import event


async def test_every_subscription_gets_every_event() -> None:
    bus = InProcessBus()
    with bus.subscribe() as one, bus.subscribe() as other:
        await bus.publish(event(1))

        assert await anext(one) == await anext(other) == event(1)


async def test_publishing_to_nobody_is_no_error() -> None:
    await InProcessBus().publish(event(1))


async def test_a_slow_reader_loses_its_oldest_events_and_is_told_how_many() -> None:
    bus = InProcessBus()
    with bus.subscribe(limit=2) as subscription:
        for number in range(5):
            await bus.publish(event(number))

        assert subscription.dropped == 3
        assert [(await anext(subscription)).id for _ in range(2)] == ["event-3", "event-4"]


async def test_a_reader_that_waits_is_woken() -> None:
    bus = InProcessBus()
    with bus.subscribe() as subscription:
        waiting = asyncio.ensure_future(anext(subscription))
        await asyncio.sleep(0)
        await bus.publish(event(1))

        assert await waiting == event(1)


async def test_closing_the_bus_ends_iteration_after_what_is_held() -> None:
    bus = InProcessBus()
    subscription = bus.subscribe()
    await bus.publish(event(1))
    await bus.close()

    assert [heard async for heard in subscription] == [event(1)]


async def test_closing_the_bus_wakes_a_waiting_reader() -> None:
    bus = InProcessBus()
    waiting = asyncio.ensure_future(anext(bus.subscribe()))
    await asyncio.sleep(0)
    await bus.close()

    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_a_closed_subscription_holds_no_more_events() -> None:
    bus = InProcessBus()
    with bus.subscribe() as subscription:
        pass
    await bus.publish(event(1))

    assert [heard async for heard in subscription] == []
