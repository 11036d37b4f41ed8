from datetime import timedelta
from typing import Any

import msgspec
import pytest

from kubecfg_core.audit import ATTEMPT, AuditQuery, Verdict
from kubecfg_core.errors import AlreadyExists
from kubecfg_core.events import Event
from kubecfg_core.testing.clock import FakeClock
from tests.contract.storages import Storage, new_cluster

START = FakeClock().now()


def done(number: int, kind: str = "kubectl.executed", **data: Any) -> Event:
    facts = {"verdict": "allowed", "user_id": 1, "username": "ann", "cluster_id": 7, **data}
    return Event(
        id=f"event-{number}", type=kind, subject="clusters/7", time=START + timedelta(minutes=number), data=facts
    )


async def ids(storage: Storage, **query: Any) -> list[str]:
    return [record.id for record in (await storage.audit.search(AuditQuery(**query))).records]


async def test_an_event_of_an_attempt_is_kept_as_its_record(storage: Storage) -> None:
    event = done(
        1,
        role="operator",
        address="203.0.113.9",
        command="kubectl get pods",
        namespace="größe",
        return_code=0,
        bytes=12,
        provider_name="AWS",
    )
    await storage.outbox.add(event)

    [record] = (await storage.audit.search(AuditQuery())).records

    assert (record.at, record.action, record.verdict) == (event.time, "kubectl.executed", Verdict.ALLOWED)
    assert (record.actor, record.user_id, record.role, record.address) == ("ann", 1, "operator", "203.0.113.9")
    assert (record.command, record.namespace, record.return_code, record.bytes) == ("kubectl get pods", "größe", 0, 12)
    assert (record.subject, record.details) == ("clusters/7", {"provider_name": "AWS"})


async def test_an_attempt_that_came_to_nothing_is_kept_under_what_was_wanted(storage: Storage) -> None:
    await storage.outbox.add(done(1, ATTEMPT, action="kubectl.executed", verdict="denied", rule="verb"))

    [record] = (await storage.audit.search(AuditQuery())).records

    assert (record.action, record.verdict, record.rule) == ("kubectl.executed", Verdict.DENIED, "verb")


async def test_what_nobody_did_is_no_record(storage: Storage) -> None:
    event = done(1)
    await storage.outbox.add(msgspec.structs.replace(event, data={"cluster_id": 7}))

    assert await ids(storage) == []


async def test_the_newest_comes_first(storage: Storage) -> None:
    for number in (1, 2, 3):
        await storage.outbox.add(done(number))

    assert await ids(storage) == ["event-3", "event-2", "event-1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "bob"}, ["event-2"]),
        ({"cluster_id": 8}, ["event-3"]),
        ({"action": "cluster.removed"}, ["event-4"]),
        ({"verdict": Verdict.FAILED}, ["event-5"]),
        ({"since": START + timedelta(minutes=4)}, ["event-5", "event-4"]),
        ({"until": START + timedelta(minutes=2)}, ["event-1"]),
        ({"actor": "ann", "verdict": Verdict.ALLOWED, "cluster_id": 7}, ["event-4", "event-1"]),
        ({"actor": "nobody\0"}, []),
        ({"cluster_id": 2**70}, []),
    ],
)
async def test_all_filters_must_fit(storage: Storage, query: dict[str, Any], found: list[str]) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"username": "bob"},
        {"cluster_id": 8},
        {"kind": "cluster.removed"},
        {"verdict": "failed"},
    ]
    for number, change in enumerate(changes, start=1):
        await storage.outbox.add(done(number, **change))

    assert await ids(storage, **query) == found


async def test_pages_follow_one_another_without_a_gap(storage: Storage) -> None:
    for number in range(5):
        await storage.outbox.add(done(number))

    first = await storage.audit.search(AuditQuery(limit=2))
    await storage.outbox.add(done(9))
    second = await storage.audit.search(AuditQuery(limit=2, before=first.next))
    third = await storage.audit.search(AuditQuery(limit=2, before=second.next))

    assert [record.id for page in (first, second, third) for record in page.records] == [
        f"event-{number}" for number in (4, 3, 2, 1, 0)
    ]
    assert third.next is None


async def test_publishing_an_event_leaves_its_record(storage: Storage) -> None:
    await storage.outbox.add(done(1))
    await storage.outbox.done(["event-1"])

    assert await ids(storage) == ["event-1"]


async def test_a_change_and_its_record_are_kept_together_or_not_at_all(storage: Storage) -> None:
    ann, _ = await storage.make_users()
    await storage.clusters.add(ann, new_cluster("one"), lambda cluster: done(1))

    with pytest.raises(AlreadyExists):
        await storage.clusters.add(ann, new_cluster("two"), lambda cluster: done(1))

    assert (await ids(storage), len(await storage.clusters.list(ann))) == (["event-1"], 1)


async def test_old_records_are_dropped_in_bounded_batches(storage: Storage) -> None:
    for number in range(5):
        await storage.outbox.add(done(number))
    before = START + timedelta(minutes=4)

    dropped = [await storage.audit.prune(before, 3) for _ in range(3)]

    assert (dropped, await ids(storage)) == ([3, 1, 0], ["event-4"])
