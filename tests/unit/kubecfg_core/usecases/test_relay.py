import asyncio
from datetime import UTC, datetime

import pytest

from kubecfg_core.errors import UpstreamUnreachable
from kubecfg_core.events import Event
from kubecfg_core.ports.event_bus import EventBus
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.usecases.relay import Relay

EVENTS = 250  # more than one batch


class Bus(EventBus):
    """Takes events until `room` is used up, then is away."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.taken: list[str] = []
        self.filled = asyncio.Event()

    async def publish(self, event: Event) -> None:
        if len(self.taken) >= self.room:
            raise UpstreamUnreachable
        self.taken.append(event.id)
        if len(self.taken) >= EVENTS:
            self.filled.set()

    async def ping(self) -> None:
        return None


async def outbox_of(count: int) -> InMemoryOutbox:
    outbox = InMemoryOutbox()
    for number in range(count):
        await outbox.add(Event(id=f"{number:04}", type="t", subject="s", time=datetime.now(UTC), data={}))
    return outbox


async def test_events_are_published_in_the_order_they_were_written() -> None:
    bus = Bus()

    await Relay(await outbox_of(5), bus).flush()

    assert bus.taken == ["0000", "0001", "0002", "0003", "0004"]


async def test_a_published_event_no_longer_waits() -> None:
    outbox = await outbox_of(3)

    await Relay(outbox, Bus()).flush()

    assert await outbox.backlog() == 0


async def test_what_the_bus_did_not_take_still_waits() -> None:
    outbox = await outbox_of(5)

    with pytest.raises(UpstreamUnreachable):
        await Relay(outbox, Bus(room=2)).flush()

    assert [event.id for event in await outbox.pending(10)] == ["0002", "0003", "0004"]


async def test_the_relay_goes_on_when_the_bus_is_back() -> None:
    outbox, bus = await outbox_of(EVENTS), Bus(room=1)
    task = asyncio.create_task(Relay(outbox, bus, interval=0.001).run())
    await asyncio.sleep(0.01)
    bus.room = 1000

    await asyncio.wait_for(bus.filled.wait(), 5)

    task.cancel()
    assert len(set(bus.taken)) == EVENTS
