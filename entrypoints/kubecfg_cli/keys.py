"""`kubecfg keys`: what the stored credentials are sealed with, straight in the database of the service."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from kubecfg_sqlalchemy import Database
    from kubecfg_sqlalchemy.keys import KeyUse

app = App(name="keys", help="Look at the keys of the stored credentials; rotate them.")
_BATCH: Final = 100


@app.command
async def status() -> None:
    """List the keys, and how many stored credentials each one seals.

    A key that seals none may be dropped from KUBECFG_ENCRYPTION_KEYS.
    """
    from rich.table import Table

    from kubecfg_cli.console import out, plain

    async with _database() as database:
        uses = await database.keys.status()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("KEY", "CREDENTIALS", "STATE"):
        table.add_column(heading)
    for use in uses:
        table.add_row(plain(use.key_id) or "unknown", str(use.rows), _state(use))
    out().print(table)


@app.command
async def rotate(*, batch: Annotated[int, Parameter(validator=Number(gte=1, lte=10_000))] = _BATCH) -> int:
    """Seal every stored credential with the first key of KUBECFG_ENCRYPTION_KEYS.

    The service may go on meanwhile, once each of its processes has that key in front. What is stopped is taken up again
    by the next run; a run with nothing to do changes nothing.

    Parameters
    ----------
    batch
        How many credentials are sealed in one transaction.

    """
    from kubecfg_cli.app import FAILED
    from kubecfg_core.usecases.announcing import Announcer
    from kubecfg_runtime.clock import SystemClock

    sealed = 0
    async with _database() as database:
        await database.keys.check()
        async for done in database.keys.rotate(batch=batch):
            sealed += done.sealed
            _say(f"{sealed} sealed anew")
        uses = await database.keys.status()
        if sealed:
            announcer = Announcer(SystemClock(), database.outbox)
            await announcer.record("keys.rotated", None, None, sealed=sealed, key_id=uses[0].key_id)
    left = [use for use in uses if use.rows and not use.current]
    if not left:
        _say(f"All {uses[0].rows} credentials are sealed with {uses[0].key_id}.")
    for use in left:
        sys.stderr.write(f"kubecfg: {use.rows} cannot be opened, sealed with {use.key_id or 'an unknown key'}\n")
    return FAILED if left else 0


@asynccontextmanager
async def _database() -> "AsyncIterator[Database]":
    from kubecfg_runtime.compose import open_database
    from kubecfg_runtime.settings import Settings

    async with open_database(Settings.from_environment()) as database:
        yield database


def _state(use: "KeyUse") -> str:
    if use.current:
        return "seals"
    if not use.known:
        return "missing: its credentials cannot be opened"
    return "opens" if use.rows else "opens; may be dropped"


def _say(message: str) -> None:
    """A line that whoever watches sees at once."""
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()
