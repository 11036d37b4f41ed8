from typing import Any

import msgspec
import pytest

from kubecfg_core.clusters import Cluster, CredentialState
from kubecfg_core.errors import (
    AddressRefused,
    AlreadyExists,
    InvalidInput,
    NotFound,
    PermissionDenied,
    UpstreamError,
    UpstreamRefused,
)
from kubecfg_core.secret import Secret
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.usecases.updating import ClusterUpdate, Credential, Updates

from .world import PEM, URL, World, new_cluster

NEW_TOKEN = Credential(token=Secret("n3w"))
ELSEWHERE = "https://kube.example:7443"


class Changing(World):
    """The world of an owner whose cluster lets the new token in."""

    def __init__(self) -> None:
        super().__init__()
        self.updates = Updates(self.repo, self.connector, self.announcer)
        self.cluster.identity = msgspec.structs.replace(self.cluster.identity, uid="uid-1")
        self.connector.clusters[ELSEWHERE] = self.cluster

    async def start(self, **target: Any) -> Cluster:
        cluster = await self.clusters.onboard(self.ann, new_cluster(**target))
        self.cluster.token = "n3w"
        self.connector.targets.clear()
        return cluster

    async def now(self, cluster: Cluster) -> Cluster:
        return await self.repo.outline(self.ann.id, cluster.id)

    async def last_event(self) -> tuple[str, dict[str, Any]]:
        event = (await self.outbox.pending(100))[-1]
        return event.type, dict(event.data)


async def test_a_new_credential_is_tried_on_the_cluster_and_replaces_the_whole_old_one() -> None:
    world = Changing()
    cluster = await world.start(tls_cert=PEM, tls_key=Secret(PEM), ca_data=PEM)

    updated = await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN)

    target = (await world.now(cluster)).target
    assert (target.token, target.tls_cert, target.tls_key, target.ca_data) == (Secret("n3w"), None, None, PEM)
    assert updated.info is not None
    assert (updated.info.user, [one.token for one in world.connector.targets]) == ("admin", [Secret("n3w")])


async def test_a_replacement_is_announced_without_the_credential() -> None:
    world = Changing()
    cluster = await world.start()

    await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN)

    kind, data = await world.last_event()
    assert (kind, data["verified"], "n3w" in str(data)) == ("cluster.credentials.replaced", True, False)


async def test_a_credential_that_the_cluster_refuses_changes_nothing() -> None:
    world = Changing()
    cluster = await world.start()

    with pytest.raises(UpstreamRefused):
        await world.updates.replace_credential(world.ann, cluster.id, Credential(token=Secret("wrong")))

    assert await world.now(cluster) == cluster


async def test_a_cluster_that_cannot_be_reached_keeps_its_credential() -> None:
    world = Changing()
    cluster = await world.start()
    world.connector.clusters.clear()

    with pytest.raises(UpstreamError):
        await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN)

    assert await world.now(cluster) == cluster


async def test_a_credential_for_another_cluster_is_refused() -> None:
    world = Changing()
    cluster = await world.start()
    world.connector.clusters[URL] = InMemoryCluster(uid="uid-2")

    with pytest.raises(UpstreamRefused, match="is another cluster than 'prod'"):
        await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN)

    assert await world.now(cluster) == cluster


async def test_a_cluster_that_does_not_say_which_it_is_is_taken_at_its_word() -> None:
    world = Changing()
    cluster = await world.start()
    world.connector.clusters[URL] = InMemoryCluster()

    await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN)

    assert (await world.now(cluster)).uid == "uid-1"


async def test_unverified_it_is_stored_unseen() -> None:
    world = Changing()
    cluster = await world.start()

    updated = await world.updates.replace_credential(
        world.ann, cluster.id, Credential(token=Secret("any")), verify=False
    )

    assert (updated.info, updated.cluster.target.token, world.connector.targets) == (None, Secret("any"), [])
    assert (await world.last_event())[1]["verified"] is False


@pytest.mark.parametrize("credential", [Credential(), Credential(tls_cert=PEM), Credential(token=Secret("a b"))])
async def test_half_a_credential_is_refused(credential: Credential) -> None:
    world = Changing()
    cluster = await world.start()

    with pytest.raises(InvalidInput):
        await world.updates.replace_credential(world.ann, cluster.id, credential, verify=False)

    assert await world.now(cluster) == cluster


async def test_labels_change_without_the_cluster_being_asked() -> None:
    world = Changing()
    cluster = await world.start()
    update = ClusterUpdate(cluster_name="renamed", context_name="c", provider_name="p", tags=("t",))

    await world.updates.update(world.ann, cluster.id, update)

    now = await world.now(cluster)
    assert (now.cluster_name, now.context_name, now.provider_name, now.tags) == ("renamed", "c", "p", ("t",))
    assert (now.target.token, now.target.name, world.connector.targets) == (Secret("t0ken"), "renamed", [])
    kind, data = await world.last_event()
    assert (kind, data["changed"]) == (
        "cluster.updated",
        ["cluster_name", "context_name", "provider_name", "tags"],
    )


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("server_url", ELSEWHERE, "server_url"),
        ("server_url", "https://evil.example", "server_url"),
        ("ca_data", PEM, "ca_data"),
        ("verify_tls", False, "use_secure_tls"),
    ],
)
async def test_where_the_credential_goes_changes_only_along_with_it(field: str, value: Any, named: str) -> None:
    world = Changing()
    cluster = await world.start()

    for verify in (True, False):
        with pytest.raises(InvalidInput, match=f"^{named}: .* send its whole credential again"):
            await world.updates.update(world.ann, cluster.id, ClusterUpdate(**{field: value}), verify=verify)

    assert (await world.now(cluster), world.connector.targets) == (cluster, [])


