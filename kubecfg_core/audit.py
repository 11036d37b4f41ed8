"""Who did what to which cluster, when, from where, and whether it was allowed: records that are never changed."""

from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from kubecfg_core.events import Event

# The event of an attempt that came to nothing. One that succeeded has an event of its own, named for what was done.
ATTEMPT: Final = "audit.recorded"


class Verdict(StrEnum):
    """What became of an attempt: it was done, it was not permitted, or it did not succeed."""

    ALLOWED = "allowed"
    DENIED = "denied"
    FAILED = "failed"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call came from.

    `address` is the client's IP address, `auth_method` how it proved who it is (`password`, `token`, `oidc`, `cli`),
    and `actor` who it is where that is no account of ours.
    """

    auth_method: str = ""
    address: str = ""
    request_id: str = ""
    actor: str = ""


# Set by a front-end around each call, so that no use case has to hand it on.
origin: ContextVar[Origin] = ContextVar("kubecfg.audit.origin", default=Origin())  # noqa: B039 - a frozen struct


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One attempt. Empty and null fields do not apply.

    `id` is that of the event that told of it, `subject` what it was about (`clusters/1`), `action` the type of the
    event that says that it was done (`kubectl.executed`). `rule` says why it was not: the policy's rule, or the code
    of the error. `command` has its secret values masked; `bytes` counts what it printed. `details` holds what else
    the event told. `at` is UTC.
    """

    id: str
    at: datetime
    action: str
    verdict: Verdict
    subject: str = ""
    actor: str = ""
    user_id: int | None = None
    role: str = ""
    auth_method: str = ""
    address: str = ""
    request_id: str = ""
    cluster_id: int | None = None
    cluster_name: str = ""
    namespace: str = ""
    command: str = ""
    rule: str = ""
    return_code: int | None = None
    duration_ms: int | None = None
    bytes: int | None = None
    truncated: bool = False
    details: dict[str, str | int | bool | list[str] | None] = {}


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which records: all that are given must fit. `since` is included, `until` is not.

    `before` is the `next` of the page before; `limit` is how many at most.
    """

    actor: str | None = None
    cluster_id: int | None = None
    action: str | None = None
    verdict: Verdict | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Records, the newest first; `next` is where older ones go on, if there are any."""

    records: list[AuditRecord]
    next: int | None = None


_FIELDS: Final = {field.name for field in msgspec.structs.fields(AuditRecord)} - {"id", "at", "subject", "details"}


def record_of(event: Event) -> AuditRecord | None:
    """The record in an event; none where it tells of nobody's doing (a credential that expires, say)."""
    data: dict[str, Any] = dict(event.data)
    if "verdict" not in data:
        return None
    data.setdefault("action", event.type)
    data["actor"] = data.pop("username", "")
    facts = {name: value for name, value in data.items() if name in _FIELDS and value is not None}
    details = {name: value for name, value in data.items() if name not in _FIELDS}
    whole = {"id": event.id, "at": event.time, "subject": event.subject, "details": details, **facts}
    return msgspec.convert(whole, AuditRecord)
