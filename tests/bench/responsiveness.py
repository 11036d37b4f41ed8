"""How long others wait for the service while it analyses a large cluster."""

import asyncio
import time
from typing import Any

from aiohttp import ClientSession

from kubecfg_core.clusters import ClusterTarget
from tests.bench.processes import PASSWORD


async def waits(url: str, target: ClusterTarget, analyses: int) -> list[float]:
    """Seconds of every `GET /kubeconfig/clusters`, one after another, while the service analyses so many times."""
    async with ClientSession(url) as session:
        answer = await _post(session, "/auth/login", {"username": "bench", "password": PASSWORD})
        session.headers["Authorization"] = f"Bearer {answer['access_token']}"
        assert target.token is not None
        new = {"cluster_name": "bench", "server_url": target.server_url, "ca_data": target.ca_data}
        cluster = await _post(session, "/kubeconfig/onboard-cluster", {**new, "token": target.token.reveal()})
        path = f"/kubeconfig/analyze-k8s-with-solutions/{cluster['id']}"
        await _post(session, path)  # the first one imports what it needs
        found: list[float] = []
        for _ in range(analyses):
            analysis = asyncio.ensure_future(_post(session, path))
            while not analysis.done():
                found.append(await _asked(session))
                await asyncio.sleep(0.002)
            await analysis
        return found


async def _asked(session: ClientSession) -> float:
    start = time.perf_counter()
    async with session.get("/kubeconfig/clusters") as response:
        response.raise_for_status()
        await response.read()
    return time.perf_counter() - start


async def _post(session: ClientSession, path: str, body: Any = None) -> Any:
    async with session.post(path, json=body) as response:
        response.raise_for_status()
        return await response.json()
