import asyncio
import socket
import stat
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import (
    AlreadyExists,
    NotFound,
    StorageUnavailable,
)
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.vault import PlainVault
from kubecfg_core.users import Role
from kubecfg_sqlalchemy import Database, connections
from kubecfg_sqlalchemy.address import parse_url
from tests.contract.storages import announce, event, new_cluster
from tests.unit.kubecfg_sqlalchemy.raw import run

PASSWORD = "pa55word"


def make(url: str) -> Database:
    return Database(url, vault=PlainVault(), clock=FakeClock())


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = make(database_url)
    yield made
    await made.close()


@pytest.fixture
def pool(database: Database) -> connections.Connections:
    return database._connections


async def write(pool: connections.Connections, *statements: str, **values: str) -> None:
    async with pool.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement), values)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def overwrite(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def open_to_all(path: Path) -> None:
    path.chmod(0o644)


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


async def test_a_database_that_answers_is_well(database: Database) -> None:
    await database.ping()


async def test_a_cluster_of_nobody_is_not_stored(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.clusters.add(4711, new_cluster(), announce)

    assert await database.outbox.backlog() == 0


async def test_two_replicas_store_a_name_once(database: Database, database_url: str) -> None:
    ann = await database.users.add("ann", "hash", Role.OPERATOR)
    replica = make(database_url)
    try:
        outcomes = await asyncio.gather(
            *(one.clusters.add(ann.id, new_cluster(), announce) for one in (database, replica) * 3),
            return_exceptions=True,
        )
    finally:
        await replica.close()

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyExists"] * 5 + ["Cluster"]
    assert isinstance(next(outcome for outcome in outcomes if not isinstance(outcome, AlreadyExists)), Cluster)


async def test_many_writers_at_once_are_all_served(database: Database) -> None:
    await asyncio.gather(*(database.outbox.add(event(str(number))) for number in range(100)))

    assert await database.outbox.backlog() == 100


async def test_a_cancelled_change_is_undone_and_the_next_one_goes_on(
    database: Database, pool: connections.Connections
) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with pool.writing() as connection:
            await connection.execute(text("INSERT INTO outbox (event_id, event) VALUES ('lost', '{}')"))
            written.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.outbox.add(event("kept"))

    assert [one.id for one in await database.outbox.pending(10)] == ["kept"]


async def test_what_the_database_refuses_is_an_error_of_ours_without_its_values(
    pool: connections.Connections,
) -> None:
    with pytest.raises(StorageUnavailable) as caught:
        await write(pool, "INSERT INTO nowhere VALUES (:value)", value=PASSWORD)

    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


async def test_an_event_that_cannot_be_read_is_an_error_of_ours(database: Database, database_url: str) -> None:
    await run(database_url, "INSERT INTO outbox (event_id, event) VALUES ('x', 'no json')")

    with pytest.raises(StorageUnavailable):
        await database.outbox.pending(1)


async def test_who_waits_too_long_for_a_connection_is_told_to_come_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_POOL_WAIT", 0.05)
    database = make(database_url)
    held = AsyncExitStack()
    held.push_async_callback(database.close)

    async def take_all() -> None:
        for _ in range(20):
            _ = await held.enter_async_context(database._connections.reading())

    async with held:
        with pytest.raises(StorageUnavailable, match="try again in a moment"):
            await take_all()


@only_sqlite
async def test_the_files_are_for_their_owner_alone(tmp_path: Path, database_url: str) -> None:
    del database_url
    async with Database.open(f"sqlite:///{tmp_path}/new/kubecfg.db", vault=PlainVault(), clock=FakeClock()) as database:
        await database.outbox.add(event("a"))
        modes = modes_in(tmp_path / "new")

    assert modes_in(tmp_path)["new"] == 0o700
    assert modes == dict.fromkeys(("kubecfg.db", "kubecfg.db-wal", "kubecfg.db-shm"), 0o600)


@only_sqlite
async def test_a_file_that_others_could_read_is_closed_to_them(database_url: str) -> None:
    path = file_of(database_url)
    open_to_all(path)

    await make(database_url).close()

    assert modes_in(path.parent)[path.name] == 0o600


@only_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("busy_timeout", 5000), ("foreign_keys", 1), ("secure_delete", 1)],
)
async def test_each_connection_is_set_up(pool: connections.Connections, pragma: str, value: str | int) -> None:
    async with pool.reading() as first, pool.writing() as second:
        found = [await connection.scalar(text(f"PRAGMA {pragma}")) for connection in (first, second)]

    assert found == [value, value]


