"""A large cluster to measure on: healthy, and as its controllers would have made it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

Object = dict[str, Any]

PODS_A_DEPLOYMENT: Final = 5
PODS_A_NODE: Final = 20
_MADE: Final = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
_PADDING: Final = {f"example.com/annotation-{number}": "x" * 120 for number in range(20)}


def large_cluster(pods: int) -> Iterator[Object]:
    """About `pods` pods, 5 to a Deployment and 20 to a node; a Service, a ConfigMap and a Secret a Deployment."""
    for number in range(pods // PODS_A_NODE or 1):
        yield _node(number)
    for number in range(pods // PODS_A_DEPLOYMENT or 1):
        yield from _application(number, nodes=pods // PODS_A_NODE or 1)


def _application(number: int, nodes: int) -> Iterator[Object]:
    namespace, name = f"team-{number % 40}", f"app-{number}"
    labels = {"app": name}
    if number < 40:
        yield _object("v1", "Namespace", namespace, "", status={"phase": "Active"})
    yield _object("v1", "ConfigMap", name, namespace, data={"settings": "y" * 400})
    yield _object("v1", "Secret", name, namespace, type="Opaque", data={"password": "eA=="})
    ports = [{"port": 80, "targetPort": 8080}]
    yield _object("v1", "Service", name, namespace, spec={"selector": labels, "clusterIP": "10.0.0.1", "ports": ports})
    template = _template(name, labels)
    counts = {"replicas": PODS_A_DEPLOYMENT, "readyReplicas": PODS_A_DEPLOYMENT, "availableReplicas": PODS_A_DEPLOYMENT}
    spec = {"replicas": PODS_A_DEPLOYMENT, "selector": {"matchLabels": labels}, "template": template}
    conditions = [{"type": "Available", "status": "True"}, {"type": "Progressing", "status": "True"}]
    status = {**counts, "updatedReplicas": PODS_A_DEPLOYMENT, "observedGeneration": 1, "conditions": conditions}
    deployment = _object("apps/v1", "Deployment", name, namespace, labels=labels, spec=spec, status=status)
    yield deployment
    replicaset = _object(
        "apps/v1", "ReplicaSet", f"{name}-5d4f8c7b9", namespace, labels=labels, owner=deployment, spec=spec,
        status={**counts, "observedGeneration": 1},
    )  # fmt: skip
    yield replicaset
    endpoints = []
    for replica in range(PODS_A_DEPLOYMENT):
        node = f"node-{(number * PODS_A_DEPLOYMENT + replica) % nodes}"
        pod = _pod(f"{name}-5d4f8c7b9-{replica:05}", namespace, labels, owner=replicaset, template=template, node=node)
        target = {"kind": "Pod", "namespace": namespace, "name": pod["metadata"]["name"]}
        endpoints.append({"addresses": ["10.1.0.1"], "conditions": {"ready": True}, "targetRef": target})
        yield pod
    yield _object(
        "discovery.k8s.io/v1", "EndpointSlice", f"{name}-x", namespace, labels={"kubernetes.io/service-name": name},
        addressType="IPv4", endpoints=endpoints, ports=[{"port": 8080, "protocol": "TCP"}],
    )  # fmt: skip


def _template(name: str, labels: dict[str, str]) -> Object:
    container = {
        "name": "app",
        "image": f"registry.example.com/{name}:1.0",
        "ports": [{"containerPort": 8080}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "envFrom": [{"configMapRef": {"name": name}}],
        "env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": "password"}}}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 10},
        "volumeMounts": [{"name": "settings", "mountPath": "/settings"}],
    }
    volumes = [{"name": "settings", "configMap": {"name": name}}]
    return {"metadata": {"labels": labels}, "spec": {"containers": [container], "volumes": volumes}}


def _pod(name: str, namespace: str, labels: dict[str, str], *, owner: Object, template: Object, node: str) -> Object:
    ready = [{"type": kind, "status": "True", "lastTransitionTime": _MADE} for kind in ("PodScheduled", "Ready")]
    container = {
        "name": "app",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": "registry.example.com/app:1.0",
        "imageID": f"registry.example.com/app@sha256:{'0' * 64}",
        "containerID": f"containerd://{'0' * 64}",
        "state": {"running": {"startedAt": _MADE}},
    }
    pod = _object(
        "v1", "Pod", name, namespace, labels=labels, owner=owner, spec={**template["spec"], "nodeName": node},
        status={"phase": "Running", "conditions": ready, "containerStatuses": [container], "podIP": "10.1.0.1"},
    )  # fmt: skip
    pod["metadata"]["annotations"] = _PADDING  # as long as a real pod is with its managed fields
    return pod


def _node(number: int) -> Object:
    capacity = {"cpu": "16", "memory": "64Gi", "pods": "110"}
    conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": _MADE}]
    status = {"conditions": conditions, "allocatable": capacity, "capacity": capacity}
    return _object("v1", "Node", f"node-{number}", "", status=status)


def _object(
    api_version: str,
    kind: str,
    name: str,
    namespace: str,
    *,
    labels: dict[str, str] | None = None,
    owner: Object | None = None,
    **fields: Any,
) -> Object:
    uid = str(uuid5(NAMESPACE_URL, f"{kind}/{namespace}/{name}"))
    metadata: Object = {"name": name, "uid": uid, "creationTimestamp": _MADE, "labels": labels or {}, "generation": 1}
    if namespace:
        metadata["namespace"] = namespace
    if owner is not None:
        reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "controller": True}
        metadata["ownerReferences"] = [
            {**reference, "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
        ]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}
