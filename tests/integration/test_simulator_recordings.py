from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from kubecfg_demo import Running
from tests.integration.simulated import RECORDED_AT, add_recorded_users, names, recorded_simulator, recording

# What the real server told about itself (its groups, hooks, build), or what it knew of the past.
OWN_WORDS = {
    "api",
    "apis",
    "discovery-aggregated",
    "discovery-core-v1",
    "discovery-apps-v1",
    "readyz-verbose",
    "version",
}
HISTORY = {"watch-pods-gone"}


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async with recorded_simulator(clock=lambda: RECORDED_AT).serve() as found:
        add_recorded_users(found)
        yield found


async def replay(running: Running, name: str) -> tuple[int, str, str]:
    asked = recording("http", name)["request"]
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=running.client_context())) as session,
        session.request(
            asked["method"], running.url + asked["path"], headers=asked["headers"], json=asked["body"]
        ) as response,
    ):
        return response.status, response.content_type, await response.text()


def comparable(body: Any) -> Any:
    """Without what differs by nature: prose about columns, write times, who manages a field."""
    if isinstance(body, str):
        return [comparable(json.loads(line)) for line in body.splitlines()] if body.startswith("{") else body
    if isinstance(body, list):
        return [comparable(item) for item in body]
    if not isinstance(body, dict):
        return body
    dropped = {"description"}
    if body.get("kind") in {"SelfSubjectAccessReview", "SelfSubjectReview"}:
        dropped |= {"metadata"}
    if "username" in body:
        dropped |= {"uid"}
    if body.get("type") == "BOOKMARK":
        return ["BOOKMARK", body["object"]["metadata"]]
    return {key: comparable(value) for key, value in body.items() if key not in dropped}


@pytest.mark.parametrize("name", [name for name in names("http") if name not in OWN_WORDS | HISTORY])
async def test_a_recorded_request_gets_the_recorded_answer(running: Running, name: str) -> None:
    expected = recording("http", name)["response"]
    status, content_type, text = await replay(running, name)
    body = text if isinstance(expected["body"], str) else json.loads(text)
    recorded_type = expected["headers"].get("Content-Type", "application/json")
    assert (status, content_type) == (expected["status"], recorded_type.split(";")[0])
    assert comparable(body) == comparable(expected["body"])


@pytest.mark.parametrize("name", sorted(OWN_WORDS))
async def test_a_document_about_the_server_itself_has_the_recorded_status_and_keys(running: Running, name: str) -> None:
    expected = recording("http", name)["response"]
    status, _, text = await replay(running, name)
    assert status == expected["status"]
    if isinstance(expected["body"], dict):
        assert set(json.loads(text)) | {"apiVersion"} == set(expected["body"]) | {"apiVersion"}
