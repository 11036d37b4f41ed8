from collections.abc import AsyncIterator

import pytest

from tests.fakes.http_service import Client, World, serving


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with serving(world) as client:
        yield client


@pytest.fixture
async def headers(world: World) -> dict[str, str]:
    return await world.user()
