from typing import Any

import pytest

from kubecfg_core.users import Role
from kubecfg_http.routes import OPERATIONS
from tests.fakes.http_service import Client, World, onboarded

# What each route that may change or give away something leaves in the log; None: it does no such thing.
ACTIONS: dict[str, str | None] = {
    "POST /kubeconfig/onboard-cluster": "cluster.onboarded",
    "POST /kubeconfig/import-kubeconfig": "cluster.onboarded",
    "DELETE /kubeconfig/remove-cluster/{cluster_id}": "cluster.removed",
    "GET /kubeconfig/cluster/{cluster_name}/credentials": "cluster.credentials.read",
    "POST /kubeconfig/analyze-k8s-with-solutions/{cluster_id}": "analysis.completed",
    "POST /kubeconfig/execute-kubectl-direct/{cluster_id}": "kubectl.executed",
    "POST /kubeconfig/verify-solution/{cluster_id}": "solution.verified",
    "POST /kubeconfig/select-cluster-and-get-namespaces/{cluster_id}": None,
    "PATCH /kubeconfig/clusters/{cluster_id}": "cluster.updated",
    "PUT /kubeconfig/clusters/{cluster_id}/credentials": "cluster.credentials.replaced",
    "PUT /kubeconfig/clusters/{cluster_id}/grants/{username}": "cluster.granted",
    "DELETE /kubeconfig/clusters/{cluster_id}/grants/{username}": "cluster.revoked",
    "POST /kubeconfig/users": "user.added",
    "PATCH /kubeconfig/users/{user_id}": "user.changed",
    "DELETE /kubeconfig/users/{user_id}": "user.removed",
}


@pytest.fixture
async def admin(world: World) -> dict[str, str]:
    return await world.user("root", Role.ADMIN)


async def audit(client: Client, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    async with client.get("/kubeconfig/audit", params=query, headers=headers) as response:
        answer = await response.json()
        assert response.status == 200, answer
        records: list[dict[str, Any]] = answer["records"]
        return records


async def run(client: Client, headers: dict[str, str], cluster_id: int, command: str) -> None:
    path = f"/kubeconfig/execute-kubectl-direct/{cluster_id}"
    async with client.post(path, json={"command": command}, headers=headers) as response:
        await response.read()


async def test_an_admin_sees_what_everybody_did(client: Client, headers: dict[str, str], admin: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)
    await run(client, {**headers, "X-Request-ID": "trace-7"}, cluster_id, "kubectl get pods -n shop")

    record, *_ = await audit(client, admin)

    assert (record["action"], record["verdict"], record["actor"]) == ("kubectl.executed", "allowed", "john.doe")
    assert (record["address"], record["auth_method"], record["request_id"]) == ("127.0.0.1", "token", "trace-7")
    assert (record["cluster_id"], record["namespace"], record["return_code"]) == (cluster_id, "shop", 0)


async def test_a_refused_command_is_there_with_its_rule(
    client: Client, headers: dict[str, str], admin: dict[str, str]
) -> None:
    await run(client, headers, await onboarded(client, headers), "kubectl proxy --token=hunter2")

    [record] = await audit(client, admin, verdict="denied")

    assert record["rule"]
    assert "hunter2" not in str(record)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_nobody_but_an_admin_may_look(client: Client, world: World, role: Role) -> None:
    async with client.get("/kubeconfig/audit", headers=await world.user("ann", role)) as response:
        assert response.status == 403


async def test_pages_follow_the_cursor(client: Client, headers: dict[str, str], admin: dict[str, str]) -> None:
    for name in ("one", "two", "three"):
        await onboarded(client, headers, name)
    only = {"action": "cluster.onboarded", "limit": "2"}

    async with client.get("/kubeconfig/audit", params=only, headers=admin) as response:
        first = await response.json()
    rest = await audit(client, admin, **only, cursor=first["next_cursor"])

    names = [record["cluster_name"] for record in [*first["records"], *rest]]
    assert names == ["three", "two", "one"]


@pytest.mark.parametrize(
    "query",
    [{"verdict": "maybe"}, {"since": "yesterday"}, {"since": "2026-03-14T09:26:53"}, {"limit": "0"}, {"cursor": "x"}],
)
async def test_a_wrong_filter_is_named(client: Client, admin: dict[str, str], query: dict[str, str]) -> None:
    async with client.get("/kubeconfig/audit", params=query, headers=admin) as response:
        assert response.status == 400
        assert next(iter(query)) in (await response.json())["detail"]


async def test_one_request_leaves_nothing_of_itself_to_the_next(
    client: Client, headers: dict[str, str], admin: dict[str, str]
) -> None:
    await onboarded(client, {**headers, "X-Request-ID": "first"}, "one")
    await onboarded(client, headers, "two")

    records = await audit(client, admin, action="cluster.onboarded")

    assert [record["request_id"] == "first" for record in records] == [False, True]


def test_every_route_that_is_no_mere_look_says_what_it_leaves_in_the_log() -> None:
    deciding = {
        f"{one.method} {one.path}"
        for one in OPERATIONS
        if (one.method != "GET" or one.sensitive) and not one.path.startswith("/auth/")
    }

    assert deciding == ACTIONS.keys()
