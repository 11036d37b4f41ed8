"""`kubecfg audit`: what was done, straight from the database of the service."""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from kubecfg_core.audit import AuditRecord

_AGE: Final = re.compile(r"(\d{1,5})([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


async def audit(
    *,
    user: str | None = None,
    cluster_id: int | None = None,
    action: str | None = None,
    verdict: Literal["allowed", "denied", "failed"] | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: Annotated[int, Parameter(validator=Number(gte=1, lte=100_000))] = 100,
    output: Annotated[Literal["text", "json"], Parameter(name=("--output", "-o"))] = "text",
) -> None:
    """Show what was done to clusters and accounts, and what was tried in vain: the newest first.

    Parameters
    ----------
    user
        Only what this user did.
    cluster_id
        Only what was done to this cluster.
    action
        Only this action, as docs/events.md names it: kubectl.executed, say.
    verdict
        Only what was allowed, denied, or failed.
    since
        Not before this moment (2026-03-14T09:26:53Z) or age (30m, 12h, 7d).
    until
        Before this moment or age.
    limit
        How many records at most.
    output
        text for people; json for programs, one record a line.

    """
    from kubecfg_core.audit import AuditQuery, Verdict
    from kubecfg_runtime.compose import open_database
    from kubecfg_runtime.settings import Settings

    query = AuditQuery(
        actor=user,
        cluster_id=cluster_id,
        action=action,
        verdict=Verdict(verdict) if verdict else None,
        since=_moment("--since", since),
        until=_moment("--until", until),
        limit=limit,
    )
    async with open_database(Settings.from_environment()) as database:
        page = await database.audit.search(query)
    if output == "json":
        _print_json(page.records)
    else:
        _print_table(page.records)


def _moment(flag: str, text: str | None) -> datetime | None:
    """The moment that is given, or that long ago."""
    from kubecfg_core.errors import InvalidInput

    if text is None:
        return None
    if age := _AGE.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[age[2]]: int(age[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{flag}: a moment like 2026-03-14T09:26:53Z or an age like 12h is needed.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print_json(records: "list[AuditRecord]") -> None:
    import msgspec

    for record in records:
        sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    sys.stdout.buffer.flush()


def _print_table(records: "list[AuditRecord]") -> None:
    from rich.table import Table

    from kubecfg_cli.console import out, plain

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("AT", "WHO", "FROM", "ACTION"):
        table.add_column(heading, no_wrap=True)
    for heading in ("CLUSTER", "VERDICT", "WHAT"):
        table.add_column(heading, overflow="fold", min_width=len(heading))
    for record in records:
        table.add_row(
            f"{record.at:%Y-%m-%dT%H:%M:%SZ}",
            plain(record.actor or "-"),
            plain(record.address or record.auth_method or "-"),
            record.action,
            plain(record.cluster_name or "-"),
            f"{record.verdict}: {plain(record.rule)}" if record.rule else record.verdict.value,
            plain(record.command) or _told(record),
        )
    out().print(table)


def _told(record: "AuditRecord") -> str:
    from kubecfg_cli.console import plain

    return plain(" ".join(f"{name}={value}" for name, value in record.details.items()))
