"""The egress policy at connect time: what was resolved and vetted is what is connected to."""

import socket

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from kubecfg_core.egress import EgressPolicy


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
        permitted = self._policy.vetted((address["host"] for address in found), host=host)
        return [address for address in found if address["host"] in permitted]

    async def close(self) -> None:
        """Let go of the inner resolver."""
        await self._resolver.close()
