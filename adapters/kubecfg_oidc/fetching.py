"""Get a provider's public documents: over verified TLS, from a permitted address, bounded, without a redirect."""

import asyncio
import socket
import ssl
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable

_MAX_BYTES: Final = 512 * 1024
_CHUNK: Final = 16 * 1024


class Fetcher:
    """Fetches documents. `timeout` is the deadline of each, in seconds; `tls` takes the place of the machine's CAs."""

    def __init__(self, egress: EgressPolicy, *, timeout: float = 5.0, tls: ssl.SSLContext | None = None) -> None:
        self._egress = egress
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    async def get(self, url: str) -> bytes:
        """The document. Raises `UpstreamError`; no message quotes what came."""
        self._check_host(url)
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._session() as session,
                session.get(url, allow_redirects=False) as answer,
            ):
                if answer.status != HTTPStatus.OK:
                    raise UpstreamRefused(f"The identity provider answered {answer.status}.", status=answer.status)
                return await _read(answer)
        except TimeoutError as error:
            raise UpstreamTimeout("The identity provider did not answer in time.") from error
        except AddressRefused as error:
            raise UpstreamUnreachable("The egress policy refuses the identity provider's address.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise UpstreamUnreachable("The identity provider cannot be reached.") from error

    def _session(self) -> aiohttp.ClientSession:
        """One for each document: they are rare, and nothing is to be kept between them."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=_Guarded(self._egress), ssl=self._tls, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            trust_env=False,
            headers={"Accept": "application/json"},
        )

    def _check_host(self, url: str) -> None:
        """Judge a host that is an address: aiohttp asks no resolver about it. Only https is spoken."""
        try:
            if not url.startswith("https://"):
                raise UpstreamUnreachable("The identity provider's address does not begin with https://.")
            host = urlsplit(url).hostname or ""
            self._egress.check_literal(url)
            if host.rstrip(".").rpartition(".")[2].isdigit():
                self._egress.check(host, host=host)
        except (AddressRefused, ValueError) as error:
            raise UpstreamUnreachable("The egress policy refuses the identity provider's address.") from error


class _Guarded(AbstractResolver):
    """Gives permitted addresses alone: what was judged is what is connected to."""

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        permitted = [address for address in found if self._policy.permits(address["host"])]
        if not permitted:
            raise AddressRefused
        return permitted

    async def close(self) -> None:
        await self._resolver.close()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk  # already decompressed: a bomb meets the same bound
        if len(body) > _MAX_BYTES:
            raise UpstreamRefused("The identity provider answered more than is taken.")
    return bytes(body)
