import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from kubecfg_core.audit import AuditQuery
from kubecfg_core.errors import PermissionDenied, StorageUnavailable
from kubecfg_core.testing.audit_log import InMemoryAuditLog
from kubecfg_core.usecases.auditing import Audit

from .world import World, new_cluster

DAY = 24 * 3600


async def test_records_are_dropped_when_they_are_too_old() -> None:
    world = World()
    audit = Audit(world.outbox.audit, world.clock, keep=timedelta(days=400))
    await world.onboarded()
    world.clock.advance(399 * DAY)
    await world.clusters.onboard(world.ann, new_cluster("young"))

    kept = await audit.prune()
    world.clock.advance(2 * DAY)
    dropped = await audit.prune()

    assert (kept, dropped) == (0, 1)
    page = await world.outbox.audit.search(AuditQuery())
    assert [record.cluster_name for record in page.records] == ["young"]


async def test_an_operator_may_not_look() -> None:
    world = World()

    with pytest.raises(PermissionDenied):
        await Audit(world.outbox.audit, world.clock).search(world.ann, AuditQuery())


async def test_a_database_that_is_away_ends_no_retention() -> None:
    class Away(InMemoryAuditLog):
        def __init__(self) -> None:
            self.asked: asyncio.Queue[None] = asyncio.Queue()

        async def prune(self, *_args: object) -> int:
            self.asked.put_nowait(None)
            raise StorageUnavailable

    log = Away()
    task = asyncio.create_task(Audit(log, World().clock).run(interval=0.0))
    async with asyncio.timeout(5):
        await log.asked.get()
        await log.asked.get()

    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
