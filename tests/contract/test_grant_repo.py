import asyncio
from typing import Any

import msgspec
import pytest

from kubecfg_core.errors import NotFound
from kubecfg_core.grants import Access, Grant
from kubecfg_core.users import Role
from tests.contract.storages import Storage, announce, event, new_cluster

NOBODY = 4711
TOO_LARGE = 2**70


async def shared(storage: Storage, role: Role = Role.OPERATOR, namespaces: Any = None) -> tuple[int, int, int]:
    """Ann's cluster, granted to Bob: the ids of Ann, Bob and the cluster."""
    ann, bob = await storage.make_users()
    cluster = await storage.clusters.add(ann, new_cluster(), announce)
    await storage.grants.put(ann, cluster.id, bob, role=role, namespaces=namespaces, event=event("granted"))
    return ann, bob, cluster.id


async def test_a_grant_is_read_back_as_it_was_given(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage, Role.VIEWER, ("default", "shop"))

    expected = Grant(
        cluster_id=cluster_id,
        user_id=bob,
        username="bob",
        role=Role.VIEWER,
        namespaces=("default", "shop"),
        created_at=storage.clock.now(),
    )
    assert await storage.grants.list(ann, cluster_id) == [expected]


async def test_a_second_grant_takes_the_place_of_the_first(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage, Role.VIEWER, ("default",))
    [first] = await storage.grants.list(ann, cluster_id)
    storage.clock.advance(60)

    second = await storage.grants.put(
        ann, cluster_id, bob, role=Role.ADMIN, namespaces=None, event=event("granted-again")
    )

    assert second == msgspec.structs.replace(first, role=Role.ADMIN, namespaces=None)
    assert await storage.grants.list(ann, cluster_id) == [second]


async def test_the_owner_has_the_role_of_their_account(storage: Storage) -> None:
    ann, _, cluster_id = await shared(storage)

    access = await storage.clusters.access(ann, Role.OPERATOR, cluster_id)

    assert access == Access(cluster=await storage.clusters.get(ann, cluster_id), role=Role.OPERATOR)


@pytest.mark.parametrize(
    ("account", "granted", "effective"),
    [
        (Role.ADMIN, Role.VIEWER, Role.VIEWER),
        (Role.VIEWER, Role.ADMIN, Role.VIEWER),
        (Role.OPERATOR, Role.OPERATOR, Role.OPERATOR),
    ],
)
async def test_a_grantee_has_the_lower_of_the_two_roles(
    storage: Storage, account: Role, granted: Role, effective: Role
) -> None:
    ann, bob, cluster_id = await shared(storage, granted, ("default",))

    access = await storage.clusters.access(bob, account, cluster_id)

    assert (access.role, access.namespaces, access.shared_by) == (effective, frozenset({"default"}), "ann")
    assert access.cluster == await storage.clusters.get(ann, cluster_id)


async def test_a_grantees_list_holds_their_own_and_the_granted_clusters(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)
    his = await storage.clusters.add(bob, new_cluster("his"), announce)
    await storage.clusters.add(ann, new_cluster("hers alone"), announce)

    listed = await storage.clusters.accessible(bob, Role.OPERATOR)

    assert [(one.cluster.id, one.shared_by) for one in listed] == [(cluster_id, "ann"), (his.id, None)]


async def test_a_grant_gives_nothing_that_is_the_owners(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage, Role.ADMIN)

    for call in (
        storage.clusters.get(bob, cluster_id),
        storage.clusters.remove(bob, cluster_id, announce),
        storage.clusters.find(bob, "production-cluster"),
        storage.grants.list(bob, cluster_id),
        storage.grants.put(bob, cluster_id, ann, role=Role.VIEWER, namespaces=None, event=event("stolen")),
        storage.grants.remove(bob, cluster_id, bob, event("stolen")),
    ):
        with pytest.raises(NotFound, match="no such cluster"):
            await call

    assert await storage.clusters.list(bob) == []
    assert len(await storage.grants.list(ann, cluster_id)) == 1


