import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import NotConfigured, SettingsError
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.users import Role
from kubecfg_crypto import AesGcmVault
from kubecfg_sqlalchemy import Database
from kubecfg_sqlalchemy.keys import KeyUse
from tests.contract.storages import announce, new_cluster
from tests.unit.kubecfg_sqlalchemy.raw import run

OLD, NEW, OTHER = [(name, secrets.token_bytes(32)) for name in ("old", "new", "other")]
Ring = tuple[tuple[str, bytes], ...]


@asynccontextmanager
async def opened(url: str, *ring: tuple[str, bytes]) -> AsyncIterator[Database]:
    async with Database.open(url, vault=AesGcmVault(ring), clock=FakeClock()) as database:
        yield database


async def onboard(database: Database, *names: str) -> list[Cluster]:
    user = await database.users.find("ann") or await database.users.add("ann", "hash", Role.OPERATOR)
    return [await database.clusters.add(user.id, new_cluster(name), announce) for name in names]


async def rotate(database: Database, batch: int = 2) -> tuple[int, int]:
    done = [step async for step in database.keys.rotate(batch=batch)]
    return sum(step.sealed for step in done), sum(step.unreadable for step in done)


async def test_each_key_is_told_with_its_rows_the_sealing_one_first(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await onboard(database, "a", "b")
    async with opened(database_url, OTHER) as database:
        await onboard(database, "c")

    async with opened(database_url, NEW, OLD) as database:
        uses = await database.keys.status()

    assert uses == [
        KeyUse(key_id="new", rows=0, known=True, current=True),
        KeyUse(key_id="old", rows=2, known=True, current=False),
        KeyUse(key_id="other", rows=1, known=False, current=False),
    ]


async def test_rotation_seals_every_row_with_the_first_key(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        before = await onboard(database, *"abcde")

    async with opened(database_url, NEW, OLD) as database:
        assert await rotate(database) == (5, 0)

    async with opened(database_url, NEW) as database:
        after = await database.clusters.list(before[0].user_id)
        assert [cluster.target for cluster in after] == [cluster.target for cluster in before]
        assert [cluster.updated_at for cluster in after] == [cluster.updated_at for cluster in before]
    async with opened(database_url, OLD) as database:
        for cluster in before:
            with pytest.raises(NotConfigured):
                await database.clusters.get(cluster.user_id, cluster.id)


async def test_a_second_rotation_has_nothing_to_do(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await onboard(database, "a")

    async with opened(database_url, NEW, OLD) as database:
        await rotate(database)
        sealed = await run(database_url, "SELECT credentials FROM clusters")

        assert await rotate(database) == (0, 0)
        assert await run(database_url, "SELECT credentials FROM clusters") == sealed


async def test_a_rotation_that_was_stopped_is_taken_up_again(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await onboard(database, *"abcde")

    async with opened(database_url, NEW, OLD) as database:
        async for _ in database.keys.rotate(batch=2):
            break

        assert await rotate(database) == (3, 0)


async def test_a_row_that_does_not_open_stays_as_it_is(database_url: str) -> None:
    async with opened(database_url, OTHER) as database:
        await onboard(database, "a")
    sealed = await run(database_url, "SELECT credentials FROM clusters")

    async with opened(database_url, NEW, OLD) as database:
        assert await rotate(database) == (0, 1)

    assert await run(database_url, "SELECT credentials FROM clusters") == sealed


async def test_a_row_that_changes_under_the_rotation_keeps_the_change(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        (cluster,) = await onboard(database, "a")
    async with opened(database_url, NEW, OLD) as database:
        rows = await database.keys._stale(0, 10)
        await run(database_url, "UPDATE clusters SET credentials = 'changed' WHERE id = :id", id=cluster.id)

        done = await database.keys._reseal(rows)

    assert (done.sealed, done.missed) == (0, 1)
    assert await run(database_url, "SELECT credentials FROM clusters") == [("changed",)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sqlites_files_forget_what_the_old_key_sealed(database_url: str) -> None:
    from pathlib import Path

    async with opened(database_url, OLD) as database:
        await onboard(database, *"abcde")
    async with opened(database_url, NEW, OLD) as database:
        await rotate(database)

        path = Path(database_url.removeprefix("sqlite:///"))
        written = b"".join(file.read_bytes() for file in path.parent.glob("kubecfg.db*"))
        assert (b"v1.new." in written, b"v1.old." in written) == (True, False)


async def test_the_right_ring_passes_the_check_again_and_again(database_url: str) -> None:
    for ring in ((OLD,), (NEW, OLD), (NEW,)):
        async with opened(database_url, *ring) as database:
            await database.keys.check()
            await database.keys.check()


async def test_another_key_under_a_used_name_is_refused(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await database.keys.check()

    async with opened(database_url, ("old", OTHER[1])) as database:
        with pytest.raises(SettingsError, match=r"^KUBECFG_ENCRYPTION_KEYS: key old is not the key of that id"):
            await database.keys.check()


async def test_a_ring_that_opens_nothing_is_refused(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await onboard(database, "a", "b")

    async with opened(database_url, NEW) as database:
        with pytest.raises(SettingsError, match=r"opens none of the stored credentials, sealed with old \(2\)\.$"):
            await database.keys.check()


async def test_a_key_that_some_rows_need_is_missed(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await onboard(database, "a")
    async with opened(database_url, NEW, OLD) as database:
        await onboard(database, "b")

    async with opened(database_url, NEW) as database:
        await database.keys.check()
        with pytest.raises(NotConfigured, match=r"lacks a key: .* sealed with old \(1\)\."):
            await database.keys.all_known()


async def test_no_message_holds_a_key(database_url: str) -> None:
    async with opened(database_url, OLD) as database:
        await database.keys.check()

    async with opened(database_url, ("old", OTHER[1])) as database:
        with pytest.raises(SettingsError) as caught:
            await database.keys.check()

    for _, key in (OLD, OTHER):
        assert base64.b64encode(key).decode() not in str(caught.value)
