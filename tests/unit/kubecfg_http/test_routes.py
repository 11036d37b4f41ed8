"""Every route is in the table, and the table says who may come in."""

import pytest

from kubecfg_http.app import spellings
from kubecfg_http.keys import ROUTES
from kubecfg_http.operations import Operation
from kubecfg_http.routes import OPERATIONS
from tests.fakes.http_service import Client, World

PUBLIC = {"/auth/login", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}


def filled(path: str) -> str:
    return path.replace("{cluster_id}", "1").replace("{cluster_name}", "production-cluster")


def test_every_route_of_the_application_is_in_the_table(world: World) -> None:
    app = world.app()
    declared = app[ROUTES]

    assert set(app.router.routes()) == set(declared)


def test_only_these_are_public(world: World) -> None:
    public = {operation.path for operation in world.app()[ROUTES].values() if operation.public}

    assert {path for path in public if not path.startswith("/docs/")} == PUBLIC


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if not one.public], ids=lambda one: one.name)
async def test_nobody_comes_in_without_a_token(client: Client, operation: Operation) -> None:  # type: ignore[type-arg]  # any operation
    for path in spellings(filled(operation.path)):
        async with client.request(operation.method, path) as response:
            assert response.status == 401
            assert "detail" in await response.json()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
async def test_every_spelling_of_a_path_is_served_without_a_redirect(
    client: Client,
    headers: dict[str, str],
    operation: Operation,  # type: ignore[type-arg]  # any operation
) -> None:
    statuses = set()
    for path in spellings(filled(operation.path)):
        async with client.request(operation.method, path, headers=headers, allow_redirects=False) as response:
            statuses.add(response.status)

    assert len(statuses) == 1
    assert statuses <= {200, 400, 403, 404, 415}


@pytest.mark.parametrize("path", ["/kubeconfig/clusters", "/kubeconfig/clusters/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_a_wrong_method_is_told_the_right_ones(client: Client, method: str, path: str) -> None:
    async with client.request(method, path) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET, HEAD"
        assert "GET, HEAD" in (await response.json())["detail"]


@pytest.mark.parametrize("path", ["/", "/kubeconfig", "/kubeconfig/", "/kubeconfig/nothing", "/clusters", "/docs/../x"])
async def test_an_unknown_path_is_not_found(client: Client, path: str) -> None:
    async with client.get(path) as response:
        assert response.status == 404
        assert list(await response.json()) == ["detail"]


async def test_head_gives_what_get_gives_without_its_body(client: Client, headers: dict[str, str]) -> None:
    async with client.head("/kubeconfig/clusters", headers=headers) as response:
        assert response.status == 200
        assert await response.read() == b""
