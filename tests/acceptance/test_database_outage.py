"""A database that goes away is a 503 that says so, at every endpoint, and the service is well when it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession

from kubecfg_core.secret import Secret
from kubecfg_http import create_app, listening
from kubecfg_runtime import Kubecfg, Settings
from tests.fakes.http_service import new_cluster
from tests.postgres import database_name, require_server, run_sql, temporary_database

LOGIN: Final = {"username": "ann", "password": "correct horse battery"}
CALLS: Final[list[tuple[str, str, Any]]] = [
    ("POST", "/auth/login", LOGIN),
    ("POST", "/kubeconfig/onboard-cluster", new_cluster("another")),
    ("GET", "/kubeconfig/clusters", None),
    ("DELETE", "/kubeconfig/remove-cluster/1", None),
    ("POST", "/kubeconfig/select-cluster-and-get-namespaces/1", None),
    ("GET", "/kubeconfig/get-namespaces/1", None),
    ("GET", "/kubeconfig/cluster/kept/credentials", None),
    ("PATCH", "/kubeconfig/clusters/1", {"tags": ["new"]}),
    ("PUT", "/kubeconfig/clusters/1/credentials", {"token": "another"}),
    ("POST", "/kubeconfig/analyze-k8s-with-solutions/1", None),
    ("POST", "/kubeconfig/execute-kubectl-direct/1", {"command": "get pods"}),
    ("GET", "/kubeconfig/metrics/resource-usage?username=ann&metric=cpu", None),
    ("GET", "/kubeconfig/nodes/status/all-clusters", None),
]


@asynccontextmanager
async def outage(server: str, url: str) -> AsyncIterator[None]:
    """Cut every connection to the database and let no new one in."""
    name = database_name(url)
    await run_sql(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    try:
        await run_sql(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        yield
    finally:
        await run_sql(server, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.fixture
async def server() -> str:
    return await asyncio.to_thread(require_server)


@pytest.fixture
async def database(server: str) -> AsyncIterator[str]:
    async with temporary_database(server) as url:
        yield url


@pytest.fixture
async def session(database: str, tmp_path: Path) -> AsyncIterator[ClientSession]:
    """A user who has one cluster, logged in."""
    settings = Settings(
        database_url=Secret(database),
        kubecfg_data_dir=tmp_path,
        kubecfg_admin_username=LOGIN["username"],
        kubecfg_admin_password=Secret(LOGIN["password"]),
    )
    async with Kubecfg(settings) as kubecfg:
        app = create_app(await kubecfg.services())
        async with listening(app, "127.0.0.1", 0) as url, ClientSession(url) as session:
            async with session.post("/auth/login", json=LOGIN) as answer:
                session.headers["Authorization"] = f"Bearer {(await answer.json())['access_token']}"
            async with session.post("/kubeconfig/onboard-cluster?verify=false", json=new_cluster("kept")) as answer:
                assert answer.status == 201
            yield session


async def test_every_endpoint_says_that_the_database_is_away(
    session: ClientSession, server: str, database: str
) -> None:
    said = {}
    async with outage(server, database):
        for method, path, body in CALLS:
            async with session.request(method, path, json=body) as answer:
                said[path] = (answer.status, "database" in (await answer.json())["detail"].lower())

    assert said == {path: (503, True) for _, path, _ in CALLS}


async def test_the_service_lives_but_is_not_ready(session: ClientSession, server: str, database: str) -> None:
    async with outage(server, database), session.get("/healthz") as alive, session.get("/readyz") as ready:
        assert (alive.status, ready.status, (await ready.json())["detail"]) == (200, 503, "Not ready: database, keys.")


async def test_nothing_is_lost_when_it_is_back(session: ClientSession, server: str, database: str) -> None:
    async with outage(server, database), session.get("/kubeconfig/clusters") as answer:
        assert answer.status == 503

    async with session.get("/kubeconfig/clusters") as answer:
        assert [cluster["cluster_name"] for cluster in (await answer.json())["clusters"]] == ["kept"]
