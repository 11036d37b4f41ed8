"""What somebody does who reaches the database itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from kubecfg_sqlalchemy.address import parse_url


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction on a connection of its own, committed at the end."""
    engine = create_async_engine(parse_url(url))
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def run(url: str, statement: str, **values: Any) -> list[Any]:
    """Run one statement, and give the rows if there are any."""
    async with connected(url) as connection:
        answer = await connection.execute(text(statement), values)
        return list(answer.all()) if answer.returns_rows else []
