"""The proxy by itself: a client in the place of kubectl, and a server in the place of the cluster."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import trustme
from aiohttp import web
from yarl import URL

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import InvalidInput, UpstreamUnreachable
from kubecfg_core.secret import Secret
from kubecfg_kubectl.address import Route
from kubecfg_kubectl.proxy import MOST_REQUESTS, Proxy, Way
from kubecfg_kubectl.upstream import Upstreams
from tests.fakes.tls_server import ca_data, serving

TOKEN = "marker-token-4711"


class Cluster:
    """A server that answers `body` with `headers`, and keeps what it was sent."""

    def __init__(self) -> None:
        self.seen: list[tuple[web.BaseRequest, bytes]] = []
        self.ports: list[int] = []
        self.headers: list[tuple[str, str]] = []
        self.body = b'{"kind":"PodList"}'

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request, await request.read()))
        assert request.transport is not None
        self.ports.append(request.transport.get_extra_info("peername")[1])
        response = web.Response(body=self.body, content_type="application/json")
        for name, value in self.headers:
            response.headers.add(name, value)
        return response


class Child:
    """What a kubectl is given, and a client to use it with."""

    def __init__(self, way: Way, url: str, session: aiohttp.ClientSession) -> None:
        self.way = way
        self.url = url
        self._session = session

    async def ask(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, data: Any = None
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        async with self._session.request(
            method, URL(self.url + path, encoded=True), headers=headers, data=data, allow_redirects=False
        ) as response:
            return response.status, await response.json(), response.headers


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    made = Proxy()
    yield made
    await made.close()


@pytest.fixture
async def upstreams() -> AsyncIterator[Upstreams]:
    made = Upstreams()
    yield made
    await made.close()


@pytest.fixture
async def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
async def url(cluster: Cluster, authority: trustme.CA) -> AsyncIterator[str]:
    async with serving(cluster.answer, authority, "api.example") as found:
        yield found


def target(url: str, authority: trustme.CA, **given: Any) -> ClusterTarget:
    fields = {"token": Secret(TOKEN), "ca_data": ca_data(authority), **given}
    return ClusterTarget(name="x", server_url=url, **fields)


def route(url: str, *addresses: str, host: str = "api.example") -> Route:
    """The way to a server on this machine under a name that no name server knows."""
    return Route(host=host, port=urlsplit(url).port or 0, path="", addresses=addresses or ("127.0.0.1",))


@asynccontextmanager
async def command(
    proxy: Proxy, upstreams: Upstreams, to: ClusterTarget, way_there: Route, *, changes: bool = False, key: str = "ada"
) -> AsyncIterator[Child]:
    async with (
        upstreams.to(key, to, way_there) as upstream,
        proxy.way(upstream, key, changes=changes) as (way, address),
        aiohttp.ClientSession() as session,
    ):
        yield Child(way, address, session)


@pytest.fixture
async def child(proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA) -> AsyncIterator[Child]:
    async with command(proxy, upstreams, target(url, authority), route(url), changes=True) as made:
        yield made


async def test_the_credential_is_added_and_the_name_is_the_clusters_own(child: Child, cluster: Cluster) -> None:
    status, body, _ = await child.ask("/api/v1/pods?limit=5&labelSelector=a%3Db")

    [(request, _)] = cluster.seen
    assert (status, body) == (200, {"kind": "PodList"})
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.raw_path == "/api/v1/pods?limit=5&labelSelector=a%3Db"
    assert request.headers["Host"].startswith("api.example:")


@pytest.mark.parametrize(
    "name",
    [
        *("Impersonate-User", "Impersonate-Group", "Impersonate-Extra-Scopes", "Impersonate-Uid", "Cookie"),
        *("Proxy-Authorization", "Upgrade", "Via", "X-Forwarded-For", "X-Remote-User", "Forwarded", "Trailer"),
    ],
)
async def test_what_the_child_may_not_say_stays_behind(child: Child, cluster: Cluster, name: str) -> None:
    await child.ask("/api/v1/pods", headers={name: "system:admin"})

    [(request, _)] = cluster.seen
    assert name not in request.headers


async def test_an_authorization_of_the_childs_own_is_replaced(child: Child, cluster: Cluster) -> None:
    await child.ask("/api/v1/pods", headers={"Authorization": "Bearer of-the-child"})

    [(request, _)] = cluster.seen
    assert request.headers.getall("Authorization") == [f"Bearer {TOKEN}"]


async def test_a_body_and_its_type_are_passed_on(child: Child, cluster: Cluster) -> None:
    kind = "application/strategic-merge-patch+json"
    await child.ask("/api/v1/namespaces/a", method="PATCH", headers={"Content-Type": kind}, data=b'{"a":1}')

    [(request, body)] = cluster.seen
    assert (request.method, request.headers["Content-Type"], body) == ("PATCH", kind, b'{"a":1}')


async def test_a_body_that_is_too_large_is_not_passed_on(child: Child, cluster: Cluster) -> None:
    status, body, _ = await child.ask("/api/v1/pods", method="POST", data=io.BytesIO(b"x" * 2 * 1024**2))

    assert (status, body["kind"], cluster.seen) == (413, "Status", [])


async def test_of_the_answers_headers_only_those_that_kubectl_needs_come_back(child: Child, cluster: Cluster) -> None:
    cluster.headers = [
        ("Warning", '299 - "old"'),
        ("Warning", '299 - "older"'),
        ("Set-Cookie", "a=b"),
        ("WWW-Authenticate", "Basic"),
        ("Location", "http://evil.example"),
        ("X-Other", "y"),
    ]

    _, _, headers = await child.ask("/api/v1/pods")

    assert set(headers) == {"Content-Type", "Warning", "Content-Length", "Date", "Server"}
    assert headers.getall("Warning") == ['299 - "old"', '299 - "older"']  # type: ignore[attr-defined]  # a multidict


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/nodes/n/proxy/metrics", "/api/v1/namespaces/a/pods/b/exec"])
async def test_what_the_guard_refuses_never_leaves(child: Child, cluster: Cluster, path: str) -> None:
    status, body, _ = await child.ask(path)

    assert (status, body["kind"], body["reason"], cluster.seen) == (403, "Status", "Forbidden", [])
    assert [(request.path, request.status) for request in child.way.requests] == [(path, 403)]


async def test_a_wrong_name_of_the_way_leads_nowhere(child: Child, cluster: Cluster) -> None:
    port = urlsplit(child.url).port
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/api/v1/pods", "/AAAAAAAAAAAAAAAAAAAAAA/api/v1/pods"):
            async with session.get(f"http://127.0.0.1:{port}{path}") as response:
                assert response.status == 404

    assert (cluster.seen, child.way.requests) == ([], [])


async def test_an_absolute_request_line_leads_nowhere(child: Child, cluster: Cluster) -> None:
    url = urlsplit(child.url)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(f"GET http://evil.example{url.path}/api HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())

    assert b" 404 " in await reader.readline()
    assert cluster.seen == []
    writer.close()
    await writer.wait_closed()


async def test_a_way_ends_with_its_command(
    proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA, cluster: Cluster
) -> None:
    async with command(proxy, upstreams, target(url, authority), route(url)) as child:
        gone = child.url
    async with aiohttp.ClientSession() as session, session.get(f"{gone}/api/v1/pods") as response:
        assert response.status == 404

    assert cluster.seen == []


async def test_what_is_under_way_ends_with_the_command(
    proxy: Proxy, upstreams: Upstreams, authority: trustme.CA
) -> None:
    ended = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" ")
                await asyncio.sleep(0.01)
        finally:
            ended.set()

    async with serving(drip, authority, "api.example") as url, aiohttp.ClientSession() as session:
        async with (
            upstreams.to("ada", target(url, authority), route(url)) as upstream,
            proxy.way(upstream, "ada", changes=False) as (_, address),
        ):
            response = await session.get(f"{address}/api/v1/pods")
            await response.content.readany()
        with pytest.raises(aiohttp.ClientError):
            await response.read()
        async with asyncio.timeout(5):
            await ended.wait()


async def test_connections_stay_open_for_the_next_command_of_the_same_caller_alone(
    proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA, cluster: Cluster
) -> None:
    for key in ("ada", "ada", "ben"):
        async with command(proxy, upstreams, target(url, authority), route(url), key=key) as child:
            await child.ask("/api/v1/pods")

    ports = cluster.ports
    assert ports[0] == ports[1] != ports[2]


async def test_only_the_checked_addresses_are_connected_to(
    proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA, cluster: Cluster
) -> None:
    """The name resolves to the server on this machine, and the route says 127.0.0.99, where nobody listens."""
    nowhere = route(url, "127.0.0.99", host="localhost")
    async with command(proxy, upstreams, target(url, authority), nowhere) as child:
        status, _, _ = await child.ask("/api/v1/pods")

    assert (status, cluster.seen, type(child.way.failure)) == (502, [], UpstreamUnreachable)


async def test_the_next_address_is_tried_where_one_is_dead(
    proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA
) -> None:
    async with command(proxy, upstreams, target(url, authority), route(url, "127.0.0.99", "127.0.0.1")) as child:
        assert (await child.ask("/api/v1/pods"))[0] == 200


async def test_a_server_that_cannot_be_reached_is_asked_once(
    proxy: Proxy, upstreams: Upstreams, unused_tcp_port: int, authority: trustme.CA
) -> None:
    gone = f"https://127.0.0.1:{unused_tcp_port}"
    async with command(proxy, upstreams, target(gone, authority), route(gone)) as child:
        answers = [await child.ask("/api/v1/pods") for _ in range(2)]

    assert [status for status, _, _ in answers] == [502, 502]
    assert child.way.asked == 1
    assert "127.0.0.1" not in str(child.way.failure)


async def test_the_certificate_has_to_be_for_the_name(
    proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA, cluster: Cluster
) -> None:
    async with command(proxy, upstreams, target(url, authority), route(url, host="other.example")) as child:
        status, body, _ = await child.ask("/api/v1/pods")

    assert (status, cluster.seen) == (502, [])
    assert "certificate is not trusted" in body["message"]


async def test_the_name_of_the_certificate_can_be_given(
    proxy: Proxy, upstreams: Upstreams, url: str, authority: trustme.CA
) -> None:
    named = target(url, authority, tls_server_name="api.example")
    async with command(proxy, upstreams, named, route(url, host="other.example")) as child:
        assert (await child.ask("/api/v1/pods"))[0] == 200


async def test_a_certificate_that_is_none_is_named(proxy: Proxy, upstreams: Upstreams, authority: trustme.CA) -> None:
    broken = target("https://127.0.0.1:1", authority, ca_data="x")

    with pytest.raises(InvalidInput, match="ca_data"):
        async with command(proxy, upstreams, broken, route("https://127.0.0.1:1")):
            pass


async def test_what_is_noted_has_an_end(child: Child) -> None:
    for _ in range(MOST_REQUESTS + 5):
        await child.ask("/metrics")

    assert len(child.way.requests) == MOST_REQUESTS


async def test_a_long_path_is_noted_in_part(child: Child) -> None:
    await child.ask("/api/v1/namespaces/" + "a" * 2000)

    assert len(child.way.requests[0].path) == 300


async def test_nobody_listens_after_the_end(child: Child, proxy: Proxy) -> None:
    url = urlsplit(child.url)
    await proxy.close()

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(url.hostname, url.port)