async def test_removing_the_ca_needs_the_credential_too() -> None:
    world = Changing()
    cluster = await world.start(ca_data=PEM)

    with pytest.raises(InvalidInput, match=r"^ca_data: "):
        await world.updates.update(world.ann, cluster.id, ClusterUpdate(ca_data=None))


async def test_an_address_that_is_given_as_it_is_changes_nothing_and_needs_nothing() -> None:
    world = Changing()
    cluster = await world.start(ca_data=PEM)

    same = ClusterUpdate(server_url=URL, ca_data=PEM, verify_tls=True, provider_name="AWS")
    await world.updates.update(world.ann, cluster.id, same)

    assert (await world.now(cluster)).target == cluster.target


async def test_the_address_changes_along_with_the_credential() -> None:
    world = Changing()
    cluster = await world.start()

    await world.updates.update(world.ann, cluster.id, ClusterUpdate(server_url=ELSEWHERE, credential=NEW_TOKEN))

    target = (await world.now(cluster)).target
    assert (target.server_url, target.token) == (ELSEWHERE, Secret("n3w"))
    assert [one.server_url for one in world.connector.targets] == [ELSEWHERE]


async def test_the_old_credential_is_never_sent_to_the_new_address() -> None:
    world = Changing()
    cluster = await world.start()
    world.connector.clusters["https://evil.example"] = InMemoryCluster()

    await world.updates.update(
        world.ann, cluster.id, ClusterUpdate(server_url="https://evil.example", credential=NEW_TOKEN)
    )

    assert Secret("t0ken") not in [one.token for one in world.connector.targets]


async def test_an_address_that_nobody_may_connect_to_is_refused_unseen_too() -> None:
    world = Changing()
    cluster = await world.start()
    update = ClusterUpdate(server_url="https://169.254.169.254", credential=NEW_TOKEN)

    with pytest.raises(AddressRefused):
        await world.updates.update(world.ann, cluster.id, update, verify=False)


async def test_a_name_that_is_taken_is_refused() -> None:
    world = Changing()
    cluster = await world.start()
    await world.clusters.onboard(world.ann, new_cluster("other"), verify=False)

    with pytest.raises(AlreadyExists):
        await world.updates.update(world.ann, cluster.id, ClusterUpdate(cluster_name="other"))


@pytest.mark.parametrize("update", [ClusterUpdate(cluster_name=""), ClusterUpdate(tags=("x" * 300,))])
async def test_names_and_labels_are_checked(update: ClusterUpdate) -> None:
    world = Changing()
    cluster = await world.start()

    with pytest.raises(InvalidInput):
        await world.updates.update(world.ann, cluster.id, update)


async def test_anothers_cluster_is_not_found() -> None:
    world = Changing()
    cluster = await world.start()

    with pytest.raises(NotFound):
        await world.updates.replace_credential(world.bob, cluster.id, NEW_TOKEN)
    with pytest.raises(NotFound):
        await world.updates.update(world.bob, cluster.id, ClusterUpdate(cluster_name="mine"))


async def test_a_viewer_changes_nothing() -> None:
    world = Changing()
    cluster = await world.start()
    viewer = msgspec.structs.replace(world.ann, role=world.viewer.role)

    with pytest.raises(PermissionDenied):
        await world.updates.replace_credential(viewer, cluster.id, NEW_TOKEN)


async def test_an_unreadable_credential_is_replaced_once_its_ca_is_told_again() -> None:
    world = Changing()
    cluster = await world.start()
    bare = msgspec.structs.replace(cluster.target, token=None)
    world.repo._clusters[cluster.id] = msgspec.structs.replace(
        cluster, target=bare, credential_state=CredentialState.UNREADABLE
    )

    with pytest.raises(InvalidInput, match=r"^ca_data: the stored one cannot be read either"):
        await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN)
    updated = await world.updates.replace_credential(world.ann, cluster.id, NEW_TOKEN, ca_data=None)

    assert updated.cluster.target.token == Secret("n3w")


async def test_a_refused_change_leaves_a_record() -> None:
    world = Changing()
    cluster = await world.start()

    with pytest.raises(InvalidInput):
        await world.updates.update(world.ann, cluster.id, ClusterUpdate(server_url=ELSEWHERE))

    kind, data = await world.last_event()
    assert (kind, data["action"], data["verdict"]) == ("audit.recorded", "cluster.updated", "failed")
