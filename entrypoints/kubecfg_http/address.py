"""Where a request comes from: what a proxy says is believed of proxies that are trusted, and of nobody else."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from kubecfg_core.egress import Network

_MAX_HOPS: Final = 32


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """The IP address of the client: the right-most one of the way here that is not a trusted proxy's.

    Each proxy adds to the right of `X-Forwarded-For` whom it was talking to, so what stands left of a stranger's
    address is the stranger's own tale.
    """
    address = request.remote or ""
    header = ",".join(request.headers.getall("X-Forwarded-For", []))
    for hop in reversed(header.split(",")[-_MAX_HOPS:]):
        if not _is_trusted(address, trusted):
            return address
        told = _plain(hop.strip())
        if not told:
            return address
        address = told
    return address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    if not address:
        return False
    ip = ip_address(address.partition("%")[0])
    return any(ip.version == network.version and ip in network for network in trusted)


def _plain(hop: str) -> str:
    """The address without a port; empty where it is none."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ip_address(hop))
    except ValueError:
        return ""
