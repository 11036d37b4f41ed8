"""The service on a thread of its own, for clients that know no event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from kubecfg_core.clusters import ClusterTarget, NewCluster
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.secret import Secret
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_http import listening
from tests.fakes.http_service import URL, World

# The first ones are there to be removed: small numbers are what a generator of requests tries first.
CLUSTERS: Final = 20
TARGET: Final = ClusterTarget(name="", server_url=URL, token=Secret("a-cluster-token"))
_PATIENCE: Final = 20.0


class EverywhereConnector(InMemoryConnector):
    """Finds the one cluster at every address."""

    def __init__(self) -> None:
        super().__init__({URL: InMemoryCluster()})

    @asynccontextmanager
    async def connect(self, target: ClusterTarget) -> AsyncIterator[KubeGateway]:
        del target
        yield self.clusters[URL]


@dataclass(frozen=True, slots=True)
class Live:
    """Where it listens, and the headers that let in an operator who owns the clusters 1 to `CLUSTERS`."""

    url: str
    headers: dict[str, str]


@contextmanager
def live_service() -> Iterator[Live]:
    """Serve until the block is left."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    service = _service()
    try:
        yield asyncio.run_coroutine_threadsafe(service.__aenter__(), loop).result(_PATIENCE)
    finally:
        asyncio.run_coroutine_threadsafe(service.__aexit__(None, None, None), loop).result(_PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE)
        loop.close()


@asynccontextmanager
async def _service() -> AsyncIterator[Live]:
    world = World(connector=EverywhereConnector())
    headers = await world.user()
    operator = await world.services.accounts.authenticate(headers["Authorization"].removeprefix("Bearer "))
    for number in range(1, CLUSTERS + 1):
        new = NewCluster(cluster_name=f"cluster-{number}", target=TARGET)
        await world.services.clusters.onboard(operator, new)
    async with listening(world.app(), "127.0.0.1", 0) as url:
        yield Live(url, headers)
