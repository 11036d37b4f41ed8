"""kubernetes_asyncio's client, on a transport that keeps our rules."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec
from kubernetes_asyncio.client import ApiClient, Configuration
from kubernetes_asyncio.client.rest import RESTClientObject
from yarl import URL

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import InvalidInput
from kubecfg_core.secret import MASK
from kubecfg_core.tls import ssl_context
from kubecfg_core.validation import check_server_url
from kubecfg_kubernetes.bodies import beginning, feed, read
from kubecfg_kubernetes.limits import Limits
from kubecfg_kubernetes.resolver import GuardedResolver
from kubecfg_kubernetes.translation import refusal, translated

Query = Sequence[tuple[str, str]]

JSON: Final = "application/json"
SMALL: Final = 4 * 1024 * 1024
_CONNECTIONS: Final = 16
_SHORTEST_TOKEN: Final = 8  # what is shorter stands in other words too
_IDLE_SECONDS: Final = 60.0
_READ_BUFFER: Final = 1024 * 1024


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server answered: `status` is none of 3xx, 401, 429, 5xx, and `body` is decompressed.

    `at` is when, by the server's own clock, where it says so.
    """

    status: int
    body: bytes
    at: datetime | None = None


class Transport(RESTClientObject):
    """kubernetes_asyncio's REST client without what the rules forbid.

    Its own follows redirects with the token, takes proxies from the environment, wants certificates as files and has
    no say in where a name leads; so the session is ours, and the one method that all requests pass through.
    """

    def __init__(self, session: aiohttp.ClientSession, server_hostname: str | None) -> None:
        # Not the base's: that builds a session of its own, with all of the above.
        self.pool_manager = session
        self._server_hostname = server_hostname

    async def request(  # noqa: PLR0917 - the base's signature
        self,
        method: str,
        url: str,
        query_params: Any = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
        post_params: Any = None,  # noqa: ARG002 - the base's signature; Kubernetes has no forms
        _preload_content: bool = True,  # noqa: FBT001, FBT002 - the base's signature; an answer is always taken raw
        _request_timeout: Any = None,
    ) -> aiohttp.ClientResponse:
        """The answer as aiohttp has it, unread, whatever its status."""
        target = f"{url}?{urlencode(query_params)}" if query_params else url
        return await self.pool_manager.request(
            method,
            URL(target, encoded=True),
            headers=headers,
            data=None if body is None else msgspec.json.encode(body),
            allow_redirects=False,
            timeout=_request_timeout,
            server_hostname=self._server_hostname,
        )


