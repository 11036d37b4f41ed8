"""Each kind of bad input gets the documented status, and a `detail` that says what is wrong."""

import base64
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import NotConfigured, TooMany, UpstreamRefused, UpstreamTimeout
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.ports.kubectl_runner import CommandResult
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.testing.metrics_source import FixedMetrics
from kubecfg_core.users import Role
from kubecfg_crypto import JwtTokens
from tests.fakes.http_service import PASSWORD, URL, Client, World, new_cluster, onboarded, serving

KEY: Final = "k9Xw2pQ7vB4nR8tL1mZ6cF3hJ5dG0sAy"
BASE: Final = "/kubeconfig"
GET_PODS: Final = {"command": "kubectl get pods"}
ABSENT: Final = 99


class AnsweringKubectl(RecordingKubectl):
    """Raises what it is told to."""

    error: Exception | None = None

    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        if self.error is not None:
            raise self.error
        return await super().run(plan, target)


@pytest.fixture
def world() -> World:
    clock = FakeClock()
    tokens = JwtTokens(secret=Secret(KEY), clock=clock, lifetime=timedelta(hours=1))
    return World(clock=clock, runner=AnsweringKubectl(), metrics=FixedMetrics(), options={"tokens": tokens})


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with serving(world) as client:
        yield client


@pytest.fixture
async def headers(world: World) -> dict[str, str]:
    return await world.user()


async def asked(
    client: Client, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
) -> tuple[int, str]:
    """The status and the detail; every failure has exactly this one field, a sentence."""
    async with client.request(method, path, headers=headers, **more) as response:
        answer = await response.json()
        assert list(answer) == ["detail"], answer
        assert response.headers["Content-Type"].startswith("application/json")
        return response.status, answer["detail"]


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_an_unknown_route(client: Client, headers: dict[str, str]) -> None:
    status, detail = await asked(client, "GET", f"{BASE}/nothing-here", headers)

    assert (status, "/openapi.json" in detail) == (404, True)


async def test_a_wrong_method(client: Client, headers: dict[str, str]) -> None:
    assert await asked(client, "GET", f"{BASE}/onboard-cluster", headers) == (
        405,
        "GET is not allowed here, only POST.",
    )


async def test_broken_json(client: Client, headers: dict[str, str]) -> None:
    sent = {**headers, "Content-Type": "application/json"}
    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", sent, data=b'{"cluster_name": "a",}')

    assert status == 400
    assert detail == "The body is not valid JSON: JSON is malformed: trailing comma in object (byte 21)."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (new_cluster(cluster_name=1), "cluster_name"),
        (new_cluster(tags="production"), "tags"),
        (new_cluster(use_secure_tls="false"), "use_secure_tls"),
        (new_cluster(server_url="http://k8s.example.com"), "server_url"),
        (new_cluster(server_url="https://user:pass@k8s.example.com"), "server_url"),
        (new_cluster(cluster_name="a/b"), "cluster_name"),
        (new_cluster(ca_data="not base64"), "ca_data"),
        (new_cluster(ca_data=base64.b64encode(b"not PEM").decode()), "ca_data"),
        (new_cluster(token="with\nnewline"), "token"),
        (new_cluster(token=""), "token"),
        (new_cluster(tls_cert=base64.b64encode(b"-----BEGIN X").decode()), "tls_cert"),
        (new_cluster(owner_id=7), "owner_id"),
        ({"server_url": URL, "token": "t"}, "cluster_name"),
        ({"cluster_name": "a", "token": "t"}, "server_url"),
    ],
)
async def test_wrong_types_and_missing_fields_are_named(
    client: Client, headers: dict[str, str], body: Any, field: str
) -> None:
    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", headers, json=body)

    assert status == 400
    assert detail.startswith(field)


async def test_a_huge_body(client: Client, headers: dict[str, str]) -> None:
    sent = {**headers, "Content-Type": "application/json"}
    huge = io.BytesIO(json.dumps(new_cluster("x" * 2_000_000)).encode())

    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", sent, data=huge)

    assert (status, "1048576 bytes" in detail) == (413, True)


async def test_a_body_that_is_no_json(client: Client, headers: dict[str, str]) -> None:
    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", headers, data={"cluster_name": "a"})

    assert (status, "Content-Type: application/json" in detail) == (415, True)


ON_ONE_CLUSTER = [
    ("DELETE", "remove-cluster/{}", None),
    ("POST", "select-cluster-and-get-namespaces/{}", None),
    ("GET", "get-namespaces/{}", None),
    ("POST", "analyze-k8s-with-solutions/{}", None),
    ("POST", "execute-kubectl-direct/{}", GET_PODS),
    ("POST", "verify-solution/{}", {"problem_id": "0123456789abcdef", "step_id": 1}),
    ("GET", "cluster/{}/credentials", None),
]


