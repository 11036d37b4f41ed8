"""Usage figures that were laid down beforehand."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from kubecfg_core.errors import UpstreamError
from kubecfg_core.metrics import Metric, Sample, UsageQuery, check_range
from kubecfg_core.ports.metrics_source import MetricsSource


class FixedMetrics(MetricsSource):
    """Gives the figures laid down for a user, namespace and metric, of which the query's time lets through.

    `error`, where set, is raised by every call. `queries` holds all that it was asked.
    """

    def __init__(self, samples: Mapping[tuple[str, str, Metric], Sequence[Sample]] | None = None) -> None:
        self._samples = dict(samples or {})
        self.error: UpstreamError | None = None
        self.queries: list[UsageQuery] = []

    async def usage(self, query: UsageQuery) -> list[Sample]:
        """The samples laid down, oldest first. Raises `InvalidInput` as a real source does, and `error`."""
        check_range(query)
        await self.ping()
        self.queries.append(query)
        start = query.end - timedelta(seconds=query.duration)
        samples = self._samples.get((query.username, query.namespace, query.metric), ())
        return sorted((s for s in samples if start <= s.timestamp <= query.end), key=lambda s: s.timestamp)

    async def ping(self) -> None:
        """Return, unless `error` is set."""
        if self.error is not None:
            raise self.error
