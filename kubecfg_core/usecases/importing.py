"""Take in the clusters of a kubeconfig that somebody sent: as data, each context by itself."""

import asyncio
from collections.abc import Callable, Collection
from typing import Final

import msgspec

from kubecfg_core.clusters import Cluster, NewCluster
from kubecfg_core.errors import KubecfgError, StorageUnavailable
from kubecfg_core.kubeconfigs import Described, Refusal, described
from kubecfg_core.usecases.accounts import require
from kubecfg_core.usecases.clusters import Clusters
from kubecfg_core.users import Role, User

_AT_ONCE: Final = 8


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """The clusters that were taken in, in the order of their contexts, and the contexts that were not."""

    clusters: tuple[Cluster, ...]
    refused: tuple[Refusal, ...]


class Importing:
    """Onboards every context of a kubeconfig that can be. `parse` makes a document of its text, within bounds."""

    def __init__(self, clusters: Clusters, parse: Callable[[str], object]) -> None:
        self._clusters = clusters
        self._parse = parse

    async def describe(self, text: str, *, only: Collection[str] | None = None) -> Described:
        """What it would take in, without doing it. Raises `InvalidInput` where nothing can be read."""
        return described(await asyncio.to_thread(self._parse, text), only=only)

    async def take_in(
        self, user: User, text: str, *, only: Collection[str] | None = None, verify: bool = True
    ) -> Imported:
        """Onboard all contexts, or `only` those; what one of them lacks costs the others nothing.

        `verify` as in `Clusters.onboard`. Raises `PermissionDenied`, and `InvalidInput` where nothing can be read.
        """
        require(user, Role.OPERATOR)
        found = await self.describe(text, only=only)
        places = asyncio.Semaphore(_AT_ONCE)

        async def onboard(new: NewCluster) -> Cluster | Refusal:
            try:
                async with places:
                    return await self._clusters.onboard(user, new, verify=verify)
            except StorageUnavailable:
                raise
            except KubecfgError as error:
                return Refusal(context=new.context_name, reason=error.message)

        ends = await asyncio.gather(*(onboard(new) for new in found.clusters))
        refused = [end for end in ends if isinstance(end, Refusal)]
        return Imported(
            clusters=tuple(end for end in ends if isinstance(end, Cluster)), refused=(*found.refused, *refused)
        )
