"""Users and grants over HTTP."""

from typing import Any

import pytest

from kubecfg_core.users import Role
from tests.fakes.http_service import PASSWORD, Client, World, onboarded, serving

USERS = "/kubeconfig/users"


@pytest.fixture
async def admin(world: World) -> dict[str, str]:
    return await world.user("root", Role.ADMIN)


async def asked(client: Client, method: str, path: str, headers: dict[str, str], body: Any = None) -> tuple[int, Any]:
    async with client.request(method, path, headers=headers, json=body) as response:
        return response.status, await response.json()


async def test_an_admin_adds_changes_and_removes_a_user(client: Client, admin: dict[str, str]) -> None:
    new = {"username": "bob", "password": PASSWORD, "role": "viewer"}
    status, bob = await asked(client, "POST", USERS, admin, new)
    assert (status, bob["username"], bob["role"], "password" in str(bob)) == (201, "bob", "viewer", False)

    status, changed = await asked(client, "PATCH", f"{USERS}/{bob['id']}", admin, {"role": "operator"})
    assert (status, changed) == (200, {**bob, "role": "operator"})

    _, listed = await asked(client, "GET", USERS, admin)
    assert listed["users"][-1] == changed

    assert await asked(client, "DELETE", f"{USERS}/{bob['id']}", admin) == (
        200,
        {"message": "User 'bob' successfully removed"},
    )
    assert (await asked(client, "DELETE", f"{USERS}/{bob['id']}", admin))[0] == 404


async def test_the_last_admin_stays(client: Client, admin: dict[str, str]) -> None:
    for method, body in (("DELETE", None), ("PATCH", {"role": "viewer"}), ("PATCH", {"disabled": True})):
        status, answer = await asked(client, method, f"{USERS}/1", admin, body)
        assert (status, "last admin" in answer["detail"]) == (409, True)


@pytest.mark.parametrize(
    "body",
    [
        {"username": "bob", "password": "x" * 11},
        {"username": "bob", "password": "x" * 129},
        {"username": "a b", "password": PASSWORD},
        {"username": "bob", "password": PASSWORD, "role": "root"},
        {"username": "bob", "password": PASSWORD, "id": 7},
        {"username": "bob"},
    ],
)
async def test_an_unfit_user_is_refused(client: Client, admin: dict[str, str], body: Any) -> None:
    status, answer = await asked(client, "POST", USERS, admin, body)

    assert status == 400
    assert PASSWORD not in str(answer)


async def test_a_logout_ends_every_token_of_the_user_and_no_other(client: Client, world: World) -> None:
    bob, eve = await world.user("bob"), await world.user("eve")
    again = await world.services.accounts.login("bob", PASSWORD)

    assert (await asked(client, "POST", "/auth/logout", bob))[0] == 200

    for headers, status in ((bob, 401), ({"Authorization": f"Bearer {again.access_token}"}, 401), (eve, 200)):
        assert (await asked(client, "GET", "/kubeconfig/clusters", headers))[0] == status


async def test_a_user_changes_their_own_password(client: Client, headers: dict[str, str]) -> None:
    change = {"current_password": "a wrong guess", "new_password": "another long one"}
    assert (await asked(client, "POST", "/auth/password", headers, change))[0] == 403

    assert (await asked(client, "POST", "/auth/password", headers, {**change, "current_password": PASSWORD}))[0] == 200

    assert (await asked(client, "GET", "/kubeconfig/clusters", headers))[0] == 401
    credentials = {"username": "john.doe", "password": "another long one"}
    assert (await asked(client, "POST", "/auth/login", {}, credentials))[0] == 200


async def test_a_cluster_is_shared_and_taken_back(client: Client, world: World, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)
    bob = await world.user("bob")
    grants = f"/kubeconfig/clusters/{cluster_id}/grants"
    wanted = {"role": "viewer", "namespaces": ["default"]}

    status, grant = await asked(client, "PUT", f"{grants}/bob", headers, wanted)
    assert (status, grant["role"], grant["namespaces"]) == (200, "viewer", ["default"])
    assert (await asked(client, "GET", grants, headers))[1] == {"grants": [grant]}

    _, listed = await asked(client, "GET", "/kubeconfig/clusters", bob)
    assert [(one["role"], one["shared_by"]) for one in listed["clusters"]] == [("viewer", "john.doe")]
    _, seen = await asked(client, "GET", f"/kubeconfig/get-namespaces/{cluster_id}", bob)
    assert seen["namespaces"] == ["default"]

    assert (await asked(client, "DELETE", f"{grants}/bob", headers))[0] == 200
    assert (await asked(client, "GET", f"/kubeconfig/get-namespaces/{cluster_id}", bob))[0] == 404


async def test_a_user_of_an_identity_service_is_named_by_its_issuer(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    cluster_id = await onboarded(client, headers)
    path = f"/kubeconfig/clusters/{cluster_id}/grants/7"

    assert (await asked(client, "PUT", path, headers, {"role": "viewer"}))[0] == 404
    assert (await asked(client, "PUT", f"{path}?issuer=https://login.example", headers, {"role": "viewer"}))[0] == 404


async def test_too_many_failed_logins_are_told_when_to_come_back(client: Client, world: World) -> None:
    await world.user("bob")
    wrong = {"username": "bob", "password": "a wrong guess"}
    statuses = [(await asked(client, "POST", "/auth/login", {}, wrong))[0] for _ in range(12)]

    async with client.post("/auth/login", json={"username": "bob", "password": PASSWORD}) as response:
        assert (statuses, response.status) == ([401] * 11 + [429], 429)
        assert response.headers["Retry-After"] == "1"


async def test_an_address_is_counted_as_the_trusted_proxy_tells_it() -> None:
    from ipaddress import ip_network

    world = World(limits={"trusted_proxies": (ip_network("127.0.0.0/8"),)})
    async with serving(world) as client:

        async def fail(number: int, address: str) -> int:
            body = {"username": f"name-{number}", "password": "a wrong guess"}
            return (await asked(client, "POST", "/auth/login", {"X-Forwarded-For": address}, body))[0]

        assert {await fail(number, f"10.0.0.{number}, 203.0.113.7") for number in range(51)} == {401}
        assert await fail(99, "10.0.0.99, 203.0.113.7") == 429
        assert await fail(99, "203.0.113.8") == 401


async def test_who_has_not_the_role_leaves_a_record(client: Client, world: World) -> None:
    vera = await world.user("vera", Role.VIEWER)

    assert (await asked(client, "POST", "/kubeconfig/onboard-cluster", vera, {}))[0] == 403
    assert (await asked(client, "DELETE", f"{USERS}/1", vera))[0] == 403

    records = [event.data for event in (await world.outbox.pending(10))[-2:]]
    assert [(one["action"], one["verdict"], one["username"]) for one in records] == [
        ("cluster.onboarded", "denied", "vera"),
        ("user.removed", "denied", "vera"),
    ]
