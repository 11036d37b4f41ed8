"""Connections to clusters, kept for the next time."""

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.ports.kube_gateway import KubeConnector, KubeGateway
from kubecfg_kubernetes.limits import Limits

if TYPE_CHECKING:
    from kubecfg_kubernetes.client import Client

_KEPT: Final = 64


class _Link:
    """A client, and how many use it now."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        self.users = 0


class KubernetesConnector(KubeConnector):
    """Gateways over the Kubernetes API, by kubernetes_asyncio.

    `egress` is asked about every address before it is connected to. The other arguments are those of `Limits`.
    Connections to the `keep` clusters used last stay open. One connector belongs to one event loop.
    """

    def __init__(
        self,
        *,
        egress: EgressPolicy | None = None,
        timeout: float = 10.0,
        connect_timeout: float = 3.0,
        list_timeout: float = 60.0,
        max_bytes: int = 512 * 1024 * 1024,
        page_limit: int | None = None,
        keep: int = _KEPT,
    ) -> None:
        self._egress = egress or EgressPolicy()
        self._limits = Limits(
            timeout=timeout,
            connect_timeout=connect_timeout,
            list_timeout=list_timeout,
            max_bytes=max_bytes,
            page_limit=page_limit,
        )
        self._keep = keep
        self._turn = asyncio.Lock()
        self._links: OrderedDict[str, _Link] = OrderedDict()

    @asynccontextmanager
    async def connect(self, target: ClusterTarget) -> AsyncIterator[KubeGateway]:
        """A gateway to use within the block. Raises `InvalidInput` for an address, certificate or key that is none."""
        # kubernetes_asyncio takes seconds to import: beside the event loop, at the first connection.
        gateway = await asyncio.to_thread(importlib.import_module, "kubecfg_kubernetes.gateway")
        link = self._link(target)
        link.users += 1
        try:
            yield gateway.KubernetesGateway(link.client, self._limits)
        finally:
            link.users -= 1
            await self._shed(self._keep)

    async def close(self) -> None:
        """Close the connections that are kept; those in use are closed when they are let go."""
        self._keep = 0
        await self._shed(0)

    def _link(self, target: ClusterTarget) -> _Link:
        from kubecfg_kubernetes.client import open_client  # imports kubernetes_asyncio

        link = self._links.get(target.key)
        if link is None:
            link = self._links[target.key] = _Link(open_client(target, self._egress, self._limits, self._turn))
        self._links.move_to_end(target.key)
        return link

    async def _shed(self, keep: int) -> None:
        """Close the idle connections used longest ago, until `keep` are left."""
        for key, link in list(self._links.items()):
            if len(self._links) <= keep:
                return
            if link.users == 0:
                del self._links[key]
                await link.client.close()
