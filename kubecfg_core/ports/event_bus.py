"""The port to whoever listens."""

from abc import ABC, abstractmethod

from kubecfg_core.events import Event


class EventBus(ABC):
    """Publishes events. At least once: a consumer drops an id that it has seen."""

    @abstractmethod
    async def publish(self, event: Event) -> None:
        """Return when the broker has the event for good. Raises `UpstreamError` when that is not certain."""

    @abstractmethod
    async def ping(self) -> None:
        """Return when the broker answers. Raises `UpstreamError`."""

    async def close(self) -> None:  # noqa: B027 - a bus that holds no connection has nothing to close
        """Let go of the connection."""
