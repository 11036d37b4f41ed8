"""CPU and memory over time, from a Prometheus server."""

from kubecfg_prometheus.selection import PodSelection
from kubecfg_prometheus.source import PrometheusMetrics

__all__ = ["PodSelection", "PrometheusMetrics"]
