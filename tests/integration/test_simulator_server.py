"""What only a plain client sees: compression, faults, the log of requests, and refusals that were not recorded."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from kubecfg_demo import Fault, Mode, Running, Simulator

DEADLINE = aiohttp.ClientTimeout(total=0.3)
JSON = "application/json"


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    made = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}]
    made += [_configmap(f"c{number:03}", "x" * 2000) for number in range(100)]
    async with Simulator(made, without_groups=("batch",)).serve(tls=False) as found:
        yield found


@pytest.fixture
async def session(running: Running) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {running.admin_token}", "User-Agent": "a-test"}
    async with aiohttp.ClientSession(running.url, headers=headers, auto_decompress=False) as found:
        yield found


def _configmap(name: str, text: str = "") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": text}}


async def test_a_large_list_is_compressed_for_who_asks(session: aiohttp.ClientSession) -> None:
    async with session.get("/api/v1/configmaps", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(await answer.read()))["items"]) == 100


async def test_a_list_is_plain_for_who_does_not_ask(session: aiohttp.ClientSession) -> None:
    async with session.get("/api/v1/configmaps", headers={"Accept-Encoding": "identity"}) as answer:
        assert "Content-Encoding" not in answer.headers


async def test_a_compressed_list_is_not_stale(running: Running, session: aiohttp.ClientSession) -> None:
    async with session.get("/api/v1/configmaps", headers={"Accept-Encoding": "gzip"}) as answer:
        await answer.read()
    running.simulator.put(_configmap("one-more"))
    async with session.get("/api/v1/configmaps", headers={"Accept-Encoding": "gzip"}) as answer:
        assert len(json.loads(gzip.decompress(await answer.read()))["items"]) == 101


async def test_every_answer_says_that_it_is_simulated(session: aiohttp.ClientSession) -> None:
    async with session.get("/nowhere") as answer:
        assert (answer.status, answer.headers["X-Kubecfg-Simulated"]) == (404, "true")


async def test_requests_are_remembered(running: Running, session: aiohttp.ClientSession) -> None:
    async with session.get("/api/v1/pods?limit=3"):
        pass
    seen = running.requests[-1]
    assert (seen.method, seen.path, seen.user, seen.user_agent) == ("GET", "/api/v1/pods?limit=3", "admin", "a-test")


async def test_a_group_that_is_left_out_is_absent(session: aiohttp.ClientSession) -> None:
    async with session.get("/apis/batch/v1/jobs") as answer:
        assert (answer.status, await answer.text()) == (404, "404 page not found\n")


async def test_an_unknown_resource_of_a_known_group_is_a_status(session: aiohttp.ClientSession) -> None:
    async with session.get("/apis/apps/v1/widgets") as answer:
        assert (answer.status, (await answer.json())["reason"]) == (404, "NotFound")


@pytest.mark.parametrize(
    ("call", "body", "media", "expected"),
    [
        ("POST /api/v1/namespaces/default/configmaps", b"{", JSON, (400, "BadRequest")),
        ("POST /api/v1/namespaces/default/configmaps", b"[]", JSON, (400, "BadRequest")),
        ("POST /api/v1/namespaces/default/configmaps", b'{"kind":"Pod"}', JSON, (400, "BadRequest")),
        ("POST /api/v1/namespaces/default/configmaps", b"{}", "text/plain", (415, "UnsupportedMediaType")),
        (
            "POST /api/v1/namespaces/none/configmaps",
            json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}).encode(),
            JSON,
            (404, "NotFound"),
        ),
        ("PATCH /api/v1/namespaces/default/configmaps/c001", b"{}", JSON, (415, "UnsupportedMediaType")),
        ("POST /api/v1/namespaces", b" " * 4_000_000, JSON, (413, "RequestEntityTooLarge")),
        ("DELETE /api/v1/namespaces/default/configmaps/none", b"", JSON, (404, "NotFound")),
        ("GET /api/v1/configmaps?limit=many", b"", JSON, (400, "BadRequest")),
        ("GET /api/v1/configmaps?resourceVersion=99999", b"", JSON, (504, "Timeout")),
        ("GET /api/v1/configmaps?fieldSelector=data.a%3D1", b"", JSON, (400, "BadRequest")),
        ("GET /api/v1/configmaps?watch=1&timeoutSeconds=soon", b"", JSON, (400, "BadRequest")),
    ],
)
async def test_a_wrong_request_is_refused(
    session: aiohttp.ClientSession, call: str, body: bytes, media: str, expected: tuple[int, str]
) -> None:
    method, path = call.split(" ")
    async with session.request(method, path, data=io.BytesIO(body), headers={"Content-Type": media}) as answer:
        found = json.loads(await answer.read())
    assert (answer.status, found["reason"], found["kind"]) == (*expected, "Status")


async def test_an_anonymous_client_reads_health_and_nothing_else(running: Running) -> None:
    async with aiohttp.ClientSession(running.url) as anonymous:
        statuses = []
        for path in ("/livez", "/version", "/apis", "/api/v1/pods"):
            async with anonymous.get(path) as answer:
                statuses.append(answer.status)
    assert statuses == [200, 200, 403, 403]


async def test_a_revoked_token_is_unauthorized(running: Running, session: aiohttp.ClientSession) -> None:
    running.revoke_token(running.admin_token)
    async with session.get("/api/v1/pods") as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        (Mode.SILENT, asyncio.TimeoutError),
        (Mode.ENDLESS, asyncio.TimeoutError),
        (Mode.TRUNCATE, aiohttp.ClientPayloadError),
        (Mode.RESET, aiohttp.ClientError),
        (Mode.GARBAGE, ValueError),
    ],
)
async def test_a_fault_breaks_the_exchange(
    running: Running, session: aiohttp.ClientSession, mode: Mode, error: type[Exception]
) -> None:
    running.fail(Fault(mode=mode, prefix="/api/v1"))
    with pytest.raises(error):
        async with session.get("/api/v1/pods", timeout=DEADLINE) as answer:
            json.loads(await answer.read())


async def test_a_status_fault_answers_what_it_was_told(running: Running, session: aiohttp.ClientSession) -> None:
    running.fail(Fault(mode=Mode.STATUS, status=429, body="{}", headers={"Retry-After": "1"}))
    async with session.get("/api/v1/pods") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")


async def test_a_redirect_fault_points_elsewhere(running: Running, session: aiohttp.ClientSession) -> None:
    running.fail(Fault(mode=Mode.REDIRECT, location="http://127.0.0.1:1/"))
    async with session.get("/api/v1/pods", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:1/")


async def test_a_fault_hits_its_prefix_and_as_often_as_it_says(
    running: Running, session: aiohttp.ClientSession
) -> None:
    running.fail(Fault(mode=Mode.STATUS, prefix="/api/v1/pods", status=500, times=1))
    statuses = []
    for path in ("/api/v1/nodes", "/api/v1/pods", "/api/v1/pods"):
        async with session.get(path) as answer:
            statuses.append(answer.status)
    assert statuses == [200, 500, 200]


async def test_a_recovered_server_answers_again(running: Running, session: aiohttp.ClientSession) -> None:
    running.fail(Fault(mode=Mode.STATUS))
    running.recover()
    async with session.get("/api/v1/pods") as answer:
        assert answer.status == 200


async def test_a_server_that_stops_ends_its_watches() -> None:
    async with aiohttp.ClientSession() as session:
        async with Simulator().serve(tls=False) as running:
            headers = {"Authorization": f"Bearer {running.admin_token}"}
            answer = await session.get(f"{running.url}/api/v1/pods?watch=true", headers=headers)
        assert await asyncio.wait_for(answer.read(), 2) == b""
