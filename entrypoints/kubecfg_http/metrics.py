"""How the service itself does, for Prometheus: in a registry of its own, so that two services share a process."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from kubecfg_core.llm_counts import FAILURES, LlmCounts

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)


class HttpMetrics:
    """Requests by method, route (the template, so the number of series is bounded) and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = Counter(
            "kubecfg_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "kubecfg_http_request_duration_seconds",
            "Time from a request's head to the end of its handling.",
            ("method", "route"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self.in_flight = Gauge(
            "kubecfg_http_requests_in_flight", "Requests that are being handled.", registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. A method that HTTP does not know counts as `OTHER`."""
        method = method if method in _METHODS else "OTHER"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def watch(self, llm: LlmCounts) -> None:
        """Show what a language model takes, too."""
        self.registry.register(_LlmCollector(llm))

    def exposition(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)


class _LlmCollector(Collector):
    """Reads the counts when it is asked: they are the core's, which knows no Prometheus."""

    def __init__(self, counts: LlmCounts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """One family for each number; none of them tells who asked."""
        counts = self._counts
        yield CounterMetricFamily("kubecfg_llm_requests", "Calls that the model answered.", counts.requests)
        tokens = CounterMetricFamily("kubecfg_llm_tokens", "Tokens sent and received.", labels=["direction"])
        tokens.add_metric(["in"], counts.tokens_in)
        tokens.add_metric(["out"], counts.tokens_out)
        yield tokens
        failures = CounterMetricFamily("kubecfg_llm_failures", "Questions without an answer.", labels=["reason"])
        for reason in FAILURES:
            failures.add_metric([reason], counts.failures[reason])
        yield failures
        yield CounterMetricFamily("kubecfg_llm_cache_hits", "Questions that a kept answer settled.", counts.cache_hits)
        yield CounterMetricFamily("kubecfg_llm_cost", "What the tokens cost, at the prices set.", counts.cost)
