"""The clusters, in a table."""

import builtins
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.clusters import Cluster, ClusterChanges, ClusterTarget, CredentialState, NewCluster
from kubecfg_core.errors import AlreadyExists, InvalidInput, NotConfigured, NotFound
from kubecfg_core.expiry import expiry_of
from kubecfg_core.grants import Access
from kubecfg_core.masking import Level
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.cluster_repo import Announce, ClusterRepo
from kubecfg_core.ports.vault import Vault
from kubecfg_core.users import Role
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.failures import is_taken
from kubecfg_sqlalchemy.grants import accessible, choose, to_access
from kubecfg_sqlalchemy.outbox import write_event
from kubecfg_sqlalchemy.schema import clusters, fits_id, fits_text, users
from kubecfg_sqlalchemy.sealing import ca_digest, open_target, seal_target

_ABSENT: Final = "There is no such cluster."
_UNSEALED: Final = ""
_UNFIT: Final = "cluster_name: it is text without control characters."


class SqlClusters(ClusterRepo):
    """One row each, the credential sealed by the vault and opened when the row is read."""

    def __init__(self, connections: Connections, *, vault: Vault, clock: Clock) -> None:
        self._connections = connections
        self._vault = vault
        self._clock = clock

    async def add(self, user_id: int, new: NewCluster, announce: Announce) -> Cluster:
        """Store a new cluster. Raises `NotFound` where there is no such user."""
        if not fits_text(new.cluster_name):
            raise InvalidInput(_UNFIT)
        values = _values(user_id, new) | dict.fromkeys(("created_at", "updated_at"), self._clock.now())
        async with self._connections.writing() as connection:
            cluster_id = await _insert(connection, values)
            # The id is bound into the seal, so the row comes first; nobody sees it before the commit.
            sealed = sealed_values(self._vault, new.target, user_id=user_id, cluster_id=cluster_id)
            await connection.execute(update(clusters).where(clusters.c.id == cluster_id).values(sealed))
            cluster = self._cluster(await _one(connection, clusters.c.id == cluster_id))
            await write_event(connection, announce(cluster))
        return cluster

    async def list(self, user_id: int) -> builtins.list[Cluster]:
        """The user's clusters."""
        if not fits_id(user_id):
            return []
        query = select(clusters).where(clusters.c.user_id == user_id).order_by(clusters.c.id)
        async with self._connections.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [self._shown(row) for row in rows]

    async def get(self, user_id: int, cluster_id: int) -> Cluster:
        """One cluster."""
        async with self._connections.reading() as connection:
            row = await _one(connection, *_mine(user_id, cluster_id))
        return self._cluster(row)

    async def outline(self, user_id: int, cluster_id: int) -> Cluster:
        """One cluster, whether its credential opens or not."""
        async with self._connections.reading() as connection:
            row = await _one(connection, *_mine(user_id, cluster_id))
        return self._shown(row)

    async def access(self, user_id: int, account_role: Role, cluster_id: int) -> Access:
        """One cluster, as this user may use it."""
        if not fits_id(user_id) or not fits_id(cluster_id):
            raise NotFound(_ABSENT)
        async with self._connections.reading() as connection:
            query = accessible(user_id).where(clusters.c.id == cluster_id)
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound(_ABSENT)
        return to_access(row, self._cluster(row), user_id, account_role)

    async def accessible(self, user_id: int, account_role: Role) -> builtins.list[Access]:
        """Every cluster that this user may use."""
        if not fits_id(user_id):
            return []
        async with self._connections.reading() as connection:
            rows = (await connection.execute(accessible(user_id))).all()
        return [to_access(row, self._shown(row), user_id, account_role) for row in rows]

    async def find(self, user_id: int, cluster_name: str) -> Cluster:
        """One cluster by its name."""
        if not fits_id(user_id) or not fits_text(cluster_name):
            raise NotFound(_ABSENT)
        async with self._connections.reading() as connection:
            row = await _one(connection, clusters.c.user_id == user_id, clusters.c.cluster_name == cluster_name)
        return self._cluster(row)

    async def remove(self, user_id: int, cluster_id: int, announce: Announce) -> Cluster:
        """Forget a cluster. One whose credential cannot be opened any more goes too, and is given without it."""
        statement = delete(clusters).where(*_mine(user_id, cluster_id)).returning(clusters)
        async with self._connections.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise NotFound(_ABSENT)
            cluster = self._shown(row)
            await write_event(connection, announce(cluster))
        return cluster

    async def change(self, user_id: int, cluster_id: int, changes: ClusterChanges, announce: Announce) -> Cluster:
        """Write what is given. A new target is sealed anew, as a whole."""
        mine = _mine(user_id, cluster_id)
        values = _changed_values(changes) | {"updated_at": self._clock.now()}
        if changes.target is not None:
            values |= _address_values(changes.target)
            values |= sealed_values(self._vault, changes.target, user_id=user_id, cluster_id=cluster_id)
        async with self._connections.writing() as connection:
            try:
                answer = await connection.execute(update(clusters).where(*mine).values(values).returning(clusters))
            except IntegrityError as error:
                raise AlreadyExists(_taken(changes.cluster_name)) from error
            row = answer.one_or_none()
            if row is None:
                raise NotFound(_ABSENT)
            cluster = self._shown(row)
            await write_event(connection, announce(cluster))
        return cluster

    async def select(self, user_id: int, cluster_id: int) -> Cluster:
        """Make it the user's current one."""
        if not fits_id(user_id) or not fits_id(cluster_id):
            raise NotFound(_ABSENT)
        chosen = update(clusters).where(clusters.c.user_id == user_id).values(selected=clusters.c.id == cluster_id)
        async with self._connections.writing() as connection:
            # Two choices at once take turns at their user's row, or each could lock what the other needs.
            await connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update(key_share=True))
            await connection.execute(chosen)
            await choose(connection, user_id, cluster_id)
            row = (await connection.execute(accessible(user_id).where(clusters.c.id == cluster_id))).one_or_none()
            if row is None:
                raise NotFound(_ABSENT)
        return to_access(row, self._cluster(row), user_id, Role.VIEWER).cluster

    def _cluster(self, row: Row[Any]) -> Cluster:
        return self._as_cluster(row, open_row(self._vault, row), CredentialState.READABLE)

    def _shown(self, row: Row[Any]) -> Cluster:
        """A row that does not open costs itself, and not the list that it is in."""
        try:
            return self._cluster(row)
        except NotConfigured:
            return self._as_cluster(row, _plain_target(row), CredentialState.UNREADABLE)

    def _as_cluster(self, row: Row[Any], target: ClusterTarget, state: CredentialState) -> Cluster:
        secret = target.token or target.tls_key
        return Cluster(
            id=row.id,
            user_id=row.user_id,
            cluster_name=row.cluster_name,
            target=target,
            context_name=row.context_name,
            provider_name=row.provider_name,
            tags=tuple(row.tags),
            is_operator_installed=row.is_operator_installed,
            created_at=row.created_at,
            updated_at=row.updated_at,
            selected=row.selected,
            uid=row.uid,
            llm_privacy=Level(row.llm_privacy) if row.llm_privacy else None,
            credential_state=state,
            credential_expires_at=row.credential_expires_at,
            credential_fingerprint=self._vault.fingerprint(secret) if secret else "",
        )


