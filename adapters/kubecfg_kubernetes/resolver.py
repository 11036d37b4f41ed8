"""The egress policy at connect time: what was resolved and vetted is what is connected to."""

import socket
from ipaddress import ip_address

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused


class GuardedResolver(AbstractResolver):
    """Resolves a name to those of its addresses that the policy permits.

    Raises `AddressRefused` where none is, so there is no second look-up between the judgement and the connection.
    """

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The permitted addresses of `host`."""
        found = await self._resolver.resolve(host, port, family)
        permitted = [address for address in found if self._policy.permits(address["host"])]
        for address in found if not permitted else []:
            self._policy.check(address["host"], host=host)
        return permitted

    async def close(self) -> None:
        """Let go of the inner resolver."""
        await self._resolver.close()


def check_literal(policy: EgressPolicy, host: str) -> None:
    """Judge a host that is an address already (aiohttp asks no resolver about it), or means loopback (RFC 6761).

    Raises `AddressRefused` also for the spellings that only the system's resolver understands: `127.1`, `2130706433`.
    """
    last = host.rstrip(".").rpartition(".")[2].lower()
    try:
        address = ip_address("127.0.0.1" if last == "localhost" else host.partition("%")[0])
    except ValueError as error:
        if last.isdigit() or last.startswith("0x"):
            raise AddressRefused(f"{host!r} is not a way to write an IP address that is accepted here.") from error
        return
    policy.check(str(address), host=host)
