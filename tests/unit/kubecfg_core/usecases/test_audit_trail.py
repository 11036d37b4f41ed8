import ast
import asyncio
import logging
from pathlib import Path

import pytest

import kubecfg_core.usecases
from kubecfg_core.audit import ATTEMPT, AuditQuery, AuditRecord, Origin, Verdict, origin
from kubecfg_core.errors import CommandRefused, NotFound, PermissionDenied, StorageUnavailable, UpstreamTimeout
from kubecfg_core.events import Event
from kubecfg_core.ports.kubectl_runner import ApiRequest, CommandResult
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.usecases.commands import Commands

from .world import World, new_cluster

# Told by an event, and nothing that a refusal of it would say more about.
UNGUARDED = {"analysis.completed", "user.logged_out"}


async def records(world: World) -> list[AuditRecord]:
    return (await world.outbox.audit.search(AuditQuery())).records


def commands(world: World, runner: RecordingKubectl | None = None) -> Commands:
    return Commands(world.repo, world.outbox, runner or RecordingKubectl(), world.announcer, world.clock)


async def test_an_onboarding_is_recorded_with_who_and_from_where() -> None:
    world = World()
    token = origin.set(Origin(auth_method="token", address="203.0.113.9", request_id="r-1"))
    try:
        cluster = await world.onboarded()
    finally:
        origin.reset(token)

    [record] = await records(world)

    assert (record.action, record.verdict, record.cluster_id) == ("cluster.onboarded", Verdict.ALLOWED, cluster.id)
    assert (record.actor, record.user_id, record.role) == ("user1", 1, "operator")
    assert (record.address, record.auth_method, record.request_id) == ("203.0.113.9", "token", "r-1")


async def test_what_a_role_may_not_do_is_recorded_as_denied() -> None:
    world = World()

    with pytest.raises(PermissionDenied):
        await world.onboarded(world.viewer)

    [record] = await records(world)
    assert (record.action, record.verdict, record.rule) == ("cluster.onboarded", Verdict.DENIED, "permission_denied")
    assert (record.actor, record.cluster_name) == ("user3", "prod")


async def test_a_cluster_that_does_not_answer_is_a_failed_onboarding() -> None:
    world = World()
    world.cluster.error = UpstreamTimeout()

    with pytest.raises(UpstreamTimeout):
        await world.onboarded()

    [record] = await records(world)
    assert (record.verdict, record.rule) == (Verdict.FAILED, "upstream_timeout")


async def test_reading_a_strangers_credential_is_recorded() -> None:
    world = World()
    await world.onboarded()

    with pytest.raises(NotFound):
        await world.clusters.credentials(world.bob, "prod")

    [record, _] = await records(world)
    assert (record.action, record.actor, record.rule) == ("cluster.credentials.read", "user2", "not_found")


async def test_a_command_that_ran_is_recorded_with_its_result() -> None:
    world = World()
    cluster = await world.onboarded()

    await commands(world).execute(world.ann, cluster.id, "kubectl get pods -n shop")

    [record, _] = await records(world)
    assert (record.action, record.verdict, record.namespace) == ("kubectl.executed", Verdict.ALLOWED, "shop")
    assert record.command.startswith("kubectl get")
    assert (record.return_code, record.bytes is not None, record.truncated) == (0, True, False)


async def test_the_requests_that_a_command_made_are_recorded_without_their_times() -> None:
    world = World()
    cluster = await world.onboarded()
    made = tuple(ApiRequest(method="GET", path=f"/api/v1/pods/{number}", status=200, ms=number) for number in range(30))
    runner = RecordingKubectl({"get": CommandResult(stdout="", stderr="", return_code=0, requests=made)})

    await commands(world, runner).execute(world.ann, cluster.id, "kubectl get pods")

    [record, _] = await records(world)
    told = record.details["requests"]
    assert isinstance(told, list)
    assert (len(told), told[0]) == (20, "GET /api/v1/pods/0 200")


async def test_a_refused_command_is_recorded_with_its_rule_and_without_its_secrets() -> None:
    world = World()
    cluster = await world.onboarded()

    with pytest.raises(CommandRefused) as refused:
        await commands(world).execute(world.ann, cluster.id, "kubectl get pods --token hunter2")

    [record, _] = await records(world)
    assert (record.verdict, record.rule) == (Verdict.DENIED, refused.value.rule)
    assert record.command == "kubectl get pods --token [REDACTED]"
    assert record.cluster_name == "prod"


async def test_a_command_that_is_broken_off_is_recorded() -> None:
    class Endless(RecordingKubectl):
        async def run(self, *_args: object, **_more: object) -> None:  # type: ignore[override]  # it never returns
            await asyncio.sleep(60)

    world = World()
    cluster = await world.onboarded()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await commands(world, Endless()).execute(world.ann, cluster.id, "kubectl get pods")

    [record, _] = await records(world)
    assert (record.action, record.verdict, record.rule) == ("kubectl.executed", Verdict.FAILED, "cancelled")


async def test_a_failed_attempt_has_an_event_that_nobody_takes_for_a_success() -> None:
    world = World()
    with pytest.raises(PermissionDenied):
        await world.onboarded(world.viewer)

    [event] = await world.outbox.pending(10)

    assert (event.type, event.data["action"]) == (ATTEMPT, "cluster.onboarded")


async def test_a_record_that_cannot_be_written_hides_no_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def gone(event: Event) -> None:
        del event
        raise StorageUnavailable

    world = World()
    monkeypatch.setattr(world.outbox, "add", gone)

    with caplog.at_level(logging.INFO, "kubecfg.audit"), pytest.raises(PermissionDenied):
        await world.clusters.onboard(world.viewer, new_cluster())

    assert "this log alone" in caplog.text


def methods() -> list[ast.AsyncFunctionDef | ast.FunctionDef]:
    folder = Path(kubecfg_core.usecases.__file__ or "").parent
    trees = [ast.parse(path.read_text()) for path in folder.glob("*.py") if path.name != "announcing.py"]
    return [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
    ]


def named(call: str) -> set[str]:
    """The first arguments of every `.call("...")` in the use cases."""
    calls = [node for method in methods() for node in ast.walk(method) if isinstance(node, ast.Call)]
    first = [node.args[0] for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == call]
    return {node.value for node in first if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_whatever_is_told_when_it_is_done_is_recorded_when_it_is_not() -> None:
    assert named("about") - named("attempt") <= UNGUARDED
    assert named("attempt") <= named("about")
