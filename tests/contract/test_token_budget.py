import asyncio
from datetime import date, timedelta

from tests.contract.storages import Storage

TODAY = date(2026, 11, 23)


async def test_what_fits_is_let_through_and_counted(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    assert await storage.tokens.reserve(ann, TODAY, 60, limit=100)
    assert await storage.tokens.reserve(ann, TODAY, 40, limit=100)
    assert await storage.tokens.spent(ann, TODAY) == 100


async def test_what_does_not_fit_is_not_counted(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await storage.tokens.reserve(ann, TODAY, 60, limit=100)

    assert not await storage.tokens.reserve(ann, TODAY, 41, limit=100)
    assert await storage.tokens.spent(ann, TODAY) == 60


async def test_what_was_not_spent_is_free_again(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await storage.tokens.reserve(ann, TODAY, 100, limit=100)
    await storage.tokens.settle(ann, TODAY, reserved=100, spent=30)

    assert await storage.tokens.spent(ann, TODAY) == 30


async def test_more_than_was_reserved_can_have_been_spent(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await storage.tokens.reserve(ann, TODAY, 10, limit=100)
    await storage.tokens.settle(ann, TODAY, reserved=10, spent=150)

    assert await storage.tokens.spent(ann, TODAY) == 150
    assert not await storage.tokens.reserve(ann, TODAY, 1, limit=100)


async def test_another_user_and_another_day_have_their_own(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    await storage.tokens.reserve(ann, TODAY, 100, limit=100)

    assert await storage.tokens.reserve(bob, TODAY, 100, limit=100)
    assert await storage.tokens.reserve(ann, TODAY + timedelta(days=1), 100, limit=100)


async def test_of_many_at_once_no_more_are_let_through_than_fit(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    let_through = await asyncio.gather(*(storage.tokens.reserve(ann, TODAY, 10, limit=50) for _ in range(9)))

    assert sum(let_through) == 5


async def test_who_has_spent_nothing_has_spent_nothing(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await storage.tokens.settle(ann, TODAY, reserved=10, spent=0)

    assert await storage.tokens.spent(ann, TODAY) == 0
