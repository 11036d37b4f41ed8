"""Servers that are broken or mean: the right error, in time, and nothing of the credential or the answer in it."""

import asyncio
import gzip
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
import trustme
from aiohttp import web

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import (
    AddressRefused,
    InvalidInput,
    KubecfgError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.resources import ReadState
from kubecfg_core.secret import Secret
from kubecfg_core.usecases import fetching
from kubecfg_kubernetes import KubernetesConnector
from tests.fakes.hostile import MEAN, UNENDING, elsewhere, hostile
from tests.fakes.hostile import answer as hostile_answer
from tests.fakes.tls_server import Handler, ca_data, serving

TOKEN = "very-secret-token"
LOOPBACK = EgressPolicy.parse(allow=["127.0.0.0/8", "::1/128"])
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@asynccontextmanager
async def looking(
    url: str, authority: trustme.CA | None, *, egress: EgressPolicy = LOOPBACK, max_bytes: int = MIB
) -> AsyncIterator[KubeGateway]:
    connector = KubernetesConnector(
        egress=egress, timeout=0.5, connect_timeout=0.5, list_timeout=1.0, max_bytes=max_bytes
    )
    target = ClusterTarget(
        name="test", server_url=url, token=Secret(TOKEN), ca_data=ca_data(authority) if authority else None
    )
    try:
        async with connector.connect(target) as gateway:
            yield gateway
    finally:
        await connector.close()


def gives_nothing_away(error: KubecfgError) -> None:
    shown = f"{error!s} {error!r}"
    assert TOKEN not in shown
    assert "Bearer" not in shown
    assert "internal" not in shown


async def error_of(handler: Handler, authority: trustme.CA) -> KubecfgError:
    async with serving(handler, authority) as url, looking(url, authority) as gateway:
        started = time.monotonic()
        with pytest.raises(KubecfgError) as caught:
            await gateway.list(NODES)
        assert time.monotonic() - started < 3.0
    gives_nothing_away(caught.value)
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int, authority: trustme.CA) -> None:
    followed = asyncio.Event()

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        followed.set()
        return web.Response()

    async with serving(elsewhere, authority) as other:

        async def redirect(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": f"{other}/latest/meta-data"})

        error = await error_of(redirect, authority)
    assert isinstance(error, UpstreamRefused)
    assert (error.status, followed.is_set()) == (status, False)


@pytest.mark.parametrize("name", [*MEAN, *UNENDING])
async def test_nothing_leaks_hangs_or_is_fetched_elsewhere(name: str, authority: trustme.CA) -> None:
    behave = {**MEAN, **UNENDING}[name]
    async with elsewhere() as place, hostile(behave, authority, port=place.port) as url:
        started = time.monotonic()
        async with looking(url, authority) as gateway:
            try:
                answer = await gateway.list(NODES)
                assert answer.state is not ReadState.LISTED
            except KubecfgError as error:
                gives_nothing_away(error)
        assert time.monotonic() - started < 3.0
        assert place.heard == []


async def test_a_version_that_is_a_lie_is_only_text(authority: trustme.CA) -> None:
    lie = hostile_answer("200 OK\nContent-Type: application/json", b'{"gitVersion": "v1.5.0-dispatcher\\u001b[31m"}')
    async with elsewhere() as place, hostile(lie, authority, port=place.port) as url:
        async with looking(url, authority) as gateway:
            info = await gateway.info()
        assert (info.version.isprintable(), place.heard) == (True, [])


async def test_an_endless_list_is_cut_off_and_partial(authority: trustme.CA) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.transport is not None:
            await response.write(b'{"metadata":{"name":"again"}},' * 1000)
            await asyncio.sleep(0)
        return response

    async with serving(endless, authority) as url, looking(url, authority) as gateway:
        answer = await gateway.list(NODES)
    assert (answer.state, answer.pages) == (ReadState.PARTIAL, ())
    assert "more than 1 MiB" in answer.reason


async def test_a_slow_drip_ends_with_the_deadline(authority: trustme.CA) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.transport is not None:
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    assert isinstance(await error_of(drip, authority), UpstreamTimeout)


async def test_a_gzip_bomb_is_cut_off_while_it_is_decompressed(authority: trustme.CA) -> None:
    bomb = gzip.compress(b"0" * (200 * MIB))

    async def explode(_: web.Request) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with serving(explode, authority) as url, looking(url, authority) as gateway:
        tracemalloc.start()
        answer = await gateway.list(NODES)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert answer.state is ReadState.PARTIAL
    assert peak < 20 * MIB


async def test_silence_is_a_timeout(authority: trustme.CA) -> None:
    async def silent(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    assert isinstance(await error_of(silent, authority), UpstreamTimeout)


async def test_a_401_with_a_challenge_is_a_refused_token(authority: trustme.CA) -> None:
    async def challenge(_: web.Request) -> web.StreamResponse:
        headers = {"WWW-Authenticate": 'Basic realm="internal"'}
        return web.Response(status=401, headers=headers, text="internal wiki: log in")

    error = await error_of(challenge, authority)
    assert isinstance(error, UpstreamRefused)
    assert error.status == 401


async def test_a_web_server_is_not_taken_for_an_empty_cluster(authority: trustme.CA) -> None:
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text="<html>internal wiki: no such page</html>")

    assert "does not look like a Kubernetes API server" in (await error_of(page, authority)).message


async def test_a_403_of_a_web_server_is_not_taken_for_a_missing_right(authority: trustme.CA) -> None:
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(status=403, text="internal")

    assert isinstance(await error_of(page, authority), UpstreamRefused)


@pytest.mark.parametrize("body", [b"<html>internal", b'{"kind":"PodList"', b"[]", b'"internal"', b"", b"[" * 100_000])
async def test_garbage_is_refused(body: bytes, authority: trustme.CA) -> None:
    async def garbage(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    assert isinstance(await error_of(garbage, authority), UpstreamRefused)


async def test_a_5xx_shows_its_reason_and_not_its_body(authority: trustme.CA) -> None:
    async def broken(_: web.Request) -> web.StreamResponse:
        return web.json_response({"kind": "Status", "reason": "InternalError", "message": "internal db"}, status=500)

    error = await error_of(broken, authority)
    assert isinstance(error, UpstreamRefused)
    assert (error.status, "InternalError" in error.message) == (500, True)


async def test_control_characters_of_a_refusal_are_not_shown(authority: trustme.CA) -> None:
    async def escape(_: web.Request) -> web.StreamResponse:
        message = "forbidden\x1b[31m\r\n\u202e" + "x" * 10_000
        return web.json_response({"kind": "Status", "message": message}, status=403)

    async with serving(escape, authority) as url, looking(url, authority) as gateway:
        reason = (await gateway.list(NODES)).reason
    assert reason.isprintable()
    assert len(reason) <= 300


async def test_an_answer_that_is_cut_off_is_unreachable(authority: trustme.CA) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"kind":"NodeList"')
        assert request.transport is not None
        request.transport.close()
        return response

    error = await error_of(cut, authority)
    assert isinstance(error, UpstreamUnreachable)
    assert "broken_off" in error.message


async def test_what_is_not_http_is_said_to_be(authority: trustme.CA) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"220 internal mail server\r\n")
        await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = await asyncio.start_server(talk, "127.0.0.1", ssl=context)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with looking(url, authority) as gateway:
            with pytest.raises(UpstreamUnreachable, match="not_http") as caught:
                await gateway.list(NODES)
    gives_nothing_away(caught.value)


async def ok(_: web.Request) -> web.StreamResponse:
    return web.json_response({"kind": "NodeList", "items": []})


async def test_a_certificate_of_another_authority_is_named_as_the_cause(authority: trustme.CA) -> None:
    async with serving(ok, authority) as url, looking(url, trustme.CA()) as gateway:
        with pytest.raises(UpstreamUnreachable, match="tls_verify_failed") as caught:
            await gateway.list(NODES)
    gives_nothing_away(caught.value)


async def test_a_certificate_for_another_name_is_named_as_the_cause(authority: trustme.CA) -> None:
    async with serving(ok, authority, "elsewhere.example") as url, looking(url, authority) as gateway:
        with pytest.raises(UpstreamUnreachable, match="tls_verify_failed"):
            await gateway.list(NODES)


async def test_plain_http_on_the_port_is_a_failed_handshake(authority: trustme.CA) -> None:
    async with serving(ok, authority, tls=False) as url, looking(url, authority) as gateway:
        with pytest.raises(UpstreamUnreachable, match="tls_failed"):
            await gateway.list(NODES)


async def test_a_port_where_nobody_listens_is_refused(authority: trustme.CA) -> None:
    async with looking("https://127.0.0.1:1", authority) as gateway:
        with pytest.raises(UpstreamUnreachable, match="refused"):
            await gateway.list(NODES)


async def test_a_name_that_does_not_resolve_is_said_to_be() -> None:
    async with looking("https://no-such-host.invalid", None) as gateway:
        with pytest.raises(UpstreamUnreachable, match="dns_failed"):
            await gateway.list(NODES)


async def test_headers_are_not_leaked(authority: trustme.CA) -> None:
    """Neither the request's nor the response's, in any error of this module's making."""

    async def odd(request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return web.Response(status=418, headers={"X-Echo": request.headers["Authorization"]}, text="internal")

    error = await error_of(odd, authority)
    assert isinstance(error, UpstreamRefused)


async def test_cookies_are_not_kept(authority: trustme.CA) -> None:
    seen: list[str | None] = []

    async def cookie(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Cookie"))
        response = web.json_response({"kind": "NodeList", "items": []})
        response.set_cookie("session", "tracked")
        return response

    async with serving(cookie, authority) as url, looking(url, authority) as gateway:
        await gateway.list(NODES)
        await gateway.list(NODES)
    assert seen == [None, None]


async def test_a_proxy_of_the_environment_is_not_used(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with serving(ok, authority) as url, looking(url, authority) as gateway:
        assert (await gateway.list(NODES)).state is ReadState.LISTED


REFUSED = [
    "https://127.0.0.1",
    "https://127.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://017700000001",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::]",
    "https://0.0.0.0",
    "https://[64:ff9b::7f00:1]",
    "https://[2002:7f00:1::]",
    "https://localhost",
    "https://localhost.",
    "https://169.254.169.254",
    "https://[fe80::1%25eth0]",
    "https://100.100.100.200",
    "https://[fd00:ec2::254]",
]
INVALID = [
    "https://a@169.254.169.254",
    "https://good.example#@evil",
    "https://good.example\\@evil",
    "//evil",
    "file:///etc/passwd",
    "gopher://127.0.0.1",
    "http://10.0.0.1",
    "https://x\r\nHost: y",
    "https://good.example?x=1",
    "https://",
    "",
]


@pytest.mark.parametrize("url", REFUSED)
async def test_an_address_that_the_policy_forbids_is_not_connected_to(url: str) -> None:
    async with looking(url, None, egress=EgressPolicy()) as gateway:
        with pytest.raises(AddressRefused):
            await gateway.info()


@pytest.mark.parametrize("url", INVALID)
async def test_what_is_no_address_of_a_cluster_is_invalid(url: str) -> None:
    with pytest.raises(InvalidInput):
        async with looking(url, None, egress=EgressPolicy()):
            pass


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Mon, 23 Nov 2026 02:33:00 GMT", datetime(2026, 11, 23, 2, 33, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 02:33:00 -0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
async def test_the_clock_of_a_server_is_told_where_it_can_be_read(
    authority: trustme.CA, date: str, told: datetime | None
) -> None:
    async def dated(_: web.Request) -> web.Response:
        return web.json_response({"kind": "NodeList", "metadata": {}, "items": []}, headers={"Date": date})

    async with serving(dated, authority) as url, looking(url, authority) as gateway:
        assert (await gateway.list(NODES)).served_at == told


async def test_a_refusal_that_says_the_token_is_shown_without_it(authority: trustme.CA) -> None:
    async def telling(request: web.Request) -> web.StreamResponse:
        said = f"not {TOKEN}, said as {request.headers['Authorization']}"
        return web.json_response({"kind": "Status", "message": said, "reason": "Forbidden"}, status=403)

    async with serving(telling, authority) as url, looking(url, authority) as gateway:
        answer = await gateway.list(NODES)
    assert answer.state is ReadState.FORBIDDEN
    assert TOKEN not in answer.reason


async def test_many_small_objects_are_too_much_together(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_MOST_OBJECTS", 10_000)
    items = b",".join([b'{"metadata":{"name":"again"}}'] * 20_000)

    async def many(_: web.Request) -> web.StreamResponse:
        return web.Response(body=b'{"kind":"List","items":[%s]}' % items, content_type="application/json")

    analyzer = Analyzer(name="looks", reads=(NODES,), analyze=lambda _: ())
    async with serving(many, authority) as url, looking(url, authority) as gateway:
        view, _ = await fetching.read(gateway, [analyzer], now=datetime.now(UTC), namespace=None)
    assert (view.state(NODES), list(view.all(NODES))) == (ReadState.PARTIAL, [])
    assert "more than 10,000 objects" in view.reading(NODES).reason
