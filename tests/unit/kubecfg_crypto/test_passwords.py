import asyncio
from collections.abc import AsyncIterator

import pytest

from kubecfg_core.errors import TooMany
from kubecfg_crypto import Argon2Hasher


@pytest.fixture
async def small() -> AsyncIterator[Argon2Hasher]:
    """One thread, and one place to wait in."""
    hasher = Argon2Hasher(time_cost=2, memory_cost=8 * 1024, parallelism=1, workers=1, waiting=1)
    yield hasher
    hasher.close()


async def test_who_finds_no_place_to_wait_is_told_to_come_again(small: Argon2Hasher) -> None:
    outcomes = await asyncio.gather(*(small.hash("password") for _ in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [str, str, TooMany, TooMany, TooMany]
    assert await small.hash("password")


async def test_who_stops_waiting_gives_the_place_back(small: Argon2Hasher) -> None:
    running, waiting = (asyncio.create_task(small.hash("password")) for _ in range(2))
    await asyncio.sleep(0)
    waiting.cancel()
    running.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)

    async with asyncio.timeout(5):
        while True:
            try:
                assert await small.hash("password")
                break
            except TooMany:
                await asyncio.sleep(0.01)


async def test_the_loop_goes_on_while_a_password_is_hashed(small: Argon2Hasher) -> None:
    hashing = asyncio.create_task(small.hash("password"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert turns > 1


async def test_no_user_costs_as_much_as_a_wrong_password(small: Argon2Hasher) -> None:
    stored = await small.hash("password")

    assert small._nobodys.split("$")[:4] == stored.split("$")[:4]


async def test_the_hash_names_its_kind_and_parameters() -> None:
    hasher = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=2)
    made = await hasher.hash("password")
    hasher.close()

    assert made.startswith("$argon2id$v=19$m=64,t=1,p=2$")


async def test_a_hash_of_other_parameters_is_still_verified(small: Argon2Hasher) -> None:
    former = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=2)
    made = await former.hash("password")
    former.close()

    assert await small.verify("password", made)


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    weaker = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    try:
        assert Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1).outdated(await weaker.hash("correct horse"))
    finally:
        weaker.close()
