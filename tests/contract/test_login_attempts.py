import asyncio

from kubecfg_core.throttling import FORGOTTEN_AFTER, Limit
from tests.contract.storages import Storage

LIMIT = Limit(free=2, longest=5.0)
ANN = {"account:ann": LIMIT}
BOTH = {"account:ann": LIMIT, "address:1": Limit(free=100, longest=60.0)}


async def fail(storage: Storage, times: int) -> list[float]:
    return [await storage.attempts.begin(ANN) for _ in range(times)]


async def test_some_attempts_are_free_and_then_one_has_to_wait(storage: Storage) -> None:
    assert await fail(storage, 4) == [0, 0, 0, 1]


async def test_the_delay_doubles_up_to_the_longest(storage: Storage) -> None:
    await fail(storage, 3)
    delays = []
    for _ in range(4):
        storage.clock.advance(5)
        await storage.attempts.begin(ANN)
        delays.append(await storage.attempts.begin(ANN))

    assert delays == [2, 4, 5, 5]


async def test_an_attempt_that_is_too_early_is_not_counted(storage: Storage) -> None:
    assert (await fail(storage, 10))[-1] == 1
    storage.clock.advance(1)

    assert await storage.attempts.begin(ANN) == 0


async def test_one_key_that_waits_is_enough_and_nothing_is_counted(storage: Storage) -> None:
    await fail(storage, 3)

    assert await storage.attempts.begin(BOTH) == 1
    assert await storage.attempts.begin({"address:1": Limit(free=1, longest=60.0)}) == 0
    assert await storage.attempts.begin({"address:1": Limit(free=1, longest=60.0)}) == 0


async def test_a_success_forgets_the_account_and_takes_one_back_from_the_address(storage: Storage) -> None:
    limits = {"account:ann": LIMIT, "address:1": Limit(free=2, longest=60.0)}
    for _ in range(2):
        await storage.attempts.begin(limits)

    await storage.attempts.begin(limits)
    await storage.attempts.settle(forget=["account:ann"], take_back=["address:1"])

    assert [await storage.attempts.begin(limits) for _ in range(2)] == [0, 1]


async def test_other_keys_are_not_concerned(storage: Storage) -> None:
    await fail(storage, 4)

    assert await storage.attempts.begin({"account:bob": LIMIT}) == 0


async def test_failures_are_forgotten_after_a_while(storage: Storage) -> None:
    await fail(storage, 3)
    storage.clock.advance(FORGOTTEN_AFTER + 1)

    assert await fail(storage, 4) == [0, 0, 0, 1]


async def test_attempts_at_once_are_each_counted(storage: Storage) -> None:
    waits = await asyncio.gather(*(storage.attempts.begin(ANN) for _ in range(12)))

    assert sorted(waits) == [0] * 3 + [1] * 9


async def test_what_is_unknown_can_be_settled(storage: Storage) -> None:
    await storage.attempts.settle(forget=["account:eve"], take_back=["address:9"])

    assert await fail(storage, 1) == [0]