@pytest.mark.parametrize("asking", ON_ONE_CLUSTER, ids=lambda asking: asking[1])
async def test_another_users_cluster_is_as_absent_as_one_that_never_was(
    client: Client, world: World, headers: dict[str, str], asking: tuple[str, str, Any]
) -> None:
    method, path, body = asking
    cluster_id = await onboarded(client, headers, "mine")
    name = "mine" if "credentials" in path else str(cluster_id)
    other = await world.user("mallory", Role.ADMIN)
    asked_before = len(world.connector.targets)

    foreign = await asked(client, method, f"{BASE}/{path.format(name)}", other, json=body)
    absent = await asked(client, method, f"{BASE}/{path.format(ABSENT)}", other, json=body)

    assert foreign == absent == (404, "There is no such cluster.")
    assert len(world.connector.targets) == asked_before


async def test_a_name_that_is_taken(client: Client, headers: dict[str, str]) -> None:
    await onboarded(client, headers, "twice")

    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", headers, json=new_cluster("twice"))

    assert (status, "'twice'" in detail) == (409, True)


async def test_an_unreachable_cluster_is_not_stored(client: Client, headers: dict[str, str]) -> None:
    nowhere = new_cluster(server_url="https://nowhere.example.com")

    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", headers, json=nowhere)

    assert (status, "cannot be reached" in detail) == (502, True)
    async with client.get(f"{BASE}/clusters", headers=headers) as response:
        assert await response.json() == {"clusters": []}


async def test_a_cluster_that_refuses_the_token(client: Client, world: World, headers: dict[str, str]) -> None:
    world.cluster.token = "another"

    status, detail = await asked(client, "POST", f"{BASE}/onboard-cluster", headers, json=new_cluster())

    assert (status, "did not accept the token" in detail) == (502, True)
    assert "a-cluster-token" not in detail


@pytest.mark.parametrize(
    ("error", "status"), [(UpstreamRefused("It said no.", status=500), 502), (UpstreamTimeout("It was silent."), 504)]
)
async def test_a_cluster_that_fails_later(
    client: Client, world: World, headers: dict[str, str], error: UpstreamRefused, status: int
) -> None:
    cluster_id = await onboarded(client, headers)
    world.cluster.error = error

    for method, path in (("GET", "get-namespaces"), ("POST", "analyze-k8s-with-solutions")):
        assert await asked(client, method, f"{BASE}/{path}/{cluster_id}", headers) == (status, error.message)


async def test_no_token(client: Client) -> None:
    status, detail = await asked(client, "GET", f"{BASE}/clusters")

    assert (status, "Authorization: Bearer" in detail) == (401, True)


async def test_an_expired_token(client: Client, world: World, headers: dict[str, str]) -> None:
    world.clock.advance(3600 + 60)

    status, detail = await asked(client, "GET", f"{BASE}/clusters", headers)

    assert (status, "expired" in detail) == (401, True)


async def test_forged_tokens(client: Client, headers: dict[str, str]) -> None:
    token = headers["Authorization"].removeprefix("Bearer ")
    head, body, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    forged = [
        "not-a-jwt",
        jwt.encode(claims(token), "another-key-that-is-as-long-as-ours", algorithm="HS256"),
        jwt.encode({**claims(token), "aud": "somebody-else"}, KEY, algorithm="HS256"),
        jwt.encode({**claims(token), "iss": "somebody-else"}, KEY, algorithm="HS256"),
        f"{none}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}",
    ]

    for one in forged:
        status, detail = await asked(client, "GET", f"{BASE}/clusters", bearer(one))
        assert (status, KEY in detail) == (401, False), one


async def test_a_token_of_a_user_who_was_disabled(client: Client, world: World, headers: dict[str, str]) -> None:
    accounts = world.services.accounts
    await accounts.change((await accounts.named("john.doe")).id, disabled=True)

    status, _ = await asked(client, "GET", f"{BASE}/clusters", headers)

    assert status == 401


async def test_a_wrong_password_and_an_unknown_user_are_told_the_same(client: Client, headers: dict[str, str]) -> None:
    del headers  # there is a john.doe
    wrong = await asked(client, "POST", "/auth/login", json={"username": "john.doe", "password": PASSWORD + "!"})
    unknown = await asked(client, "POST", "/auth/login", json={"username": "jane.doe", "password": PASSWORD})

    assert wrong == unknown
    assert wrong[0] == 401


