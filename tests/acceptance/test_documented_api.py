"""Each documented request gets the documented answer, field by field: names, casing, types, nesting, values."""

import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest

from kubecfg_core.errors import UpstreamError
from kubecfg_core.metrics import Metric, Sample
from kubecfg_core.ports.kubectl_runner import CommandResult
from kubecfg_core.ports.llm import LLM, Brief
from kubecfg_core.solutions import Solution
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.testing.metrics_source import FixedMetrics
from kubecfg_core.users import Role
from kubecfg_http.operations import BASE
from kubecfg_http.routes import OPERATIONS
from tests.acceptance.service_api import Documented, curls, differences, endpoints, login
from tests.fakes.http_service import PASSWORD, URL, Client, World, cluster_objects, serving

PEM: Final = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n").decode()
KEY: Final = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n").decode()
STAGING: Final = "https://staging.example.com:6443"
API: Final = endpoints()
# What no test can foresee: the caller's number, and the moments that a real clock gives.
NUMBERED: Final = frozenset({"user_id"})
SOLVED: Final = "problems_with_solutions[]"


class DocumentedLLM(LLM):
    """Says what the page says."""

    async def solve(self, brief: Brief) -> Solution:
        del brief
        answer = API["/analyze-k8s-with-solutions/{cluster_id}"].answer
        return msgspec.convert(answer["problems_with_solutions"][0]["solution"], Solution)


