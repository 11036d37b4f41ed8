"""An outbox in memory."""

from kubecfg_core.errors import AlreadyExists
from kubecfg_core.events import Event
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.testing.audit_log import InMemoryAuditLog


class InMemoryOutbox(Outbox):
    """Keeps the events in a dictionary, in the order they came. Give it to `InMemoryClusters` to see its events.

    `audit` has the records of the events.
    """

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}
        self.audit = InMemoryAuditLog()

    def write(self, event: Event) -> None:
        """What a repository calls within its change: nothing is awaited, so nothing comes between."""
        if event.id in self._events:
            raise AlreadyExists("An event with that id waits already.")
        self._events[event.id] = event
        self.audit.write(event)

    async def add(self, event: Event) -> None:
        """Write an event."""
        self.write(event)

    async def pending(self, limit: int) -> list[Event]:
        """The oldest events."""
        return list(self._events.values())[: max(limit, 0)]

    async def done(self, event_ids: list[str]) -> None:
        """Drop these."""
        for event_id in event_ids:
            self._events.pop(event_id, None)

    async def backlog(self) -> int:
        """How many wait."""
        return len(self._events)
