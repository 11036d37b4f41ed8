"""The ends of the stored credentials, in the table of the clusters."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from kubecfg_core.events import Event
from kubecfg_core.ports.expiries import Expiries, Expiring
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.outbox import write_event
from kubecfg_sqlalchemy.schema import clusters


class SqlExpiries(Expiries):
    """Two columns: when the credential ends, and how many days before that the last warning was for."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def due(self, *, until: datetime, days: int, limit: int) -> list[Expiring]:
        """Those that end by then."""
        columns = clusters.c.id, clusters.c.user_id, clusters.c.cluster_name, clusters.c.credential_expires_at
        ends = clusters.c.credential_expires_at
        query = select(*columns).where(ends <= until, _is_news(days)).order_by(ends, clusters.c.id).limit(limit)
        async with self._connections.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Expiring(
                cluster_id=row.id,
                user_id=row.user_id,
                cluster_name=row.cluster_name,
                expires_at=row.credential_expires_at,
            )
            for row in rows
        ]

    async def announce(self, expiring: Expiring, *, days: int, event: Event) -> bool:
        """Note the warning. Whoever's update finds the row as it was is the one who writes the event."""
        as_it_was = (
            clusters.c.id == expiring.cluster_id,
            clusters.c.credential_expires_at == expiring.expires_at,
            _is_news(days),
        )
        async with self._connections.writing() as connection:
            answer = await connection.execute(update(clusters).where(*as_it_was).values(expiry_announced=days))
            if answer.rowcount == 0:
                return False
            await write_event(connection, event)
        return True


def _is_news(days: int) -> ColumnElement[bool]:
    return or_(clusters.c.expiry_announced.is_(None), clusters.c.expiry_announced > days)
