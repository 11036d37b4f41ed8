import json
from typing import Any

import pytest

from kubecfg_core.users import Role
from kubecfg_http.importing import ImportRequest
from tests.fakes.http_service import URL, Client, World

PATH = "/kubeconfig/import-kubeconfig"


def kubeconfig(**users: dict[str, Any]) -> str:
    """A context for each user, all of one cluster."""
    return json.dumps(
        {
            "clusters": [{"name": "c", "cluster": {"server": URL}}],
            "users": [{"name": name, "user": user} for name, user in users.items()],
            "contexts": [{"name": name, "context": {"cluster": "c", "user": name}} for name in users],
        }
    )


async def post(client: Client, headers: dict[str, str], **body: Any) -> tuple[int, Any]:
    async with client.post(PATH, json=body, headers=headers) as response:
        return response.status, await response.json()


async def test_each_context_is_imported_or_refused_with_the_reason(client: Client, headers: dict[str, str]) -> None:
    text = kubeconfig(good={"token": "hunter2"}, bad={"exec": {"command": "id"}})

    status, answer = await post(client, headers, kubeconfig=text)

    assert status == 200
    assert [(one["context"], one["cluster"]["cluster_name"]) for one in answer["imported"]] == [("good", "good")]
    assert [(one["context"], "program" in one["reason"]) for one in answer["refused"]] == [("bad", True)]
    assert "hunter2" not in str(answer)


async def test_only_the_contexts_that_are_named_are_imported(client: Client, headers: dict[str, str]) -> None:
    text = kubeconfig(one={"token": "t"}, two={"token": "t"})

    _, answer = await post(client, headers, kubeconfig=text, contexts=["two", "three"])

    assert [one["context"] for one in answer["imported"]] == ["two"]
    assert [one["context"] for one in answer["refused"]] == ["three"]


async def test_what_is_no_kubeconfig_is_a_bad_request(client: Client, headers: dict[str, str]) -> None:
    status, answer = await post(client, headers, kubeconfig="[1, 2]")

    assert (status, "kubeconfig" in answer["detail"]) == (400, True)


@pytest.mark.parametrize(
    "body", [{}, {"kubeconfig": ""}, {"kubeconfig": "{}", "contexts": []}, {"kubeconfig": "{}", "x": 1}]
)
async def test_a_body_of_another_shape_is_a_bad_request(
    client: Client, headers: dict[str, str], body: dict[str, Any]
) -> None:
    assert (await post(client, headers, **body))[0] == 400


async def test_a_viewer_may_not(client: Client, world: World) -> None:
    status, _ = await post(client, await world.user("vic", Role.VIEWER), kubeconfig=kubeconfig(one={"token": "t"}))

    assert status == 403


def test_the_request_does_not_show_what_it_holds() -> None:
    assert "hunter2" not in repr(ImportRequest(kubeconfig="token: hunter2"))
