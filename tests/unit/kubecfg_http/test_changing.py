from typing import Any

import pytest

from kubecfg_core.testing.kube_gateway import InMemoryCluster
from tests.fakes.http_service import URL, Client, World, onboarded

ELSEWHERE = "https://new.example.com:6443"


async def send(client: Client, headers: dict[str, str], method: str, path: str, body: Any) -> tuple[int, Any]:
    async with client.request(method, f"/kubeconfig/clusters/{path}", json=body, headers=headers) as response:
        return response.status, await response.json()


async def token_of(client: Client, headers: dict[str, str], name: str = "production-cluster") -> str:
    async with client.get(f"/kubeconfig/cluster/{name}/credentials", headers=headers) as response:
        return str((await response.json())["cluster"]["token"])


async def test_a_replaced_credential_is_the_one_that_is_used(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    cluster_id = await onboarded(client, headers)

    status, answer = await send(client, headers, "PUT", f"{cluster_id}/credentials", {"token": "another"})

    assert (status, answer["verified"], answer["cluster_user"]) == (200, True, "admin")
    assert await token_of(client, headers) == "another"
    assert [target.token and target.token.reveal() for target in world.connector.targets][-1] == "another"


async def test_what_a_model_may_see_is_changed_and_shown(client: Client, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    status, answer = await send(client, headers, "PATCH", str(cluster_id), {"llm_privacy": "none"})

    assert (status, answer["cluster"]["llm_privacy"]) == (200, "none")


async def test_there_is_no_other_level_of_privacy(client: Client, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    status, _ = await send(client, headers, "PATCH", str(cluster_id), {"llm_privacy": "some"})

    assert status == 400


async def test_the_answer_to_a_replacement_holds_no_credential(client: Client, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    _, answer = await send(client, headers, "PUT", f"{cluster_id}/credentials", {"token": "another-token"})

    assert "another-token" not in str(answer)
    assert len(answer["cluster"]["credential_fingerprint"]) == 16


async def test_a_credential_that_the_cluster_refuses_is_a_502_and_changes_nothing(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    cluster_id = await onboarded(client, headers)
    world.cluster.token = "a-cluster-token"

    status, _ = await send(client, headers, "PUT", f"{cluster_id}/credentials", {"token": "another"})

    assert (status, await token_of(client, headers)) == (502, "a-cluster-token")


async def test_unverified_it_is_stored_unseen(client: Client, world: World, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)
    world.cluster.token = "a-cluster-token"

    path = f"{cluster_id}/credentials?verify=false"
    status, answer = await send(client, headers, "PUT", path, {"token": "another"})

    assert (status, answer["verified"], answer["cluster_user"]) == (200, False, None)


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": None}, {"tls_cert": "Zm9v"}, {"tokn": "x"}])
async def test_no_whole_credential_is_a_400(client: Client, headers: dict[str, str], body: Any) -> None:
    cluster_id = await onboarded(client, headers)

    assert (await send(client, headers, "PUT", f"{cluster_id}/credentials", body))[0] == 400


async def test_labels_are_changed(client: Client, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    status, answer = await send(client, headers, "PATCH", str(cluster_id), {"cluster_name": "renamed", "tags": ["a"]})

    assert (status, answer["cluster"]["cluster_name"], answer["cluster"]["tags"]) == (200, "renamed", ["a"])
    assert await token_of(client, headers, "renamed") == "a-cluster-token"


@pytest.mark.parametrize("body", [{"server_url": ELSEWHERE}, {"ca_data": "Zm9v"}, {"use_secure_tls": False}])
async def test_another_address_without_its_credential_is_a_400_that_says_so(
    client: Client, world: World, headers: dict[str, str], body: dict[str, Any]
) -> None:
    cluster_id = await onboarded(client, headers)
    world.connector.targets.clear()

    status, answer = await send(client, headers, "PATCH", str(cluster_id), body)

    assert (status, next(iter(body)) in answer["detail"]) == (400, True)
    assert "send its whole credential again in the same body" in answer["detail"]
    assert world.connector.targets == []


async def test_the_address_changes_with_its_credential(client: Client, world: World, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)
    world.connector.clusters[ELSEWHERE] = InMemoryCluster()

    body = {"server_url": f"{ELSEWHERE}/", "token": "another"}
    status, answer = await send(client, headers, "PATCH", str(cluster_id), body)

    assert (status, answer["cluster"]["server_url"]) == (200, ELSEWHERE)


async def test_a_name_that_is_taken_is_a_409(client: Client, headers: dict[str, str]) -> None:
    await onboarded(client, headers, "taken")
    cluster_id = await onboarded(client, headers)

    assert (await send(client, headers, "PATCH", str(cluster_id), {"cluster_name": "taken"}))[0] == 409


async def test_anothers_cluster_is_as_absent_as_none(client: Client, world: World, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)
    other = await world.user("other")

    answers = [
        await send(client, other, method, path.format(number), body)
        for number in (cluster_id, cluster_id + 1000)
        for method, path, body in (("PATCH", "{}", {"tags": []}), ("PUT", "{}/credentials", {"token": "x"}))
    ]

    assert [status for status, _ in answers] == [404] * 4
    assert len({answer["detail"] for _, answer in answers}) == 1


async def test_the_list_shows_which_credential_it_is_and_not_what_it_is(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    await onboarded(client, headers)

    async with client.get("/kubeconfig/clusters", headers=headers) as response:
        [cluster] = (await response.json())["clusters"]

    assert (cluster["server_url"], cluster["credential_state"]) == (URL, "readable")
    assert (cluster["credential_expires_at"], len(cluster["credential_fingerprint"])) == (None, 16)
    assert "a-cluster-token" not in str(cluster)
