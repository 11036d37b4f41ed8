"""The connection to an API server on kubectl's behalf: here, and not in kubectl, is the credential."""

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import KubecfgError, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.tls import ssl_context
from kubecfg_kubectl.address import Route

CONNECT_SECONDS: Final = 5.0
_CONNECTIONS: Final = 16
_IDLE_SECONDS: Final = 30.0
_KEPT: Final = 64


class Upstream:
    """One caller's way to one target, with connections that stay open for the next command."""

    def __init__(self, target: ClusterTarget, route: Route, context: ssl.SSLContext) -> None:
        self.users = 0
        self._pinned = _Pinned(route)
        self._authorization = {"Authorization": f"Bearer {target.token.reveal()}"} if target.token else {}
        self._server_hostname = target.tls_server_name
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=context,
                resolver=self._pinned,
                use_dns_cache=False,
                limit=_CONNECTIONS,
                keepalive_timeout=_IDLE_SECONDS,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            skip_auto_headers=("User-Agent", "Content-Type", "Accept"),
            trust_env=False,
        )

    @property
    def route(self) -> Route:
        """Where it leads."""
        return self._pinned.route

    def lead(self, route: Route) -> None:
        """Take new connections to these addresses, which were checked just now."""
        self._pinned.route = route

    async def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> aiohttp.ClientResponse:
        """The answer, its body unread, for `target` (path and query below the server's own path), redirects too."""
        return await self._session.request(
            method,
            URL(f"https://{self.route.netloc}{self.route.path}{target}", encoded=True),
            headers={**headers, "Accept-Encoding": "gzip", **self._authorization},
            data=body or None,
            allow_redirects=False,
            server_hostname=self._server_hostname,
        )

    def trouble(self, error: Exception) -> KubecfgError:
        """What went wrong, in words that name the server as its owner does and give nothing away."""
        if isinstance(error, TimeoutError):
            return UpstreamTimeout(f"{self.route.netloc} did not answer in time.")
        return UpstreamUnreachable(f"{self.route.netloc} cannot be reached: {_why(error)}.")

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


class Upstreams:
    """The ways that are open, by the key of caller and target: no two keys ever share a connection."""

    def __init__(self, keep: int = _KEPT) -> None:
        self._keep = keep
        self._open: OrderedDict[str, Upstream] = OrderedDict()

    @asynccontextmanager
    async def to(self, key: str, target: ClusterTarget, route: Route) -> AsyncIterator[Upstream]:
        """The way for this key. Raises `InvalidInput` that names the field of the target which cannot be used."""
        if key not in self._open:
            # Reading the machine's own authorities takes milliseconds.
            context = await asyncio.to_thread(ssl_context, target)
            if key not in self._open:
                self._open[key] = Upstream(target, route, context)
        self._open.move_to_end(key)
        upstream = self._open[key]
        upstream.lead(route)
        upstream.users += 1
        try:
            yield upstream
        finally:
            upstream.users -= 1
            await self._shed(self._keep)

    async def close(self) -> None:
        """Close the idle ones now, and the others when they are let go."""
        self._keep = 0
        await self._shed(0)

    async def _shed(self, keep: int) -> None:
        idle = [key for key, upstream in self._open.items() if upstream.users == 0]
        for key in idle[: max(0, len(self._open) - keep)]:
            await self._open.pop(key).close()


class _Pinned(AbstractResolver):
    """Resolves to the addresses that were checked, and asks nobody again."""

    def __init__(self, route: Route) -> None:
        self.route = route

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for address in self.route.addresses
            for kind in (socket.AF_INET6 if ":" in address else socket.AF_INET,)
            if family in {socket.AF_UNSPEC, kind}
        ]

    async def close(self) -> None:
        """There is nothing to close."""


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        found = error.certificate_error
        detail = found.verify_message if isinstance(found, ssl.SSLCertVerificationError) else ""
        return f"its certificate is not trusted ({detail[:200] or 'no reason given'})"
    if isinstance(error, aiohttp.ClientSSLError):
        return "no TLS connection could be made"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "the connection was refused - is it the right host or port?"
    if isinstance(error, aiohttp.ClientResponseError):
        return "its answer is not valid HTTP"
    return "the connection ended before the answer began"
