"""The grants in memory."""

import builtins

from kubecfg_core.errors import NotFound
from kubecfg_core.events import Event
from kubecfg_core.grants import Grant
from kubecfg_core.ports.grant_repo import GrantRepo
from kubecfg_core.testing.clusters import InMemoryClusters
from kubecfg_core.users import Role


class InMemoryGrants(GrantRepo):
    """Keeps the grants with the clusters that it is given, which tell what they are worth."""

    def __init__(self, clusters: InMemoryClusters) -> None:
        self._clusters = clusters

    async def put(
        self,
        owner_id: int,
        cluster_id: int,
        user_id: int,
        *,
        role: Role,
        namespaces: tuple[str, ...] | None,
        event: Event,
    ) -> Grant:
        """Grant, or change what was granted."""
        await self._clusters.get(owner_id, cluster_id)
        user = await self._clusters.users.get(user_id)
        former = self._clusters.granted.get((cluster_id, user_id))
        grant = Grant(
            cluster_id=cluster_id,
            user_id=user_id,
            username=user.username,
            issuer=user.issuer,
            role=role,
            namespaces=namespaces,
            created_at=former.created_at if former else self._clusters.clock.now(),
        )
        self._clusters.outbox.write(event)
        self._clusters.granted[cluster_id, user_id] = grant
        return grant

    async def list(self, owner_id: int, cluster_id: int) -> builtins.list[Grant]:
        """The grants on a cluster."""
        await self._clusters.get(owner_id, cluster_id)
        users = {user.id for user in await self._clusters.users.list()}
        found = [grant for grant in self._clusters.granted.values() if grant.cluster_id == cluster_id]
        return sorted((grant for grant in found if grant.user_id in users), key=lambda grant: grant.user_id)

    async def remove(self, owner_id: int, cluster_id: int, user_id: int, event: Event) -> Grant:
        """Take a grant back."""
        await self._clusters.get(owner_id, cluster_id)
        if (cluster_id, user_id) not in self._clusters.granted:
            raise NotFound("There is no such grant.")
        self._clusters.outbox.write(event)
        return self._clusters.granted.pop((cluster_id, user_id))
