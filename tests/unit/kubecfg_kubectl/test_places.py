import asyncio

import pytest

from kubecfg_core.errors import TooMany
from kubecfg_kubectl.places import Places


async def hold(places: Places, key: str, free: asyncio.Event) -> None:
    async with places.take(key):
        await free.wait()


async def holding(places: Places, *keys: str) -> tuple[asyncio.Event, list[asyncio.Task[None]]]:
    """Take a place for each key, or wait for one, until the event is set."""
    free = asyncio.Event()
    tasks = [asyncio.create_task(hold(places, key, free)) for key in keys]
    await asyncio.sleep(0)
    return free, tasks


async def test_a_full_queue_refuses() -> None:
    places = Places(total=1, each=9, queue=1, patience=5)
    free, tasks = await holding(places, "a", "b")

    with pytest.raises(TooMany):
        await hold(places, "c", free)

    free.set()
    await asyncio.gather(*tasks)


async def test_one_key_cannot_take_the_places_of_others() -> None:
    places = Places(total=3, each=1, queue=3, patience=5)
    free, tasks = await holding(places, "a")

    with pytest.raises(TooMany, match="this cluster"):
        await hold(places, "a", free)

    free.set()
    await hold(places, "b", free)
    await asyncio.gather(*tasks)


async def test_some_of_a_key_wait_in_line_and_leave_the_places_of_others_free() -> None:
    places = Places(total=2, each=1, line=1, queue=2, patience=5)
    free, tasks = await holding(places, "a", "a")

    async with places.take("b"):
        waiting = [task for task in tasks if not task.done()]

    free.set()
    await asyncio.gather(*tasks)
    assert len(waiting) == 2


async def test_the_line_of_a_key_has_an_end() -> None:
    places = Places(total=9, each=1, line=1, queue=9, patience=5)
    free, tasks = await holding(places, "a", "a")

    with pytest.raises(TooMany, match="this cluster"):
        await hold(places, "a", free)

    free.set()
    await asyncio.gather(*tasks)


async def test_waiting_ends_after_a_while() -> None:
    places = Places(total=1, each=9, queue=1, patience=0.01)
    free, tasks = await holding(places, "a")

    with pytest.raises(TooMany) as caught:
        await hold(places, "b", free)

    assert caught.value.retry_after > 0
    free.set()
    await asyncio.gather(*tasks)


async def test_a_place_is_free_again_after_a_failure() -> None:
    places = Places(total=1, each=1, queue=0, patience=1)

    with pytest.raises(ValueError, match="x"):
        async with places.take("a"):
            raise ValueError("x")

    async with places.take("a"):
        pass


async def test_one_who_is_cancelled_while_waiting_leaves_the_queue() -> None:
    places = Places(total=1, each=1, queue=1, patience=5)
    free, tasks = await holding(places, "a", "b")
    tasks[1].cancel()
    await asyncio.wait({tasks[1]})
    free.set()
    await tasks[0]

    await hold(places, "a", free)
