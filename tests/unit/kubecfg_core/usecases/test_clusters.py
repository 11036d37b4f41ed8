import asyncio
from typing import Any

import msgspec
import pytest

from kubecfg_core.clusters import CredentialState
from kubecfg_core.errors import (
    AddressRefused,
    AlreadyExists,
    InvalidInput,
    NotFound,
    PermissionDenied,
    UpstreamError,
    UpstreamTimeout,
)
from kubecfg_core.grants import Access
from kubecfg_core.resources import RawList, Resource
from kubecfg_core.secret import Secret
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.usecases.clusters import NodeCount
from kubecfg_core.users import Role

from .world import PEM, World, new_cluster


class Silent(InMemoryCluster):
    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        await asyncio.Event().wait()
        raise AssertionError


async def test_an_onboarded_cluster_is_in_its_owners_list() -> None:
    world = World()

    cluster = await world.onboarded()

    assert await world.clusters.all(world.ann) == [Access(cluster=cluster, role=Role.OPERATOR)]


async def test_a_cluster_whose_credential_cannot_be_read_is_not_connected_to() -> None:
    world = World()
    cluster = await world.onboarded()
    closed = msgspec.structs.replace(cluster, credential_state=CredentialState.UNREADABLE)
    world.repo._clusters[cluster.id] = closed
    world.connector.targets.clear()

    counts = await world.clusters.node_status(world.ann)

    assert counts == {"prod": NodeCount(error="The stored credential of this cluster cannot be opened; replace it.")}
    assert world.connector.targets == []


async def test_an_onboarded_cluster_is_in_nobody_elses_list() -> None:
    world = World()

    await world.onboarded()

    assert await world.clusters.all(world.bob) == []


async def test_onboarding_is_announced_with_the_change() -> None:
    world = World()

    await world.onboarded()

    assert await world.event_types() == ["cluster.onboarded"]


async def test_an_event_never_holds_the_credential() -> None:
    world = World()

    await world.onboarded()

    assert b"t0ken" not in msgspec.json.encode(await world.outbox.pending(10))


async def test_a_cluster_that_cannot_be_reached_is_not_stored() -> None:
    world = World()

    with pytest.raises(UpstreamError):
        await world.clusters.onboard(world.ann, new_cluster(url="https://elsewhere.example"))

    assert await world.clusters.all(world.ann) == []


async def test_without_verification_a_cluster_is_stored_unseen() -> None:
    world = World()

    await world.clusters.onboard(world.ann, new_cluster(url="https://elsewhere.example"), verify=False)

    assert world.connector.targets == []


async def test_a_refused_address_is_not_even_stored_unseen() -> None:
    world = World()

    with pytest.raises(AddressRefused):
        await world.clusters.onboard(world.ann, new_cluster(url="https://169.254.169.254"), verify=False)

    assert await world.clusters.all(world.ann) == []


async def test_the_operators_api_group_tells_that_it_is_installed() -> None:
    world = World()
    world.cluster.identity = msgspec.structs.replace(world.cluster.identity, groups=frozenset({"core.k8sgpt.ai"}))

    assert (await world.onboarded()).is_operator_installed


async def test_a_name_is_taken_once_per_user() -> None:
    world = World()
    await world.onboarded()

    with pytest.raises(AlreadyExists):
        await world.onboarded()


async def test_two_users_may_use_one_name() -> None:
    world = World()
    await world.onboarded(world.ann)

    assert (await world.onboarded(world.bob)).cluster_name == "prod"


async def test_a_viewer_may_not_onboard() -> None:
    world = World()

    with pytest.raises(PermissionDenied, match="operator"):
        await world.onboarded(world.viewer)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\nb", "x" * 254, "a\u202eb"])
async def test_an_unfit_name_is_refused(name: str) -> None:
    world = World()

    with pytest.raises(InvalidInput, match="cluster_name"):
        await world.clusters.onboard(world.ann, new_cluster(name))


@pytest.mark.parametrize(
    "url",
    [
        "", "kube.example", "http://kube.example", "//evil", "file:///etc/passwd", "gopher://x", "https://", "https://:6443",
        "https://a@169.254.169.254", "https://good.example#@evil", "https://good.example\\@evil", "https://x?y=1",
        "https://x\r\nHost: y", "https://x:0", "https://x:99999", "https://x:port", "https://[::1", "https://x#", "https://x?",
        "https://" + "x" * 2048,
    ],
)  # fmt: skip
async def test_an_unfit_address_is_refused(url: str) -> None:
    world = World()

    with pytest.raises(InvalidInput, match="server_url"):
        await world.clusters.onboard(world.ann, new_cluster(url=url))


