"""One outbound policy: whoever connects, to clusters, Prometheus or a language model, keeps the same rules."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused, InvalidInput, KubecfgError, UpstreamUnreachable
from kubecfg_core.metrics import Metric, UsageQuery
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_kubectl import address
from kubecfg_kubernetes import KubernetesConnector
from kubecfg_kubernetes.resolver import GuardedResolver as ClusterResolver
from kubecfg_openai import OpenAILLM
from kubecfg_openai.resolver import GuardedResolver as ModelResolver
from kubecfg_prometheus import PrometheusMetrics
from kubecfg_prometheus.resolver import GuardedResolver as PrometheusResolver
from tests.contract.test_llm import BRIEF

FORMS_OF_LOOPBACK = [
    "https://127.1", "https://2130706433", "https://0x7f.1", "https://[::ffff:127.0.0.1]", "https://[::]",
    "https://0.0.0.0", "https://[64:ff9b::7f00:1]", "https://localhost.", "https://LOCALHOST", "https://0177.0.0.1",
    "https://169.254.169.254", "https://[fd00:ec2::254]", "https://[2002:7f00:1::]", "https://100.100.100.200",
]  # fmt: skip
NO_ADDRESS = [
    "https://a@169.254.169.254", "https://good.example#@evil", "https://good.example\\@evil", "//evil",
    "file:///etc/passwd", "gopher://x", "https://x\r\nHost: y", "http://good.example", "https://", "https://x:0",
    "https://good.example?x=@evil",
]  # fmt: skip
QUERY = UsageQuery(username="ann", metric=Metric.CPU, namespace="shop", duration=600, step=60, end=FakeClock().now())
Ask = Callable[[str], Awaitable[object]]


class Resolved:
    """A name server that gives one answer after the other, the last for ever, and notes what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: Any = 0, *_args: Any, **_more: Any) -> list[Any]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, int(port or 0)))]


class Listener:
    """Counts the connections to loopback."""

    def __init__(self) -> None:
        self.count = 0
        self.port = 0

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    counting = Listener()
    server = await asyncio.start_server(counting.serve, "127.0.0.1", 0)
    counting.port = server.sockets[0].getsockname()[1]
    async with server:
        yield counting


def target(url: str) -> ClusterTarget:
    return ClusterTarget(name="c", server_url=url, token=Secret("canary"), verify_tls=False)


async def ask_cluster(url: str) -> object:
    connector = KubernetesConnector(timeout=3.0)
    try:
        async with connector.connect(target(url)) as gateway:
            return await gateway.info()
    finally:
        await connector.close()


async def ask_for_kubectl(url: str) -> object:
    return await address.find(target(url), EgressPolicy())


async def ask_prometheus(url: str) -> object:
    source = PrometheusMetrics(url, timeout=3.0)
    try:
        return await source.usage(QUERY)
    finally:
        await source.close()


async def ask_model(url: str) -> object:
    llm = OpenAILLM(url, api_key=Secret("canary"), model="m", timeout=3.0, attempts=1)
    try:
        return await llm.solve(BRIEF)
    finally:
        await llm.close()


ASKERS = pytest.mark.parametrize("ask", [ask_cluster, ask_for_kubectl, ask_prometheus, ask_model])


@pytest.mark.parametrize("url", FORMS_OF_LOOPBACK)
@pytest.mark.parametrize("ask", [ask_cluster, ask_for_kubectl])
async def test_nw_04_no_spelling_of_a_forbidden_address_is_connected_to(ask: Ask, url: str) -> None:
    with pytest.raises((AddressRefused, UpstreamUnreachable)):
        await ask(url)


@pytest.mark.parametrize("url", FORMS_OF_LOOPBACK)
def test_nw_04_none_is_even_stored(url: str) -> None:
    with pytest.raises(AddressRefused):
        EgressPolicy().check_literal(url)


