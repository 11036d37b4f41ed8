from typing import Any

import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput, NotFound, PermissionDenied
from kubecfg_core.metrics import Metric
from kubecfg_core.plugins import Plugins
from kubecfg_core.services import Services
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.services import in_memory_services
from kubecfg_core.users import Role, User

from .test_usage import pod_metrics
from .world import URL, namespace, new_cluster, node


class Team:
    """Ann, an operator with a cluster; Bob, an operator; Vera, a viewer."""

    outbox: InMemoryOutbox
    cluster: InMemoryCluster
    services: Services
    ann: User
    bob: User
    vera: User
    cluster_id: int

    @classmethod
    async def met(cls) -> "Team":
        self = cls()
        self.outbox = InMemoryOutbox()
        self.cluster = InMemoryCluster([namespace(name) for name in ("default", "shop", "pay")] + [node("n1")])
        self.services = in_memory_services(
            connector=InMemoryConnector({URL: self.cluster}), outbox=self.outbox, plugins=Plugins.load()
        )
        password = "a long password"
        self.ann = await self.services.accounts.add("ann", password, Role.OPERATOR)
        self.bob = await self.services.accounts.add("bob", password, Role.OPERATOR)
        self.vera = await self.services.accounts.add("vera", password, Role.VIEWER)
        self.cluster_id = (await self.services.clusters.onboard(self.ann, new_cluster())).id
        return self

    async def share(self, username: str = "bob", role: Role = Role.OPERATOR, *namespaces: str) -> None:
        await self.services.grants.put(self.ann, self.cluster_id, username, role=role, namespaces=namespaces or None)

    async def analyze(self, user: User, **more: Any) -> str | None:
        return (await self.services.diagnosis.analyze(user, self.cluster_id, types=["pods"], **more)).namespace


async def test_a_grantee_looks_at_the_cluster_as_its_owner_does() -> None:
    team = await Team.met()
    await team.share()

    [access] = await team.services.clusters.all(team.bob)
    _, names = await team.services.clusters.namespaces(team.bob, team.cluster_id)

    assert (access.cluster.id, access.role, access.shared_by) == (team.cluster_id, Role.OPERATOR, "ann")
    assert names == ["default", "shop", "pay"]
    assert await team.analyze(team.bob) is None
    assert (await team.services.clusters.node_status(team.bob))["prod"].ready == 1


async def test_a_grant_for_namespaces_shows_no_others() -> None:
    team = await Team.met()
    await team.share("bob", Role.OPERATOR, "shop", "pay")

    _, names = await team.services.clusters.namespaces(team.bob, team.cluster_id)
    _, selected = await team.services.clusters.select(team.bob, team.cluster_id)

    assert names == selected == ["shop", "pay"]
    assert await team.analyze(team.bob, namespace="shop") == "shop"
    with pytest.raises(PermissionDenied, match="pay, shop"):
        await team.analyze(team.bob, namespace="default")
    with pytest.raises(InvalidInput, match="name one of them"):
        await team.analyze(team.bob)


async def test_a_grant_for_one_namespace_needs_no_naming_of_it() -> None:
    team = await Team.met()
    await team.share("bob", Role.VIEWER, "shop")

    assert await team.analyze(team.bob) == "shop"


async def test_metrics_of_a_shared_cluster_are_those_of_its_namespaces() -> None:
    team = await Team.met()
    await team.share("bob", Role.VIEWER, "default")
    team.cluster.objects.append(pod_metrics("bob-1"))

    samples = await team.services.usage.usage(team.bob, username="bob", metric=Metric.CPU)

    assert [sample.usage for sample in samples] == [0.25]
    with pytest.raises(PermissionDenied):
        await team.services.usage.usage(team.bob, username="bob", metric=Metric.CPU, namespace="shop")


async def test_a_viewers_grant_runs_what_a_viewer_may() -> None:
    team = await Team.met()
    await team.share("bob", Role.VIEWER)

    await team.services.commands.execute(team.bob, team.cluster_id, "kubectl get pods")
    with pytest.raises(CommandRefused):
        await team.services.commands.execute(team.bob, team.cluster_id, "kubectl delete pod web")


async def test_a_grantee_has_nothing_of_the_credential_and_grants_nothing() -> None:
    team = await Team.met()
    await team.share()

    for call in (
        team.services.clusters.credentials(team.bob, "prod"),
        team.services.clusters.remove(team.bob, team.cluster_id),
        team.services.grants.all(team.bob, team.cluster_id),
        team.services.grants.put(team.bob, team.cluster_id, "vera", role=Role.VIEWER),
        team.services.grants.revoke(team.bob, team.cluster_id, "bob"),
    ):
        with pytest.raises(NotFound, match="no such cluster"):
            await call


async def test_a_revoked_grantee_is_a_stranger_at_once() -> None:
    team = await Team.met()
    await team.share()
    await team.services.grants.revoke(team.ann, team.cluster_id, "bob")

    assert await team.services.clusters.all(team.bob) == []
    with pytest.raises(NotFound):
        await team.analyze(team.bob)


async def test_a_role_above_the_owners_cannot_be_granted() -> None:
    team = await Team.met()

    with pytest.raises(PermissionDenied, match="you cannot grant admin"):
        await team.share("bob", Role.ADMIN)


@pytest.mark.parametrize("namespaces", [(), ("Default",), ("a/b",), tuple(f"ns-{n}" for n in range(101))])
async def test_unfit_namespaces_are_refused(namespaces: tuple[str, ...]) -> None:
    team = await Team.met()

    with pytest.raises(InvalidInput, match="namespace"):
        await team.services.grants.put(team.ann, team.cluster_id, "bob", role=Role.VIEWER, namespaces=namespaces)


async def test_the_owner_needs_no_grant_and_nobody_gets_none() -> None:
    team = await Team.met()

    with pytest.raises(InvalidInput, match="yours already"):
        await team.share("ann")
    with pytest.raises(NotFound, match="no user 'eve'"):
        await team.share("eve")
    with pytest.raises(NotFound, match="not shared with 'eve'"):
        await team.services.grants.revoke(team.ann, team.cluster_id, "eve")


async def test_whose_cluster_it_is_not_learns_nothing_of_users() -> None:
    team = await Team.met()

    for username in ("ann", "vera", "eve"):
        with pytest.raises(NotFound, match="no such cluster"):
            await team.services.grants.put(team.bob, team.cluster_id, username, role=Role.VIEWER)


async def test_two_clusters_of_one_name_are_told_apart() -> None:
    team = await Team.met()
    await team.services.clusters.onboard(team.bob, new_cluster())
    await team.share()

    assert set(await team.services.clusters.node_status(team.bob)) == {"prod", f"prod (#{team.cluster_id})"}


async def test_each_change_is_told() -> None:
    team = await Team.met()
    await team.share("vera", Role.VIEWER, "shop")
    await team.services.grants.revoke(team.ann, team.cluster_id, "vera")

    granted, revoked = (await team.outbox.pending(10))[-2:]
    assert (granted.type, granted.data["grantee"], granted.data["namespaces"]) == ("cluster.granted", "vera", ["shop"])
    assert (revoked.type, revoked.data["grantee"], revoked.data["username"]) == ("cluster.revoked", "vera", "ann")