@pytest.mark.parametrize(
    "body", [{}, {"username": "a"}, {"username": "a\u0000b", "password": "x"}, {"username": 1, "password": "x"}]
)
async def test_half_a_login(client: Client, body: Any) -> None:
    status, _ = await asked(client, "POST", "/auth/login", json=body)

    assert status == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "onboard-cluster", new_cluster()),
        ("DELETE", f"remove-cluster/{ABSENT}", None),
        ("GET", "cluster/production-cluster/credentials", None),
    ],
)
async def test_a_viewer_may_look_and_no_more(client: Client, world: World, method: str, path: str, body: Any) -> None:
    viewer = await world.user("vera", Role.VIEWER)

    status, detail = await asked(client, method, f"{BASE}/{path}", viewer, json=body)

    assert (status, detail) == (403, "This needs the role operator; yours is viewer.")


async def test_an_unknown_resource_type_is_told_the_known_ones(client: Client, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    status, detail = await asked(
        client, "POST", f"{BASE}/analyze-k8s-with-solutions/{cluster_id}?resource_types=pods,unicorns", headers
    )

    assert status == 400
    assert "unicorns" in detail
    assert all(name in detail for name in ("pods", "deployments", "pvc"))


@pytest.mark.parametrize("value", ["", "pods,,pvc", ","])
async def test_an_empty_resource_type(client: Client, headers: dict[str, str], value: str) -> None:
    cluster_id = await onboarded(client, headers)

    path = f"{BASE}/analyze-k8s-with-solutions/{cluster_id}?resource_types={value}"
    status, detail = await asked(client, "POST", path, headers)

    assert (status, detail.startswith("resource_types[")) == (400, True)


async def test_a_namespace_that_is_not_there(client: Client, headers: dict[str, str]) -> None:
    cluster_id = await onboarded(client, headers)

    path = f"{BASE}/analyze-k8s-with-solutions/{cluster_id}?namespace=absent"

    assert await asked(client, "POST", path, headers) == (404, "There is no namespace 'absent' in the cluster.")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("duration=-1", "duration"),
        ("duration=0", "duration"),
        ("duration=99999999", "duration"),
        ("step=-300", "step"),
        ("step=99999999", "step"),
        ("duration=2678400&step=1", "step"),
        ("namespace=Default", "namespace"),
        ("duration=an-hour", "duration"),
    ],
)
async def test_a_duration_that_makes_no_sense(client: Client, headers: dict[str, str], query: str, field: str) -> None:
    path = f"{BASE}/metrics/resource-usage?username=john.doe&metric=cpu&{query}"

    status, detail = await asked(client, "GET", path, headers)

    assert (status, detail.startswith(f"{field}:")) == (400, True), detail


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotConfigured("There is no usable kubectl; KUBECFG_KUBECTL names one."), 503),
        (UpstreamTimeout("kubectl ran past its deadline."), 504),
        (TooMany("All places are taken.", retry_after=3), 429),
    ],
)
async def test_a_kubectl_that_cannot_run(
    client: Client, world: World, headers: dict[str, str], error: NotConfigured, status: int
) -> None:
    cluster_id = await onboarded(client, headers)
    assert isinstance(world.runner, AnsweringKubectl)
    world.runner.error = error

    path = f"{BASE}/execute-kubectl-direct/{cluster_id}"

    assert await asked(client, "POST", path, headers, json=GET_PODS) == (status, error.message)


@pytest.mark.parametrize(
    "command",
    [
        "kubectl delete ns x",
        "kubectl get pods --token=x",
        "kubectl get pods; id",
        "kubectl get --raw /api",
        "rm -rf /",
    ],
)
async def test_a_refused_command_names_the_rule(
    client: Client, world: World, headers: dict[str, str], command: str
) -> None:
    cluster_id = await onboarded(client, headers)

    path = f"{BASE}/execute-kubectl-direct/{cluster_id}"
    status, detail = await asked(client, "POST", path, headers, json={"command": command})

    assert status == 403
    assert "kubectl." in detail
    assert world.runner.ran == []


@pytest.mark.parametrize("command", ["", "kubectl get pods 'unclosed", 7, None])
async def test_a_command_that_is_none(client: Client, headers: dict[str, str], command: Any) -> None:
    cluster_id = await onboarded(client, headers)

    path = f"{BASE}/execute-kubectl-direct/{cluster_id}"
    status, _ = await asked(client, "POST", path, headers, json={"command": command})

    assert status == 400


async def test_a_prometheus_that_fails(client: Client, world: World, headers: dict[str, str]) -> None:
    assert world.metrics is not None
    world.metrics.error = UpstreamTimeout("Prometheus did not answer in time.")

    path = f"{BASE}/metrics/resource-usage?username=a&metric=cpu"

    assert await asked(client, "GET", path, headers) == (504, "Prometheus did not answer in time.")


async def test_no_prometheus_and_no_cluster_either() -> None:
    world = World(metrics=None)
    async with serving(world) as client:
        path = f"{BASE}/metrics/resource-usage?username=a&metric=cpu"
        status, detail = await asked(client, "GET", path, await world.user())

    assert (status, "PROMETHEUS_URL" in detail) == (503, True)
