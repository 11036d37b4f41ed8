"""Databases for tests: fresh ones of each kind, with tables and without. A `conftest.py` imports what it needs."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.vault import PlainVault
from tests.postgres import create_database, database_name, drop_database, require_server, temporary_database

T = TypeVar("T")


def run_beside(work: Coroutine[Any, Any, T]) -> T:
    """Run it in a loop and thread of its own: a synchronous fixture may be asked for within a running loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def make_tables(url: str) -> None:
    """Migrate the database."""
    from kubecfg_sqlalchemy import Database

    async with Database.open(url, vault=PlainVault(), clock=FakeClock()):
        pass


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a server."""
    return run_beside(_server())


async def _server() -> str:
    return await asyncio.to_thread(require_server)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with all tables, to copy."""
    url = run_beside(create_database(postgres_server))
    try:
        run_beside(make_tables(url))
        yield database_name(url)
    finally:
        run_beside(drop_database(postgres_server, url))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    run_beside(make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh database with all tables."""
    if request.param == "sqlite":
        yield copy_of(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    template = request.getfixturevalue("postgres_template")
    async with temporary_database(request.getfixturevalue("postgres_server"), template=template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/kubecfg.db"
        return
    async with temporary_database(request.getfixturevalue("postgres_server")) as url:
        yield url


def copy_of(template: Path, folder: Path) -> str:
    """The URL of a copy of the file."""
    shutil.copy(template, folder / "kubecfg.db")
    return f"sqlite:///{folder}/kubecfg.db"
