"""What is well today and could be better: each check, and its neighbour that is silent."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pytest

from kubecfg_analyzers.hygiene import ANALYZER, analyze
from kubecfg_core import ClusterView, Finding, Resource
from kubecfg_core.kinds.hygiene import ACCOUNTS
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.scaling import BUDGETS
from kubecfg_core.testing import views
from tests.unit.kubecfg_analyzers.judging import Json

GOOD: Final[Json] = {
    "name": "app",
    "image": "registry.example.com:5000/shop/web:1.4",
    "ports": [{"containerPort": 8080}],
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
    "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True},
}
ACCOUNT: Final[Json] = {"kind": "ServiceAccount", "metadata": {"name": "default"}}
SERVICE: Final[Json] = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}}}
BUDGET: Final[Json] = {
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web"},
    "spec": {"selector": {"matchLabels": {"app": "web"}}},
}


def workload(
    container: Json | None = None, *, kind: str = "Deployment", replicas: int = 2, space: str = "shop", **spec: Any
) -> Json:
    """A workload `web` that is as it should be, but for these fields of its container and its pods."""
    made = {**deepcopy(GOOD), **(container or {})}
    pods = {"containers": [made], "automountServiceAccountToken": False, **spec}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pods}
    return {
        "kind": kind,
        "metadata": {"name": "web", "namespace": space},
        "spec": {"replicas": replicas, "template": template},
    }


def seen(*objects: Json, forbidden: tuple[Resource[Any], ...] = ()) -> ClusterView:
    placed = [{**item, "metadata": {"namespace": "shop", **item["metadata"]}} for item in objects]
    return views.view_of(*placed, kinds=ANALYZER.reads, forbidden=forbidden)


def found(*objects: Json) -> list[Finding]:
    return list(analyze(seen(*objects)))


def codes(*objects: Json) -> list[str]:
    return [item.code for item in found(*objects)]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_a_workload_as_it_should_be_is_silent(kind: str) -> None:
    assert codes(workload(kind=kind), ACCOUNT, SERVICE, BUDGET) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"image": "web"}, "hygiene.image_tag"),
        ({"image": "registry.example.com:5000/web"}, "hygiene.image_tag"),
        ({"image": "web:latest"}, "hygiene.image_tag"),
        ({"resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}}}, None),
        ({"resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}}, "hygiene.no_requests"),
        ({"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}, "hygiene.no_memory_limit"),
        ({"readinessProbe": None}, "hygiene.no_readiness_probe"),
        ({"readinessProbe": None, "ports": []}, None),
        ({"securityContext": {"privileged": True, "runAsNonRoot": True}}, "hygiene.privileged"),
        ({"securityContext": {"runAsNonRoot": True}}, "hygiene.privilege_escalation"),
        ({"securityContext": {"allowPrivilegeEscalation": False}}, "hygiene.may_run_as_root"),
        ({"securityContext": {"allowPrivilegeEscalation": False, "runAsUser": 0}}, "hygiene.may_run_as_root"),
        ({"securityContext": {"allowPrivilegeEscalation": False, "runAsUser": 1000}}, None),
        ({"image": f"web@sha256:{'0' * 64}"}, None),
        ({"env": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]}, "hygiene.secret_in_env"),
        ({"env": [{"name": "api_key", "value": "k-1234567890"}]}, "hygiene.secret_in_env"),
        ({"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "p"}}}]}, None),
        ({"env": [{"name": "DB_PASSWORD", "value": "$(OTHER)"}]}, None),
        ({"env": [{"name": "DB_PASSWORD_FILE", "value": "/run/secrets/db"}]}, None),
        ({"env": [{"name": "TOKEN", "value": "/var/run/token"}]}, None),
        ({"env": [{"name": "MAX_TOKEN", "value": "4096"}]}, None),
    ],
)
def test_what_a_container_leaves_out_is_found(change: Json, code: str | None) -> None:
    assert codes(workload(change)) == ([code] if code else [])


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"volumes": [{"name": "s", "hostPath": {"path": "/var/run/docker.sock"}}]}, "hygiene.runtime_socket"),
        ({"volumes": [{"name": "s", "hostPath": {"path": "/var/log"}}]}, "hygiene.host_path"),
        ({"volumes": [{"name": "s", "emptyDir": {}}]}, None),
        ({"hostNetwork": True}, "hygiene.host_namespace"),
        ({"hostPID": True}, "hygiene.host_namespace"),
        ({"automountServiceAccountToken": None}, "hygiene.default_token"),
        ({"automountServiceAccountToken": None, "serviceAccountName": "own"}, None),
        ({"securityContext": {"runAsUser": 1000}}, None),
    ],
)
def test_what_a_workload_shares_is_found(spec: Json, code: str | None) -> None:
    assert codes(workload(**spec), ACCOUNT) == ([code] if code else [])


def test_a_pods_own_context_counts_for_its_containers() -> None:
    bare = {"securityContext": {"allowPrivilegeEscalation": False}}

    assert codes(workload(bare, securityContext={"runAsNonRoot": True})) == []


def test_an_account_that_gives_no_token_is_respected() -> None:
    account = {**ACCOUNT, "automountServiceAccountToken": False}

    assert codes(workload(automountServiceAccountToken=None), account) == []


def test_one_replica_behind_a_service_is_found() -> None:
    assert codes(workload(replicas=1), SERVICE) == ["hygiene.single_replica"]
    assert codes(workload(replicas=1)) == []


def test_replicas_that_no_budget_guards_are_found() -> None:
    assert codes(workload(replicas=3), SERVICE) == ["hygiene.no_disruption_budget"]


@pytest.mark.parametrize("kind", [BUDGETS, SERVICES, ACCOUNTS], ids=lambda kind: kind.plural)
def test_what_cannot_be_read_is_not_taken_for_absent(kind: Resource[Any]) -> None:
    objects = [item for item in (ACCOUNT, SERVICE) if item["kind"] != kind.kind]
    unguarded = workload(replicas=1, automountServiceAccountToken=None)

    told = [item.code for item in analyze(seen(unguarded, *objects, forbidden=(kind,)))]

    assert ("hygiene.single_replica" in told) == (kind is ACCOUNTS)
    assert ("hygiene.default_token" in told) == (kind is not ACCOUNTS)


def test_what_is_scaled_to_nothing_and_what_is_kubernetes_own_is_silent() -> None:
    assert codes(workload({"image": "web"}, replicas=0)) == []
    assert codes(workload({"image": "web"}, space="kube-system")) == []


def test_the_containers_of_a_workload_are_one_finding() -> None:
    both = [{**GOOD, "name": name, "image": "web"} for name in ("app", "log")]

    [finding] = found(workload(containers=both))

    assert finding.text.startswith("Containers app, log may run another image")
    assert finding.evidence["container"] == "app"


def test_the_value_of_a_variable_is_nowhere() -> None:
    [finding] = found(workload({"env": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]}))

    assert "DB_PASSWORD" in finding.text
    assert "hunter2" not in repr(finding)


def test_the_value_of_a_variable_is_in_no_representation_of_the_object() -> None:
    view = seen(workload({"env": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]}))

    assert "hunter2" not in repr(view.all(ANALYZER.reads[0]))
