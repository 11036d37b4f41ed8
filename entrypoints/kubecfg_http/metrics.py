"""How the service itself does, for Prometheus: in a registry of its own, so that two services share a process."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

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

    def exposition(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)
