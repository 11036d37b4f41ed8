import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from kubecfg_core.errors import SettingsError, StorageUnavailable
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.vault import PlainVault
from kubecfg_core.users import Role
from kubecfg_sqlalchemy import Database
from kubecfg_sqlalchemy.migrations import versions
from kubecfg_sqlalchemy.schema import metadata
from tests.unit.kubecfg_sqlalchemy.raw import connected, run

HEAD = max(path.name[1:5] for path in Path(versions.__file__).parent.glob("r*.py"))
MIGRATE = """
import asyncio, sys
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.vault import PlainVault
from kubecfg_sqlalchemy import Database

async def main():
    async with Database.open(sys.argv[1], vault=PlainVault(), clock=FakeClock()) as database:
        await database.ping()

asyncio.run(main())
"""


async def migrate(url: str) -> None:
    async with Database.open(url, vault=PlainVault(), clock=FakeClock()) as database:
        await database.ping()


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def tables(connection: Connection) -> list[str]:
    return sorted(inspect(connection).get_table_names())


async def test_an_empty_database_gets_the_tables_that_the_code_means(empty_database_url: str) -> None:
    await migrate(empty_database_url)

    async with connected(empty_database_url) as connection:
        assert await connection.run_sync(tables) == sorted(["alembic_version", *metadata.tables])
        assert await connection.run_sync(differences) == []


async def test_a_second_start_changes_nothing(empty_database_url: str) -> None:
    async with Database.open(empty_database_url, vault=PlainVault(), clock=FakeClock()) as database:
        ann = await database.users.add("ann", "hash", Role.ADMIN)
        await database.migrate()

    async with Database.open(empty_database_url, vault=PlainVault(), clock=FakeClock()) as database:
        assert await database.users.list() == [ann]


async def test_tasks_that_start_at_once_make_the_tables_once(empty_database_url: str) -> None:
    await asyncio.gather(*(migrate(empty_database_url) for _ in range(4)))

    assert await run(empty_database_url, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_processes_that_start_at_once_make_the_tables_once(empty_database_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", "-c", MIGRATE, empty_database_url, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]

    endings = await asyncio.gather(*(process.communicate() for process in processes))

    assert [(process.returncode, errors) for process, (_, errors) in zip(processes, endings, strict=True)] == [
        (0, b"")
    ] * 3
    assert await run(empty_database_url, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database_url: str) -> None:
    if empty_database_url.startswith("sqlite"):
        path = Path(empty_database_url.removeprefix("sqlite:///"))
        path.parent.mkdir()
    await run(empty_database_url, "CREATE TABLE outbox (made_by TEXT)")

    with pytest.raises(StorageUnavailable):
        await migrate(empty_database_url)

    async with connected(empty_database_url) as connection:
        assert await connection.run_sync(tables) == ["outbox"]


async def test_a_newer_versions_database_is_refused(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    await run(empty_database_url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SettingsError, match=r"^DATABASE_URL: .*newer"):
        await migrate(empty_database_url)