@only_sqlite
async def test_a_file_that_another_process_keeps_locked_is_a_timeout(
    database_url: str, pool: connections.Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_PRAGMAS", ("PRAGMA busy_timeout = 10",))
    async with pool.writing():
        impatient = make(database_url)
        with pytest.raises(StorageUnavailable, match="busy for too long"):
            await impatient.outbox.add(event("a"))
        await impatient.close()


@only_sqlite
async def test_a_reader_does_not_wait_for_the_writer(database: Database, pool: connections.Connections) -> None:
    async with pool.writing() as connection:
        await connection.execute(text("INSERT INTO outbox (event_id, event) VALUES ('unseen', '{}')"))

        assert await database.outbox.backlog() == 0


@only_sqlite
async def test_a_file_that_is_no_database_is_an_error_of_ours(database_url: str) -> None:
    overwrite(file_of(database_url))
    broken = make(database_url)

    with pytest.raises(StorageUnavailable):
        await broken.ping()

    await broken.close()


@only_postgres
async def test_a_statement_that_takes_too_long_is_ended(pool: connections.Connections) -> None:
    with pytest.raises(StorageUnavailable, match="busy for too long"):
        await write(pool, "SET LOCAL statement_timeout = 20", "SELECT pg_sleep(30)")


@only_postgres
async def test_each_connection_has_its_limits(pool: connections.Connections) -> None:
    async with pool.reading() as connection:
        found = {name: await connection.scalar(text(f"SHOW {name}")) for name in connections._SERVER_SETTINGS}

    assert found["statement_timeout"] == "10s"
    assert found["idle_in_transaction_session_timeout"] == "30s"


@only_postgres
async def test_a_lost_connection_is_unreachable_and_the_next_call_has_a_new_one(
    database: Database, database_url: str, pool: connections.Connections
) -> None:
    async def be_cut_off() -> None:
        async with pool.writing() as connection:
            process = await connection.scalar(text("SELECT pg_backend_pid()"))
            await run(database_url, "SELECT pg_terminate_backend(:process)", process=process)
            await connection.execute(text("SELECT 1"))

    with pytest.raises(StorageUnavailable, match="was lost"):
        await be_cut_off()

    await database.ping()


@only_postgres
async def test_an_idle_connection_that_was_lost_is_not_noticed(database: Database, database_url: str) -> None:
    await database.ping()
    await run(
        database_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )

    await database.ping()


async def failure_of(url: str) -> str:
    database = make(url)
    with pytest.raises(StorageUnavailable) as caught:
        await database.ping()
    await database.close()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return caught.value.message


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://user:{PASSWORD}@127.0.0.1:{closed.getsockname()[1]}/name"

        assert await failure_of(url) == "The database cannot be reached."


async def test_a_start_without_the_database_names_the_variable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://127.0.0.1:{closed.getsockname()[1]}/name"

        with pytest.raises(StorageUnavailable, match=r"^DATABASE_URL: The database cannot be reached\.$"):
            async with Database.open(url, vault=PlainVault(), clock=FakeClock()):
                pass


async def test_a_server_that_never_answers_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_CONNECT_TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://user:{PASSWORD}@127.0.0.1:{mute.getsockname()[1]}/name"

        assert await failure_of(url) == "The database did not answer in time."


async def test_something_else_on_the_port_is_unreachable() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        failure = await failure_of(f"postgresql://user:{PASSWORD}@127.0.0.1:{port}/name?sslmode=disable")

    assert failure == "The database cannot be reached."


@only_postgres
async def test_a_database_that_does_not_exist_is_a_refusal(database_url: str) -> None:
    url = parse_url(database_url).set(database="kubecfg_absent", password=PASSWORD)

    assert "does not exist" in await failure_of(url.render_as_string(hide_password=False))


@only_postgres
async def test_an_unknown_user_is_a_refusal(database_url: str) -> None:
    url = parse_url(database_url).set(username="kubecfg_nobody", password=PASSWORD)

    assert "refuses the user or password" in await failure_of(url.render_as_string(hide_password=False))


def test_importing_the_package_loads_neither_alembic_nor_a_driver() -> None:
    code = "import sys, kubecfg_sqlalchemy; print({'alembic', 'asyncpg', 'aiosqlite'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == "set()"
