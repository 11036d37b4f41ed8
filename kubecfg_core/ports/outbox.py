"""The port to the events that wait to be published."""

from abc import ABC, abstractmethod

from kubecfg_core.events import Event


class Outbox(ABC):
    """Events written with their change, oldest first, until the bus has confirmed them.

    Whatever writes an event also keeps its record in the audit log, in the same transaction.
    """

    @abstractmethod
    async def add(self, event: Event) -> None:
        """Write an event that belongs to no stored change (an analysis, a command)."""

    @abstractmethod
    async def pending(self, limit: int) -> list[Event]:
        """The oldest events that are not published yet, in the order they were written."""

    @abstractmethod
    async def done(self, event_ids: list[str]) -> None:
        """These have been published: drop them. Unknown ids are ignored."""

    @abstractmethod
    async def backlog(self) -> int:
        """How many events wait."""
