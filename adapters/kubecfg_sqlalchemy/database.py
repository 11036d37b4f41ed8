"""One database, and the repositories on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

from sqlalchemy import text

from kubecfg_core.errors import StorageUnavailable
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.vault import Vault
from kubecfg_sqlalchemy.address import parse_url
from kubecfg_sqlalchemy.answer_cache import SqlAnswerCache
from kubecfg_sqlalchemy.audit_log import SqlAuditLog
from kubecfg_sqlalchemy.clusters import SqlClusters
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.expiries import SqlExpiries
from kubecfg_sqlalchemy.grants import SqlGrants
from kubecfg_sqlalchemy.keys import SqlKeys
from kubecfg_sqlalchemy.login_attempts import SqlLoginAttempts
from kubecfg_sqlalchemy.outbox import SqlOutbox
from kubecfg_sqlalchemy.token_budget import SqlTokenBudget
from kubecfg_sqlalchemy.users import SqlUsers

_PING_DEADLINE: Final = 3.0


class Database:
    """SQLite (`sqlite:///path`) or PostgreSQL (`postgresql://...`), and the repositories that share its transactions.

    `clusters`, `users`, `outbox` and `audit` are the ports `ClusterRepo`, `UserRepo`, `Outbox` and `AuditLog` of the
    core; `keys` knows what the stored credentials are sealed with. No connection is made before the first use; `close`
    ends them all. Raises `SettingsError` that names DATABASE_URL.
    """

    def __init__(self, url: str, *, vault: Vault, clock: Clock) -> None:
        self._connections = Connections(parse_url(url))
        self.clusters = SqlClusters(self._connections, vault=vault, clock=clock)
        self.users = SqlUsers(self._connections, clock=clock)
        self.grants = SqlGrants(self._connections, clock=clock)
        self.attempts = SqlLoginAttempts(self._connections, clock=clock)
        self.outbox = SqlOutbox(self._connections)
        self.expiries = SqlExpiries(self._connections)
        self.keys = SqlKeys(self._connections, vault=vault)
        self.audit = SqlAuditLog(self._connections)
        self.answers = SqlAnswerCache(self._connections, clock=clock)
        self.tokens = SqlTokenBudget(self._connections)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, *, vault: Vault, clock: Clock) -> AsyncIterator[Self]:
        """The database with all its tables, closed at the end.

        Raises what the constructor and `migrate` raise; a database that is away is DATABASE_URL's affair at the start.
        """
        database = cls(url, vault=vault, clock=clock)
        try:
            try:
                await database.migrate()
            except StorageUnavailable as error:
                raise StorageUnavailable(f"DATABASE_URL: {error.message}") from error
            yield database
        finally:
            await database.close()

    async def migrate(self) -> None:
        """Bring the tables to this version's, under a lock. Raises `SettingsError` for a newer version's database."""
        # Late: alembic is wanted once, and loads slowly.
        from kubecfg_sqlalchemy.migrating import migrate

        await migrate(self._connections)

    async def ping(self) -> None:
        """Return when the database answers. Raises `StorageUnavailable` when it does not within three seconds."""
        try:
            async with asyncio.timeout(_PING_DEADLINE), self._connections.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except TimeoutError as error:
            raise StorageUnavailable("The database did not answer in time.") from error

    async def close(self) -> None:
        """Close every connection."""
        await self._connections.close()