@pytest.mark.parametrize(
    ("field", "target"),
    [
        ("token", {"token": None}),
        ("token", {"token": Secret("")}),
        ("token", {"token": Secret("a b")}),
        ("token", {"token": Secret("a\r\nX: y")}),
        ("ca_data", {"ca_data": "%%%"}),
        ("ca_data", {"ca_data": "aGVsbG8="}),
        ("tls_cert", {"tls_cert": PEM}),
        ("tls_key", {"tls_key": Secret(PEM)}),
        ("tls_key", {"tls_cert": PEM, "tls_key": Secret("%%%")}),
    ],
)
async def test_an_unfit_credential_is_refused_by_the_name_of_its_field(field: str, target: dict[str, Any]) -> None:
    world = World()

    with pytest.raises(InvalidInput, match=field):
        await world.clusters.onboard(world.ann, new_cluster(**target))


async def test_a_refusal_never_shows_the_credential() -> None:
    world = World()

    with pytest.raises(InvalidInput) as caught:
        await world.clusters.onboard(world.ann, new_cluster(token=Secret("hunter2 hunter2")))

    assert "hunter2" not in repr(caught.value)


async def test_a_client_certificate_takes_the_place_of_a_token() -> None:
    world = World()

    cluster = await world.clusters.onboard(world.ann, new_cluster(token=None, tls_cert=PEM, tls_key=Secret(PEM)))

    assert cluster.target.token is None


async def test_a_removed_cluster_is_gone_and_announced() -> None:
    world = World()
    cluster = await world.onboarded()

    await world.clusters.remove(world.ann, cluster.id)

    assert (await world.clusters.all(world.ann), (await world.event_types())[-1]) == ([], "cluster.removed")


async def test_another_users_cluster_is_not_found_just_as_an_absent_one() -> None:
    world = World()
    cluster = await world.onboarded()

    with pytest.raises(NotFound) as foreign:
        await world.clusters.remove(world.bob, cluster.id)
    with pytest.raises(NotFound) as absent:
        await world.clusters.remove(world.bob, 999)

    assert foreign.value.message.replace(str(cluster.id), "N") == absent.value.message.replace("999", "N")


async def test_namespaces_are_listed_by_name() -> None:
    world = World()
    cluster = await world.onboarded()

    assert (await world.clusters.namespaces(world.ann, cluster.id))[1] == ["default", "shop"]


async def test_namespaces_that_may_not_be_listed_are_an_error_that_says_so() -> None:
    world = World()
    cluster = await world.onboarded()
    world.cluster.forbidden.add("namespaces")

    with pytest.raises(UpstreamError, match="namespaces"):
        await world.clusters.namespaces(world.ann, cluster.id)


async def test_selecting_a_cluster_makes_it_the_only_current_one() -> None:
    world = World()
    first = await world.onboarded()
    second = await world.clusters.onboard(world.ann, new_cluster("other"))
    await world.clusters.select(world.ann, first.id)

    await world.clusters.select(world.ann, second.id)

    assert [access.cluster.selected for access in await world.clusters.all(world.ann)] == [False, True]


async def test_a_cluster_that_does_not_answer_is_not_selected() -> None:
    world = World()
    cluster = await world.onboarded()
    world.cluster.error = UpstreamTimeout()

    with pytest.raises(UpstreamTimeout):
        await world.clusters.select(world.ann, cluster.id)

    assert not (await world.clusters.all(world.ann))[0].cluster.selected


async def test_reading_credentials_gives_the_token_and_leaves_a_record() -> None:
    world = World()
    await world.onboarded()

    cluster = await world.clusters.credentials(world.ann, "prod")

    assert (cluster.target.token, (await world.event_types())[-1]) == (Secret("t0ken"), "cluster.credentials.read")


async def test_nodes_are_counted_and_an_unknown_state_is_not_ready() -> None:
    world = World()
    await world.onboarded()

    assert await world.clusters.node_status(world.ann) == {"prod": NodeCount(ready=1, not_ready=1, total=2)}


async def test_a_cluster_that_fails_counts_nothing_and_says_why() -> None:
    world = World()
    await world.onboarded()
    world.cluster.error = UpstreamTimeout("too slow")

    assert await world.clusters.node_status(world.ann) == {"prod": NodeCount(error="too slow")}


async def test_a_cluster_that_never_answers_keeps_no_other_waiting() -> None:
    world = World(fleet_deadline=0.05)
    world.connector.clusters["https://silent.example"] = Silent()
    await world.onboarded()
    await world.clusters.onboard(world.ann, new_cluster("silent", "https://silent.example"))

    counts = await world.clusters.node_status(world.ann)

    assert (counts["prod"].total, counts["silent"].error) == (2, UpstreamTimeout().message)