@pytest.mark.parametrize("url", NO_ADDRESS)
async def test_nw_02_what_is_no_address_of_a_cluster_is_invalid(url: str) -> None:
    with pytest.raises(InvalidInput):
        await ask_cluster(url)


@ASKERS
async def test_nw_03_a_name_that_leads_to_loopback_is_not_connected_to(
    ask: Ask, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = Resolved("127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolved)

    with pytest.raises((AddressRefused, UpstreamUnreachable)) as refused:
        await ask(f"https://inside.example:{listener.port}")

    assert (listener.count, "inside.example" in resolved.asked) == (0, True)
    assert "127.0.0.1" not in refused.value.message


@pytest.mark.parametrize("ask", [ask_prometheus, ask_model])
async def test_nw_03_a_refusal_says_what_lets_it_in(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolved("169.254.169.254"))

    with pytest.raises(UpstreamUnreachable, match="KUBECFG_EGRESS_ALLOW_CIDRS"):
        await ask("https://inside.example")


@pytest.mark.parametrize(
    "resolver", [ClusterResolver, PrometheusResolver, ModelResolver], ids=lambda one: one.__module__
)
async def test_nw_04_a_name_that_alternates_is_judged_at_each_connection(
    resolver: Callable[[EgressPolicy], ClusterResolver], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolved("203.0.113.7", "127.0.0.1"))
    guarded = resolver(EgressPolicy())

    first = await guarded.resolve("rebinding.example", 443)
    with pytest.raises(AddressRefused):
        await guarded.resolve("rebinding.example", 443)

    assert [found["host"] for found in first] == ["203.0.113.7"]


@pytest.mark.parametrize("url", ["http://localhost:9090", "http://127.0.0.1:9090", "http://[::1]:9090"])
def test_nw_07_an_address_that_the_settings_spell_out_is_permitted_to_that_service_alone(url: str) -> None:
    policy = EgressPolicy.parse(deny=["10.0.0.0/8"])
    own = policy.for_own(url)

    assert any(own.permits(loopback) for loopback in ("127.0.0.1", "::1"))
    assert not own.permits("169.254.169.254")
    assert not policy.permits("127.0.0.1")


def test_nw_07_what_callers_may_not_name_the_settings_may() -> None:
    policy = EgressPolicy.parse(deny=["10.0.0.0/8"])

    assert policy.for_own("http://prometheus.monitoring:9090").permits("10.1.2.3")
    assert not policy.for_own("http://prometheus.monitoring:9090").permits("127.0.0.1")


@ASKERS
async def test_nw_01_a_proxy_of_the_environment_is_not_used(
    ask: Ask, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    monkeypatch.setattr(socket, "getaddrinfo", Resolved("127.0.0.1"))

    with pytest.raises(KubecfgError):
        await ask("https://api.example:1")

    assert listener.count == 0


@pytest.mark.parametrize("ask", [ask_cluster, ask_prometheus, ask_model])
async def test_nw_01_tls_older_than_1_2_is_not_spoken(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        offered.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(EgressPolicy, "permits", lambda *_: True)
    async with server:
        with pytest.raises(KubecfgError):
            await ask(f"https://127.0.0.1:{port}")

    assert offered
    assert all(oldest(hello) >= ssl.TLSVersion.TLSv1_2 for hello in offered)


def oldest(hello: bytes) -> int:
    """The oldest version that a ClientHello offers, of its `supported_versions` extension, else of its body."""
    at = 5 + 4 + 2 + 32  # record, handshake, version, random
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 1 + hello[at] + 2
    while at + 4 <= len(hello):
        kind, length = int.from_bytes(hello[at : at + 2], "big"), int.from_bytes(hello[at + 2 : at + 4], "big")
        if kind == 43:  # supported_versions
            versions = hello[at + 5 : at + 4 + length]
            return min(int.from_bytes(versions[n : n + 2], "big") for n in range(0, len(versions), 2))
        at += 4 + length
    return int.from_bytes(hello[9:11], "big")
