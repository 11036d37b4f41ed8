"""What the shop's pods use and say: metrics as a metrics-server tells them, and the logs of the interesting ones."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from kubecfg_demo.shop_parts import pod_name
from kubecfg_demo.shop_platform import LOST_NODE

if TYPE_CHECKING:
    from kubecfg_demo.logs import LogKey
    from kubecfg_demo.shop_builder import Builder

Object = dict[str, Any]

_CHECKOUT = """\
INFO  checkout 2.8.1 starting
INFO  reading configuration from the environment
ERROR postgres: FATAL: database "payments" does not exist (host=postgres.shop-data port=5432)
FATAL cannot start without a database, exiting with status 1
"""
_REDIS = """\
1:M * Ready to accept connections tcp
1:M # WARNING: used_memory 62.9M is close to the container's limit of 64M
"""
_INVENTORY = """\
INFO  inventory 4.0.1 listens on :8080
WARN  GET /healthz 503: warehouse feed is stale, last update 9 days ago
WARN  GET /healthz 503: warehouse feed is stale, last update 9 days ago
"""
_ORDERS = """\
INFO  orders 5.5.0 starting
INFO  applying schema migration 0042_split_addresses
WARN  waiting for lock on table orders
"""


def shop_logs() -> dict[LogKey, str]:
    """The logs worth reading, by (namespace, pod, container, previous)."""
    checkout, redis = pod_name("shop-payments", "checkout"), pod_name("shop-data", "redis-cache")
    orders = pod_name("shop-backend", "orders", 0, 2)
    logs = {
        ("shop-payments", checkout, "checkout", False): _CHECKOUT,
        ("shop-payments", checkout, "checkout", True): _CHECKOUT,
        ("shop-data", redis, "redis-cache", False): _REDIS,
        ("shop-data", redis, "redis-cache", True): _REDIS,
        ("shop-backend", orders, "orders", False): _ORDERS,
    }
    for index in range(2):
        logs["shop-backend", pod_name("shop-backend", "inventory", index), "inventory", False] = _INVENTORY
    return logs


def add_metrics(b: Builder) -> None:
    """Metrics of every running container on a node that answers, and of those nodes."""
    pods = [found for found in b.objects if found["kind"] == "Pod" and _measured(found)]
    for pod in pods:
        usage = [{"name": c["name"], "usage": _usage(pod["metadata"]["name"])} for c in pod["spec"]["containers"]]
        metadata = pod["metadata"]
        _measure(b, "PodMetrics", metadata["name"], metadata["namespace"], containers=usage)
    for node in [found for found in b.objects if found["kind"] == "Node"]:
        name = node["metadata"]["name"]
        if name != LOST_NODE:
            hosted = sum(1 for pod in pods if pod["spec"]["nodeName"] == name)
            usage_of_node = {"cpu": f"{180 + 35 * hosted}m", "memory": f"{2048 + 140 * hosted}Mi"}
            _measure(b, "NodeMetrics", name, "", usage=usage_of_node)


def _measure(b: Builder, kind: str, name: str, namespace: str, **rest: Any) -> None:
    when = b.moment.ago(seconds=15)
    b.add("metrics.k8s.io/v1beta1", kind, name, namespace, age_hours=0, timestamp=when, window="15s", **rest)


def _measured(pod: Object) -> bool:
    states = pod["status"].get("containerStatuses") or []
    return pod["spec"].get("nodeName") != LOST_NODE and any("running" in found["state"] for found in states)


def _usage(name: str) -> dict[str, str]:
    # Spread by name, so that `kubectl top` shows different numbers and the same ones on every start.
    seed = zlib.crc32(name.encode())
    return {"cpu": f"{3 + seed % 60}m", "memory": f"{24 + seed % 90}Mi"}
