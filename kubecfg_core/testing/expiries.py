"""The ends of credentials in memory."""

from datetime import datetime

from kubecfg_core.events import Event
from kubecfg_core.ports.expiries import Expiries, Expiring
from kubecfg_core.testing.clusters import InMemoryClusters


class InMemoryExpiries(Expiries):
    """Looks at the clusters that it is given, and remembers the warnings in a dictionary."""

    def __init__(self, clusters: InMemoryClusters) -> None:
        self._clusters = clusters
        self._given: dict[Expiring, int] = {}

    async def due(self, *, until: datetime, days: int, limit: int) -> list[Expiring]:
        """Those that end by then."""
        found = [one for one in self._all() if one.expires_at <= until and self._is_news(one, days)]
        return sorted(found, key=lambda one: one.expires_at)[:limit]

    async def announce(self, expiring: Expiring, *, days: int, event: Event) -> bool:
        """Note the warning."""
        if expiring not in self._all() or not self._is_news(expiring, days):
            return False
        self._clusters.outbox.write(event)
        self._given[expiring] = days
        return True

    def _is_news(self, expiring: Expiring, days: int) -> bool:
        given = self._given.get(expiring)
        return given is None or given > days

    def _all(self) -> list[Expiring]:
        return [
            Expiring(
                cluster_id=cluster.id,
                user_id=cluster.user_id,
                cluster_name=cluster.cluster_name,
                expires_at=cluster.credential_expires_at,
            )
            for cluster in self._clusters.everybodys()
            if cluster.credential_expires_at is not None
        ]
