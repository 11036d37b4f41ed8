import asyncio

import pytest

from kubecfg_core.errors import UpstreamUnreachable
from kubecfg_core.usecases.sharing import SingleFlight


class Work:
    """Goes on until it is released, and counts how often it was begun and broken off."""

    def __init__(self) -> None:
        self.begun = self.cancelled = 0
        self.released = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return self.begun


async def boarded(flights: SingleFlight[int], *keys: str, work: Work) -> list[asyncio.Task[int]]:
    """A caller for each key, all waiting."""
    callers = [asyncio.create_task(flights.run(key, work)) for key in keys]
    for _ in range(3):
        await asyncio.sleep(0)
    return callers


async def test_callers_with_one_key_share_the_work() -> None:
    work = Work()
    callers = await boarded(SingleFlight(), "a", "a", work=work)
    work.released.set()

    assert (await asyncio.gather(*callers), work.begun) == ([1, 1], 1)


async def test_callers_with_another_key_do_not() -> None:
    work = Work()
    callers = await boarded(SingleFlight(), "a", "b", work=work)
    work.released.set()
    await asyncio.gather(*callers)

    assert work.begun == 2


async def test_a_caller_that_comes_when_it_is_done_begins_anew() -> None:
    work, flights = Work(), SingleFlight[int]()
    work.released.set()
    await flights.run("a", work)
    await flights.run("a", work)

    assert work.begun == 2


async def test_an_error_is_everybodys() -> None:
    work = Work()
    work.error = UpstreamUnreachable("kube.example")
    callers = await boarded(SingleFlight(), "a", "a", work=work)
    work.released.set()

    assert await asyncio.gather(*callers, return_exceptions=True) == [work.error, work.error]


async def test_a_caller_that_is_cancelled_takes_nothing_from_the_others() -> None:
    work = Work()
    first, second = await boarded(SingleFlight(), "a", "a", work=work)
    first.cancel()
    await asyncio.sleep(0)
    work.released.set()

    assert await second == 1


async def test_the_last_caller_that_is_cancelled_ends_the_work() -> None:
    work = Work()
    callers = await boarded(SingleFlight(), "a", "a", work=work)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await asyncio.sleep(0)

    assert work.cancelled == 1


async def test_nobody_boards_what_is_being_cancelled() -> None:
    work, flights = Work(), SingleFlight[int]()
    (caller,) = await boarded(flights, "a", work=work)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    work.released.set()

    assert await flights.run("a", work) == 2
