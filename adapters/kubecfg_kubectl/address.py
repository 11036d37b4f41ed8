"""Where a connection may go: resolved once and checked, so that no second answer of a name server counts."""

import asyncio
import socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import InvalidInput, UpstreamTimeout, UpstreamUnreachable

RESOLVE_SECONDS: Final = 5.0


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """The way to an API server: the host and port that its owner gave, and the addresses that may be used for it."""

    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def netloc(self) -> str:
        """Host and port as in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


async def find(target: ClusterTarget, egress: EgressPolicy) -> Route:
    """Resolve the target's host and check every address of it.

    Raises `InvalidInput` (not an https URL), `AddressRefused`, `UpstreamUnreachable` (the name does not resolve) and
    `UpstreamTimeout`.
    """
    url = _parsed(target)
    host, port = url.hostname or "", url.port or 443
    addresses = await _resolve(host, port)
    for address in addresses:
        egress.check(address, host=host)
    return Route(host=host, port=port, path=url.path.rstrip("/"), addresses=tuple(addresses))


def _parsed(target: ClusterTarget) -> SplitResult:
    try:
        url = urlsplit(target.server_url)
        port_fits = url.port is None or url.port > 0
    except ValueError as error:
        raise InvalidInput("The cluster's server_url is not a URL.") from error
    if url.scheme != "https":
        # kubectl drops the token on plain http without a word, and whoever listens would choose the answers.
        raise InvalidInput("kubectl commands need a cluster whose server_url begins with https://.")
    if not url.hostname or not port_fits or url.username is not None or url.query or url.fragment:
        raise InvalidInput("The cluster's server_url is https://host:port and may have a path, nothing more.")
    return url


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise UpstreamTimeout(f"The name {host!r} did not resolve within {RESOLVE_SECONDS:g} seconds.") from error
    except (OSError, UnicodeError) as error:
        raise UpstreamUnreachable(f"The name {host!r} does not resolve.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise UpstreamUnreachable(f"The name {host!r} has no address.")
    return addresses
