"""Pieces of the shop's story that take many lines and matter little to it."""

from __future__ import annotations

import base64
from typing import Any

from kubecfg_demo.shop_builder import Builder
from kubecfg_demo.shop_parts import COMPLETED, REGISTRY
from kubecfg_demo.shop_platform import template

Object = dict[str, Any]


def nightly(b: Builder) -> None:
    """A CronJob whose last run went well: a finished pod is no fault."""
    made = template("nightly-report", f"{REGISTRY}/reports:1.0.4")
    made["spec"]["restartPolicy"] = "OnFailure"
    for probe in ("readinessProbe", "livenessProbe"):
        del made["spec"]["containers"][0][probe]
    when = b.moment.ago(hours=7)
    cron = b.add(
        "batch/v1",
        "CronJob",
        "nightly-report",
        "shop-batch",
        spec={
            "schedule": "0 3 * * *",
            "concurrencyPolicy": "Forbid",
            "suspend": False,
            "jobTemplate": {"spec": {"template": made}},
        },
        status={"lastScheduleTime": when, "lastSuccessfulTime": b.moment.ago(hours=6, minutes=56)},
    )
    done = {"type": "Complete", "status": "True", "reason": "CompletionsReached", "lastTransitionTime": when}
    job = b.add(
        "batch/v1",
        "Job",
        "nightly-report-29391300",
        "shop-batch",
        owner=cron,
        age_hours=7,
        spec={"completions": 1, "parallelism": 1, "backoffLimit": 6, "template": made},
        status={
            "succeeded": 1,
            "ready": 0,
            "startTime": when,
            "completionTime": b.moment.ago(hours=6, minutes=56),
            "conditions": [done],
        },
    )
    b.pod("nightly-report-29391300-w6hjp", "shop-batch", made, COMPLETED, 7, owner=job)


def autoscaled(b: Builder, deployment: Object) -> None:
    """A HorizontalPodAutoscaler and a PodDisruptionBudget, both content."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment["metadata"]["name"]}
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    now = {"name": "cpu", "current": {"averageUtilization": 31, "averageValue": "31m"}}
    b.add(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "web",
        "shop-frontend",
        spec={
            "scaleTargetRef": target,
            "minReplicas": 2,
            "maxReplicas": 6,
            "metrics": [{"type": "Resource", "resource": cpu}],
        },
        status={
            "currentReplicas": 2,
            "desiredReplicas": 2,
            "currentMetrics": [{"type": "Resource", "resource": now}],
            "conditions": [b.condition("ScalingActive", "True", "ValidMetricFound", "the HPA can scale", 24)],
        },
    )
    selector = {"matchLabels": {"app": "web"}}
    counts = {"currentHealthy": 2, "desiredHealthy": 1, "expectedPods": 2, "disruptionsAllowed": 1}
    b.add(
        "policy/v1",
        "PodDisruptionBudget",
        "web",
        "shop-frontend",
        spec={"minAvailable": 1, "selector": selector},
        status=counts,
    )


def ingress(b: Builder, place: tuple[str, str], host: str, backend: tuple[str, int], secret: str = "") -> None:
    """An Ingress of one host and one path; `place` is (name, namespace), `backend` (Service, port)."""
    name, namespace = place
    service = {"service": {"name": backend[0], "port": {"number": backend[1]}}}
    path = {"path": "/", "pathType": "Prefix", "backend": service}
    spec: Object = {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": [path]}}]}
    if secret:
        spec["tls"] = [{"hosts": [host], "secretName": secret}]
    address = {"loadBalancer": {"ingress": [{"ip": "203.0.113.10"}]}}
    b.add("networking.k8s.io/v1", "Ingress", name, namespace, spec=spec, status=address)


def tls(b: Builder, name: str, namespace: str, pair: tuple[bytes, bytes]) -> None:
    """A TLS Secret of a (certificate, key) pair in PEM."""
    data = {"tls.crt": encoded(pair[0]), "tls.key": encoded(pair[1])}
    b.add("v1", "Secret", name, namespace, type="kubernetes.io/tls", data=data)


def encoded(data: bytes) -> str:
    """Bytes as a Secret carries them."""
    return base64.b64encode(data).decode()
