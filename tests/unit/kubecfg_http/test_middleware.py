"""What every request goes through."""

import asyncio
import logging

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.ports.kubectl_runner import CommandResult
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from tests.fakes.http_service import PASSWORD, Client, World, new_cluster, onboarded, serving


class BrokenKubectl(RecordingKubectl):
    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        token = target.token.reveal() if target.token else ""
        raise RuntimeError(f"it broke with {token}")


class EndlessKubectl(RecordingKubectl):
    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        await asyncio.sleep(3600)
        return await super().run(plan, target)


class WatchedKubectl(RecordingKubectl):
    seen = ""

    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        self.seen = structlog.contextvars.get_contextvars()["request_id"]
        return await super().run(plan, target)


async def executed(client: Client, headers: dict[str, str]) -> tuple[int, str]:
    cluster_id = await onboarded(client, headers)
    body = {"command": "kubectl get pods"}
    async with client.post(f"/kubeconfig/execute-kubectl-direct/{cluster_id}", json=body, headers=headers) as response:
        return response.status, await response.text()


async def test_an_unexpected_error_says_nothing_of_itself() -> None:
    world = World(runner=BrokenKubectl())
    async with serving(world) as client:
        assert await executed(client, await world.user()) == (500, '{"detail":"Internal error"}')


async def test_an_unexpected_error_is_logged_with_its_place_and_without_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(runner=BrokenKubectl())
    async with serving(world) as client:
        await executed(client, {**await world.user(), "X-Request-ID": "req-1"})

    [line] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert line.__dict__["facts"]["request_id"] == "req-1"
    assert "BrokenKubectl.run" in line.getMessage()
    assert "a-cluster-token" not in caplog.text


async def test_a_request_has_a_deadline() -> None:
    world = World(runner=EndlessKubectl(), limits={"request_timeout": 0.05})
    async with serving(world) as client:
        status, text = await executed(client, await world.user())

    assert (status, text) == (504, '{"detail":"It was not done within 0.05 seconds."}')


async def test_a_request_without_an_id_gets_one(client: Client) -> None:
    async with client.get("/healthz") as response:
        assert len(response.headers["X-Request-ID"]) == 32


async def test_a_request_keeps_the_id_that_it_came_with(client: Client) -> None:
    async with client.get("/healthz", headers={"X-Request-ID": "abc-123.4_5"}) as response:
        assert response.headers["X-Request-ID"] == "abc-123.4_5"


@pytest.mark.parametrize("odd", ["a b", "x" * 65, "<script>", "ü"])
async def test_an_odd_request_id_is_replaced(client: Client, odd: str) -> None:
    async with client.get("/healthz", headers={"X-Request-ID": odd}) as response:
        assert len(response.headers["X-Request-ID"]) == 32


async def test_the_request_id_reaches_what_is_logged_below() -> None:
    runner = WatchedKubectl()
    world = World(runner=runner)
    async with serving(world) as client:
        await executed(client, {**await world.user(), "X-Request-ID": "req-2"})

    assert runner.seen == "req-2"


async def test_each_request_leaves_one_line_that_holds_no_secret(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    body = {"username": "nobody", "password": PASSWORD}

    async with client.post("/auth/login", params={"token": "in-the-query"}, json=body):
        pass

    [line] = [record for record in caplog.records if record.name == "kubecfg.http"]
    facts = line.__dict__["facts"]
    assert (facts["method"], facts["route"], facts["status"], facts["user_id"]) == ("POST", "/auth/login", 401, None)
    assert PASSWORD not in str(line.__dict__)
    assert "in-the-query" not in str(line.__dict__)


async def test_a_line_about_a_cluster_names_the_template_and_the_user(
    client: Client, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async with client.get("/kubeconfig/get-namespaces/77", headers=headers):
        pass

    [line] = [record for record in caplog.records if record.name == "kubecfg.http"]
    assert line.getMessage() == "GET /kubeconfig/get-namespaces/{cluster_id} 404"
    assert line.__dict__["facts"]["user_id"] == 1


@pytest.mark.parametrize("path", ["/healthz", "/kubeconfig/clusters", "/nowhere", "/docs"])
async def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    async with client.get(path) as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Server"] == "kubecfg"


async def test_answers_with_credentials_are_not_stored(client: Client, headers: dict[str, str]) -> None:
    async with client.post("/kubeconfig/onboard-cluster", json=new_cluster("one"), headers=headers) as response:
        assert (response.status, response.headers["Cache-Control"]) == (201, "no-store")
    async with client.get("/kubeconfig/cluster/one/credentials", headers=headers) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")
    async with client.post("/auth/login", json={"username": "john.doe", "password": PASSWORD}) as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic am9objpkb2U=", "Bearer a b", "token abc", "Bearer ü"]
)
async def test_a_header_that_holds_no_token_lets_nobody_in(client: Client, value: str) -> None:
    async with client.get("/kubeconfig/clusters", headers={"Authorization": value}) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_the_schemes_name_may_be_written_in_any_case(client: Client, headers: dict[str, str]) -> None:
    lower = {"Authorization": headers["Authorization"].replace("Bearer", "bearer")}
    async with client.get("/kubeconfig/clusters", headers=lower) as response:
        assert response.status == 200


async def test_two_tokens_at_once_are_none(client: Client, headers: dict[str, str]) -> None:
    twice = [("Authorization", headers["Authorization"])] * 2
    async with client.get("/kubeconfig/clusters", headers=twice) as response:
        assert response.status == 401


@pytest.mark.parametrize("place", ["query", "cookie"])
async def test_a_token_elsewhere_than_in_the_header_lets_nobody_in(
    client: Client, headers: dict[str, str], place: str
) -> None:
    token = headers["Authorization"].removeprefix("Bearer ")
    given = {"params": {"access_token": token, "token": token}} if place == "query" else {"cookies": {"token": token}}
    async with client.get("/kubeconfig/clusters", **given) as response:  # type: ignore[arg-type]  # one of two keywords
        assert response.status == 401


async def test_a_route_beside_the_table_is_open_to_nobody(world: World) -> None:
    app = world.app()

    async def forgotten(request: web.Request) -> web.Response:
        return web.Response(text="secret")

    app.router.add_get("/forgotten", forgotten)
    async with TestClient(TestServer(app)) as client:
        for headers in ({}, await world.user()):
            async with client.get("/forgotten", headers=headers) as response:
                assert response.status == 401