class Client:
    """Asks one API server as one user. `server` is its host and port, for messages.

    Whoever holds the `turn` works on an answer in a thread: two would be no faster, and leave others less time.
    """

    def __init__(
        self, target: ClusterTarget, egress: EgressPolicy, limits: Limits, api: ApiClient, turn: asyncio.Lock
    ) -> None:
        parts = urlsplit(target.server_url)
        self.server = parts.netloc
        self._host = parts.hostname or ""
        self._egress = egress
        self._limits = limits
        self._api = api
        self._turn = turn
        self._token = target.token.reveal().encode() if target.token else b""
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_timeout, sock_read=limits.timeout)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def ask(
        self,
        path: str,
        *,
        query: Query = (),
        post: Any = None,
        accept: str = JSON,
        limit: int = SMALL,
        seconds: float | None = None,
        take: Callable[[bytes], object] | None = None,
    ) -> Answer:
        """GET `path` (or POST `post` to it), within `seconds` in all, and take at most `limit` bytes.

        With `take` the body of a success goes there, chunk by chunk, and is not in the answer.
        A 429 is obeyed and tried once more, if the time allows. Raises `TooLarge`, `AddressRefused`,
        `UpstreamUnreachable`, `UpstreamTimeout`, and `UpstreamRefused` for what `Answer` rules out.
        """
        self._egress.check_host(self._host)
        budget = self._limits.timeout if seconds is None else seconds
        ends = asyncio.get_running_loop().time() + budget
        with translated(self.server):
            async with asyncio.timeout_at(ends):
                for attempt in (1, 2):
                    async with self._sent(path, query, post, accept) as response:
                        wait = _retry_after(response)
                        if response.status != 429 or attempt == 2 or wait >= ends - _now():  # noqa: PLR2004 - HTTP
                            return await self._taken(response, limit, take)
                    await asyncio.sleep(wait)
        raise AssertionError("the second attempt always returns or raises")

    @asynccontextmanager
    async def _sent(self, path: str, query: Query, post: Any, accept: str) -> AsyncIterator[aiohttp.ClientResponse]:
        response: aiohttp.ClientResponse = await self._api.call_api(
            path,
            "GET" if post is None else "POST",
            query_params=list(query),
            header_params={"Accept": accept, "Content-Type": JSON} if post is not None else {"Accept": accept},
            body=post,
            auth_settings=["BearerToken"],
            _preload_content=False,
            _request_timeout=self._timeout,
        )
        async with response:
            yield response

    async def _taken(
        self, response: aiohttp.ClientResponse, limit: int, take: Callable[[bytes], object] | None
    ) -> Answer:
        status = response.status
        if status == 200 and take is not None:  # noqa: PLR2004 - HTTP
            await feed(response, limit, take, self._turn)
            return Answer(status=status, body=b"", at=_dated(response))
        if status in (200, 201):
            return Answer(status=status, body=await read(response, limit, self._turn))
        body = self._without_token(await beginning(response, self._turn))
        if status in (401, 429) or not 400 <= status < 500:  # noqa: PLR2004 - HTTP
            raise refusal(self.server, status, body)
        return Answer(status=status, body=body)

    def _without_token(self, refused: bytes) -> bytes:
        """What a refusal says is shown, also to those with whom the cluster is shared; it may say what it was sent."""
        return refused.replace(self._token, MASK.encode()) if len(self._token) >= _SHORTEST_TOKEN else refused


def open_client(target: ClusterTarget, egress: EgressPolicy, limits: Limits, turn: asyncio.Lock) -> Client:
    """A client for the target; call it in a running event loop. Opens no connection.

    Raises `InvalidInput` that names the field which cannot be used.
    """
    check_server_url(target.server_url)
    _check_token(target)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            ssl=ssl_context(target),
            resolver=GuardedResolver(egress),
            use_dns_cache=False,
            limit=_CONNECTIONS,
            keepalive_timeout=_IDLE_SECONDS,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept-Encoding": "gzip"},
        read_bufsize=_READ_BUFFER,
        auto_decompress=False,  # aiohttp would decompress 8 MB at a time on the event loop
        trust_env=False,
    )
    api = _Api(_configuration(target), Transport(session, target.tls_server_name))
    return Client(target, egress, limits, api, turn)


class _Api(ApiClient):
    """kubernetes_asyncio's client with our transport in place of the one it makes for itself."""

    def __init__(self, configuration: Configuration, transport: Transport) -> None:
        self.configuration = configuration
        self.rest_client = transport
        self.default_headers = {"User-Agent": "kubecfg"}
        self.cookie = ""


def _configuration(target: ClusterTarget) -> Configuration:
    configuration = Configuration(host=target.server_url.rstrip("/"))
    if target.token:
        configuration.api_key["BearerToken"] = target.token.reveal()
        configuration.api_key_prefix["BearerToken"] = "Bearer"
    return configuration


def _check_token(target: ClusterTarget) -> None:
    token = target.token.reveal() if target.token else ""
    if not all("!" <= char <= "~" for char in token):
        raise InvalidInput("token: it must be printable ASCII characters without spaces.")


def _dated(response: aiohttp.ClientResponse) -> datetime | None:
    try:
        at = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _retry_after(response: aiohttp.ClientResponse) -> float:
    """Seconds to wait, at least one; the form with a date is not used by API servers."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() and 0 < len(text) < 6 else 1.0  # noqa: PLR2004 - a day is enough


def _now() -> float:
    return asyncio.get_running_loop().time()
