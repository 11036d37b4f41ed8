"""What use cases tell the world, and what is kept of it: each event of an attempt is also its audit record."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import uuid4

from kubecfg_core.audit import ATTEMPT, Verdict, origin
from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import (
    AddressRefused,
    CommandRefused,
    ConfirmationNeeded,
    KubecfgError,
    PermissionDenied,
    TooMany,
    Unauthenticated,
)
from kubecfg_core.events import Event
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.redaction import redact_command
from kubecfg_core.users import User

_DENIED: Final = (PermissionDenied, Unauthenticated, AddressRefused, ConfirmationNeeded)
_audit = logging.getLogger("kubecfg.audit")

Fact = str | int | bool | list[str] | None


class Attempt:
    """What is known of an attempt so far. Facts that are learnt on the way are told by `knows`."""

    def __init__(self, user: User | None, subject: Cluster | User | None, facts: dict[str, Fact]) -> None:
        self.user = user
        self.subject = subject
        self.facts = facts

    def knows(self, *, user: User | None = None, subject: Cluster | User | None = None, **facts: Fact) -> None:
        """Add what came to light."""
        self.user = user or self.user
        self.subject = subject or self.subject
        self.facts |= facts


class Announcer:
    """Makes events of what a user does, now. Every event is also a line of the log `kubecfg.audit`."""

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        self._clock = clock
        self._outbox = outbox

    def about(self, kind: str, user: User | None, subject: Cluster | User | None, **data: Fact) -> Event:
        """The event that something was done: `kind` is its type (`cluster.onboarded`), `subject` what it was done to.

        `user` is None where no account of ours did it. `data` must hold no credential.
        """
        return self._event(kind, user, subject, {"verdict": Verdict.ALLOWED.value, **data})

    async def record(self, kind: str, user: User | None, subject: Cluster | User | None, **data: Fact) -> None:
        """Write such an event at once, where no stored change is to be written with it."""
        await self._outbox.add(self.about(kind, user, subject, **data))

    def notice(self, kind: str, subject: str, **data: Fact) -> Event:
        """The event of something that nobody did (`subject` is `clusters/1`): no attempt, so no audit record."""
        return Event(id=str(uuid4()), type=kind, subject=subject, time=self._clock.now(), data=data)

    @asynccontextmanager
    async def attempt(
        self, action: str, user: User | None, subject: Cluster | User | None = None, /, **facts: Fact
    ) -> AsyncIterator[Attempt]:
        """Around everything that may refuse or fail before the event `action` is written: leaves a record of that.

        What is raised inside is raised again. `TooMany` leaves none: nothing was tried, and whoever is turned away
        could fill the log.
        """
        attempt = Attempt(user, subject, facts)
        try:
            yield attempt
        except TooMany:
            raise
        except (Exception, asyncio.CancelledError) as error:
            await self._record(action, attempt, error)
            raise

    async def _record(self, action: str, attempt: Attempt, error: BaseException) -> None:
        verdict = Verdict.DENIED if isinstance(error, _DENIED) else Verdict.FAILED
        data = {"action": action, "verdict": verdict.value, "rule": _rule(error), **attempt.facts}
        event = self._event(ATTEMPT, attempt.user, attempt.subject, data)
        try:
            await self._outbox.add(event)
        except KubecfgError as lost:
            _audit.error("The record of %s is in this log alone: %s", action, lost.message)

    def _event(self, kind: str, user: User | None, subject: Cluster | User | None, data: dict[str, Fact]) -> Event:
        facts: dict[str, Fact] = {**_by(user), **_to(subject), **data}
        if isinstance(command := facts.get("command"), str):
            facts["command"] = redact_command(command)
        _audit.info("%s", facts.get("action", kind), extra={"event": kind, "facts": facts})
        return Event(id=str(uuid4()), type=kind, subject=_name(subject), time=self._clock.now(), data=facts)


def _by(user: User | None) -> dict[str, Fact]:
    """Who, and from where."""
    came = origin.get()
    who: dict[str, Any] = {"user_id": None, "username": came.actor, "role": ""}
    if user is not None:
        who = {"user_id": user.id, "username": user.username, "role": user.role.value}
    return {**who, "auth_method": came.auth_method, "address": came.address, "request_id": came.request_id}


def _to(subject: Cluster | User | None) -> dict[str, Fact]:
    if isinstance(subject, Cluster):
        return {"cluster_id": subject.id, "cluster_name": subject.cluster_name}
    return {} if subject is None else {"account": subject.username}


def _name(subject: Cluster | User | None) -> str:
    if subject is None:
        return "kubecfg"
    return f"clusters/{subject.id}" if isinstance(subject, Cluster) else f"users/{subject.id}"


def _rule(error: BaseException) -> str:
    if isinstance(error, CommandRefused):
        return error.rule
    if isinstance(error, KubecfgError):
        return error.code
    return "cancelled" if isinstance(error, asyncio.CancelledError) else "internal"
