import pytest

from kubecfg_core.errors import AlreadyExists
from tests.contract.storages import Storage, event


async def test_events_come_back_whole_and_in_the_order_of_writing(storage: Storage) -> None:
    written = [event(event_id) for event_id in ("c", "a", "b")]
    for one in written:
        await storage.outbox.add(one)

    assert await storage.outbox.pending(10) == written


async def test_no_more_events_are_given_than_asked_for(storage: Storage) -> None:
    for number in range(5):
        await storage.outbox.add(event(str(number)))

    assert [one.id for one in await storage.outbox.pending(2)] == ["0", "1"]
    assert await storage.outbox.pending(0) == []


async def test_asking_does_not_take_them(storage: Storage) -> None:
    await storage.outbox.add(event("a"))

    first = await storage.outbox.pending(10)

    assert await storage.outbox.pending(10) == first


async def test_published_events_are_dropped_and_unknown_ids_ignored(storage: Storage) -> None:
    for event_id in "abc":
        await storage.outbox.add(event(event_id))

    await storage.outbox.done(["c", "nobody's", "a"])
    await storage.outbox.done([])

    assert [one.id for one in await storage.outbox.pending(10)] == ["b"]


async def test_the_backlog_counts_what_waits(storage: Storage) -> None:
    for event_id in "abc":
        await storage.outbox.add(event(event_id))
    await storage.outbox.done(["b"])

    assert await storage.outbox.backlog() == 2


async def test_an_id_that_waits_is_refused(storage: Storage) -> None:
    await storage.outbox.add(event("a"))

    with pytest.raises(AlreadyExists):
        await storage.outbox.add(event("a"))


async def test_thousands_of_events_are_dropped_at_once(storage: Storage) -> None:
    await storage.outbox.add(event("kept"))
    await storage.outbox.add(event("last"))

    await storage.outbox.done([*(str(number) for number in range(40_000)), "last"])

    assert [one.id for one in await storage.outbox.pending(10)] == ["kept"]
