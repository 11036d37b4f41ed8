"""Aggregated APIs, definitions, namespaces that do not go, and leases."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.machinery import apiservices, definitions, leases, namespaces
from kubecfg_core import Severity
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.machinery import APISERVICES
from kubecfg_core.kinds.network import SERVICES
from tests.unit.kubecfg_analyzers.certificates import certificate
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, node, only, pod, view_of

WEB = {"namespace": "default", "name": "web", "port": 443}
SERVICE = {
    "kind": "Service",
    "metadata": {"name": "web", "creationTimestamp": ago(hours=1)},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 443}]},
}


def condition(kind: str, status: str, reason: str = "Why", message: str = "", minutes: float = 30) -> Json:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": ago(minutes=minutes),
    }


def api(status: str = "False", minutes: float = 30, service: Json | None = WEB, **spec: Any) -> Json:
    told = condition("Available", status, "FailedDiscoveryCheck", "no response from https://10.0.0.1", minutes)
    return {
        "kind": "APIService",
        "metadata": {"name": "v1beta1.metrics.k8s.io"},
        "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "service": service, **spec},
        "status": {"conditions": [told]},
    }


def test_an_api_that_answers_is_silent() -> None:
    assert codes(apiservices.analyze, view_of(api("True"))) == []


def test_an_api_that_has_just_stopped_to_answer_may_come_back() -> None:
    assert codes(apiservices.analyze, view_of(api(minutes=0.5))) == []


def test_an_api_whose_service_does_not_exist_is_told_once_with_what_that_costs() -> None:
    found = only(apiservices.analyze, view_of(api()))

    assert (found.code, found.severity) == ("apiservice.service_missing", Severity.ERROR)
    assert "HorizontalPodAutoscalers" in found.cause


def test_an_api_whose_service_could_not_be_read_is_told_by_its_own_message() -> None:
    found = only(apiservices.analyze, view_of(api(), forbidden=[SERVICES]))

    assert (found.code, found.cause.startswith("no response from")) == ("apiservice.unavailable", True)


def test_an_api_whose_pods_crash_is_told_with_their_trouble() -> None:
    found = only(apiservices.analyze, view_of(api(), SERVICE, pod(crashing(), labels={"app": "web"})))

    assert found.code == "apiservice.not_ready"
    assert "exit code 1" in found.cause


def test_an_api_whose_pods_are_well_is_told_by_its_own_message() -> None:
    found = only(apiservices.analyze, view_of(api(), SERVICE, pod(labels={"app": "web"})))

    assert found.code == "apiservice.unavailable"
    assert "FailedDiscoveryCheck" in found.text


def test_a_ca_bundle_that_has_ended_is_the_reason() -> None:
    bundle = certificate("ca", days=-1, start=-90)

    found = only(apiservices.analyze, view_of(api(caBundle=bundle), SERVICE, pod(labels={"app": "web"})))

    assert found.code == "apiservice.ca_expired"


def test_a_ca_bundle_that_ends_soon_is_a_warning_while_the_api_answers() -> None:
    found = only(apiservices.analyze, view_of(api("True", caBundle=certificate("ca", days=20, start=-300))))

    assert (found.code, found.severity) == ("apiservice.ca_expiring", Severity.WARNING)


def test_a_ca_bundle_that_nobody_checks_is_silent() -> None:
    old = certificate("ca", days=-1, start=-90)

    assert codes(apiservices.analyze, view_of(api("True", caBundle=old, insecureSkipTLSVerify=True))) == []


def definition(*told: Json, versions: int = 2, service: Json | None = None, **metadata: Any) -> Json:
    spec: Json = {
        "group": "example.com",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [{"name": f"v{number}", "served": True} for number in range(1, versions + 1)],
    }
    if service is not None:
        spec["conversion"] = {"strategy": "Webhook", "webhook": {"clientConfig": {"service": service}}}
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com", "creationTimestamp": ago(hours=1), **metadata},
        "spec": spec,
        "status": {"conditions": list(told or (condition("Established", "True"), condition("NamesAccepted", "True")))},
    }


def test_a_definition_that_is_served_is_silent() -> None:
    assert codes(definitions.analyze, view_of(definition())) == []


def test_a_definition_whose_names_are_taken_is_told_once() -> None:
    view = view_of(definition(condition("NamesAccepted", "False"), condition("Established", "False")))

    assert codes(definitions.analyze, view) == ["crd.names_conflict"]


def test_a_definition_that_is_not_established_is_told() -> None:
    assert codes(definitions.analyze, view_of(definition(condition("Established", "False")))) == ["crd.not_established"]


def test_a_young_definition_may_wait_to_be_established() -> None:
    young = definition(condition("Established", "False"), creationTimestamp=ago(minutes=1))

    assert codes(definitions.analyze, view_of(young)) == []


@pytest.mark.parametrize(("versions", "severity"), [(2, Severity.ERROR), (1, Severity.WARNING)])
def test_a_conversion_webhook_without_a_service_goes_by_the_versions_that_are_served(
    versions: int, severity: Severity
) -> None:
    found = only(definitions.analyze, view_of(definition(versions=versions, service=WEB)))

    assert (found.code, found.severity) == ("crd.conversion_service_missing", severity)


def test_a_conversion_webhook_that_serves_is_silent() -> None:
    view = view_of(definition(service=WEB), SERVICE, pod(labels={"app": "web"}))

    assert codes(definitions.analyze, view) == []


def test_a_conversion_webhook_whose_service_could_not_be_read_is_silent() -> None:
    assert codes(definitions.analyze, view_of(definition(service=WEB), forbidden=[SERVICES])) == []


def test_a_definition_that_does_not_go_is_told_with_its_finalizer() -> None:
    gone = definition(deletionTimestamp=ago(hours=1), finalizers=["customresourcecleanup.apiextensions.k8s.io"])

    assert only(definitions.analyze, view_of(gone)).code == "crd.stuck_terminating"


def test_a_definition_that_was_just_deleted_is_silent() -> None:
    gone = definition(deletionTimestamp=ago(minutes=2), finalizers=["customresourcecleanup.apiextensions.k8s.io"])

    assert codes(definitions.analyze, view_of(gone)) == []


REMAINING = condition(
    "NamespaceContentRemaining",
    "True",
    message="Some resources are remaining: widgets.example.com has 2 resource instances",
)
FINALIZERS = condition(
    "NamespaceFinalizersRemaining",
    "True",
    message="Some content in the namespace has finalizers remaining: example.com/keep in 2 resource instances",
)
DISCOVERY = condition("NamespaceDeletionDiscoveryFailure", "True", message="Discovery failed for some groups")


def leaving(*told: Json, minutes: float = 60, phase: str = "Terminating", finalizer: str = "kubernetes") -> Json:
    metadata: Json = {"name": "old", "deletionTimestamp": ago(minutes=minutes)}
    return {
        "kind": "Namespace",
        "metadata": metadata,
        "spec": {"finalizers": [finalizer]},
        "status": {"phase": phase, "conditions": list(told)},
    }


def test_a_namespace_in_use_is_silent() -> None:
    used = {"kind": "Namespace", "metadata": {"name": "shop"}, "status": {"phase": "Active"}}

    assert codes(namespaces.analyze, view_of(used)) == []


def test_a_namespace_that_was_just_deleted_may_take_its_time() -> None:
    assert codes(namespaces.analyze, view_of(leaving(REMAINING, FINALIZERS, minutes=5))) == []


def test_a_namespace_that_waits_for_a_finalizer_names_it_and_what_has_it() -> None:
    found = only(namespaces.analyze, view_of(leaving(REMAINING, FINALIZERS)))

    assert found.code == "namespace.terminating_finalizer"
    assert (found.evidence["finalizer"], found.evidence["plural"]) == ("example.com/keep", "widgets.example.com")
    assert "2 widgets.example.com" in found.text


def test_a_namespace_that_an_api_holds_names_the_api() -> None:
    found = only(namespaces.analyze, view_of(leaving(DISCOVERY, REMAINING), api()))

    assert (found.code, found.evidence["api"]) == ("namespace.terminating_api_down", "metrics.k8s.io/v1beta1")


def test_a_namespace_that_an_api_holds_is_told_without_the_list_of_apis() -> None:
    found = only(namespaces.analyze, view_of(leaving(DISCOVERY), forbidden=[APISERVICES]))

    assert (found.code, found.cause) == ("namespace.terminating_api_down", "Discovery failed for some groups.")


def test_a_namespace_with_a_finalizer_of_its_own_names_it() -> None:
    found = only(namespaces.analyze, view_of(leaving(finalizer="example.com/own")))

    assert (found.code, found.evidence["finalizer"]) == ("namespace.terminating", "example.com/own")


def test_a_namespace_that_nothing_explains_is_a_warning() -> None:
    assert only(namespaces.analyze, view_of(leaving())).severity is Severity.WARNING


def lease(name: str, namespace: str, *, seconds: float, duration: int = 40, holder: str = "somebody") -> Json:
    spec = {"holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": ago(seconds=seconds)}
    return {"kind": "Lease", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


FRESH = lease("node-2", "kube-node-lease", seconds=5)


def test_a_ready_node_without_a_sign_of_life_is_told() -> None:
    found = only(leases.analyze, view_of(lease("node-1", "kube-node-lease", seconds=900), FRESH))

    assert (found.code, found.evidence["node"]) == ("lease.node_stale", "node-1")


def test_a_node_that_is_known_not_to_be_ready_is_told_elsewhere() -> None:
    view = view_of(lease("node-3", "kube-node-lease", seconds=900), node("node-3", ready="Unknown"), FRESH)

    assert codes(leases.analyze, view) == []


def test_a_node_that_is_gone_leaves_its_lease_behind() -> None:
    assert codes(leases.analyze, view_of(lease("node-9", "kube-node-lease", seconds=9000), FRESH)) == []


def test_nodes_that_could_not_be_read_are_not_stale() -> None:
    view = view_of(lease("node-1", "kube-node-lease", seconds=900), FRESH, forbidden=[NODES])

    assert codes(leases.analyze, view) == []


def test_a_heartbeat_that_is_a_little_late_is_silent() -> None:
    assert codes(leases.analyze, view_of(lease("node-1", "kube-node-lease", seconds=300), FRESH)) == []


def test_lateness_goes_by_the_clock_of_the_cluster() -> None:
    every = [lease(f"node-{number}", "kube-node-lease", seconds=90_000) for number in (1, 2)]

    assert codes(leases.analyze, view_of(*every)) == []


def test_a_control_plane_without_a_leader_is_told() -> None:
    found = only(leases.analyze, view_of(lease("kube-scheduler", "kube-system", seconds=600, duration=15), FRESH))

    assert (found.code, found.evidence["component"]) == ("lease.leader_stale", "kube-scheduler")


@pytest.mark.parametrize(
    ("name", "namespace", "holder"),
    [
        ("my-operator", "kube-system", "somebody"),
        ("kube-scheduler", "shop", "somebody"),
        ("kube-scheduler", "kube-system", ""),
    ],
    ids=["unknown", "elsewhere", "released"],
)
def test_other_leases_may_have_been_left_behind(name: str, namespace: str, holder: str) -> None:
    stale = lease(name, namespace, seconds=90_000, duration=15, holder=holder)

    assert codes(leases.analyze, view_of(stale, FRESH)) == []
