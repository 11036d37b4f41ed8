"""How the client's requests leave: by aiohttp, to addresses that the egress policy permits, and to nowhere else."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import httpx2
from yarl import URL

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused
from kubecfg_openai.resolver import GuardedResolver

_CHUNK: Final = 16 * 1024


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Follows no redirect, takes no proxy from the environment, keeps no cookie. `timeout` is in seconds."""

    def __init__(self, egress: EgressPolicy, *, timeout: float) -> None:
        self._egress = egress
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, its body unread. Raises `httpx2.TransportError`, whose cause tells what it was."""
        with _translated():
            answer = await self._open().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=dict(request.headers),
                data=await request.aread(),
                allow_redirects=False,
            )
        return httpx2.Response(
            status_code=answer.status,
            headers=list(answer.headers.items()),
            stream=_Body(answer),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=GuardedResolver(self._egress), use_dns_cache=False),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(5.0, self._timeout)),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


@contextmanager
def _translated() -> Iterator[None]:
    """Raise what aiohttp and the policy raise as the client expects it."""
    try:
        yield
    except TimeoutError as error:
        raise httpx2.ReadTimeout("no answer in time") from error
    except (aiohttp.ClientError, OSError, AddressRefused) as error:
        raise httpx2.ConnectError("no connection, or a broken one") from error


class _Body(httpx2.AsyncByteStream):
    """The body as it comes."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._answer.content.iter_chunked(_CHUNK):
                yield chunk

    async def aclose(self) -> None:
        self._answer.close()
