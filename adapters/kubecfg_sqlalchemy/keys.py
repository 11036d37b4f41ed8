"""The keys that the stored credentials are sealed with: whether they fit, what each seals, and their rotation."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, func, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from kubecfg_core.errors import NotConfigured, SettingsError
from kubecfg_core.ports.vault import Vault
from kubecfg_sqlalchemy.clusters import open_row
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.failures import is_taken
from kubecfg_sqlalchemy.schema import clusters, key_checks
from kubecfg_sqlalchemy.sealing import ca_digest, seal_target

DEFAULT_BATCH: Final = 100
_SETTING: Final = "KUBECFG_ENCRYPTION_KEYS"
_CONTEXT: Final = "key_checks"
_PLAIN: Final = b"kubecfg"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key: how many stored credentials it seals, whether the ring has it, and whether it is the one that seals."""

    key_id: str
    rows: int
    known: bool
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """One batch: how many rows were sealed anew, and how many do not open and stay as they are."""

    sealed: int
    unreadable: int
    missed: int = 0


class SqlKeys:
    """Compares the vault's ring with what the database was sealed with, and seals it anew."""

    def __init__(self, connections: Connections, *, vault: Vault) -> None:
        self._connections = connections
        self._vault = vault

    async def status(self) -> list[KeyUse]:
        """Every key of the ring and every key of a row, the one that seals first."""
        query = select(clusters.c.key_id, func.count().label("rows")).group_by(clusters.c.key_id)
        async with self._connections.reading() as connection:
            counts = {row.key_id: row.rows for row in await connection.execute(query)}
        uses = [
            KeyUse(
                key_id=key_id,
                rows=counts.get(key_id, 0),
                known=key_id in self._vault.key_ids,
                current=key_id == self._vault.key_id,
            )
            for key_id in counts.keys() | self._vault.key_ids
        ]
        return sorted(uses, key=lambda use: (not use.current, not use.known, use.key_id))

    async def check(self) -> None:
        """Leave a check for the key that seals, and compare the ring with those that are there.

        Raises `SettingsError` where a key is not the one that sealed under its name, or where the database has
        credentials and the ring opens none.
        """
        await self._compare()
        used = [use for use in await self.status() if use.rows]
        if used and not any(use.known for use in used):
            raise SettingsError(f"{_SETTING}: it opens none of the stored credentials, {_told(used)}.")
        async with self._connections.writing() as connection:
            await self._leave_check(connection)

    async def all_known(self) -> str:
        """A word about the keys. Raises `NotConfigured` while a row is sealed with a key that the ring has not."""
        unknown = [use for use in await self.status() if use.rows and not use.known]
        if unknown:
            raise NotConfigured(f"{_SETTING} lacks a key: stored credentials cannot be opened, {_told(unknown)}.")
        return f"{self._vault.key_id} seals"

    async def rotate(self, *, batch: int = DEFAULT_BATCH) -> AsyncIterator[Rotated]:
        """Seal what another key sealed with the first one, batch by batch; each batch is one transaction.

        It may be stopped anywhere and started again, by several at once, while the service goes on. A row that changes
        under it is left to the change, and looked at once more.
        """
        missed = True
        while missed:
            missed, last = False, 0
            while rows := await self._stale(last, batch):
                last = rows[-1].id
                done = await self._reseal(rows)
                missed = missed or done.missed > 0
                yield done
        await self._forget()

    async def _stale(self, after: int, limit: int) -> list[Row[Any]]:
        stale = or_(clusters.c.key_id != self._vault.key_id, clusters.c.ca_digest.is_(None))
        query = select(clusters).where(clusters.c.id > after, stale).order_by(clusters.c.id).limit(limit)
        async with self._connections.reading() as connection:
            return list((await connection.execute(query)).all())

    async def _reseal(self, rows: list[Row[Any]]) -> Rotated:
        new = {row.id: values for row in rows if (values := self._sealed_anew(row)) is not None}
        sealed = 0
        async with self._connections.writing() as connection:
            for row in rows:
                if row.id in new:
                    # No two sealed texts are alike, so the text is the row's version.
                    same = clusters.c.id == row.id, clusters.c.credentials == row.credentials
                    sealed += (await connection.execute(update(clusters).where(*same).values(new[row.id]))).rowcount
        return Rotated(sealed=sealed, unreadable=len(rows) - len(new), missed=len(new) - sealed)

    def _sealed_anew(self, row: Row[Any]) -> dict[str, Any] | None:
        try:
            target = open_row(self._vault, row)
        except NotConfigured:
            return None
        sealed = seal_target(self._vault, target, user_id=row.user_id, cluster_id=row.id)
        return {"credentials": sealed, "key_id": self._vault.key_of(sealed), "ca_digest": ca_digest(target)}

    async def _compare(self) -> None:
        async with self._connections.reading() as connection:
            checks = (await connection.execute(select(key_checks))).all()
        for check in checks:
            if check.key_id not in self._vault.key_ids:
                continue  # an old key that was dropped; what it still seals is seen by its rows
            try:
                self._vault.open(check.sealed, context=_CONTEXT)
            except NotConfigured as error:
                raise SettingsError(
                    f"{_SETTING}: key {check.key_id} is not the key of that id that sealed this database."
                ) from error

    async def _leave_check(self, connection: AsyncConnection) -> None:
        there = await connection.scalar(select(key_checks.c.key_id).where(key_checks.c.key_id == self._vault.key_id))
        if there is not None:
            return
        values = {"key_id": self._vault.key_id, "sealed": self._vault.seal(_PLAIN, context=_CONTEXT)}
        try:
            async with connection.begin_nested():
                await connection.execute(insert(key_checks).values(values))
        except IntegrityError as error:
            if not is_taken(error):  # a process beside this one was first
                raise

    async def _forget(self) -> None:
        """Empty SQLite's journal, which still has what the old key sealed. While others read, it is left to them."""
        if self._connections.is_sqlite:
            async with self._connections.reading() as connection:
                await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _told(uses: list[KeyUse]) -> str:
    """The keys and their rows, in words."""
    return "sealed with " + ", ".join(f"{use.key_id or 'an unknown key'} ({use.rows})" for use in uses)
