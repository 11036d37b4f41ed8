"""A PostgreSQL server for the tests, and databases on it that live as long as a test.

The server is the one in KUBECFG_TEST_POSTGRES_URL; else one that answers on 127.0.0.1:5432 as user postgres without a
password; else one of our own, where PostgreSQL's programs are installed. Where there is none the tests are skipped and
say so, but in CI (CI=true) they fail.
"""

import asyncio
import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
PROGRAMS = ("initdb", "pg_ctl")


class NoServer(Exception):
    """Why there is no PostgreSQL."""


def require_server() -> str:
    """The server's URL, or the end of the test."""
    try:
        return server_url()
    except NoServer as missing:
        reason = f"no PostgreSQL to test with: {missing}"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)


@cache
def server_url() -> str:
    """The URL of a database on which others can be made. Raises `NoServer`."""
    given = os.environ.get("KUBECFG_TEST_POSTGRES_URL")
    if given:
        return given
    if asyncio.run(_answers(LOCAL)):
        return LOCAL
    return start_server()


async def _answers(url: str) -> bool:
    import asyncpg

    try:
        connection = await asyncpg.connect(url, timeout=2)
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def start_server() -> str:
    """Start a server on a free port, which ends with this process. Raises `NoServer`."""
    programs = {name: _program(name) for name in PROGRAMS}
    folder = Path(tempfile.mkdtemp(prefix="kubecfg-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    user = None
    if os.geteuid() == 0:  # the server refuses to be root
        user = "postgres"
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    make: list[str | Path] = [
        programs["initdb"],
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    start: list[str | Path] = [
        programs["pg_ctl"],
        "-D",
        data,
        "-w",
        "-t",
        "30",
        "-l",
        folder / "log",
        "-o",
        options,
        "start",
    ]
    try:
        for command in (make, start):
            subprocess.run(command, user=user, cwd=folder, check=True, timeout=60, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServer(f"its programs are there, but it did not start: {error}") from error
    atexit.register(_stop, [programs["pg_ctl"], "-D", data, "-m", "immediate", "stop"], user)
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _stop(command: list[str | Path], user: str | None) -> None:
    subprocess.run(command, user=user, cwd="/", check=False, timeout=30, stdout=subprocess.DEVNULL)


def _program(name: str) -> str:
    """Debian keeps them where no PATH leads."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(installed[-1]) if installed else shutil.which(name)
    if found is None:
        raise NoServer(f"none answers on 127.0.0.1:5432, {name} is not installed, KUBECFG_TEST_POSTGRES_URL is not set")
    return found


@asynccontextmanager
async def temporary_database(server: str, *, template: str = "template0") -> AsyncIterator[str]:
    """The URL of a new database, a copy of the template, dropped at the end."""
    url = await create_database(server, template=template)
    try:
        yield url
    finally:
        await drop_database(server, url)


async def create_database(server: str, *, template: str = "template0") -> str:
    """The URL of a new database, a copy of the template."""
    name = f"kubecfg_test_{uuid4().hex}"
    await run_sql(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


async def drop_database(server: str, url: str) -> None:
    """Drop it, whoever is connected."""
    await run_sql(server, f'DROP DATABASE "{database_name(url)}" WITH (FORCE)')


def database_name(url: str) -> str:
    """The name in the URL."""
    return urlsplit(url).path.removeprefix("/")


async def run_sql(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    import asyncpg

    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
