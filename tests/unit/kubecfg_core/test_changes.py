"""Who changed what broke, and its configuration: told only where the times fit."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_core.changes import with_writers
from kubecfg_core.problems import Finding, ObjectRef, Severity
from kubecfg_core.testing.views import view_of
from kubecfg_core.view import ClusterView

DAYS_AGO = "2026-01-10T08:00:00Z"
MADE = "2026-01-15T10:00:00Z"
CHANGED = "2026-01-15T11:00:00Z"
BROKE = "2026-01-15T11:05:00Z"


def write(manager: str, time: str | None, subresource: str = "") -> dict[str, Any]:
    return {"manager": manager, "time": time, "subresource": subresource, "fieldsV1": {"f:data": {}}}


def pod(source: dict[str, Any], *, ready: str = "False", broke: str = BROKE) -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": broke}]}
    spec = {"containers": [{"name": "app", **source}], "volumes": source.get("volumes", [])}
    return {"kind": "Pod", "metadata": {"name": "api-x", "creationTimestamp": MADE}, "spec": spec, "status": status}


def config(*writes: dict[str, Any], kind: str = "ConfigMap") -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "settings", "managedFields": list(writes)}}


def told(view: ClusterView, *, culprit: ObjectRef | None = None, parents: tuple[str, ...] = ("",)) -> Finding:
    findings = [
        Finding(
            code="pod.crashloop",
            kind="Pod",
            name="api-x",
            namespace="default",
            text="It crashes.",
            severity=Severity.ERROR,
            parent=parent,
            culprit=culprit,
        )
        for parent in parents
    ]
    return with_writers(findings[0], findings, view)


ALL_KEYS = {"envFrom": [{"configMapRef": {"name": "settings"}}]}
OF_SECRET = {"secretKeyRef": {"name": "settings", "key": "k"}}
PROJECTED = {"projected": {"sources": [{"configMap": {"name": "settings"}}]}}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (ALL_KEYS, "ConfigMap"),
        ({"env": [{"name": "K", "valueFrom": OF_SECRET}]}, "Secret"),
        ({"volumes": [{"name": "v", "configMap": {"name": "settings"}}]}, "ConfigMap"),
        ({"volumes": [{"name": "v", "secret": {"secretName": "settings"}}]}, "Secret"),
        ({"volumes": [{"name": "v", **PROJECTED}]}, "ConfigMap"),
    ],
)
def test_configuration_that_changed_before_the_pod_broke_is_told(source: dict[str, Any], kind: str) -> None:
    finding = told(view_of(pod(source), config(write("kubectl-edit", CHANGED), kind=kind)))

    assert f"{kind} settings was last changed by kubectl-edit at 2026-01-15 11:00 UTC" in finding.cause
    assert finding.evidence == {
        "config": "settings",
        "config_kind": kind.lower(),
        "config_changed_by": "kubectl-edit",
        "config_changed_at": CHANGED,
    }


@pytest.mark.parametrize(
    "view",
    [
        view_of(pod(ALL_KEYS), config(write("helm", DAYS_AGO))),
        view_of(pod(ALL_KEYS, broke=MADE), config(write("helm", CHANGED))),
        view_of(pod(ALL_KEYS, ready="True"), config(write("helm", CHANGED))),
        view_of(pod({}), config(write("helm", CHANGED))),
        view_of(pod(ALL_KEYS), config()),
        view_of(pod(ALL_KEYS)),
        view_of(pod(ALL_KEYS), config(write("helm", None))),
    ],
    ids=["before the pod", "after it broke", "it is ready", "not read", "nobody told", "missing", "no time"],
)
def test_configuration_that_cannot_be_behind_it_is_not_told(view: ClusterView) -> None:
    assert told(view).evidence == {}


def test_of_configuration_that_is_at_fault_the_last_change_is_told_whatever_the_time() -> None:
    culprit = ObjectRef(kind="ConfigMap", name="settings", namespace="default")

    finding = told(view_of(pod(ALL_KEYS), config(write("helm", DAYS_AGO))), culprit=culprit)

    assert finding.evidence["config_changed_by"] == "helm"


def test_a_pod_that_another_object_stops_is_not_told_with_its_configuration() -> None:
    culprit = ObjectRef(kind="Node", name="node-1")

    assert told(view_of(pod(ALL_KEYS), config(write("helm", CHANGED))), culprit=culprit).evidence == {}


def workload(*writes: dict[str, Any], kind: str = "Deployment") -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "api", "managedFields": list(writes)}}


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_who_changed_the_workload_last_is_told(kind: str) -> None:
    finding = told(
        view_of(workload(write("helm", DAYS_AGO), write("kubectl-edit", CHANGED), kind=kind)), parents=(f"{kind}/api",)
    )

    assert finding.cause == f"{kind} api was last changed by kubectl-edit at 2026-01-15 11:00 UTC."
    assert finding.evidence == {"workload_changed_by": "kubectl-edit", "workload_changed_at": CHANGED}


def test_what_controllers_write_is_no_change() -> None:
    writes = [write("helm", MADE), write("operator", CHANGED, "status"), write("kube-controller-manager", CHANGED)]

    assert told(view_of(workload(*writes)), parents=("Deployment/api",)).evidence["workload_changed_by"] == "helm"


def test_an_old_change_of_the_workload_is_evidence_and_not_the_cause() -> None:
    finding = told(view_of(workload(write("helm", DAYS_AGO))), parents=("Deployment/api",))

    assert (finding.cause, finding.evidence["workload_changed_at"]) == ("", DAYS_AGO)


def test_of_several_workloads_none_is_told() -> None:
    view = view_of(workload(write("helm", CHANGED)))

    assert told(view, parents=("Deployment/api", "Deployment/web")).evidence == {}
