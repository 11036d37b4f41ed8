"""Small broken clusters with one cause each: all that looks bad is one problem, at its root."""

from __future__ import annotations

import pytest

from kubecfg_core import Problem
from kubecfg_core.folding import fold
from kubecfg_core.usecases.analysis import judge
from tests.unit.kubecfg_analyzers import recorded
from tests.unit.kubecfg_analyzers.judging import (
    Json,
    ago,
    crashing,
    ended,
    node,
    owned,
    pod,
    running,
    view_of,
    waiting,
    workload,
)

BESIDE: tuple[Json, ...] = (
    {"kind": "IngressClass", "metadata": {"name": "nginx"}, "spec": {"controller": "example.com/ingress"}},
    {"kind": "ServiceAccount", "metadata": {"name": "default"}},
)


def problems(*objects: Json) -> list[Problem]:
    view = view_of(*BESIDE, *objects)
    findings, failures = judge(view, recorded.ANALYZERS)
    assert failures == []
    return fold(findings, view)


def deployment(name: str) -> Json:
    item = workload(name=name, desired=1)
    item["spec"]["selector"] = {"matchLabels": {"app": name}}
    item["spec"]["template"]["metadata"]["labels"] = {"app": name}
    return item


def replicas(name: str, **status: object) -> Json:
    metadata = {"name": f"{name}-1", "annotations": {"deployment.kubernetes.io/revision": "1"}}
    metadata |= owned("Deployment", name)
    return {"kind": "ReplicaSet", "metadata": metadata, "spec": {"replicas": 1}, "status": {"replicas": 1, **status}}


def service(name: str, port: int = 80) -> Json:
    spec = {"selector": {"app": name}, "ports": [{"port": port}]}
    return {"kind": "Service", "metadata": {"name": name, "creationTimestamp": ago(hours=1)}, "spec": spec}


def ingress(name: str) -> Json:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    rule = {"host": f"{name}.example.com", "http": {"paths": [{"path": "/", "backend": backend}]}}
    spec = {"ingressClassName": "nginx", "rules": [rule]}
    return {"kind": "Ingress", "metadata": {"name": name, "creationTimestamp": ago(hours=1)}, "spec": spec}


def app(name: str, status: Json, **more: object) -> list[Json]:
    """A Deployment of one pod with that status, a Service and an Ingress before it."""
    made = pod(status, name=f"{name}-1-x", labels={"app": name}, **{**owned("ReplicaSet", f"{name}-1"), **more})
    return [deployment(name), replicas(name), made, service(name), ingress(name)]


def refused(name: str, message: str) -> list[Json]:
    """A Deployment whose pods are refused with that message, and its Service."""
    condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
    return [deployment(name), replicas(name, replicas=0, conditions=[condition]), service(name)]


def unready(**spec: object) -> Json:
    conditions = [{"type": "Ready", "status": "False", "lastTransitionTime": ago(minutes=20)}]
    return {"spec": {"nodeName": "node-9", **spec}, "conditions": conditions}


WANTS = {"env": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "db", "key": "k"}}}]}
NO_SECRET = waiting("CreateContainerConfigError", 'secret "db" not found')
NO_NAME = waiting("ImagePullBackOff", "dial tcp: lookup registry.example.com: no such host")
REFUSED = waiting("ImagePullBackOff", "failed: 401 Unauthorized")
QUOTA = "exceeded quota: tight, requested: requests.cpu=1, used: requests.cpu=2, limited: requests.cpu=2"
FULL: Json = {
    "kind": "ResourceQuota",
    "metadata": {"name": "tight"},
    "spec": {"hard": {"requests.cpu": "2"}},
    "status": {"hard": {"requests.cpu": "2"}, "used": {"requests.cpu": "2"}},
}
CLAIM: Json = {
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "creationTimestamp": ago(hours=1)},
    "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}},
    "status": {"phase": "Pending"},
}
UNBOUND = {
    "phase": "Pending",
    "spec": {"nodeName": "", "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]},
    "conditions": [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            "lastTransitionTime": ago(minutes=30),
        }
    ],
}
HOOK: Json = {
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "policy", "creationTimestamp": ago(hours=2)},
    "webhooks": [
        {
            "name": "check.example.com",
            "failurePolicy": "Fail",
            "clientConfig": {"service": {"name": "policy", "namespace": "default", "port": 80}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        }
    ],
}
UNREACHABLE = 'failed calling webhook "check.example.com": no endpoints available for service "policy"'


