"""Connections and transactions: one way to read, one way to write, whichever database it is."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from kubecfg_core.errors import SettingsError, StorageUnavailable
from kubecfg_sqlalchemy.failures import translated

_POOL_WAIT: Final = 15.0
_CONNECT_TIMEOUT: Final = 5.0
_COMMAND_TIMEOUT: Final = 15.0
_WRITES: Final = "kubecfg_writes"
_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 5000",  # first: the others may find the file locked
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)
_SERVER_SETTINGS: Final = {
    "application_name": "kubecfg",
    "timezone": "UTC",
    "statement_timeout": "10000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
}


class Connections:
    """The pool of one database. Everything that fails inside is raised as an error of the core."""

    def __init__(self, url: URL) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        # A statement alone is a transaction already: asking for one costs two more journeys to the database.
        self._reader = self._engine if self.is_sqlite else self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = self._engine.execution_options(**{_WRITES: True})
        # SQLite has one writer, and whoever waits for it in SQLite is not served in turn.
        self._turn = asyncio.Lock() if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from, with one statement: each sees what is committed when it begins."""
        with translated():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, undone when anything is raised."""
        with translated():
            async with self._turn, self._writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _sqlite_engine(url: URL) -> AsyncEngine:
    _prepare_file(Path(url.database or ""))
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=4,
        max_overflow=0,
        pool_timeout=_POOL_WAIT,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare_file(path: Path) -> None:
    """Make the file, for its owner alone; SQLite gives its journals the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SettingsError(f"DATABASE_URL: {path} cannot be opened: {error.strerror}.") from error


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions late, and leave DDL out of them
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    """A writer locks at once: one that read first could not be let wait, and would fail instead."""
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgres_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=10,
        max_overflow=0,
        pool_timeout=_POOL_WAIT,
        pool_recycle=1800,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "async_creator_fn": _connect,
            "timeout": _CONNECT_TIMEOUT,
            "command_timeout": _COMMAND_TIMEOUT,
            "server_settings": _SERVER_SETTINGS,
        },
    )


async def _connect(*args: Any, **kwargs: Any) -> Any:
    """A connection of asyncpg. What fails here passes SQLAlchemy untranslated, so it is translated here."""
    import asyncpg  # late: an extra, and SQLite does without it

    try:
        return await asyncpg.connect(*args, **kwargs)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise StorageUnavailable("The database refuses the user or password in DATABASE_URL.") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise StorageUnavailable("The database named in DATABASE_URL does not exist.") from error
    except TimeoutError as error:
        raise StorageUnavailable("The database did not answer in time.") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise StorageUnavailable("The database cannot be reached.") from error