def whole(value: Any) -> Any:
    """The page cuts credentials short (`LS0t...`): these are whole ones."""
    if isinstance(value, dict):
        return {name: KEY if name == "tls_key" else whole(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [whole(entry) for entry in value]
    return PEM if value == "LS0tLS1CRUdJTi..." else value


def documented_world() -> World:
    output = API["/execute-kubectl-direct/{cluster_id}"].answer["output"]
    clusters = {
        URL: InMemoryCluster(),
        STAGING: InMemoryCluster(cluster_objects(ready=3, not_ready=1)),
    }
    world = World(
        connector=InMemoryConnector(clusters),
        runner=RecordingKubectl({"get": CommandResult(stdout=output, stderr="", return_code=0)}),
        metrics=usage_metrics(),
        options={"llm": DocumentedLLM()},
    )
    world.clock.set(datetime(2024, 1, 15, 10, 30, tzinfo=UTC))
    return world


def usage_metrics() -> FixedMetrics:
    points = API["/metrics/resource-usage"].answer["data"]
    samples = []
    for point in points:
        hour, minute = map(int, point["time"].split(":"))
        moment = datetime(2024, 1, 15, hour, minute, tzinfo=UTC)
        samples.append(Sample(timestamp=moment, usage=point["usage"]))
    return FixedMetrics({("john.doe", "production", Metric.CPU): samples})


@pytest.fixture
def world() -> World:
    return documented_world()


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with serving(world) as client:
        yield client


@pytest.fixture
async def headers(world: World) -> dict[str, str]:
    return await world.user()


async def asked(client: Client, headers: dict[str, str], endpoint: Documented, body: Any = None) -> tuple[int, Any]:
    """Send what is documented: to the example's path, else to the template's with the documented id or name."""
    path = endpoint.example or endpoint.url.replace("{cluster_id}", "1").replace("{cluster_name}", "production-cluster")
    async with client.request(endpoint.method, BASE + path, json=body, headers=headers) as response:
        return response.status, await response.json()


async def onboard(client: Client, headers: dict[str, str], **changes: Any) -> Any:
    endpoint = API["/onboard-cluster"]
    status, answer = await asked(client, headers, endpoint, {**whole(endpoint.body), **changes})
    assert status == endpoint.status, answer
    return answer


def test_the_page_is_read_in_full() -> None:
    assert len(API) == 10
    assert len(curls()) == 6


def test_every_documented_endpoint_is_served_and_what_is_added_hangs_beside_it() -> None:
    documented = {(one.method, BASE + one.url) for one in API.values()} | {("POST", "/auth/login")}
    served = {(one.method, one.path) for one in OPERATIONS}

    assert documented <= served
    assert all(path.startswith((f"{BASE}/", "/auth/")) for _, path in served)


async def test_logging_in(client: Client, world: World) -> None:
    body, answer = login()
    await world.services.accounts.add(body["username"], body["password"], Role.VIEWER)

    async with client.post("/auth/login", json=body) as response:
        assert response.status == 200
        assert differences(answer, await response.json(), free=frozenset({"access_token"})) == []


async def test_onboarding_a_cluster(client: Client, headers: dict[str, str]) -> None:
    answer = await onboard(client, headers)

    assert differences(whole(API["/onboard-cluster"].answer), answer, free=NUMBERED) == []
    assert list(answer) == list(API["/onboard-cluster"].answer)


async def test_onboarding_says_whether_the_operator_is_there(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    world.cluster.identity = msgspec.structs.replace(world.cluster.identity, groups=frozenset({"core.k8sgpt.ai"}))

    assert (await onboard(client, headers))["is_operator_installed"] is True


async def test_listing_clusters(client: Client, headers: dict[str, str]) -> None:
    await onboard(client, headers, tags=["production", "aws"])

    status, answer = await asked(client, headers, API["/clusters"])

    assert status == 200
    assert differences(API["/clusters"].answer, answer) == []
    assert answer["clusters"][0]["selected"] is False
    assert "token" not in json.dumps(answer)


async def test_removing_a_cluster(client: Client, headers: dict[str, str]) -> None:
    await onboard(client, headers)

    status, answer = await asked(client, headers, API["/remove-cluster/{cluster_id}"])

    assert (status, answer) == (200, API["/remove-cluster/{cluster_id}"].answer)
    assert (await asked(client, headers, API["/clusters"])) == (200, {"clusters": []})


async def test_selecting_a_cluster(client: Client, headers: dict[str, str]) -> None:
    await onboard(client, headers, tags=["production", "aws"])
    endpoint = API["/select-cluster-and-get-namespaces/{cluster_id}"]

    status, answer = await asked(client, headers, endpoint)

    assert status == 200
    assert differences(endpoint.answer, answer) == []
    _, listed = await asked(client, headers, API["/clusters"])
    assert listed["clusters"][0]["selected"] is True


async def test_getting_namespaces(client: Client, headers: dict[str, str]) -> None:
    await onboard(client, headers)
    endpoint = API["/get-namespaces/{cluster_id}"]

    status, answer = await asked(client, headers, endpoint)

    assert status == 200
    assert differences(endpoint.answer, answer, free=frozenset({"retrieved_at"})) == []
    assert datetime.strptime(answer["retrieved_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) <= datetime.now(UTC)


async def test_getting_credentials(client: Client, world: World, headers: dict[str, str]) -> None:
    await onboard(client, headers, tags=["production", "aws"])
    endpoint = API["/cluster/{cluster_name}/credentials"]

    status, answer = await asked(client, headers, endpoint)

    assert status == 200
    assert differences(whole(endpoint.answer), answer) == []
    assert [event.type for event in await world.outbox.pending(9)][-1] == "cluster.credentials.read"


async def test_analysing(client: Client, headers: dict[str, str]) -> None:
    await onboard(client, headers)
    endpoint = API["/analyze-k8s-with-solutions/{cluster_id}"]

    status, answer = await asked(client, headers, endpoint)

    # The page counts two problems and shows one; its notes do not say yet who answered, nor what was masked for that.
    free = {"total_problems", f"{SOLVED}.solution.additional_notes", f"{SOLVED}.problem.errors[].Sensitive"}
    assert status == 200
    assert differences(endpoint.answer, answer, free=frozenset(free)) == []
    assert answer["total_problems"] == len(answer["problems_with_solutions"]) == 1
    assert answer["unreadable"] == []
    [error] = answer["problems_with_solutions"][0]["problem"]["errors"]
    assert error["Sensitive"]
    assert {key for pair in error["Sensitive"] for key in pair} == {"Unmasked", "Masked"}


async def test_analysing_without_a_language_model() -> None:
    world = World()
    endpoint = API["/analyze-k8s-with-solutions/{cluster_id}"]
    async with serving(world) as client:
        headers = await world.user()
        await onboard(client, headers)
        status, answer = await asked(client, headers, endpoint)

    # The playbook's words are others than the model's of the page.
    solution = endpoint.answer["problems_with_solutions"][0]["solution"]
    step = {f"{SOLVED}.solution.remediation_steps[].{field}" for field in solution["remediation_steps"][0]}
    free = {"total_problems", *step, *(f"{SOLVED}.solution.{field}" for field in solution)}
    assert status == 200
    assert differences(endpoint.answer, answer, free=frozenset(free)) == []


async def test_executing_kubectl(client: Client, world: World, headers: dict[str, str]) -> None:
    await onboard(client, headers)
    world.clock.set(datetime(2024, 1, 15, 10, 40, tzinfo=UTC))
    endpoint = API["/execute-kubectl-direct/{cluster_id}"]

    status, answer = await asked(client, headers, endpoint, endpoint.body)

    assert status == 200
    assert differences(endpoint.answer, answer, free=frozenset({"command"})) == []


@pytest.mark.parametrize("verified", [True, False])
async def test_the_command_of_the_answer_is_the_documented_one_without_the_token(
    client: Client, headers: dict[str, str], *, verified: bool
) -> None:
    given = await onboard(client, headers, use_secure_tls=verified)
    endpoint = API["/execute-kubectl-direct/{cluster_id}"]

    _, answer = await asked(client, headers, endpoint, endpoint.body)

    documented = re.sub(r"--token=\S+", "--token=***", endpoint.answer["command"])
    assert given["use_secure_tls"] is verified
    assert answer["command"] == (
        documented.removesuffix(" --insecure-skip-tls-verify=true") if verified else documented
    )


async def test_a_command_that_fails_is_an_answer(client: Client, world: World, headers: dict[str, str]) -> None:
    await onboard(client, headers)
    failed = CommandResult(stdout="", stderr="Error from server (NotFound)\n", return_code=1)
    world.runner._answers["get"] = failed
    endpoint = API["/execute-kubectl-direct/{cluster_id}"]

    status, answer = await asked(client, headers, endpoint, endpoint.body)

    assert status == 200
    assert (answer["success"], answer["return_code"], answer["error"]) == (False, 1, "Error from server (NotFound)\n")


async def test_resource_usage(client: Client, world: World, headers: dict[str, str]) -> None:
    endpoint = API["/metrics/resource-usage"]

    status, answer = await asked(client, headers, endpoint)

    assert status == 200
    assert differences(endpoint.answer, answer) == []
    assert answer["data"][0]["timestamp"] == "2024-01-15T10:00:00Z"
    assert world.metrics is not None
    assert (world.metrics.queries[0].duration, world.metrics.queries[0].step) == (7200, 600)


async def test_resource_usage_looks_an_hour_back_by_default(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    params = {"username": "john.doe", "metric": "memory"}
    async with client.get(f"{BASE}/metrics/resource-usage", params=params, headers=headers) as response:
        assert (response.status, await response.json()) == (200, {"data": []})

    assert world.metrics is not None
    query = world.metrics.queries[0]
    assert (query.namespace, query.duration, query.step, query.metric) == ("default", 3600, 300, Metric.MEMORY)


async def test_node_status(client: Client, headers: dict[str, str]) -> None:
    await onboard(client, headers)
    await onboard(client, headers, cluster_name="staging-cluster", server_url=STAGING)
    endpoint = API["/nodes/status/all-clusters"]

    status, answer = await asked(client, headers, endpoint)

    assert (status, answer) == (200, endpoint.answer)


async def test_a_cluster_that_cannot_be_asked_counts_nothing(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    await onboard(client, headers)
    world.cluster.error = UpstreamError("It is down.")

    status, answer = await asked(client, headers, API["/nodes/status/all-clusters"])

    assert status == 200
    assert answer["clusters"]["production-cluster"] == {"ready": 0, "not_ready": 0, "total": 0, "error": "It is down."}


async def test_the_complete_workflow_example_works_as_it_is_written(
    client: Client, world: World, headers: dict[str, str]
) -> None:
    world.cluster.objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "production"}})
    await world.services.accounts.add("your-username", "your-password", Role.OPERATOR)

    statuses = []
    for method, path, body in curls():
        async with client.request(method, path, json=body, headers=headers) as response:
            statuses.append((response.status, path.partition("?")[0]))

    assert [status for status, _ in statuses] == [200, 201, 200, 200, 200, 200], statuses


async def test_a_token_lives_as_long_as_its_answer_says(client: Client, world: World) -> None:
    await world.services.accounts.add("jane", PASSWORD, Role.VIEWER)
    async with client.post("/auth/login", json={"username": "jane", "password": PASSWORD}) as response:
        answer = await response.json()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}

    world.clock.advance(timedelta(seconds=answer["expires_in"] - 1).total_seconds())
    before, _ = await asked(client, headers, API["/clusters"])
    world.clock.advance(1)
    after, _ = await asked(client, headers, API["/clusters"])

    assert (before, after) == (200, 401)
