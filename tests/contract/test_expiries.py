import base64
import json
from datetime import datetime, timedelta

import msgspec
import pytest

from kubecfg_core.clusters import Cluster, ClusterChanges
from kubecfg_core.events import Event
from kubecfg_core.secret import Secret
from tests.contract.storages import Storage, announce, new_cluster


def token(end: datetime) -> Secret:
    body = base64.urlsafe_b64encode(json.dumps({"exp": int(end.timestamp())}).encode()).rstrip(b"=").decode()
    return Secret(f"eyJ9.{body}.c2ln")


async def onboard(storage: Storage, user_id: int, name: str, days: float) -> Cluster:
    new = new_cluster(name)
    target = msgspec.structs.replace(new.target, token=token(storage.clock.now() + timedelta(days=days)))
    return await storage.clusters.add(user_id, msgspec.structs.replace(new, target=target), announce)


async def due(storage: Storage, days: int, limit: int = 10) -> list[str]:
    until = storage.clock.now() + timedelta(days=days)
    return [one.cluster_name for one in await storage.expiries.due(until=until, days=days, limit=limit)]


def warning(name: str) -> Event:
    return Event(
        id=name,
        type="cluster.credentials.expiring",
        subject="clusters/1",
        time=datetime.fromisoformat("2024-01-15T10:30Z"),
        data={},
    )


async def test_what_ends_by_then_is_due_whoevers_it_is_the_soonest_first(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    for user, name, days in ((ann, "later", 10), (bob, "sooner", 3), (ann, "much later", 15), (ann, "over", -2)):
        await onboard(storage, user, name, days)
    await storage.clusters.add(ann, new_cluster("never"), announce)

    assert await due(storage, 14) == ["over", "sooner", "later"]
    assert await due(storage, 14, limit=1) == ["over"]
    assert await due(storage, 1) == ["over"]


async def test_what_is_due_is_told_with_its_owner_and_its_end(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    cluster = await onboard(storage, ann, "a", 3)

    [one] = await storage.expiries.due(until=storage.clock.now() + timedelta(days=7), days=7, limit=10)

    assert (one.cluster_id, one.user_id) == (cluster.id, ann)
    assert one.expires_at == cluster.credential_expires_at == storage.clock.now() + timedelta(days=3)


async def test_a_warning_is_given_once_and_again_when_less_is_left(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await onboard(storage, ann, "a", 3)
    [one] = await storage.expiries.due(until=storage.clock.now() + timedelta(days=7), days=7, limit=10)

    first = await storage.expiries.announce(one, days=7, event=warning("first"))
    again = await storage.expiries.announce(one, days=7, event=warning("again"))

    assert (first, again) == (True, False)
    assert await storage.outbox.backlog() == 2
    assert (await due(storage, 7), await due(storage, 14)) == ([], [])
    storage.clock.advance(timedelta(days=2, hours=12).total_seconds())
    assert await due(storage, 1) == ["a"]


async def test_a_replaced_credential_is_not_warned_of_and_its_successor_is(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    cluster = await onboard(storage, ann, "a", 3)
    [one] = await storage.expiries.due(until=storage.clock.now() + timedelta(days=7), days=7, limit=10)
    await storage.expiries.announce(one, days=7, event=warning("first"))

    soon = msgspec.structs.replace(cluster.target, token=token(storage.clock.now() + timedelta(days=5)))
    await storage.clusters.change(ann, cluster.id, ClusterChanges(target=soon), changed)

    assert not await storage.expiries.announce(one, days=1, event=warning("late"))
    assert await due(storage, 7) == ["a"]


async def test_a_warning_whose_event_cannot_be_written_is_not_noted(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await onboard(storage, ann, "a", 3)
    [one] = await storage.expiries.due(until=storage.clock.now() + timedelta(days=7), days=7, limit=10)
    await storage.outbox.add(warning("taken"))

    with pytest.raises(Exception, match="waits already"):
        await storage.expiries.announce(one, days=7, event=warning("taken"))

    assert await due(storage, 7) == ["a"]


def changed(cluster: Cluster) -> Event:
    return msgspec.structs.replace(announce(cluster), id="changed")
