"""The recorded cluster: every fault named with its cause, and nothing else said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from kubecfg_core import ClusterView, Finding, Resource
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, SERVICEACCOUNTS
from kubecfg_core.kinds.network import INGRESSCLASSES, SERVICES
from kubecfg_core.kinds.storage import CLAIMS, CSIDRIVERS, STORAGECLASSES, VOLUMES
from kubecfg_core.usecases.analysis import judge
from tests.unit.kubecfg_analyzers import recorded

EXPECTED = {
    ("crashloop", "Deployment", "api", "deployment.unavailable"),
    ("crashloop", "Pod", "api-6dc84ffc9c-rw8p2", "pod.crashloop"),
    ("imagepull", "Deployment", "shop", "deployment.unavailable"),
    ("imagepull", "Pod", "shop-6fcc568798-hpk6m", "pod.image_not_found"),
    ("imagepull", "Pod", "shop-6fcc568798-slpv2", "pod.image_not_found"),
    ("ing-backend", "Ingress", "b", "ingress.service_missing"),
    ("ing-class", "Ingress", "a", "ingress.class_missing"),
    ("", "Node", "node-2", "node.not_ready"),
    ("missing-secret-env", "Deployment", "pay", "deployment.unavailable"),
    ("missing-secret-env", "Pod", "pay-7dcb7dfb59-h5q6k", "pod.missing_secret"),
    ("oom", "Deployment", "cache", "deployment.unavailable"),
    ("oom", "Pod", "cache-76d865d9bc-2m5vm", "pod.oomkilled"),
    ("pvc-missing-class", "PersistentVolumeClaim", "fast", "pvc.class_missing"),
    ("quota", "Deployment", "over", "deployment.quota_exceeded"),
    ("readiness", "Deployment", "slow", "deployment.unavailable"),
    ("readiness", "Pod", "slow-74997db767-c9lfq", "pod.not_ready"),
    ("readiness", "Pod", "slow-74997db767-j7vkg", "pod.not_ready"),
    ("readiness", "Service", "slow", "service.no_ready_pods"),
    ("svc-selector", "Service", "front", "service.no_matching_pods"),
    ("tls-expired", "Secret", "old-tls", "secret.tls_expired"),
    ("unsched-cpu", "Pod", "huge", "pod.unschedulable_resources"),
}


def findings(view: ClusterView | None = None) -> list[Finding]:
    found, failures = judge(view or recorded.cluster(), recorded.ANALYZERS)
    assert failures == []
    return found


def named(found: Iterable[Finding]) -> list[tuple[str, str, str, str]]:
    return sorted((item.namespace, item.kind, item.name, item.code) for item in found)


def test_the_recorded_faults_are_found_and_nothing_else() -> None:
    assert named(findings()) == sorted(EXPECTED)


@pytest.mark.parametrize("later", [timedelta(minutes=10), timedelta(hours=3), timedelta(days=2)])
def test_the_same_faults_are_found_whenever_the_recording_is_looked_at(later: timedelta) -> None:
    assert named(findings(recorded.cluster(now=recorded.TAKEN + later))) == sorted(EXPECTED)


@pytest.mark.parametrize(
    ("namespace", "kind", "words"),
    [
        ("crashloop", "Pod", "exit code 1"),
        ("crashloop", "Deployment", "exit code 1"),
        ("imagepull", "Pod", "no such image or tag"),
        ("ing-backend", "Ingress", '"no-such-service"'),
        ("ing-class", "Ingress", '"example-ingress-class"'),
        ("missing-secret-env", "Pod", '"pay-credentials"'),
        ("missing-secret-env", "Deployment", '"pay-credentials"'),
        ("oom", "Pod", "limit is 128Mi"),
        ("pvc-missing-class", "PersistentVolumeClaim", '"fast-ssd"'),
        ("quota", "Deployment", "exceeded quota: tight"),
        ("readiness", "Pod", "statuscode: 503"),
        ("readiness", "Service", "statuscode: 503"),
        ("svc-selector", "Service", "It selects version=v2, but the pods of Deployment/front have version=v1."),
        ("tls-expired", "Secret", "ended on 2026-11-20"),
        ("unsched-cpu", "Pod", "asks for 500 cpu; the largest node offers 16"),
        ("unsched-cpu", "Pod", "Node node-2 is not ready"),
    ],
)
def test_every_fault_is_told_with_its_cause(namespace: str, kind: str, words: str) -> None:
    told = [f"{item.text} {item.cause}" for item in findings() if (item.namespace, item.kind) == (namespace, kind)]

    assert told
    assert all(words in text for text in told)


def test_a_pod_names_its_deployment_as_its_parent() -> None:
    assert {item.parent for item in findings() if item.namespace == "crashloop" and item.kind == "Pod"} == {
        "Deployment/api"
    }


UNREADABLE = [
    CONFIGMAPS,
    SECRETS,
    SERVICEACCOUNTS,
    SERVICES,
    INGRESSCLASSES,
    CLAIMS,
    VOLUMES,
    STORAGECLASSES,
    CSIDRIVERS,
]


@pytest.mark.parametrize("kind", UNREADABLE, ids=lambda kind: kind.plural)
def test_an_unreadable_kind_makes_nothing_look_missing(kind: Resource[Any]) -> None:
    found = named(findings(recorded.cluster(forbidden=[kind])))

    assert {item for item in found if "missing" in item[3]} <= EXPECTED


def test_with_classes_unreadable_the_provisioner_is_quoted() -> None:
    found = findings(recorded.cluster(forbidden=[STORAGECLASSES]))

    assert [item.code for item in found if item.namespace == "pvc-missing-class"] == ["pvc.provisioning_failed"]


def test_with_every_referred_kind_unreadable_only_the_kubelet_says_that_something_is_missing() -> None:
    found = findings(recorded.cluster(forbidden=UNREADABLE))

    assert [item.namespace for item in found if "missing" in item.code] == ["missing-secret-env"]


def test_with_nothing_readable_nothing_is_said() -> None:
    assert findings(recorded.cluster(forbidden=recorded.KINDS)) == []


@pytest.mark.parametrize("finding", findings(), ids=lambda item: f"{item.namespace}-{item.name}-{item.code}")
def test_a_finding_has_what_an_answer_shows(finding: Finding) -> None:
    assert finding.text[-1] == "."
    assert finding.cause[-1] == "."
    assert finding.doc.startswith("https://kubernetes.io/docs/")
    assert all(isinstance(value, str | int) for value in finding.evidence.values())
    assert finding.name in finding.sensitive
