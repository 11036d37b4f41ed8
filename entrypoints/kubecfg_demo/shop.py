"""The demo: a small online shop with a dozen faults a newcomer recognises, and as many things that only look odd."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kubecfg_demo.certificates import Authority
from kubecfg_demo.logs import LogKey
from kubecfg_demo.shop_builder import Builder
from kubecfg_demo.shop_extras import add_metrics, shop_logs
from kubecfg_demo.shop_network import service
from kubecfg_demo.shop_parts import (
    REGISTRY,
    RUNNING,
    Moment,
    crashing,
    misconfigured,
    replica_set_name,
    unpullable,
    unready,
    unschedulable,
)
from kubecfg_demo.shop_pieces import autoscaled, encoded, ingress, nightly, tls
from kubecfg_demo.shop_platform import add_platform, resources, template
from kubecfg_demo.shop_platform import stateful as add_stateful
from kubecfg_demo.simulator import Simulator

Object = dict[str, Any]

_DAY = dt.timedelta(days=1)
_HTTP = {"name": "http", "port": 80, "targetPort": "http"}


def shop_objects(now: dt.datetime | None = None) -> list[Object]:
    """Every object of the demo cluster, with times relative to `now` (default: the present)."""
    b = Builder(Moment(now or dt.datetime.now(dt.UTC)))
    add_platform(b)
    _frontend(b)
    _backend(b)
    _payments(b)
    _data(b)
    _batch(b)
    add_metrics(b)
    return b.objects


def shop_simulator() -> Simulator:
    """A simulator of the demo cluster, with the logs of its pods."""
    logs: dict[LogKey, str] = shop_logs()
    return Simulator(shop_objects(), logs=logs)


def _frontend(b: Builder) -> None:
    optional = [{"configMapRef": {"name": "web-overrides", "optional": True}}, {"configMapRef": {"name": "web-config"}}]
    web = template("web", f"{REGISTRY}/web:3.2.0", envFrom=optional)
    b.add("v1", "ConfigMap", "web-config", "shop-frontend", data={"CATALOG_URL": "http://search.shop-backend"})
    deployment = b.deployment("web", "shop-frontend", web, [RUNNING, RUNNING])
    service(b, "web", "shop-frontend", {"app": "web"}, _HTTP)
    autoscaled(b, deployment)
    image = f"{REGISTRY}/banner:2.1.0-rc9"
    progressing = b.condition("Progressing", "True", "ReplicaSetUpdated", _progress("shop-frontend", "banner"), 0.1)
    banner = template("banner", image)
    conditions = [b.unavailable(0.1), progressing]
    b.deployment("banner", "shop-frontend", banner, [unpullable(image)], conditions=conditions, age_hours=0.1)
    b.deployment("black-friday", "shop-frontend", template("black-friday", f"{REGISTRY}/web:3.1.0-bf"), [], replicas=0)
    service(b, "black-friday", "shop-frontend", {"app": "black-friday"}, _HTTP)
    authority = Authority("Simulated Shop CA")
    tls(b, "storefront-tls", "shop-frontend", authority.server("shop.example.com", valid=(-102 * _DAY, -12 * _DAY)))
    ingress(b, ("storefront", "shop-frontend"), "shop.example.com", ("web", 80), "storefront-tls")
    ingress(b, ("legacy-catalog", "shop-frontend"), "old.shop.example.com", ("old-catalog", 80))
    ingress(b, ("shop-api", "shop-frontend"), "api.shop.example.com", ("web", 8081))
    tls(b, "orders-tls", "shop-backend", authority.server("orders.shop.example.com", valid=(-20 * _DAY, 70 * _DAY)))
    ingress(b, ("orders", "shop-backend"), "orders.shop.example.com", ("orders", 80), "orders-tls")


def _backend(b: Builder) -> None:
    _stuck_rollout(b)
    b.deployment("search", "shop-backend", template("search", f"{REGISTRY}/search:1.9.3"))
    service(b, "search", "shop-backend", {"app": "search-v1"}, _HTTP)
    failing = unready("Readiness probe failed: HTTP probe failed with statuscode: 503")
    b.deployment("inventory", "shop-backend", template("inventory", f"{REGISTRY}/inventory:4.0.1"), [failing, failing])
    service(b, "inventory", "shop-backend", {"app": "inventory"}, _HTTP)
    full = (
        "0/4 nodes are available: 2 node(s) had untolerated taint(s), 2 Insufficient cpu. "
        "preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling."
    )
    greedy = template("recommender", f"{REGISTRY}/recommender:0.7.0", resources=resources("64", "4Gi"))
    progressing = b.condition(
        "Progressing", "True", "ReplicaSetUpdated", _progress("shop-backend", "recommender"), 0.12
    )
    conditions = [b.unavailable(0.12), progressing]
    b.deployment("recommender", "shop-backend", greedy, [unschedulable(full)], conditions=conditions, age_hours=0.12)


def _stuck_rollout(b: Builder) -> None:
    """Two old pods serve, the first new one never becomes ready, and the deadline has passed."""
    old = template("orders", f"{REGISTRY}/orders:5.4.0")
    new = template("orders", f"{REGISTRY}/orders:5.5.0")
    found = b.deployment("orders", "shop-backend", old, [RUNNING, RUNNING])
    replica_set = replica_set_name("shop-backend", "orders", 2)
    late = b.condition(
        "Progressing", "False", "ProgressDeadlineExceeded", f'ReplicaSet "{replica_set}" has timed out progressing.', 2
    )
    found["spec"]["template"] = new
    found["metadata"]["generation"] = found["status"]["observedGeneration"] = 2
    found["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "2"
    found["status"].update(replicas=3, updatedReplicas=1, unavailableReplicas=1)
    found["status"]["conditions"] = [c for c in found["status"]["conditions"] if c["type"] != "Progressing"] + [late]
    failing = unready("Readiness probe failed: HTTP probe failed with statuscode: 500")
    b.replica_set(found, new, [failing], 1, revision=2, age_hours=2.2)
    service(b, "orders", "shop-backend", {"app": "orders"}, _HTTP)


def _payments(b: Builder) -> None:
    url = {"name": "DATABASE_URL", "value": "postgres://postgres.shop-data:5432/payments"}
    checkout = template("checkout", f"{REGISTRY}/checkout:2.8.1", env=[url])
    b.deployment("checkout", "shop-payments", checkout, [crashing("checkout", 1, "Error", 27)])
    service(b, "checkout", "shop-payments", {"app": "checkout"}, _HTTP)
    key = {"name": "API_KEY", "valueFrom": {"secretKeyRef": {"name": "fraud-api", "key": "API_KEY"}}}
    fraud = template("fraud-check", f"{REGISTRY}/fraud-check:1.3.0", env=[key])
    b.add("v1", "Secret", "fraud-api", "shop-payments", type="Opaque", data={"API_TOKEN": encoded(b"not-a-real-token")})
    progressing = b.condition(
        "Progressing", "True", "ReplicaSetUpdated", _progress("shop-payments", "fraud-check"), 0.14
    )
    absent = misconfigured("couldn't find key API_KEY in Secret shop-payments/fraud-api")
    conditions = [b.unavailable(0.14), progressing]
    b.deployment("fraud-check", "shop-payments", fraud, [absent], conditions=conditions, age_hours=0.14)
    outside = {"type": "ExternalName", "externalName": "gateway.payments.example.com", "sessionAffinity": "None"}
    b.add("v1", "Service", "payment-gateway", "shop-payments", spec=outside, status={"loadBalancer": {}})
    ingress(b, ("pay", "shop-payments"), "pay.shop.example.com", ("checkout", 80), "pay-tls")


def _data(b: Builder) -> None:
    add_stateful(b, "postgres", "shop-data", image=f"{REGISTRY}/postgres:17.6", port=5432, size="50Gi")
    cache = template("redis-cache", f"{REGISTRY}/redis:8.2.1", 6379, resources=resources("100m", "64Mi"))
    b.deployment("redis-cache", "shop-data", cache, [crashing("redis-cache", 137, "OOMKilled", 11)])
    service(
        b, "redis-cache", "shop-data", {"app": "redis-cache"}, {"name": "redis", "port": 6379, "targetPort": "http"}
    )
    wanted = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "100Gi"}},
        "volumeMode": "Filesystem",
    }
    for name, storage_class, reason, message in (
        ("orders-archive", "fast-ssd", "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-ssd" not found'),
        (
            "analytics-scratch",
            "local-late",
            "WaitForFirstConsumer",
            "waiting for first consumer to be created before binding",
        ),
    ):
        spec = {**wanted, "storageClassName": storage_class}
        claim = b.add(
            "v1", "PersistentVolumeClaim", name, "shop-data", age_hours=3, spec=spec, status={"phase": "Pending"}
        )
        b.event(claim, "Warning" if reason == "ProvisioningFailed" else "Normal", reason, message, 12)


def _batch(b: Builder) -> None:
    nightly(b)
    amounts = {"requests.cpu": "150m", "pods": "10"}
    used = {"requests.cpu": "100m", "pods": "1"}
    b.add("v1", "ResourceQuota", "small", "shop-batch", spec={"hard": amounts}, status={"hard": amounts, "used": used})
    replica_set = replica_set_name("shop-batch", "report-worker")
    refusal = (
        f'pods "{replica_set}-7x2kq" is forbidden: exceeded quota: small, requested: requests.cpu=100m, '
        "used: requests.cpu=100m, limited: requests.cpu=150m"
    )
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refusal}
    stamped = b.condition("ReplicaFailure", "True", "FailedCreate", refusal, 0.13)
    progressing = b.condition(
        "Progressing", "True", "ReplicaSetUpdated", _progress("shop-batch", "report-worker"), 0.13
    )
    worker = template("report-worker", f"{REGISTRY}/report-worker:1.0.4")
    conditions = [b.unavailable(0.13), stamped, progressing]
    b.deployment("report-worker", "shop-batch", worker, replicas=3, conditions=conditions, age_hours=0.13)
    owner = next(o for o in b.objects if o["kind"] == "ReplicaSet" and o["metadata"]["name"] == replica_set)
    owner["status"]["conditions"] = [{**failure, "lastTransitionTime": stamped["lastTransitionTime"]}]
    b.event(owner, "Warning", "FailedCreate", f"Error creating: {refusal}", 9)


def _progress(namespace: str, name: str) -> str:
    return f'ReplicaSet "{replica_set_name(namespace, name)}" is progressing.'
