"""The events that use cases write: one function each, so that their data is in one place."""

import logging
from uuid import uuid4

from kubecfg_core.clusters import Cluster
from kubecfg_core.events import Event
from kubecfg_core.ports.clock import Clock
from kubecfg_core.users import User

_audit = logging.getLogger("kubecfg.audit")


class Announcer:
    """Makes events about a cluster, by a user, now. Every event is also a line of the audit log."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def about(self, kind: str, user: User, cluster: Cluster, **data: str | int | bool | list[str] | None) -> Event:
        """`kind` is the event's type (`cluster.onboarded`). `data` must hold no credential."""
        facts: dict[str, str | int | bool | list[str] | None] = {
            "user_id": user.id,
            "username": user.username,
            "cluster_id": cluster.id,
            "cluster_name": cluster.cluster_name,
            **data,
        }
        _audit.info("%s", kind, extra={"event": kind, "facts": facts})
        return Event(id=str(uuid4()), type=kind, subject=f"clusters/{cluster.id}", time=self._clock.now(), data=facts)
