"""`GET /kubeconfig/audit`: who did what to which cluster, for admins."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kubecfg_core.audit import AuditQuery, AuditRecord, Verdict
from kubecfg_http.operations import Call
from kubecfg_http.requests import ClusterId

_Word = Annotated[str, Meta(min_length=1, max_length=253)]
_Moment = Annotated[datetime, Meta(tz=True)]


class AuditParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which records; all that is given must fit."""

    user: Annotated[_Word, Meta(description="User name of whoever did it.")] | None = None
    cluster_id: ClusterId | None = None
    action: Annotated[_Word, Meta(description="What was done: the type of its event.")] | None = None
    verdict: Verdict | None = None
    since: Annotated[_Moment, Meta(description="Not before this moment.")] | None = None
    until: Annotated[_Moment, Meta(description="Before this moment.")] | None = None
    limit: Annotated[int, Meta(ge=1, le=500, description="How many at most.")] = 100
    cursor: Annotated[int, Meta(ge=1, le=2**63 - 1, description="`next_cursor` of the page before.")] | None = None


class AuditAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Records, the newest first; `next_cursor` leads to older ones, and is null where there are none."""

    records: list[AuditRecord]
    next_cursor: int | None


async def search_audit(call: Call[AuditParams, None]) -> AuditAnswer:
    """What was done, or tried."""
    params = call.params
    query = AuditQuery(
        actor=params.user,
        cluster_id=params.cluster_id,
        action=params.action,
        verdict=params.verdict,
        since=params.since,
        until=params.until,
        before=params.cursor,
        limit=params.limit,
    )
    page = await call.services.audit.search(call.user, query)
    return AuditAnswer(records=page.records, next_cursor=page.next)
