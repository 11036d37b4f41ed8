"""The port to usage over time."""

from abc import ABC, abstractmethod

from kubecfg_core.metrics import Sample, UsageQuery


class MetricsSource(ABC):
    """Where CPU and memory figures come from."""

    @abstractmethod
    async def usage(self, query: UsageQuery) -> list[Sample]:
        """The samples, oldest first; none where there is no data. Raises `UpstreamError`, `NotConfigured`."""

    @abstractmethod
    async def ping(self) -> None:
        """Return when the source answers. Raises `UpstreamError`."""

    async def close(self) -> None:  # noqa: B027 - a source without a connection has nothing to close
        """Let go of the connections."""
