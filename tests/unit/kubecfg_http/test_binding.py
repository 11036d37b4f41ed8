"""What is wrong with a request is a 400 that names the field, whatever it is."""

import gzip
import io
from typing import Any

import pytest

from tests.fakes.http_service import Client, new_cluster, onboarded

ONBOARD = "/kubeconfig/onboard-cluster"
USAGE = "/kubeconfig/metrics/resource-usage"


async def sent(client: Client, headers: dict[str, str], body: bytes | io.BytesIO, **more: str) -> tuple[int, str]:
    all_headers = {**headers, "Content-Type": "application/json", **more}
    async with client.post(ONBOARD, data=body, headers=all_headers) as response:
        return response.status, (await response.json()).get("detail", "")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body is not valid JSON: Input data was truncated (byte 0)."),
        (b'{"cluster_name": "a"', "The body is not valid JSON: Input data was truncated (byte 20)."),
        (b'{"cluster_name": oops}', "The body is not valid JSON: JSON is malformed: invalid character (byte 17)."),
        (b'{"use_secure_tls": NaN}', "The body is not valid JSON: JSON is malformed: invalid character (byte 19)."),
        (
            b'{"cluster_name":"a","server_url":"https://a"} x',
            "The body is not valid JSON: JSON is malformed: trailing characters (byte 47).",
        ),
        (b'{"cluster_name": "\xff"}', "The body is not valid JSON: it is not UTF-8."),
        (b"null", "body: Expected object, got null."),
        (b"[]", "body: Expected object, got array."),
        (b'{"cluster_name": 5}', "cluster_name: Expected str, got int."),
        (b'{"cluster_name": "a"}', "server_url: it is required."),
        (b'{"role": "admin"}', "role: there is no such field."),
        (b'{"tags": ["a", 1]}', "tags[1]: Expected str, got int."),
        (b'{"use_secure_tls": "yes"}', "use_secure_tls: Expected bool, got str."),
    ],
)
async def test_a_bad_body_is_told_what_is_wrong_with_it(
    client: Client, headers: dict[str, str], body: bytes, says: str
) -> None:
    assert await sent(client, headers, body) == (400, says)


@pytest.mark.parametrize("opening", [b'{"tags": ', b'{"tags": [', b'{"x": '])
async def test_a_deeply_nested_body_is_refused(client: Client, headers: dict[str, str], opening: bytes) -> None:
    status, _ = await sent(client, headers, opening + b"[" * 500_000)

    assert status == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_of_another_type_is_not_looked_at(
    client: Client, headers: dict[str, str], content_type: str
) -> None:
    status, detail = await sent(client, headers, b"{}", **{"Content-Type": content_type})

    assert status == 415
    assert "application/json" in detail


async def test_a_charset_beside_the_type_is_fine(client: Client, headers: dict[str, str]) -> None:
    status, _ = await sent(client, headers, b"null", **{"Content-Type": "application/json; charset=utf-8"})

    assert status == 400


async def test_a_body_over_the_limit_is_refused(client: Client, headers: dict[str, str]) -> None:
    status, detail = await sent(client, headers, io.BytesIO(b" " * (1024 * 1024 + 1)))

    assert (status, detail) == (413, "The body is larger than the 1048576 bytes that are allowed here.")


async def test_a_body_is_measured_after_it_was_unpacked(client: Client, headers: dict[str, str]) -> None:
    bomb = gzip.compress(b" " * (8 * 1024 * 1024))

    status, _ = await sent(client, headers, bomb, **{"Content-Encoding": "gzip"})

    assert status == 413


async def test_a_body_that_is_not_packed_as_it_says_is_refused(client: Client, headers: dict[str, str]) -> None:
    status, detail = await sent(client, headers, b"not gzip at all", **{"Content-Encoding": "gzip"})

    assert (status, detail) == (400, "The body is not what its headers say, or broke off.")


@pytest.mark.parametrize("encoding", ["compress", "gzip, gzip"])
async def test_a_body_packed_in_a_way_that_is_not_known_is_not_taken_for_json(
    client: Client, headers: dict[str, str], encoding: str
) -> None:
    status, detail = await sent(client, headers, b"{}", **{"Content-Encoding": encoding})

    assert (status, "gzip and deflate" in detail) == (415, True)


async def test_a_login_may_be_smaller_than_other_bodies(client: Client) -> None:
    body = {"username": "a", "password": "x" * (64 * 1024)}
    async with client.post("/auth/login", json=body) as response:
        assert response.status == 413


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"metric": "cpu"}, "username: it is required."),
        ({"username": "a"}, "metric: it is required."),
        ({"username": "a", "metric": "disk"}, "metric: Invalid enum value 'disk'."),
        ({"username": "a", "metric": "cpu", "duration": "-5"}, "duration: Expected int >= 1."),
        ({"username": "a", "metric": "cpu", "duration": "soon"}, "duration: Expected int, got str."),
        ({"username": "a", "metric": "cpu", "step": "1.5"}, "step: Expected int, got str."),
        ({"username": "a", "metric": "cpu", "step": "9" * 40}, "step: Expected int <= 2678400."),
        ({"username": "", "metric": "cpu"}, "username: Expected str of length >= 1."),
        ([("username", "a"), ("metric", "cpu"), ("metric", "memory")], "metric: it is given 2 times"),
        (
            {"username": "a", "metric": "cpu", "namespace": "../kube-system"},
            "namespace: 1 to 63 of a-z, 0-9 and '-' are needed",
        ),
    ],
)
async def test_a_bad_parameter_is_named(client: Client, headers: dict[str, str], query: Any, says: str) -> None:
    async with client.get(USAGE, params=query, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["detail"].startswith(says)


async def test_a_name_with_a_control_character_is_told_so_in_words(client: Client, headers: dict[str, str]) -> None:
    async with client.get("/kubeconfig/cluster/a%00b/credentials", headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["detail"] == "cluster_name: it holds a character that is not allowed."


async def test_a_parameter_that_nobody_declared_is_not_looked_at(client: Client, headers: dict[str, str]) -> None:
    async with client.get("/kubeconfig/clusters", params={"_": "12345"}, headers=headers) as response:
        assert response.status == 200


@pytest.mark.parametrize("cluster_id", ["0", "-1", "one", "9" * 30, "1.5", "%00", "0x1"])
async def test_an_id_that_can_be_none_is_a_bad_request(
    client: Client, headers: dict[str, str], cluster_id: str
) -> None:
    async with client.get(f"/kubeconfig/get-namespaces/{cluster_id}", headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["detail"].startswith("cluster_id: ")


@pytest.mark.parametrize(
    "query", ["resource_types=pods&resource_types=pvc", "resource_types=pods,pvc", "resource_types=pods,%20pvc"]
)
async def test_resource_types_are_repeated_or_separated_by_commas(
    client: Client, headers: dict[str, str], query: str
) -> None:
    cluster_id = await onboarded(client, headers)

    async with client.post(f"/kubeconfig/analyze-k8s-with-solutions/{cluster_id}?{query}", headers=headers) as response:
        assert (await response.json())["analyzed_resource_types"] == ["pods", "pvc"]


async def test_an_unverified_onboarding_takes_a_cluster_that_nobody_can_reach(
    client: Client, headers: dict[str, str]
) -> None:
    body = new_cluster(server_url="https://nobody.example.com/")

    async with client.post(ONBOARD, params={"verify": "false"}, json=body, headers=headers) as response:
        assert response.status == 201
        assert (await response.json())["server_url"] == "https://nobody.example.com"
