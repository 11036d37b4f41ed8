"""What every body is held to, whatever its endpoint."""

from typing import Any

import msgspec
import pytest
from msgspec import inspect as shapes

from kubecfg_core.users import Role
from kubecfg_http.operations import Operation
from kubecfg_http.routes import OPERATIONS
from tests.fakes.http_service import Client, World

WITH_BODY = [operation for operation in OPERATIONS if operation.has_body]
# What decides over accounts and clusters is never taken from the one that it is about.
NEVER_SENT = {"id", "user_id", "owner_id", "is_admin", "token_version", "issuer", "created_at", "updated_at"}


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.name)
def test_every_body_refuses_a_field_that_it_does_not_know(operation: Operation[Any, Any]) -> None:
    described = shapes.type_info(operation.body)

    assert isinstance(described, shapes.StructType)
    assert described.cls.__struct_config__.forbid_unknown_fields


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.name)
def test_no_body_says_whose_it_is(operation: Operation[Any, Any]) -> None:
    names = {field.encode_name for field in msgspec.structs.fields(operation.body)}

    assert not names & NEVER_SENT


def test_a_role_is_sent_by_admins_and_in_grants_alone() -> None:
    taking = {
        operation.name
        for operation in WITH_BODY
        if "role" in {field.encode_name for field in msgspec.structs.fields(operation.body)}
    }

    assert taking == {"add_user", "change_user", "put_grant"}


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.name)
async def test_an_unknown_field_is_named(client: Client, world: World, operation: Operation[Any, Any]) -> None:
    headers = await world.user("root", Role.ADMIN)
    path = operation.path.replace("{cluster_id}", "1").replace("{user_id}", "1").replace("{username}", "ann")
    async with client.request(operation.method, path, json={"is_admin": True}, headers=headers) as response:
        assert response.status == 400


@pytest.mark.parametrize("path", ["/auth/login", "/auth/password", "/kubeconfig/users"])
async def test_a_body_with_a_password_is_small(client: Client, world: World, path: str) -> None:
    headers = await world.user("root", Role.ADMIN)
    async with client.post(path, json={"username": "x" * 70_000, "password": "y"}, headers=headers) as response:
        assert response.status == 413


@pytest.mark.parametrize("name", ["X-Long", "Authorization", "Cookie"])
async def test_a_header_that_is_too_long_is_refused(client: Client, name: str) -> None:
    async with client.get("/kubeconfig/clusters", headers={name: "x" * 20_000}) as response:
        assert response.status == 400


async def test_no_answer_about_a_user_has_a_hash(client: Client, world: World) -> None:
    headers = await world.user("root", Role.ADMIN)
    async with client.get("/kubeconfig/users", headers=headers) as response:
        text = await response.text()

    assert not any(word in text for word in ("hash", "password", "token_version", "fast$"))