@pytest.mark.parametrize(
    ("objects", "root", "code", "hurt"),
    [
        (
            [*app("api", NO_SECRET, container=WANTS), *app("web", NO_SECRET, container=WANTS)],
            "Secret db",
            "pod.missing_secret",
            {"Deployment api", "Deployment web", "Service api", "Service web", "Ingress api", "Ingress web"},
        ),
        (
            [*app("api", NO_NAME, phase="Pending"), *app("web", NO_NAME, phase="Pending")],
            "Registry registry.example.com",
            "pod.image_dns",
            {"Deployment api", "Deployment web", "Service api", "Ingress web"},
        ),
        (
            app("api", REFUSED, phase="Pending", spec={"imagePullSecrets": [{"name": "reg"}]}),
            "Pod api-1-x",
            "pod.image_unauthorized",
            {"Deployment api", "Service api", "Ingress api"},
        ),
        (
            [node("node-9", ready="Unknown"), *app("api", running(ready=False), **unready())],
            "Node node-9",
            "node.not_ready",
            {"Pod api-1-x", "Deployment api", "Service api", "Ingress api"},
        ),
        (
            [CLAIM, *app("db", {"ready": False}, **UNBOUND)],
            "PersistentVolumeClaim data",
            "pvc.class_missing",
            {"Pod db-1-x", "Deployment db", "Service db"},
        ),
        (
            [HOOK, *app("policy", crashing()), *refused("api", UNREACHABLE)],
            "Pod policy-1-x",
            "pod.crashloop",
            {"Service policy", "ValidatingWebhookConfiguration policy", "Deployment api", "Service api"},
        ),
        (
            [FULL, *refused("api", QUOTA), *refused("web", QUOTA)],
            "ResourceQuota tight",
            "resourcequota.full",
            {"Deployment api", "Deployment web", "Service api", "Service web"},
        ),
        (
            [
                workload("StatefulSet", "db", desired=1),
                pod(crashing(), name="db-0", labels={"app": "web"}, **owned("StatefulSet", "db")),
            ],
            "Pod db-0",
            "pod.crashloop",
            {"StatefulSet db"},
        ),
        (
            [
                {
                    "kind": "Job",
                    "metadata": {"name": "migrate", "creationTimestamp": ago(hours=1)},
                    "spec": {"backoffLimit": 2},
                    "status": {
                        "failed": 3,
                        "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}],
                    },
                },
                pod({"ready": False, "state": ended(1)}, name="migrate-x", phase="Failed", **owned("Job", "migrate")),
            ],
            "Pod migrate-x",
            "pod.failed",
            {"Job migrate"},
        ),
    ],
    ids=["secret", "registry", "pull secret", "node", "claim", "webhook", "quota", "stateful set", "job"],
)
def test_one_cause_is_one_problem(objects: list[Json], root: str, code: str, hurt: set[str]) -> None:
    found = problems(*objects)

    assert [(f"{problem.kind} {problem.name}", problem.code) for problem in found] == [(root, code)]
    assert hurt <= {f"{item.kind} {item.name}" for item in found[0].symptoms}


def test_what_all_of_them_lack_is_told_once() -> None:
    [problem] = problems(*app("api", NO_SECRET, container=WANTS), *app("web", NO_SECRET, container=WANTS))

    assert len(problem.errors) == 1


def test_two_causes_beside_each_other_are_two_problems() -> None:
    found = problems(*app("api", NO_SECRET, container=WANTS), *app("web", crashing()))

    assert [(problem.name, problem.code) for problem in found] == [
        ("api-1-x", "pod.missing_secret"),
        ("web-1-x", "pod.crashloop"),
    ]
