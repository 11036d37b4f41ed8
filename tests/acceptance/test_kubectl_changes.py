"""Changing a cluster over HTTP: who may, what has to be confirmed, and what a grant reaches."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kubecfg_core.users import Role
from tests.fakes.http_service import Client, World, onboarded, serving

OWNER = "john.doe"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with serving(world) as client:
        yield client


@pytest.fixture
async def headers(world: World) -> dict[str, str]:
    return await world.user(OWNER)


async def run(
    client: Client, headers: dict[str, str], cluster_id: int, command: str, **more: Any
) -> tuple[int, dict[str, Any]]:
    path = f"/kubeconfig/execute-kubectl-direct/{cluster_id}"
    async with client.post(path, json={"command": command, **more}, headers=headers) as response:
        return response.status, await response.json()


async def shared(world: World, client: Client, role: Role, *namespaces: str) -> tuple[int, dict[str, str]]:
    """A cluster that its owner shares with another operator, and that one's headers."""
    owner = await world.user(OWNER)
    cluster_id = await onboarded(client, owner)
    headers = await world.user("guest")
    user = await world.services.accounts.authenticate(owner["Authorization"].removeprefix("Bearer "))
    await world.services.grants.put(user, cluster_id, "guest", role=role, namespaces=namespaces or None)
    return cluster_id, headers


async def test_a_loss_is_run_only_when_it_is_confirmed(client: Client, world: World, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    status, answer = await run(client, headers, cluster_id, "kubectl delete po\\d web -n shop")
    confirmed, _ = await run(client, headers, cluster_id, "kubectl delete pod web -n shop", confirm=True)

    assert (status, confirmed) == (409, 200)
    assert "kubectl delete --namespace=shop" in answer["detail"]
    assert '"confirm": true' in answer["detail"]
    assert [ran.plan.verb for ran in world.runner.ran] == ["delete"]


async def test_a_change_that_loses_nothing_is_run_at_once(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    cluster_id = await onboarded(client, headers)

    status, answer = await run(client, headers, cluster_id, "create cm settings --from-literal=key=hunter2 -n shop")

    assert status == 200
    assert world.runner.ran[0].plan.changes
    assert answer["command"].startswith("kubectl create configmap settings '--from-literal=key=***' -n shop --server=")


@pytest.mark.parametrize("confirm", ["yes", 1, None])
async def test_a_confirmation_is_true_or_false(client: Client, headers: dict[str, str], confirm: object) -> None:
    cluster_id = await onboarded(client, headers)

    status, answer = await run(client, headers, cluster_id, "delete pod web", confirm=confirm)

    assert status == 400
    assert "confirm" in answer["detail"]


async def test_a_viewer_changes_nothing_even_when_confirmed(client: Client, world: World) -> None:
    cluster_id, guest = await shared(world, client, Role.VIEWER)

    status, answer = await run(client, guest, cluster_id, "delete pod web", confirm=True)

    assert (status, world.runner.ran) == (403, [])
    assert "kubectl.role" in answer["detail"]


async def test_a_grant_for_a_namespace_reaches_no_other(client: Client, world: World) -> None:
    cluster_id, guest = await shared(world, client, Role.OPERATOR, "shop")

    inside, _ = await run(client, guest, cluster_id, "scale deploy/web --replicas=2")
    outside, answer = await run(client, guest, cluster_id, "scale deploy/web --replicas=2 -n pay")

    assert (inside, outside) == (200, 403)
    assert "kubectl.namespace" in answer["detail"]
    assert [ran.plan.namespace for ran in world.runner.ran] == ["shop"]