def sealed_values(vault: Vault, target: ClusterTarget, *, user_id: int, cluster_id: int) -> dict[str, Any]:
    """The columns that a target's secret part makes. An end that was announced was that of the one before."""
    sealed = seal_target(vault, target, user_id=user_id, cluster_id=cluster_id)
    return {
        "credentials": sealed,
        "key_id": vault.key_of(sealed),
        "ca_digest": ca_digest(target),
        "credential_expires_at": expiry_of(target),
        "expiry_announced": None,
    }


def open_row(vault: Vault, row: Row[Any]) -> ClusterTarget:
    """The target of a row. Raises `NotConfigured` where it does not open."""
    return open_target(
        vault, row.credentials, _plain_target(row), row.ca_digest, user_id=row.user_id, cluster_id=row.id
    )


def _mine(user_id: int, cluster_id: int) -> tuple[ColumnElement[bool], ...]:
    """What every statement about one cluster asks for. Raises `NotFound` for numbers that are nobody's."""
    if not fits_id(user_id) or not fits_id(cluster_id):
        raise NotFound(_ABSENT)
    return clusters.c.id == cluster_id, clusters.c.user_id == user_id


async def _one(connection: AsyncConnection, *where: ColumnElement[bool]) -> Row[Any]:
    row: Row[Any] | None = (await connection.execute(select(clusters).where(*where))).one_or_none()
    if row is None:
        raise NotFound(_ABSENT)
    return row


async def _insert(connection: AsyncConnection, values: dict[str, Any]) -> int:
    """The new row's id."""
    try:
        cluster_id: int = (
            await connection.execute(insert(clusters).values(values).returning(clusters.c.id))
        ).scalar_one()
    except IntegrityError as error:
        if is_taken(error):
            raise AlreadyExists(_taken(values["cluster_name"])) from error
        raise NotFound("There is no such user.") from error
    return cluster_id


def _values(user_id: int, new: NewCluster) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "cluster_name": new.cluster_name,
        **_address_values(new.target),
        "credentials": _UNSEALED,
        "key_id": "",
        "context_name": new.context_name,
        "provider_name": new.provider_name,
        "tags": list(new.tags),
        "is_operator_installed": new.is_operator_installed,
        "selected": False,
        "uid": new.uid,
        "llm_privacy": new.llm_privacy,
    }


def _address_values(target: ClusterTarget) -> dict[str, Any]:
    return {
        "server_url": target.server_url,
        "verify_tls": target.verify_tls,
        "tls_server_name": target.tls_server_name,
    }


def _changed_values(changes: ClusterChanges) -> dict[str, Any]:
    """The columns of the plain fields that are given. Raises `InvalidInput` for a name that no row can hold."""
    if changes.cluster_name is not None and not fits_text(changes.cluster_name):
        raise InvalidInput(_UNFIT)
    given = {field: value for field, value in msgspec.structs.asdict(changes).items() if value is not None}
    given.pop("target", None)
    return {name: list(value) if name == "tags" else value for name, value in given.items()}


def _taken(name: str | None) -> str:
    return f"There is already a cluster named {name!r}."


def _plain_target(row: Row[Any]) -> ClusterTarget:
    return ClusterTarget(
        name=row.cluster_name,
        server_url=row.server_url,
        verify_tls=row.verify_tls,
        tls_server_name=row.tls_server_name,
    )
