"""Brings the tables to the newest revision, one process at a time."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, func, select

from kubecfg_core.errors import SettingsError, StorageUnavailable
from kubecfg_sqlalchemy.connections import Connections

_LOCK_KEY: Final = 0x6B756265636667  # "kubecfg"
_DEADLINE: Final = 60.0
_PAUSE: Final = 0.05
_one_at_a_time = threading.Lock()  # alembic's context is global to the process


async def migrate(connections: Connections) -> None:
    """Run every revision that is missing, all in one transaction, while others wait.

    Raises `SettingsError` where the database has a revision that this version does not know, `StorageUnavailable` where
    another process migrates for longer than a minute.
    """
    await _until(_take_process_lock)
    try:
        # On SQLite the write transaction is the lock.
        async with connections.writing() as connection:
            if not connections.is_sqlite:
                await _until(lambda: connection.scalar(select(func.pg_try_advisory_xact_lock(_LOCK_KEY))))
            await connection.run_sync(_upgrade)
    finally:
        _one_at_a_time.release()


async def _take_process_lock() -> bool:
    return _one_at_a_time.acquire(blocking=False)


async def _until(locked: Callable[[], Awaitable[bool | None]]) -> None:
    try:
        async with asyncio.timeout(_DEADLINE):
            while not await locked():  # noqa: ASYNC110 - who holds it is in another process or loop
                await asyncio.sleep(_PAUSE)
    except TimeoutError as error:
        raise StorageUnavailable("Another process has been changing the database's tables for a minute.") from error


def _upgrade(connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SettingsError("DATABASE_URL: a newer version of kubecfg has made this database; use that one.") from error
