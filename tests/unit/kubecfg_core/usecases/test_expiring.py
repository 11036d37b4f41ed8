from datetime import timedelta
from typing import Any

import msgspec

from kubecfg_core.testing.expiries import InMemoryExpiries
from kubecfg_core.usecases.expiring import ExpiryWatch

from .world import World, new_cluster


class Watched:
    def __init__(self) -> None:
        self.world = World()
        self.expiries = InMemoryExpiries(self.world.repo)

    async def onboard(self, name: str, **left: float) -> None:
        cluster = await self.world.clusters.onboard(self.world.ann, new_cluster(name))
        end = self.world.clock.now() + timedelta(**left)
        self.world.repo._clusters[cluster.id] = msgspec.structs.replace(cluster, credential_expires_at=end)

    async def look(self) -> list[dict[str, Any]]:
        """The warnings that one more look gives."""
        before = len(await self._events())
        await ExpiryWatch(self.expiries, self.world.announcer, self.world.clock).look()
        return (await self._events())[before:]

    async def _events(self) -> list[dict[str, Any]]:
        events = await self.world.outbox.pending(1000)
        return [dict(event.data) for event in events if event.type == "cluster.credentials.expiring"]


async def test_the_warning_tells_whose_it_is_and_when_it_ends() -> None:
    watched = Watched()
    await watched.onboard("prod", days=10)

    assert await watched.look() == [
        {"user_id": 1, "cluster_id": 1, "cluster_name": "prod", "expires_at": "2024-01-25T10:30:00Z", "days": 14}
    ]


async def test_each_threshold_is_announced_once_as_time_goes_by() -> None:
    watched = Watched()
    await watched.onboard("prod", days=20)
    told = []

    for _ in range(22 * 4):
        told += [warning["days"] for warning in await watched.look()]
        watched.world.clock.advance(timedelta(hours=6).total_seconds())

    assert told == [14, 7, 1]


async def test_what_ends_tomorrow_is_announced_once_and_not_thrice() -> None:
    watched = Watched()
    await watched.onboard("prod", hours=20)

    assert [warning["days"] for warning in await watched.look()] == [1]
    assert await watched.look() == []


async def test_what_has_ended_already_is_announced() -> None:
    watched = Watched()
    await watched.onboard("prod", days=-100)

    assert [warning["days"] for warning in await watched.look()] == [1]


async def test_more_than_a_batch_is_announced_in_one_look() -> None:
    watched = Watched()
    for number in range(230):
        await watched.onboard(f"cluster-{number}", days=3)

    assert len(await watched.look()) == 230


async def test_a_warning_is_nobodys_attempt() -> None:
    watched = Watched()
    await watched.onboard("prod", days=3)
    before = len(watched.world.outbox.audit._records)

    await watched.look()

    assert len(watched.world.outbox.audit._records) == before
