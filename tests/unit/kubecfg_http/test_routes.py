"""Every route is in the table, and the table says who may come in."""

import re
from typing import Any

import pytest

from kubecfg_core.users import Role
from kubecfg_http.app import spellings
from kubecfg_http.keys import ROUTES
from kubecfg_http.operations import PUBLIC as EVERYBODY
from kubecfg_http.operations import Operation
from kubecfg_http.routes import OPERATIONS
from tests.fakes.http_service import PASSWORD, Client, World

PUBLIC = {"/auth/login", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}
ADMINS = {"list_users", "add_user", "change_user", "remove_user", "search_audit"}
OPERATORS = {
    "onboard_cluster", "import_kubeconfig", "change_cluster", "replace_credential", "remove_cluster", "get_credentials",
    "put_grant", "remove_grant",
}  # fmt: skip


def filled(path: str) -> str:
    return re.sub(r"{\w+_id}", "77", path).replace("{cluster_name}", "production-cluster").replace("{username}", "ann")


def test_every_route_of_the_application_is_in_the_table(world: World) -> None:
    app = world.app()
    declared = app[ROUTES]

    assert set(app.router.routes()) == set(declared)


def test_only_these_are_public(world: World) -> None:
    public = {operation.path for operation in world.app()[ROUTES].values() if operation.public}

    assert {path for path in public if not path.startswith("/docs/")} == PUBLIC


def test_no_route_is_without_a_declared_permission(world: World) -> None:
    app = world.app()

    for route in app.router.routes():
        assert app[ROUTES][route].needs in {EVERYBODY, *Role}


def test_what_is_for_admins_and_operators() -> None:
    needed = {operation.name: operation.needs for operation in OPERATIONS}

    assert {name for name, needs in needed.items() if needs is Role.ADMIN} == ADMINS
    assert {name for name, needs in needed.items() if needs is Role.OPERATOR} == OPERATORS


@pytest.mark.parametrize(
    ("operation", "lower"),
    [(one, role) for one in OPERATIONS for role in Role if one.needs != EVERYBODY and not role.covers(one.needs)],
    ids=lambda one: getattr(one, "name", one),
)
async def test_a_lower_role_is_refused_before_anything_is_read(
    client: Client, world: World, operation: Operation[Any, Any], lower: Role
) -> None:
    headers = await world.user("low", lower)
    async with client.request(operation.method, filled(operation.path), headers=headers) as response:
        assert response.status == 403
        assert (await response.json())["detail"] == f"This needs the role {operation.needs}; yours is {lower}."


async def test_the_role_is_the_one_in_the_database(client: Client, world: World) -> None:
    headers = await world.user("ann", Role.OPERATOR)
    accounts = world.services.accounts
    await accounts.add("root", "a long password", Role.ADMIN)
    await accounts.change((await accounts.named("ann")).id, role=Role.ADMIN)

    async with client.get("/kubeconfig/users", headers=headers) as response:
        assert response.status == 401  # the role is another one, so the tokens of before have ended
    token = (await accounts.login("ann", PASSWORD)).access_token
    async with client.get("/kubeconfig/users", headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 200


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if not one.public], ids=lambda one: one.name)
async def test_nobody_comes_in_without_a_token(client: Client, operation: Operation[Any, Any]) -> None:
    for path in spellings(filled(operation.path)):
        async with client.request(operation.method, path) as response:
            assert response.status == 401
            assert "detail" in await response.json()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.name != "log_out"], ids=lambda one: one.name)
async def test_every_spelling_of_a_path_is_served_without_a_redirect(
    client: Client,
    world: World,
    headers: dict[str, str],
    operation: Operation[Any, Any],
) -> None:
    if operation.needs is Role.ADMIN:
        headers = await world.user("root", Role.ADMIN)
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
