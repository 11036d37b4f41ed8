import asyncio

import msgspec
import pytest

from kubecfg_core.clusters import Cluster, ClusterChanges, ClusterTarget
from kubecfg_core.errors import AlreadyExists, NotFound
from kubecfg_core.events import Event
from kubecfg_core.masking import Level
from kubecfg_core.secret import Secret
from tests.contract.storages import Storage, announce, new_cluster

TOO_LARGE = 2**70


async def test_a_stored_cluster_is_read_back_as_it_was_given(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    added = await storage.clusters.add(ann, new_cluster(), announce)

    new = new_cluster()
    assert added == Cluster(
        id=added.id,
        user_id=ann,
        cluster_name=new.cluster_name,
        target=new.target,
        context_name="prod",
        provider_name="AWS",
        tags=("production", "größe"),
        is_operator_installed=True,
        created_at=storage.clock.now(),
        updated_at=storage.clock.now(),
        selected=False,
        uid=new.uid,
        credential_fingerprint=added.credential_fingerprint,
    )
    assert await storage.clusters.get(ann, added.id) == added
    assert await storage.clusters.find(ann, "production-cluster") == added
    assert await storage.clusters.list(ann) == [added]


async def test_a_cluster_without_any_optional_part_is_read_back_without(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    full = new_cluster()
    bare = msgspec.structs.replace(
        full.target, token=None, ca_data=None, tls_cert=None, tls_key=None, tls_server_name=None, verify_tls=True
    )

    added = await storage.clusters.add(ann, msgspec.structs.replace(full, target=bare, tags=()), announce)

    assert (added.target, added.tags) == (bare, ())


@pytest.mark.parametrize("level", [None, *Level])
async def test_what_a_model_may_see_is_read_back(storage: Storage, level: Level | None) -> None:
    ann, _ = await storage.make_users()

    added = await storage.clusters.add(ann, msgspec.structs.replace(new_cluster(), llm_privacy=level), announce)

    assert (await storage.clusters.get(ann, added.id)).llm_privacy is level


async def test_what_a_model_may_see_changes_alone(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = await storage.clusters.add(ann, new_cluster(), announce)

    changed = await storage.clusters.change(ann, added.id, ClusterChanges(llm_privacy=Level.NONE), announce_change)

    assert changed == msgspec.structs.replace(added, llm_privacy=Level.NONE, updated_at=changed.updated_at)


async def test_times_are_utc_with_their_zone(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    added = await storage.clusters.add(ann, new_cluster(), announce)
    again = await storage.clusters.get(ann, added.id)

    assert str(again.created_at) == "2024-01-15 10:30:00+00:00"


async def test_the_target_goes_by_the_clusters_name(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    new = new_cluster()
    renamed = msgspec.structs.replace(new, target=msgspec.structs.replace(new.target, name="something else"))

    added = await storage.clusters.add(ann, renamed, announce)

    assert added.target.name == "production-cluster"


async def test_a_name_that_the_user_has_is_refused(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await storage.clusters.add(ann, new_cluster(), announce)

    with pytest.raises(AlreadyExists):
        await storage.clusters.add(ann, new_cluster(), announce)

    assert len(await storage.clusters.list(ann)) == 1


async def test_two_users_may_have_clusters_of_one_name(storage: Storage) -> None:
    ann, bob = await storage.make_users()

    hers = await storage.clusters.add(ann, new_cluster(), announce)
    his = await storage.clusters.add(bob, new_cluster(), announce)

    assert await storage.clusters.find(ann, "production-cluster") == hers
    assert await storage.clusters.find(bob, "production-cluster") == his


async def test_the_list_is_in_the_order_of_the_ids(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    for name in ("c", "a", "b"):
        await storage.clusters.add(ann, new_cluster(name), announce)

    listed = await storage.clusters.list(ann)

    assert [cluster.cluster_name for cluster in listed] == ["c", "a", "b"]
    assert [cluster.id for cluster in listed] == sorted(cluster.id for cluster in listed)


async def test_anothers_cluster_is_as_absent_as_one_that_never_was(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    hers = await storage.clusters.add(ann, new_cluster(), announce)
    messages = set()

    for cluster_id in (hers.id, hers.id + 1000, 0, -1, TOO_LARGE):
        for call in (
            storage.clusters.get(bob, cluster_id),
            storage.clusters.remove(bob, cluster_id, announce),
            storage.clusters.select(bob, cluster_id),
        ):
            with pytest.raises(NotFound) as caught:
                await call
            messages.add(caught.value.message)
    with pytest.raises(NotFound) as caught:
        await storage.clusters.find(bob, hers.cluster_name)

    assert messages == {caught.value.message}
    assert await storage.clusters.list(bob) == []
    assert await storage.clusters.get(ann, hers.id) == hers


@pytest.mark.parametrize(
    "name",
    ["", "nul\0", "half \ud800", "'; DROP TABLE clusters; --", "%", "x" * 10_000],
    ids=["empty", "nul", "surrogate", "sql", "wildcard", "long"],
)
async def test_a_strange_name_is_not_found(storage: Storage, name: str) -> None:
    ann, _ = await storage.make_users()
    await storage.clusters.add(ann, new_cluster(), announce)

    with pytest.raises(NotFound):
        await storage.clusters.find(ann, name)


async def test_a_removed_cluster_is_gone_and_given_as_it_was(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = await storage.clusters.add(ann, new_cluster(), announce)

    removed = await storage.clusters.remove(ann, added.id, announce_removal)

    assert removed == added
    assert await storage.clusters.list(ann) == []
    with pytest.raises(NotFound):
        await storage.clusters.remove(ann, added.id, announce_removal)


async def test_an_id_is_never_given_twice(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    first = await storage.clusters.add(ann, new_cluster(), announce)
    await storage.clusters.remove(ann, first.id, announce_removal)

    second = await storage.clusters.add(ann, new_cluster(), announce)

    assert second.id > first.id


async def test_only_the_last_one_chosen_is_selected(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    his = await storage.clusters.add(bob, new_cluster(), announce)
    first, second = [await storage.clusters.add(ann, new_cluster(name), announce) for name in ("a", "b")]
    await storage.clusters.select(bob, his.id)

    await storage.clusters.select(ann, first.id)
    chosen = await storage.clusters.select(ann, second.id)

    assert chosen == msgspec.structs.replace(second, selected=True)
    assert [cluster.selected for cluster in await storage.clusters.list(ann)] == [False, True]
    assert (await storage.clusters.get(bob, his.id)).selected


async def test_a_choice_that_fails_leaves_the_former_one(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = await storage.clusters.add(ann, new_cluster(), announce)
    await storage.clusters.select(ann, added.id)

    with pytest.raises(NotFound):
        await storage.clusters.select(ann, added.id + 1)

    assert (await storage.clusters.get(ann, added.id)).selected


async def test_choices_at_once_leave_exactly_one(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = [await storage.clusters.add(ann, new_cluster(name), announce) for name in "abcdef"]

    await asyncio.gather(*(storage.clusters.select(ann, cluster.id) for cluster in added + added[::-1]))

    assert sum(cluster.selected for cluster in await storage.clusters.list(ann)) == 1


async def test_of_adds_at_once_under_one_name_exactly_one_is_stored(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    outcomes = await asyncio.gather(
        *(storage.clusters.add(ann, new_cluster(), announce) for _ in range(8)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Cluster) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyExists) for outcome in outcomes) == 7
    assert await storage.outbox.backlog() == 1


async def test_of_removals_at_once_exactly_one_is_announced(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = await storage.clusters.add(ann, new_cluster(), announce)

    outcomes = await asyncio.gather(
        *(storage.clusters.remove(ann, added.id, announce_removal) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Cluster) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotFound) for outcome in outcomes) == 3
    assert await storage.outbox.backlog() == 2


ELSEWHERE = ClusterTarget(
    name="", server_url="https://203.0.113.8:6443", token=Secret("eyJ9.eyJleHAiOjE5MDAwMDAwMDB9.c")
)


async def test_what_is_given_is_changed_and_the_rest_stays(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    before = await storage.clusters.add(ann, new_cluster(), announce)
    storage.clock.advance(60)

    changes = ClusterChanges(cluster_name="renamed", tags=("new",))
    after = await storage.clusters.change(ann, before.id, changes, announce)

    expected = msgspec.structs.replace(
        before,
        cluster_name="renamed",
        tags=("new",),
        target=msgspec.structs.replace(before.target, name="renamed"),
        updated_at=storage.clock.now(),
    )
    assert after == expected
    assert await storage.clusters.get(ann, before.id) == expected


async def test_a_new_target_replaces_the_whole_of_the_old_one(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    before = await storage.clusters.add(ann, new_cluster(), announce)

    await storage.clusters.change(ann, before.id, ClusterChanges(target=ELSEWHERE, uid="u-2"), announce_change)

    after = await storage.clusters.get(ann, before.id)
    assert after.target == msgspec.structs.replace(ELSEWHERE, name=before.cluster_name)
    assert (after.uid, str(after.credential_expires_at)) == ("u-2", "2030-03-17 17:46:40+00:00")
    assert after.credential_fingerprint != before.credential_fingerprint


async def test_a_change_to_anothers_name_is_refused(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    first, second = [await storage.clusters.add(ann, new_cluster(name), announce) for name in ("a", "b")]
    his = await storage.clusters.add(bob, new_cluster("c"), announce)

    with pytest.raises(AlreadyExists):
        await storage.clusters.change(ann, second.id, ClusterChanges(cluster_name="a"), announce_change)

    assert await storage.clusters.list(ann) == [first, second]
    assert (await storage.clusters.change(bob, his.id, ClusterChanges(cluster_name="a"), announce_change)).id == his.id


async def test_anothers_cluster_is_neither_outlined_nor_changed(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    hers = await storage.clusters.add(ann, new_cluster(), announce)

    for cluster_id in (hers.id, hers.id + 1000, 0, -1, TOO_LARGE):
        with pytest.raises(NotFound):
            await storage.clusters.outline(bob, cluster_id)
        with pytest.raises(NotFound):
            await storage.clusters.change(bob, cluster_id, ClusterChanges(target=ELSEWHERE), announce_change)

    assert await storage.clusters.outline(ann, hers.id) == hers
    assert await storage.outbox.backlog() == 1


async def test_each_change_is_announced_in_order(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    added = await storage.clusters.add(ann, new_cluster(), announce)
    await storage.clusters.remove(ann, added.id, announce_removal)

    assert await storage.outbox.pending(10) == [announce(added), announce_removal(added)]


async def test_a_change_that_cannot_be_announced_is_not_made(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = await storage.clusters.add(ann, new_cluster("kept"), announce)

    with pytest.raises(RuntimeError):
        await storage.clusters.add(ann, new_cluster("lost"), fail)
    with pytest.raises(RuntimeError):
        await storage.clusters.remove(ann, added.id, fail)
    with pytest.raises(RuntimeError):
        await storage.clusters.change(ann, added.id, ClusterChanges(cluster_name="other"), fail)

    assert await storage.clusters.list(ann) == [added]
    assert await storage.outbox.pending(10) == [announce(added)]


async def test_a_refused_change_is_not_announced(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    added = await storage.clusters.add(ann, new_cluster(), announce)

    with pytest.raises(AlreadyExists):
        await storage.clusters.add(ann, new_cluster(), announce_removal)
    with pytest.raises(NotFound):
        await storage.clusters.remove(ann, added.id + 1, announce_removal)

    assert await storage.outbox.backlog() == 1


def announce_removal(cluster: Cluster) -> Event:
    return msgspec.structs.replace(announce(cluster), id=f"removal-{cluster.id}", type="cluster.removed")


def announce_change(cluster: Cluster) -> Event:
    return msgspec.structs.replace(announce(cluster), id=f"change-{cluster.id}", type="cluster.updated")


def fail(cluster: Cluster) -> Event:
    raise RuntimeError(cluster.cluster_name)
