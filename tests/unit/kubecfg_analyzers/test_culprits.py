"""What is behind the findings of the built-in analyzers, and what that makes of the recorded cluster."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import kubecfg_analyzers
from kubecfg_analyzers import culprits
from kubecfg_analyzers.culprits import culprit_of
from kubecfg_core import ObjectRef, Problem
from kubecfg_core.folding import fold
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.problems import to_problems
from kubecfg_core.usecases.analysis import judge
from kubecfg_core.view import ClusterView
from tests.unit.kubecfg_analyzers import recorded

CAUSES = {
    ("", "Node", "node-2", "node.not_ready"),
    ("crashloop", "Pod", "api-6dc84ffc9c-rw8p2", "pod.crashloop"),
    ("imagepull", "Pod", "shop-6fcc568798-hpk6m", "pod.image_not_found"),
    ("ing-backend", "Ingress", "b", "ingress.service_missing"),
    ("ing-class", "Ingress", "a", "ingress.class_missing"),
    ("missing-secret-env", "Pod", "pay-7dcb7dfb59-h5q6k", "pod.missing_secret"),
    ("oom", "Pod", "cache-76d865d9bc-2m5vm", "pod.oomkilled"),
    ("pvc-missing-class", "PersistentVolumeClaim", "fast", "pvc.class_missing"),
    ("quota", "Deployment", "over", "deployment.quota_exceeded"),
    ("readiness", "Pod", "slow-74997db767-c9lfq", "pod.not_ready"),
    ("svc-selector", "Service", "front", "service.no_matching_pods"),
    ("tls-expired", "Secret", "old-tls", "secret.tls_expired"),
    ("unsched-cpu", "Pod", "huge", "pod.unschedulable_resources"),
}


def folded(view: ClusterView | None = None) -> list[Problem]:
    view = view or recorded.cluster()
    return fold(judge(view, recorded.ANALYZERS)[0], view)


def test_each_recorded_fault_is_one_problem() -> None:
    assert {(p.namespace, p.kind, p.name, p.code) for p in folded()} == CAUSES
    assert len(folded()) == len(CAUSES)


def test_folding_the_recorded_faults_keeps_every_finding() -> None:
    findings, _ = judge(recorded.cluster(), recorded.ANALYZERS)

    assert sum(len(problem.findings) for problem in folded()) == len(findings)
    assert sum(len(problem.findings) for problem in to_problems(findings)) == len(findings)


@pytest.mark.parametrize("kinds", [[SECRETS], [NODES]])
def test_what_cannot_be_read_splits_no_cause(kinds: list[object]) -> None:
    found = folded(recorded.cluster(forbidden=kinds))  # type: ignore[arg-type]  # resources are generic in their struct

    assert len({problem.namespace for problem in found}) == len(found)


def test_a_service_without_ready_pods_goes_with_what_keeps_them() -> None:
    [problem] = [problem for problem in folded() if problem.namespace == "readiness"]

    assert ("Service", "slow", "service.no_ready_pods") in {(s.kind, s.name, s.code) for s in problem.symptoms}


@pytest.mark.parametrize(
    ("code", "facts", "kind", "name"),
    [
        ("pod.missing_secret", {"secret": "db"}, "Secret", "db"),
        ("deployment.unavailable", {"pod": "api-1", "pod_code": "pod.crashloop"}, "Pod", "api-1"),
        ("ingress.backend_not_ready", {"service": "api", "service_code": "service.no_ready_pods"}, "Service", "api"),
        ("service.no_running_pods", {"workload": "api", "workload_kind": "deployment"}, "Deployment", "api"),
        ("deployment.quota_exceeded", {"quota": "tight"}, "ResourceQuota", "tight"),
    ],
)
def test_the_culprit_is_in_the_namespace_of_what_suffers(
    code: str, facts: dict[str, str], kind: str, name: str
) -> None:
    assert culprit_of(code, "shop", facts) == ObjectRef(kind=kind, name=name, namespace="shop")


@pytest.mark.parametrize(
    ("code", "facts", "kind", "name"),
    [
        ("pod.node_not_ready", {"node": "node-2"}, "Node", "node-2"),
        ("pvc.class_missing", {"storage_class": "fast"}, "StorageClass", "fast"),
        ("deployment.webhook_unreachable", {"webhook": "check.example.com"}, "Webhook", "check.example.com"),
        ("pod.image_not_found", {"image": "shop/api:2"}, "Image", "shop/api:2"),
        ("pod.image_dns", {"registry": "r.example.com", "repository": "api"}, "Registry", "r.example.com"),
        ("pod.image_unauthorized", {"registry": "r.example.com", "repository": "x/api"}, "Registry", "r.example.com"),
        ("pod.image_unauthorized", {"registry": "ghcr.io", "repository": "shop/api"}, "Registry", "ghcr.io/shop"),
    ],
)
def test_a_culprit_of_the_whole_cluster_has_no_namespace(
    code: str, facts: dict[str, str], kind: str, name: str
) -> None:
    assert culprit_of(code, "shop", facts) == ObjectRef(kind=kind, name=name)


@pytest.mark.parametrize(
    "code", ["pod.missing_secret", "pod.image_not_found", "pod.image_dns", "pod.image_unauthorized"]
)
def test_without_the_fact_there_is_no_culprit(code: str) -> None:
    assert culprit_of(code, "shop", {}) is None


def test_what_is_at_the_root_has_no_culprit() -> None:
    assert culprit_of("pod.crashloop", "shop", {"container": "app", "node": "node-1"}) is None


def test_the_table_names_no_check_that_does_not_exist() -> None:
    root = Path(kubecfg_analyzers.__file__).parent
    others = [path.read_text() for path in root.rglob("*.py") if path.name != "culprits.py"]
    nodes = ast.walk(ast.parse(Path(culprits.__file__).read_text()))
    codes = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    named = {code for code in codes if re.fullmatch(r"(pod|service|ingress|pvc|storageclass|deployment)\.\w+", code)}
    assert named
    assert [code for code in sorted(named) if not any(f'"{code}"' in text for text in others)] == []
