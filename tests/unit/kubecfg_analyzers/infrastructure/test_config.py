"""ConfigMaps with certificates, ServiceAccounts, and who is bound to which role."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from kubecfg_analyzers.infrastructure import bindings, configmaps, serviceaccounts
from kubecfg_core import Severity
from kubecfg_core.kinds.config import SECRETS, SERVICEACCOUNTS
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.rbac import CLUSTERROLES, ROLES
from tests.unit.kubecfg_analyzers.certificates import certificate
from tests.unit.kubecfg_analyzers.judging import Json, codes, only, pod, view_of, warning

maps_of = configmaps.ANALYZER.analyze
accounts_of = serviceaccounts.ANALYZER.analyze
bindings_of = bindings.ROLEBINDING_ANALYZER.analyze
cluster_bindings_of = bindings.CLUSTERROLEBINDING_ANALYZER.analyze


def pem(*args: str, **kwargs: Any) -> str:
    return b64decode(certificate(*args, **kwargs)).decode()


def configmap(value: str, name: str = "ca", namespace: str = "default") -> Json:
    return {
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {"ca.crt": value, "a": "b"},
    }


def test_a_certificate_that_lasts_is_silent() -> None:
    assert codes(maps_of, view_of(configmap(pem("ca.example.com", days=31)))) == []


def test_a_certificate_that_has_ended_is_a_warning() -> None:
    found = only(maps_of, view_of(configmap(pem("ca.example.com", days=-3, start=-90))))

    assert (found.code, found.severity, found.evidence["days"]) == (
        "configmap.certificate_expired",
        Severity.WARNING,
        3,
    )
    assert 'in "ca.crt" for ca.example.com ended on' in found.text


@pytest.mark.parametrize(("days", "severity"), [(20, Severity.WARNING), (5, Severity.ERROR)])
def test_a_certificate_that_ends_soon_is_told(days: int, severity: Severity) -> None:
    found = only(maps_of, view_of(configmap(pem("ca.example.com", days=days))))

    assert (found.code, found.severity) == ("configmap.certificate_expiring", severity)


def test_one_certificate_in_many_namespaces_is_one_finding() -> None:
    value = pem("ca.example.com", days=5)
    found = only(maps_of, view_of(*(configmap(value, namespace=name) for name in ("b", "a", "c"))))

    assert (found.namespace, found.evidence["copies"]) == ("a", 3)
    assert "2 other ConfigMaps hold the same." in found.cause


def test_an_old_root_beside_a_good_one_is_silent() -> None:
    assert codes(maps_of, view_of(configmap(pem("old", days=-3, start=-90) + pem("new")))) == []


def test_a_leaf_that_has_ended_is_told_though_its_issuer_lasts() -> None:
    bundle = pem("web.example.com", days=-3, start=-90, ca="issuer") + pem("issuer")

    assert only(maps_of, view_of(configmap(bundle))).evidence["host"] == "web.example.com"


def test_what_is_no_certificate_is_silent() -> None:
    garbage = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"

    assert codes(maps_of, view_of(configmap(garbage), configmap("plain", "b"))) == []


def account(name: str = "default", *, pull: str = "", secret: str = "", namespace: str = "default") -> Json:
    return {
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": namespace},
        "imagePullSecrets": [{"name": pull}] if pull else [],
        "secrets": [{"name": secret}] if secret else [],
    }


def secret(name: str) -> Json:
    return {"kind": "Secret", "metadata": {"name": name}}


def test_an_account_whose_secrets_exist_is_silent() -> None:
    view = view_of(account(pull="hub", secret="token"), secret("hub"), secret("token"), pod())

    assert codes(accounts_of, view) == []


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"pull": "hub"}, "serviceaccount.pull_secret_missing"),
        ({"secret": "hub"}, "serviceaccount.secret_missing"),
        ({"secret": "hub", "pull": "hub"}, "serviceaccount.pull_secret_missing"),
    ],
)
def test_an_account_of_a_pod_that_names_a_missing_secret_is_told(names: dict[str, str], code: str) -> None:
    found = only(accounts_of, view_of(account(**names), secret("hubs"), pod()))

    assert (found.code, found.evidence["secret"], found.evidence["nearest"]) == (code, "hub", "hubs")


def test_an_account_that_no_pod_has_is_silent() -> None:
    assert codes(accounts_of, view_of(account("robot", pull="hub"), pod(), pod(phase="Succeeded", name="done"))) == []


def test_the_token_of_old_that_kubernetes_removed_is_not_missing() -> None:
    assert codes(accounts_of, view_of(account(secret="default-token-x7k2p"), pod())) == []


@pytest.mark.parametrize("kind", [SECRETS, PODS], ids=lambda kind: kind.plural)
def test_an_account_lacks_nothing_where_that_could_not_be_read(kind: Any) -> None:
    assert codes(accounts_of, view_of(account(pull="hub"), pod(), forbidden=[kind])) == []


ROBOT: Json = {"kind": "ServiceAccount", "name": "robot", "namespace": "default"}
PERSON: Json = {"kind": "User", "name": "jane"}


def role(name: str = "reader", kind: str = "Role") -> Json:
    return {"kind": kind, "metadata": {"name": name}}


def binding(*subjects: Json, role: str = "Role/reader", kind: str = "RoleBinding", **metadata: Any) -> Json:
    role_kind, _, name = role.partition("/")
    return {
        "kind": kind,
        "metadata": {"name": "readers", **metadata},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": name},
        "subjects": list(subjects) or None,
    }


@pytest.mark.parametrize("subjects", [[ROBOT], [PERSON], [ROBOT, PERSON], []])
def test_a_binding_whose_role_and_accounts_exist_is_silent(subjects: list[Json]) -> None:
    assert codes(bindings_of, view_of(binding(*subjects), role(), account("robot"))) == []


def test_a_missing_role_is_a_warning_with_the_nearest_name() -> None:
    found = only(bindings_of, view_of(binding(PERSON), role("readers")))

    assert (found.code, found.severity) == ("rolebinding.role_missing", Severity.WARNING)
    assert (found.evidence["role"], found.evidence["nearest"]) == ("reader", "readers")


def test_a_missing_role_is_an_error_where_a_pod_should_have_it() -> None:
    robot = pod(spec={"serviceAccountName": "robot"})
    found = only(bindings_of, view_of(binding(ROBOT), account("robot"), robot))

    assert (found.severity, found.evidence["pod"]) == (Severity.ERROR, "web-1")


def test_a_role_of_another_namespace_does_not_count() -> None:
    other = role()
    other["metadata"]["namespace"] = "elsewhere"

    assert codes(bindings_of, view_of(binding(PERSON), other)) == ["rolebinding.role_missing"]


def test_a_role_binding_may_give_a_cluster_role() -> None:
    view = view_of(binding(PERSON, role="ClusterRole/view"), role("view", "ClusterRole"))

    assert codes(bindings_of, view) == []


def test_a_cluster_role_binding_to_a_missing_role_is_told() -> None:
    view = view_of(binding(PERSON, role="ClusterRole/viewer", kind="ClusterRoleBinding"), role("view", "ClusterRole"))

    assert only(cluster_bindings_of, view).code == "clusterrolebinding.role_missing"


@pytest.mark.parametrize("kind", [ROLES, CLUSTERROLES], ids=lambda kind: kind.plural)
@pytest.mark.parametrize("how", ["forbidden", "absent"])
def test_a_role_is_not_missing_where_roles_could_not_be_read(kind: Any, how: str) -> None:
    given = binding(PERSON, role=f"{kind.kind}/reader")

    assert codes(bindings_of, view_of(given, **{how: [kind]})) == []


def test_a_binding_to_accounts_that_do_not_exist_is_a_warning() -> None:
    found = only(bindings_of, view_of(binding(ROBOT), role(), account("robots")))

    assert (found.code, found.severity) == ("rolebinding.subjects_missing", Severity.WARNING)
    assert (found.evidence["serviceaccount"], found.evidence["nearest"]) == ("robot", "robots")


def test_an_account_of_that_name_elsewhere_is_pointed_out() -> None:
    found = only(bindings_of, view_of(binding(ROBOT), role(), account("robot", namespace="shop")))

    assert found.evidence["other_namespace"] == "shop"
    assert "is in shop" in found.cause


def test_a_subject_without_a_namespace_is_of_the_bindings_own() -> None:
    subject = {"kind": "ServiceAccount", "name": "robot"}

    assert codes(bindings_of, view_of(binding(subject), role(), account("robot"))) == []


@pytest.mark.parametrize("other", [PERSON, {**ROBOT, "name": "default"}], ids=["a person", "an account that exists"])
def test_a_binding_that_serves_anybody_is_silent(other: Json) -> None:
    assert codes(bindings_of, view_of(binding(ROBOT, other), role(), account("default"))) == []


@pytest.mark.parametrize("how", ["forbidden", "absent"])
def test_an_account_is_not_missing_where_accounts_could_not_be_read(how: str) -> None:
    assert codes(bindings_of, view_of(binding(ROBOT), role(), **{how: [SERVICEACCOUNTS]})) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"}},
        {"name": "system:controller:cloud-provider"},
        {"name": "eks:addon-manager"},
    ],
)
def test_a_binding_of_the_platform_is_silent(metadata: Json) -> None:
    assert codes(cluster_bindings_of, view_of(binding(ROBOT, kind="ClusterRoleBinding", **metadata))) == []


def test_a_cluster_role_binding_to_accounts_that_do_not_exist_is_told() -> None:
    view = view_of(binding(ROBOT, role="ClusterRole/view", kind="ClusterRoleBinding"), role("view", "ClusterRole"))

    assert only(cluster_bindings_of, view).code == "clusterrolebinding.subjects_missing"


def test_in_an_analysis_of_one_namespace_an_account_elsewhere_is_not_missing() -> None:
    far = {**ROBOT, "namespace": "elsewhere"}

    assert codes(bindings_of, view_of(binding(far), role(), namespace="default")) == []


def test_an_analysis_of_one_namespace_tells_of_cluster_roles_for_its_accounts() -> None:
    given = binding(ROBOT, role="ClusterRole/view", kind="ClusterRoleBinding")

    assert codes(cluster_bindings_of, view_of(given, namespace="default")) == [
        "clusterrolebinding.role_missing",
        "clusterrolebinding.subjects_missing",
    ]
    assert codes(cluster_bindings_of, view_of(given, namespace="other")) == []


def refused(verb: str = "list", who: str = "default:robot", place: str = ' in the namespace "default"') -> Json:
    message = (
        f'failed: pods is forbidden: User "system:serviceaccount:{who}" cannot {verb} resource "pods" '
        f'in API group ""{place}'
    )
    return warning("SyncFailed", message, kind="Widget", name=f"left-{verb}")


def test_what_an_account_is_forbidden_is_told_as_one() -> None:
    found = only(accounts_of, view_of(account("robot"), refused(), refused("watch"), refused()))

    assert (found.code, found.evidence["verb"], found.evidence["resource_name"]) == (
        "serviceaccount.forbidden",
        "list",
        "pods",
    )
    assert "may not list pods, watch pods in namespace default" in found.text


def test_what_is_forbidden_everywhere_is_told_so() -> None:
    found = only(accounts_of, view_of(account("robot"), refused(place=" at the cluster scope")))

    assert "in the cluster" in found.text


@pytest.mark.parametrize("who", ["default:other", "elsewhere:robot"])
def test_what_another_account_is_forbidden_is_not_told(who: str) -> None:
    assert codes(accounts_of, view_of(account("robot"), refused(who=who))) == []


def test_a_pod_that_admission_forbids_is_no_matter_of_rights() -> None:
    event = warning("FailedCreate", 'pods "x" is forbidden: exceeded quota: tight', kind="ReplicaSet", name="x")

    assert codes(accounts_of, view_of(account("robot"), event)) == []
