"""The grants, in a table; and what they are worth to a caller, in the same query that reads the cluster."""

import builtins
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import NotFound
from kubecfg_core.events import Event
from kubecfg_core.grants import Access, Grant
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.grant_repo import GrantRepo
from kubecfg_core.users import Role
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.outbox import write_event
from kubecfg_sqlalchemy.schema import clusters, fits_id, grants, users

_ABSENT: Final = "There is no such cluster."
_NOBODY: Final = "There is no such user."
_COLUMNS: Final = (*grants.c, users.c.username, users.c.issuer)


class SqlGrants(GrantRepo):
    """One row for each cluster and user."""

    def __init__(self, connections: Connections, *, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

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
        values = {"role": role.value, "namespaces": None if namespaces is None else list(namespaces)}
        async with self._connections.writing() as connection:
            await _lock_own(connection, owner_id, cluster_id)
            if not fits_id(user_id):
                raise NotFound(_NOBODY)
            changed = await connection.execute(update(grants).where(*_of(cluster_id, user_id)).values(values))
            if not changed.rowcount:
                key = {"cluster_id": cluster_id, "user_id": user_id, "selected": False, "created_at": self._clock.now()}
                await _insert(connection, values | key)
            row = (await connection.execute(_query().where(*_of(cluster_id, user_id)))).one()
            await write_event(connection, event)
        return _grant(row)

    async def list(self, owner_id: int, cluster_id: int) -> builtins.list[Grant]:
        """The grants on a cluster."""
        if not fits_id(owner_id) or not fits_id(cluster_id):
            raise NotFound(_ABSENT)
        # The cluster is a row of its own, so that one that is shared with nobody differs from one that is not there.
        query = (
            select(clusters.c.id.label("own"), *_COLUMNS)
            .select_from(
                clusters.outerjoin(
                    grants.join(users, users.c.id == grants.c.user_id), grants.c.cluster_id == clusters.c.id
                )
            )
            .where(clusters.c.id == cluster_id, clusters.c.user_id == owner_id)
            .order_by(grants.c.user_id)
        )
        async with self._connections.reading() as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            raise NotFound(_ABSENT)
        return [_grant(row) for row in rows if row.user_id is not None]

    async def remove(self, owner_id: int, cluster_id: int, user_id: int, event: Event) -> Grant:
        """Take a grant back."""
        async with self._connections.writing() as connection:
            await _lock_own(connection, owner_id, cluster_id)
            query = _query().where(*_of(cluster_id, user_id))
            row = (await connection.execute(query)).one_or_none() if fits_id(user_id) else None
            if row is None:
                raise NotFound("There is no such grant.")
            await connection.execute(delete(grants).where(*_of(cluster_id, user_id)))
            await write_event(connection, event)
        return _grant(row)


def accessible(user_id: int) -> Select[Any]:
    """Every cluster that is this user's or granted to them, with the grant's columns; ordered by id."""
    mine = and_(grants.c.cluster_id == clusters.c.id, grants.c.user_id == user_id)
    return (
        select(
            clusters,
            users.c.username.label("owner"),
            grants.c.role.label("granted_role"),
            grants.c.namespaces.label("granted_namespaces"),
            grants.c.selected.label("granted_selected"),
        )
        .select_from(clusters.join(users, users.c.id == clusters.c.user_id).outerjoin(grants, mine))
        .where(or_(clusters.c.user_id == user_id, grants.c.user_id == user_id))
        .order_by(clusters.c.id)
    )


def to_access(row: Row[Any], cluster: Cluster, user_id: int, account_role: Role) -> Access:
    """What the row of `accessible` means to the user. `selected` is the user's own choice."""
    if row.user_id == user_id:
        return Access(cluster=cluster, role=account_role)
    return Access(
        cluster=msgspec.structs.replace(cluster, selected=row.granted_selected),
        role=account_role.at_most(Role(row.granted_role)),
        namespaces=None if row.granted_namespaces is None else frozenset(row.granted_namespaces),
        shared_by=row.owner,
    )


async def choose(connection: AsyncConnection, user_id: int, cluster_id: int) -> None:
    """Make a granted cluster the user's current one, or none of them where it is not among them."""
    chosen = update(grants).where(grants.c.user_id == user_id).values(selected=grants.c.cluster_id == cluster_id)
    await connection.execute(chosen)


def _query() -> Select[Any]:
    return select(*_COLUMNS).join_from(grants, users, users.c.id == grants.c.user_id)


def _of(cluster_id: int, user_id: int) -> tuple[ColumnElement[bool], ...]:
    return grants.c.cluster_id == cluster_id, grants.c.user_id == user_id


async def _lock_own(connection: AsyncConnection, owner_id: int, cluster_id: int) -> None:
    """Changes of one cluster's grants take turns at its row. Raises `NotFound`."""
    if fits_id(owner_id) and fits_id(cluster_id):
        own = select(clusters.c.id).where(clusters.c.id == cluster_id, clusters.c.user_id == owner_id)
        if await connection.scalar(own.with_for_update(key_share=True)):
            return
    raise NotFound(_ABSENT)


async def _insert(connection: AsyncConnection, values: dict[str, Any]) -> None:
    try:
        await connection.execute(insert(grants).values(values))
    except IntegrityError as error:
        raise NotFound(_NOBODY) from error


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        cluster_id=row.cluster_id,
        user_id=row.user_id,
        username=row.username,
        issuer=row.issuer,
        role=Role(row.role),
        namespaces=None if row.namespaces is None else tuple(row.namespaces),
        created_at=row.created_at,
    )
