"""Admission webhooks: whether the API server can call them, and who pays when not."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.machinery import webhooks
from kubecfg_core import Severity
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.pods import PODS
from tests.unit.kubecfg_analyzers.certificates import certificate, new_key, private
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, only, owned, pod, view_of, workload

PODS_RULE = {"operations": ["CREATE"], "apiGroups": [""], "resources": ["pods"]}
CONFIG_RULE = {"operations": ["*"], "apiGroups": ["example.com"], "resources": ["widgets"]}
OWN = {"labels": {"app": "web"}, **owned("ReplicaSet", "web-1")}


def configuration(*rules: Json, policy: str = "Fail", bundle: str = "", port: int = 443, **more: Any) -> Json:
    client: Json = {"service": {"namespace": "default", "name": "web", "port": port}}
    if bundle:
        client["caBundle"] = bundle
    webhook = {"name": "check.example.com", "clientConfig": client, "failurePolicy": policy}
    return {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "check", "creationTimestamp": more.pop("created", ago(hours=1))},
        "webhooks": [{**webhook, "rules": list(rules or (CONFIG_RULE,)), **more}],
    }


def service(port: int = 443, **spec: Any) -> Json:
    metadata = {"name": "web", "creationTimestamp": ago(hours=1)}
    return {
        "kind": "Service",
        "metadata": metadata,
        "spec": {"selector": {"app": "web"}, "ports": [{"port": port}], **spec},
    }


def namespace(**labels: str) -> Json:
    return {"kind": "Namespace", "metadata": {"name": "default", "labels": labels}}


def test_a_webhook_whose_service_serves_is_silent() -> None:
    assert codes(webhooks.validating, view_of(configuration(), service(), pod(**OWN))) == []


def test_a_webhook_whose_service_does_not_exist_refuses_what_it_is_asked_about() -> None:
    found = only(webhooks.validating, view_of(configuration()))

    assert (found.code, found.severity) == ("webhook.service_missing", Severity.ERROR)
    assert "default/web does not exist" in found.text


@pytest.mark.parametrize(
    ("rule", "policy", "severity"),
    [
        (PODS_RULE, "Fail", Severity.CRITICAL),
        ({**PODS_RULE, "resources": ["*"], "apiGroups": ["*"]}, "Fail", Severity.CRITICAL),
        (CONFIG_RULE, "Fail", Severity.ERROR),
        (PODS_RULE, "Ignore", Severity.WARNING),
    ],
)
def test_the_severity_goes_by_the_failure_policy_and_by_what_is_refused(
    rule: Json, policy: str, severity: Severity
) -> None:
    assert only(webhooks.validating, view_of(configuration(rule, policy=policy))).severity is severity


def test_a_mutating_webhook_is_judged_alike() -> None:
    changed = {**configuration(), "kind": "MutatingWebhookConfiguration"}

    assert only(webhooks.mutating, view_of(changed)).kind == "MutatingWebhookConfiguration"


def test_a_service_that_could_not_be_read_is_not_missing() -> None:
    assert codes(webhooks.validating, view_of(configuration(), forbidden=[SERVICES])) == []


def test_a_service_of_another_namespace_than_the_one_that_was_read_is_not_missing() -> None:
    assert codes(webhooks.validating, view_of(configuration(), namespace="shop")) == []


def test_a_webhook_that_was_just_installed_may_wait_for_its_service() -> None:
    assert codes(webhooks.validating, view_of(configuration(created=ago(minutes=1)))) == []


def test_a_webhook_without_rules_is_never_called() -> None:
    assert codes(webhooks.validating, view_of(configuration(rules=[]))) == []


def test_a_webhook_at_a_url_needs_no_service() -> None:
    assert codes(webhooks.validating, view_of(configuration(clientConfig={"url": "https://hook.example.com"}))) == []


def test_a_port_that_the_service_has_not_is_told_with_those_that_it_has() -> None:
    found = only(webhooks.validating, view_of(configuration(port=9443), service(), pod(**OWN)))

    assert (found.code, found.evidence["declared"]) == ("webhook.port_missing", "443")


def test_a_webhook_whose_pods_crash_is_told_with_their_trouble() -> None:
    found = only(webhooks.validating, view_of(configuration(), service(), pod(crashing(), **OWN)))

    assert found.code == "webhook.not_ready"
    assert "exit code 1" in found.cause


def test_pods_that_have_completed_beside_a_ready_one_do_not_matter() -> None:
    view = view_of(configuration(), service(), pod(**OWN), pod(name="old", phase="Succeeded", **OWN))

    assert codes(webhooks.validating, view) == []


def test_a_webhook_that_is_scaled_to_nothing_is_not_ready() -> None:
    found = only(webhooks.validating, view_of(configuration(), service(), workload(desired=0)))

    assert (found.code, found.cause.split(". ")[-1]) == ("webhook.not_ready", "Deployment web is scaled to 0.")


def test_pods_that_could_not_be_read_are_not_unready() -> None:
    assert codes(webhooks.validating, view_of(configuration(), service(), forbidden=[PODS])) == []


def test_a_webhook_that_refuses_its_own_pods_while_none_serves_is_a_deadlock() -> None:
    found = only(webhooks.validating, view_of(configuration(PODS_RULE), service(), namespace(), pod(crashing(), **OWN)))

    assert (found.code, found.severity) == ("webhook.deadlock", Severity.CRITICAL)


def test_a_webhook_that_is_asked_about_its_own_pods_is_a_warning() -> None:
    found = only(webhooks.validating, view_of(configuration(PODS_RULE), service(), namespace(), pod(**OWN)))

    assert (found.code, found.severity) == ("webhook.self_match", Severity.WARNING)


@pytest.mark.parametrize(
    "more",
    [
        {"policy": "Ignore"},
        {"namespaceSelector": {"matchExpressions": [{"key": "own", "operator": "DoesNotExist"}]}},
        {"objectSelector": {"matchLabels": {"inject": "yes"}}},
        {"matchConditions": [{"name": "not-own", "expression": "true"}]},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_webhook_that_may_let_its_own_pods_pass_is_silent(more: Json) -> None:
    view = view_of(configuration(PODS_RULE, **more), service(), namespace(own="yes"), pod(**OWN))

    assert codes(webhooks.validating, view) == []


def test_pods_from_files_of_their_node_are_not_refused() -> None:
    static = {"labels": {"app": "web"}, **owned("Node", "node-1")}

    assert codes(webhooks.validating, view_of(configuration(PODS_RULE), service(), namespace(), pod(**static))) == []


def test_a_namespace_that_could_not_be_read_is_not_known_to_match() -> None:
    view = view_of(configuration(PODS_RULE), service(), pod(**OWN), forbidden=[NAMESPACES])

    assert codes(webhooks.validating, view) == []


@pytest.mark.parametrize(
    ("days", "start", "code", "severity"),
    [
        (-2, -400, "webhook.ca_expired", Severity.ERROR),
        (3, -360, "webhook.ca_expiring", Severity.ERROR),
        (20, -360, "webhook.ca_expiring", Severity.WARNING),
    ],
)
def test_a_ca_bundle_that_ends_is_told(days: float, start: float, code: str, severity: Severity) -> None:
    bundle = certificate("ca", days=days, start=start)

    found = only(webhooks.validating, view_of(configuration(bundle=bundle), service(), pod(**OWN)))

    assert (found.code, found.severity) == (code, severity)


@pytest.mark.parametrize(("days", "start"), [(60, -300), (5, -2)], ids=["long", "rotates often"])
def test_a_ca_bundle_that_has_time_left_is_silent(days: float, start: float) -> None:
    bundle = certificate("ca", days=days, start=start)

    assert codes(webhooks.validating, view_of(configuration(bundle=bundle), service(), pod(**OWN))) == []


def test_a_ca_bundle_that_cannot_be_read_is_told() -> None:
    found = only(webhooks.validating, view_of(configuration(bundle="bm90IGEgY2VydA=="), service(), pod(**OWN)))

    assert found.code == "webhook.ca_unparsable"


def mounted(data: str) -> tuple[Json, Json]:
    secret = {
        "kind": "Secret",
        "metadata": {"name": "serving"},
        "type": "kubernetes.io/tls",
        "data": {"tls.crt": data, "tls.key": private(new_key())},
    }
    return secret, pod(spec={"volumes": [{"name": "v", "secret": {"secretName": "serving"}}]}, **OWN)


def test_a_ca_bundle_that_has_not_signed_the_certificate_that_is_mounted_is_told() -> None:
    secret, web = mounted(certificate("web.default.svc"))

    found = only(webhooks.validating, view_of(configuration(bundle=certificate("ca")), service(), web, secret))

    assert (found.code, found.evidence["secret"]) == ("webhook.ca_mismatch", "serving")


def test_a_ca_bundle_that_is_the_certificate_that_is_mounted_fits() -> None:
    own = certificate("web.default.svc")
    secret, web = mounted(own)

    assert codes(webhooks.validating, view_of(configuration(bundle=own), service(), web, secret)) == []


def test_a_mounted_certificate_for_another_host_says_nothing() -> None:
    secret, web = mounted(certificate("shop.example.com"))

    assert codes(webhooks.validating, view_of(configuration(bundle=certificate("ca")), service(), web, secret)) == []
