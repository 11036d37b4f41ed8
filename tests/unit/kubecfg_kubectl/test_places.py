import asyncio

import pytest

from kubecfg_core.errors import TooMany
from kubecfg_kubectl.places import Lane, Places


def made(
    *, total: int, queue: int, patience: float, each: int = 9, line: int = 0, caller_each: int = 9, caller_line: int = 0
) -> Places:
    return Places(
        total=total,
        queue=queue,
        patience=patience,
        clusters=Lane("on this cluster", each=each, line=line),
        callers=Lane("for you", each=caller_each, line=caller_line),
    )


async def hold(places: Places, key: str, free: asyncio.Event, caller: str = "") -> None:
    async with places.take(key, caller):
        await free.wait()


async def holding(places: Places, *keys: str) -> tuple[asyncio.Event, list[asyncio.Task[None]]]:
    """Take a place for each key, or wait for one, until the event is set."""
    free = asyncio.Event()
    tasks = [asyncio.create_task(hold(places, key, free)) for key in keys]
    await asyncio.sleep(0)
    return free, tasks


async def test_a_full_queue_refuses() -> None:
    places = made(total=1, each=9, queue=1, patience=5)
    free, tasks = await holding(places, "a", "b")

    with pytest.raises(TooMany):
        await hold(places, "c", free)

    free.set()
    await asyncio.gather(*tasks)


async def test_one_key_cannot_take_the_places_of_others() -> None:
    places = made(total=3, each=1, queue=3, patience=5)
    free, tasks = await holding(places, "a")

    with pytest.raises(TooMany, match="this cluster"):
        await hold(places, "a", free)

    free.set()
    await hold(places, "b", free)
    await asyncio.gather(*tasks)


async def test_some_of_a_key_wait_in_line_and_leave_the_places_of_others_free() -> None:
    places = made(total=2, each=1, line=1, queue=2, patience=5)
    free, tasks = await holding(places, "a", "a")

    async with places.take("b", ""):
        waiting = [task for task in tasks if not task.done()]

    free.set()
    await asyncio.gather(*tasks)
    assert len(waiting) == 2


async def test_the_line_of_a_key_has_an_end() -> None:
    places = made(total=9, each=1, line=1, queue=9, patience=5)
    free, tasks = await holding(places, "a", "a")

    with pytest.raises(TooMany, match="this cluster"):
        await hold(places, "a", free)

    free.set()
    await asyncio.gather(*tasks)


async def test_waiting_ends_after_a_while() -> None:
    places = made(total=1, each=9, queue=1, patience=0.01)
    free, tasks = await holding(places, "a")

    with pytest.raises(TooMany) as caught:
        await hold(places, "b", free)

    assert caught.value.retry_after > 0
    free.set()
    await asyncio.gather(*tasks)


async def test_a_place_is_free_again_after_a_failure() -> None:
    places = made(total=1, each=1, queue=0, patience=1)

    with pytest.raises(ValueError, match="x"):
        async with places.take("a", ""):
            raise ValueError("x")

    async with places.take("a", ""):
        pass


async def test_one_who_is_cancelled_while_waiting_leaves_the_queue() -> None:
    places = made(total=1, each=1, queue=1, patience=5)
    free, tasks = await holding(places, "a", "b")
    tasks[1].cancel()
    await asyncio.wait({tasks[1]})
    free.set()
    await tasks[0]

    await hold(places, "a", free)


async def test_one_caller_cannot_take_the_places_of_others() -> None:
    places = made(total=9, queue=9, patience=5, caller_each=2)
    free = asyncio.Event()
    tasks = [asyncio.create_task(hold(places, key, free, "ada")) for key in ("a", "b")]
    await asyncio.sleep(0)

    with pytest.raises(TooMany, match="for you"):
        await hold(places, "c", free, "ada")

    free.set()
    await hold(places, "c", free, "ben")
    await asyncio.gather(*tasks)


async def test_callers_without_a_name_are_not_counted_as_one() -> None:
    places = made(total=9, queue=9, patience=5, caller_each=1)
    free, tasks = await holding(places, "a", "b", "c")

    assert not any(task.done() for task in tasks)
    free.set()
    await asyncio.gather(*tasks)
