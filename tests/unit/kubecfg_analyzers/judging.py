"""What the tests of analyzers share: pods in a few words, and findings by code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from kubecfg_core import ClusterView, Finding
from kubecfg_core.testing import views
from kubecfg_core.testing.views import NOON

Analyze = Callable[[ClusterView], Iterable[Finding]]
Json = dict[str, Any]


def ago(**span: float) -> str:
    """A time before the view was taken, as Kubernetes writes it: `ago(minutes=5)`."""
    return (NOON - timedelta(**span)).isoformat().replace("+00:00", "Z")


def view_of(*objects: str | Json, **more: Any) -> ClusterView:
    """A view of these objects and of the good node `node-1`, where the pods are."""
    return views.view_of(node(), *objects, **more)


def codes(analyze: Analyze, view: ClusterView) -> list[str]:
    """The codes of all findings, in order."""
    return [finding.code for finding in analyze(view)]


def only(analyze: Analyze, view: ClusterView) -> Finding:
    """The one finding that there is."""
    findings = list(analyze(view))
    assert len(findings) == 1, [finding.code for finding in findings]
    return findings[0]


def running(**more: Any) -> Json:
    """The status of a container that has run for an hour and is ready."""
    return {"ready": True, "started": True, "state": {"running": {"startedAt": ago(hours=1)}}, **more}


def waiting(reason: str, message: str = "", **more: Any) -> Json:
    """The status of a container that waits."""
    return {"ready": False, "state": {"waiting": {"reason": reason, "message": message}}, **more}


def ended(code: int, reason: str = "Error", message: str = "", minutes: float = 5) -> Json:
    """How a container ended, so many minutes ago, after one of them."""
    started, finished = ago(minutes=minutes + 1), ago(minutes=minutes)
    times = {"startedAt": started, "finishedAt": finished}
    return {"terminated": {"exitCode": code, "reason": reason, "message": message, **times}}


def crashing(code: int = 1, reason: str = "Error", message: str = "", restarts: int = 7) -> Json:
    """The status of a container in a crash loop."""
    return waiting("CrashLoopBackOff", "back-off", restartCount=restarts, lastState=ended(code, reason, message))


def pod(
    status: Json | None = None,
    *,
    name: str = "web-1",
    container: Json | None = None,
    spec: Json | None = None,
    conditions: Iterable[Json] = (),
    phase: str = "Running",
    labels: dict[str, str] | None = None,
    init: Json | None = None,
    **metadata: Any,
) -> Json:
    """A pod `web-1` on `node-1` with one container `app` of that status; `init` is the status of an init container."""
    status = running() if status is None else status
    ready = "True" if status.get("ready") else "False"
    told = list(conditions)
    if not any(condition["type"] == "Ready" for condition in told):
        told.append({"type": "Ready", "status": ready, "lastTransitionTime": ago(minutes=30)})
    main = {"name": "app", "image": "registry.example.com/shop/web:1.4", **(container or {})}
    whole: Json = {"nodeName": "node-1", "containers": [main], **(spec or {})}
    statuses: Json = {"containerStatuses": [{"name": "app", **status}]}
    if init is not None:
        whole.setdefault("initContainers", [{"name": "prepare", "image": "init:1"}])
        statuses["initContainerStatuses"] = [{"name": "prepare", **init}]
    return {
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {}, "creationTimestamp": ago(hours=1)} | metadata,
        "spec": whole,
        "status": {"phase": phase, "conditions": told, **statuses},
    }


def node(name: str = "node-1", *, ready: str = "True", labels: dict[str, str] | None = None, **spec: Any) -> Json:
    """A node with 4 cpu."""
    condition = {"type": "Ready", "status": ready, "reason": "KubeletReady" if ready == "True" else "NodeStatusUnknown"}
    status = {"conditions": [{**condition, "message": "kubelet says so"}], "allocatable": {"cpu": "4", "memory": "8Gi"}}
    return {"kind": "Node", "metadata": {"name": name, "labels": labels or {}}, "spec": spec, "status": status}


def warning(
    reason: str,
    message: str,
    *,
    kind: str = "Pod",
    name: str = "web-1",
    namespace: str = "default",
    minutes: float = 1,
    **about: str,
) -> Json:
    """A warning event about the pod, or about something else."""
    involved = {"kind": kind, "name": name, "namespace": namespace, **about}
    return {
        "kind": "Event",
        "metadata": {"name": f"{name}.{reason}"},
        "involvedObject": involved,
        "reason": reason,
        "message": message,
        "type": "Warning",
        "lastTimestamp": ago(minutes=minutes),
        "eventTime": None,
    }


def workload(kind: str = "Deployment", name: str = "web", *, desired: int = 2, available: int = 0, **more: Any) -> Json:
    """A Deployment (or another controller) for `app=web`, an hour old, that has not moved since."""
    labels = {"app": "web"}
    conditions = more.pop("conditions", [])
    return {
        "kind": kind,
        "metadata": {"name": name, "generation": 1, "creationTimestamp": ago(hours=1), **more.pop("metadata", {})},
        "spec": {
            "replicas": desired,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}},
        },
        "status": {
            "observedGeneration": 1,
            "replicas": desired,
            "availableReplicas": available,
            "conditions": conditions,
            **more,
        },
    }


def owned(kind: str, name: str) -> Json:
    """Metadata of an object that this controller manages."""
    return {"ownerReferences": [{"kind": kind, "name": name, "uid": f"{kind}/{name}", "controller": True}]}
