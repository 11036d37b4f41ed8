"""Marker secrets in every field, the main journeys with their failures at DEBUG: afterwards none is anywhere."""

import asyncio
import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import pytest
from aiohttp import ClientSession

from kubecfg_demo import Running, shop_simulator
from kubecfg_demo.access import EVERYTHING
from tests.acceptance.canary import Client, Markers, Service, files_below, minimal_environment
from tests.databases import run_beside
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.prometheus_server import FakePrometheus
from tests.fakes.rabbitmq import Queue, rabbitmq
from tests.postgres import require_server, temporary_database

HAYSTACKS: Final = (
    "log", "database", "files", "broker", "errors", "metrics", "document", "command lines", "environments"
)  # fmt: skip
CLUSTER: Final = "canary-cluster"
ADMIN: Final = "canary-admin"


@dataclass
class Evidence:
    """What is left, by where it is, and the secrets that should be nowhere in it."""

    markers: Markers
    left: dict[str, bytes]


pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def evidence(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A day in the life of a service: on PostgreSQL with a broker, and on SQLite with a broker that refuses it."""
    live = {"postgresql": _on_postgresql, "sqlite": _on_sqlite}[request.param]
    home, markers = tmp_path_factory.mktemp("canary"), Markers()
    with rabbitmq(home) as broker:
        return Evidence(markers, run_beside(live(home, markers, broker)))


@pytest.mark.parametrize("haystack", HAYSTACKS)
def test_no_secret_is_anywhere(evidence: Evidence, haystack: str) -> None:
    assert evidence.markers.found_in(evidence.left[haystack]) == []


def test_the_log_holds_no_hash_of_a_password(evidence: Evidence) -> None:
    assert b"$argon2" not in evidence.left["log"]


@pytest.mark.parametrize(
    ("haystack", "known"),
    [
        ("log", b"cluster.onboarded"),
        ("database", CLUSTER.encode()),
        ("errors", b'"detail"'),
        ("metrics", b"kubecfg_"),
        ("document", b"/kubeconfig/clusters/{cluster_id}/credentials"),
        ("command lines", b"kubectl"),
        ("environments", b"PATH=/nonexistent"),
    ],
)
def test_what_should_be_there_is_there(evidence: Evidence, haystack: str, known: bytes) -> None:
    assert known in evidence.left[haystack]


def test_a_marker_would_be_found() -> None:
    markers = Markers()
    spelt = [
        markers["cluster token"].encode(),
        b"amqp://u:" + markers["broker password"].encode() + b"@h",
        b"x" + markers["client key"].encode(),
    ]

    assert [markers.found_in(text) for text in spelt] == [["cluster token"], ["broker password"], ["client key"]]


async def _on_postgresql(home: Path, markers: Markers, broker: str) -> dict[str, bytes]:
    server = await asyncio.to_thread(require_server)
    async with temporary_database(server) as url:
        parts = urlsplit(url)
        # The server trusts everybody here, so any password will do.
        address = f"{parts.username}:{markers['database password']}@{parts.hostname}:{parts.port or 5432}"
        settings = {"DATABASE_URL": urlunsplit(parts._replace(netloc=address)), "RABBITMQ_URL": broker}
        queue = await asyncio.to_thread(Queue, broker, "kubecfg.events")
        try:
            found = await _live(home, markers, settings, llm="401", prometheus="denied")
            found["broker"] = await asyncio.to_thread(_drain, queue)
        finally:
            queue.leave()
        found["database"] = await _dump(url)
        assert CLUSTER.encode() in found["broker"]
        return found


async def _on_sqlite(home: Path, markers: Markers, broker: str) -> dict[str, bytes]:
    # The broker has no such user: the password is sent, and refused, again and again.
    refused = f"amqp://canary:{markers['broker password']}@{urlsplit(broker).hostname}:{urlsplit(broker).port}/"
    found = await _live(home, markers, {"RABBITMQ_URL": refused}, llm="ok", prometheus="ok")
    found["database"] = files_below(home / "data")
    found["broker"] = b""
    return found


def _drain(queue: Queue) -> bytes:
    messages = queue.take(10_000)
    return b"\n".join(repr((message.body, message.headers, message.properties)).encode() for message in messages)


async def _dump(url: str) -> bytes:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [
            str(row[0])
            for table in tables
            for row in await connection.fetch(f'SELECT t::text FROM "{table["tablename"]}" AS t')
        ]
    finally:
        await connection.close()
    return "\n".join(rows).encode()


async def _live(
    home: Path, markers: Markers, settings: dict[str, str], *, llm: str, prometheus: str
) -> dict[str, bytes]:
    """A day, and what it left; the database and the broker are looked at by the caller."""
    (home / "tmp").mkdir()
    async with FakeOpenAI(llm) as model, FakePrometheus(prometheus) as source, shop_simulator().serve() as cluster:
        service = Service(
            home,
            minimal_environment(
                HOME=str(home),
                TMPDIR=str(home / "tmp"),
                KUBECFG_DATA_DIR=str(home / "data"),
                KUBECFG_LOG_LEVEL="DEBUG",
                KUBECFG_EGRESS_ALLOW_CIDRS="127.0.0.0/8,::1/128",
                KUBECFG_ADMIN_USERNAME=ADMIN,
                KUBECFG_ADMIN_PASSWORD=markers["admin password"],
                KUBECFG_ENCRYPTION_KEYS=f"canary:{markers['encryption key']}",
                JWT_SECRET_KEY=markers["jwt key"],
                LLM_API_URL=model.url,
                LLM_API_KEY=markers["llm key"],
                PROMETHEUS_URL=source.url,
                KUBECFG_PROMETHEUS_TOKEN=markers["prometheus token"],
                **settings,
            ),
        )
        async with service.running(), ClientSession(service.url) as session:
            client = Client(session)
            await _day(client, cluster, markers)
            metrics = await client.call("GET", "/metrics")
            document = await client.call("GET", "/openapi.json")
        keys = f"canary2:{markers['new encryption key']},canary:{markers['encryption key']}"
        rotated = await service.command("keys", "rotate", KUBECFG_ENCRYPTION_KEYS=keys)
        assert "sealed with canary2" in rotated
        await service.command("user", "add", "canary-user", "--password-stdin", stdin=markers["new password"] + "\n")
        assert model.bodies
    return {
        "log": service.log.read_bytes(),
        "files": files_below(home / "data", home / "tmp"),
        "errors": b"\n".join(client.errors),
        "metrics": metrics,
        "document": str(document).encode(),
        "command lines": b"\n".join(command for command, _ in service.children),
        "environments": b"\n".join(environment for _, environment in service.children),
    }


async def _day(client: Client, cluster: Running, markers: Markers) -> None:
    certificate, key = cluster.client_certificate("canary")
    markers.texts["client certificate"] = base64.b64encode(certificate).decode()
    markers.texts["client key"] = base64.b64encode(key).decode()
    for name in ("cluster token", "replacing token"):
        cluster.add_token(markers[name], user="canary", allow=(EVERYTHING,))
    await _come_in(client, markers)
    cluster_id = await _onboard(client, cluster, markers)
    await _use(client, markers, cluster_id)
    await _change(client, cluster, markers, cluster_id)


async def _come_in(client: Client, markers: Markers) -> None:
    login = {"username": ADMIN, "password": markers["wrong password"]}
    await client.call("POST", "/auth/login", login, status=401)
    await client.call("POST", "/auth/login", f'{{"password": "{markers["wrong password"]}'.encode(), status=400)
    forged = {"Authorization": f"Bearer {markers['forged token']}"}
    await client.call("GET", "/kubeconfig/clusters", status=401, headers=forged)
    query = f"?token={markers['forged token']}"
    await client.call("GET", f"/kubeconfig/clusters{query}", status=401)
    await client.call("GET", f"/kubeconfig/{markers['forged token']}", status=404)
    token = await client.call("POST", "/auth/login", {**login, "password": markers["admin password"]})
    client.headers = {"Authorization": f"Bearer {token['access_token']}"}
    markers.texts["access token"] = token["access_token"]


async def _onboard(client: Client, cluster: Running, markers: Markers) -> int:
    path = "/kubeconfig/onboard-cluster"
    new: dict[str, Any] = {
        "cluster_name": CLUSTER,
        "server_url": cluster.url,
        "ca_data": cluster.ca_data,
        "token": markers["cluster token"],
        "tls_cert": markers["client certificate"],
        "tls_key": markers["client key"],
    }
    refused = {**new, "token": markers["refused token"]}
    await client.call("POST", path, refused, status=502)
    await client.call("POST", path, {**refused, "server_url": "https://127.0.0.1:9"}, status=502)
    await client.call("POST", path, {**refused, "ca_data": None}, status=502)
    broken = markers["broken token"]
    for wrong in (
        {**new, "token": broken + " "},
        {**new, "secret": broken},
        {**new, "tags": broken},
        {**new, "tls_key": broken},
        {**new, "tls_cert": None},
        {**new, "server_url": f"https://user:{broken}@127.0.0.1"},
    ):
        await client.call("POST", path, wrong, status=400)
    await client.call("POST", path, f'{{"token": "{broken}", '.encode(), status=400)
    await client.call("POST", path, b'{"token": "' + broken.encode() * 30_000 + b'"}', status=413)
    onboarded = await client.call("POST", path, new, status=201)
    await client.call("POST", path, new, status=409)
    return int(onboarded["id"])


async def _use(client: Client, markers: Markers, cluster_id: int) -> None:
    await client.call("GET", "/kubeconfig/clusters")
    await client.call("POST", f"/kubeconfig/select-cluster-and-get-namespaces/{cluster_id}")
    await client.call("GET", "/kubeconfig/nodes/status/all-clusters")
    await client.call("POST", f"/kubeconfig/analyze-k8s-with-solutions/{cluster_id}")
    kubectl = f"/kubeconfig/execute-kubectl-direct/{cluster_id}"
    for command in ("kubectl get pods -A", "kubectl get nothing", "kubectl logs -n absent absent"):
        answer = await client.call("POST", kubectl, {"command": command})
        assert markers.found_in(str(answer).encode()) == []
    typed = markers["command token"]
    for command in (f"kubectl get pods --token={typed}", f"kubectl get 'pods' {typed}'", f"kubectl --token {typed}"):
        await client.call("POST", kubectl, {"command": command}, status={400, 403})
    await client.call("GET", "/kubeconfig/metrics/resource-usage?metric=cpu&username=ann", status={200, 502})
    shown = await client.call("GET", f"/kubeconfig/cluster/{CLUSTER}/credentials")
    assert "cluster token" in markers.found_in(str(shown).encode())
    await client.call("GET", "/kubeconfig/cluster/absent/credentials", status=404)


async def _change(client: Client, cluster: Running, markers: Markers, cluster_id: int) -> None:
    path = f"/kubeconfig/clusters/{cluster_id}"
    await client.call("PUT", f"{path}/credentials", {"token": markers["refused token"]}, status=502)
    await client.call("PUT", f"{path}/credentials", {"tls_key": markers["client key"]}, status=400)
    await client.call("PUT", f"{path}/credentials", {"token": markers["replacing token"]})
    await client.call("PATCH", path, {"server_url": "https://127.0.0.1:9"}, status=400)
    moved = {"server_url": "https://127.0.0.1:9", "token": markers["replacing token"]}
    await client.call("PATCH", path, moved, status=502)
    second = {"cluster_name": "gone", "server_url": cluster.url, "token": markers["cluster token"]}
    other = await client.call("POST", "/kubeconfig/onboard-cluster?verify=false", second, status=201)
    await client.call("DELETE", f"/kubeconfig/remove-cluster/{other['id']}")
