"""What is another's, what was removed and what never was are one and the same to a caller: on every route.

The routes are those of the table, and each sends what docs/api.md shows for it.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient, TestServer

from kubecfg_core.clusters import ClusterTarget, NewCluster
from kubecfg_core.secret import Secret
from kubecfg_core.services import Services
from kubecfg_core.users import Role, User
from kubecfg_http import create_app
from kubecfg_http.operations import Operation
from kubecfg_http.routes import OPERATIONS
from kubecfg_runtime import Kubecfg, Settings
from tests.fakes.http_service import Client
from tests.unit.docs.test_api import curl

PASSWORD: Final = "correct horse battery"
ABOUT_A_CLUSTER: Final = [one for one in OPERATIONS if "{cluster_" in one.path]
# Of a request, and not of what was asked for.
OWN: Final = {"X-Request-ID", "Date"}
Answer = tuple[int, bytes, dict[str, str]]


class Tenants:
    """Ann and Bob, each with a cluster, and one that Ann has removed."""

    def __init__(self, client: Client, services: Services) -> None:
        self.client = client
        self.services = services
        self.headers: dict[str, dict[str, str]] = {}

    async def join(self, name: str, role: Role) -> User:
        user = await self.services.accounts.add(name, PASSWORD, role)
        token = await self.services.accounts.login(name, PASSWORD)
        self.headers[name] = {"Authorization": f"Bearer {token.access_token}"}
        return user

    async def onboard(self, user: User, name: str) -> int:
        target = ClusterTarget(name=name, server_url="https://127.0.0.1:1", token=Secret("t0ken"))
        new = NewCluster(cluster_name=name, target=target)
        return (await self.services.clusters.onboard(user, new, verify=False)).id

    async def ask(self, operation: Operation[Any, Any], who: str, cluster: tuple[int, str]) -> Answer:
        """Ask as the documented example does, about another cluster."""
        _, _, _, body = curl(f"{operation.method} {operation.path}")
        path = operation.path.replace("{cluster_id}", str(cluster[0])).replace("{cluster_name}", cluster[1])
        path = re.sub(r"{\w+}", "bob", path)
        sent = {"Content-Type": "application/json"} if body else {}
        asked = self.client.request(operation.method, path, headers={**self.headers[who], **sent}, data=body)
        async with asked as response:
            headers = {name: value for name, value in response.headers.items() if name not in OWN}
            return response.status, await response.read(), headers


@pytest.fixture
async def tenants(tmp_path: Path) -> AsyncIterator[Tenants]:
    settings = Settings(kubecfg_data_dir=tmp_path, kubecfg_egress_allow_cidrs=("127.0.0.0/8",))
    async with Kubecfg(settings) as kubecfg:
        services = await kubecfg.services()
        async with TestClient(TestServer(create_app(services))) as client:
            yield Tenants(client, services)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
async def test_foreign_missing_and_removed_are_the_same_on_every_route(tenants: Tenants, role: Role) -> None:
    ann = await tenants.join("ann", Role.OPERATOR)
    eve = await tenants.join("eve", role)
    await tenants.join("bob", Role.VIEWER)
    foreign = (await tenants.onboard(ann, "hers"), "hers")
    removed = (await tenants.onboard(ann, "gone"), "gone")
    await tenants.services.clusters.remove(ann, removed[0])
    own_removed = (await tenants.onboard(eve, "mine"), "mine")
    await tenants.services.clusters.remove(eve, own_removed[0])

    for operation in ABOUT_A_CLUSTER:
        answers = [
            await tenants.ask(operation, "eve", cluster)
            for cluster in (foreign, removed, own_removed, (4711, "never"), (2**63 - 1, "a" * 253))
        ]
        assert answers[0][0] == 404, operation.path
        assert all(answer == answers[0] for answer in answers), operation.path

    assert [one.cluster.cluster_name for one in await tenants.services.clusters.all(ann)] == ["hers"]


async def test_the_owner_is_told_otherwise(tenants: Tenants) -> None:
    ann = await tenants.join("ann", Role.OPERATOR)
    await tenants.join("bob", Role.VIEWER)

    for operation in ABOUT_A_CLUSTER:
        cluster_id = await tenants.onboard(ann, operation.name)
        status, body, _ = await tenants.ask(operation, "ann", (cluster_id, operation.name))
        # A grant that was never made, and nothing else, is a 404 to the owner.
        assert (status == 404) is (operation.name == "remove_grant"), (operation.path, body)


async def test_a_grantee_is_a_stranger_to_what_is_the_owners(tenants: Tenants) -> None:
    ann = await tenants.join("ann", Role.OPERATOR)
    await tenants.join("bob", Role.ADMIN)
    shared = (await tenants.onboard(ann, "shared"), "shared")
    await tenants.services.grants.put(ann, shared[0], "bob", role=Role.OPERATOR)

    strange = set()
    for operation in ABOUT_A_CLUSTER:
        answer = await tenants.ask(operation, "bob", shared)
        if answer[0] == 404:
            assert answer == await tenants.ask(operation, "bob", (4711, "never"))
            strange.add(operation.name)

    used = {"select_cluster", "get_namespaces", "analyze_cluster", "execute_kubectl", "verify_solution"}
    assert strange == {operation.name for operation in ABOUT_A_CLUSTER} - used


async def test_no_list_shows_what_is_anothers(tenants: Tenants) -> None:
    ann = await tenants.join("ann", Role.OPERATOR)
    await tenants.join("eve", Role.OPERATOR)
    await tenants.onboard(ann, "hers-alone")

    for operation in OPERATIONS:
        if operation.method == "GET" and operation.needs is Role.VIEWER and "{" not in operation.path:
            _, body, _ = await tenants.ask(operation, "eve", (0, ""))
            assert b"hers-alone" not in body, operation.path