async def test_a_revoked_grant_is_worth_nothing_at_once(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)
    [grant] = await storage.grants.list(ann, cluster_id)

    assert await storage.grants.remove(ann, cluster_id, bob, event("revoked")) == grant

    assert await storage.clusters.accessible(bob, Role.ADMIN) == []
    with pytest.raises(NotFound, match="no such cluster"):
        await storage.clusters.access(bob, Role.ADMIN, cluster_id)
    with pytest.raises(NotFound, match="no such grant"):
        await storage.grants.remove(ann, cluster_id, bob, event("again"))


async def test_a_stranger_is_told_the_same_of_a_foreign_and_of_no_cluster(storage: Storage) -> None:
    _, _, cluster_id = await shared(storage)
    eve = await storage.users.add("eve", "hash", Role.ADMIN)
    messages = set()

    for number in (cluster_id, cluster_id + 1000, 0, -1, TOO_LARGE):
        for call in (
            storage.clusters.access(eve.id, Role.ADMIN, number),
            storage.grants.list(eve.id, number),
            storage.clusters.select(eve.id, number),
        ):
            with pytest.raises(NotFound) as caught:
                await call
            messages.add(caught.value.message)

    assert len(messages) == 1


async def test_a_cluster_without_grants_is_an_empty_list(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    cluster = await storage.clusters.add(ann, new_cluster(), announce)

    assert await storage.grants.list(ann, cluster.id) == []


@pytest.mark.parametrize("user_id", [NOBODY, 0, TOO_LARGE])
async def test_nobody_can_be_granted_nothing(storage: Storage, user_id: int) -> None:
    ann, _, cluster_id = await shared(storage)

    with pytest.raises(NotFound, match="no such user"):
        await storage.grants.put(ann, cluster_id, user_id, role=Role.VIEWER, namespaces=None, event=event("x"))


async def test_each_user_chooses_for_themselves(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)
    his = await storage.clusters.add(bob, new_cluster("his"), announce)
    await storage.clusters.select(bob, his.id)

    chosen = await storage.clusters.select(bob, cluster_id)

    assert chosen.selected
    selected = [one.cluster.selected for one in await storage.clusters.accessible(bob, Role.VIEWER)]
    assert selected == [True, False]
    assert not (await storage.clusters.get(ann, cluster_id)).selected


async def test_choosing_ones_own_leaves_the_granted_one(storage: Storage) -> None:
    _, bob, cluster_id = await shared(storage)
    his = await storage.clusters.add(bob, new_cluster("his"), announce)
    await storage.clusters.select(bob, cluster_id)

    await storage.clusters.select(bob, his.id)

    selected = [one.cluster.selected for one in await storage.clusters.accessible(bob, Role.VIEWER)]
    assert selected == [False, True]


async def test_grants_go_with_their_cluster(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)

    await storage.clusters.remove(ann, cluster_id, lambda cluster: event(f"removed-{cluster.id}"))

    assert await storage.clusters.accessible(bob, Role.VIEWER) == []


async def test_grants_go_with_their_user(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)

    await storage.users.remove(bob)

    assert await storage.grants.list(ann, cluster_id) == []


async def test_each_change_is_announced_and_a_refused_one_is_not(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)
    with pytest.raises(NotFound):
        await storage.grants.put(bob, cluster_id, bob, role=Role.VIEWER, namespaces=None, event=event("refused"))
    await storage.grants.remove(ann, cluster_id, bob, event("revoked"))
    with pytest.raises(NotFound):
        await storage.grants.remove(ann, cluster_id, bob, event("refused"))

    assert [one.id for one in await storage.outbox.pending(10)][1:] == ["granted", "revoked"]


async def test_grants_at_once_leave_one(storage: Storage) -> None:
    ann, bob, cluster_id = await shared(storage)
    await storage.grants.remove(ann, cluster_id, bob, event("revoked"))

    await asyncio.gather(
        *(
            storage.grants.put(ann, cluster_id, bob, role=Role.VIEWER, namespaces=None, event=event(f"g{number}"))
            for number in range(6)
        )
    )

    assert len(await storage.grants.list(ann, cluster_id)) == 1
