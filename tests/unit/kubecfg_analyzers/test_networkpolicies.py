"""NetworkPolicies that select nothing, or cut off what is needed."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.networking.networkpolicies import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.policies import NETWORKPOLICIES
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, pod, view_of, workload

WEB = {"app": "web"}
TO_ALL_PODS: Json = {"to": [{"podSelector": {}}]}
DNS = {"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]}


def policy(
    selector: dict[str, str] | None = None, *, name: str = "rules", ingress: Any = None, egress: Any = None
) -> Json:
    types = [kind for kind, given in (("Ingress", ingress), ("Egress", egress)) if given is not None] or ["Ingress"]
    spec: Json = {"podSelector": {"matchLabels": WEB if selector is None else selector}, "policyTypes": types}
    spec |= {"ingress": ingress} if ingress is not None else {}
    spec |= {"egress": egress} if egress is not None else {}
    metadata = {"name": name, "creationTimestamp": ago(hours=1)}
    return {"kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def web(**spec: Any) -> Json:
    return pod(labels=WEB, container={"ports": [{"name": "http", "containerPort": 8080}]}, spec=spec)


def service(target: int | str = 8080, port: int = 80, **more: Any) -> Json:
    spec = {"selector": WEB, "ports": [{"port": port, "targetPort": target}], **more}
    return {"kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def dns(port: int = 53) -> list[Json]:
    labels = {"k8s-app": "kube-dns"}
    ports = [{"port": 53, "targetPort": port, "protocol": "UDP"}]
    return [
        {"kind": "Namespace", "metadata": {"name": "kube-system"}},
        {
            "kind": "Service",
            "metadata": {"name": "kube-dns", "namespace": "kube-system"},
            "spec": {"selector": labels, "ports": ports},
        },
        pod(name="coredns", namespace="kube-system", labels=labels),
    ]


@pytest.mark.parametrize("default", [policy({}, ingress=[]), policy({}, egress=[])], ids=["ingress", "egress"])
def test_a_default_policy_is_for_every_pod_and_silent(default: Json) -> None:
    assert codes(analyze, view_of(default, web())) == []


def test_a_selector_that_matches_no_pod_is_told_with_the_nearest() -> None:
    found = only(analyze, view_of(policy({"app": "wep"}), web()))

    assert (found.code, found.severity) == ("networkpolicy.selects_nothing", Severity.WARNING)
    assert "pod web-1 has app=web" in found.cause


def test_a_pod_of_another_namespace_is_not_selected() -> None:
    elsewhere = pod(name="far", namespace="other", labels={"app": "wep"})

    assert codes(analyze, view_of(policy({"app": "wep"}), web(), elsewhere)) == ["networkpolicy.selects_nothing"]


def test_expressions_count_too() -> None:
    by_expression = policy({})
    by_expression["spec"]["podSelector"] = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}

    assert codes(analyze, view_of(by_expression, web())) == []


def test_pods_that_a_workload_would_make_are_selected() -> None:
    other = pod(name="other", labels={"app": "other"})

    assert codes(analyze, view_of(policy(), other, workload(desired=0))) == []


@pytest.mark.parametrize("unread", [PODS, NETWORKPOLICIES], ids=lambda kind: kind.plural)
def test_what_could_not_be_read_is_not_cut_off(unread: Any) -> None:
    view = view_of(policy(ingress=[]), service(), web(), forbidden=[unread])

    assert codes(analyze, view) == []


def test_pods_that_may_reach_pods_but_not_the_dns_are_told() -> None:
    found = only(analyze, view_of(policy(egress=[TO_ALL_PODS]), web(), *dns()))

    assert (found.code, found.evidence["pod"]) == ("networkpolicy.blocks_dns", "web-1")


@pytest.mark.parametrize(
    "rule",
    [
        DNS,
        {**DNS, "ports": [{"port": 53, "protocol": "UDP"}]},
        {"ports": [{"port": 53, "protocol": "UDP"}]},
        {"to": [{"ipBlock": {"cidr": "10.96.0.0/12"}}]},
        {},
    ],
    ids=["namespace", "with port", "port alone", "addresses", "everywhere"],
)
def test_a_rule_that_may_let_out_to_the_dns_is_enough(rule: Json) -> None:
    assert codes(analyze, view_of(policy(egress=[TO_ALL_PODS, rule]), web(), *dns())) == []


def test_another_policy_that_lets_out_to_the_dns_is_enough() -> None:
    view = view_of(policy(egress=[TO_ALL_PODS]), policy({}, name="dns", egress=[DNS]), web(), *dns())

    assert codes(analyze, view) == []


def test_the_port_that_the_dns_pods_listen_on_counts() -> None:
    rule = {**DNS, "ports": [{"port": 5353, "protocol": "UDP"}]}

    assert codes(analyze, view_of(policy(egress=[TO_ALL_PODS, rule]), web(), *dns(5353))) == []


@pytest.mark.parametrize("spec", [{"dnsPolicy": "None"}, {"hostNetwork": True}], ids=lambda spec: next(iter(spec)))
def test_pods_that_need_no_dns_of_the_cluster_are_silent(spec: Json) -> None:
    assert codes(analyze, view_of(policy(egress=[TO_ALL_PODS]), web(**spec), *dns())) == []


@pytest.mark.parametrize("egress", [[], [{"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}]], ids=["none", "addresses"])
def test_pods_that_are_cut_off_on_purpose_are_silent(egress: Any) -> None:
    assert codes(analyze, view_of(policy(egress=egress), web(), *dns())) == []


def test_without_the_namespaces_nothing_is_said_of_the_dns() -> None:
    assert codes(analyze, view_of(policy(egress=[TO_ALL_PODS]), web(), *dns(), forbidden=[NAMESPACES])) == []


def test_a_service_whose_pods_let_nobody_in_is_a_warning() -> None:
    found = only(analyze, view_of(policy(ingress=[]), service(), web()))

    assert (found.code, found.severity) == ("networkpolicy.blocks_service", Severity.WARNING)


def test_the_port_of_the_service_in_place_of_the_pods_is_told() -> None:
    found = only(analyze, view_of(policy(ingress=[{"ports": [{"port": 80}]}]), service(), web()))

    assert (found.code, found.severity, found.evidence["port"]) == (
        "networkpolicy.blocks_port",
        Severity.ERROR,
        "8080",
    )


@pytest.mark.parametrize(
    "port",
    [{"port": 8080}, {"port": "http"}, {"port": 8000, "endPort": 9000}, {}],
    ids=["number", "name", "range", "every"],
)
def test_a_rule_for_the_port_of_the_pods_is_silent(port: Json) -> None:
    assert codes(analyze, view_of(policy(ingress=[{"ports": [port]}]), service(), web())) == []


def test_a_named_target_port_is_resolved_at_the_pods() -> None:
    assert codes(analyze, view_of(policy(ingress=[{"ports": [{"port": 8080}]}]), service("http"), web())) == []


def test_a_service_with_an_open_pod_is_silent() -> None:
    free = pod(name="free", labels={**WEB, "free": "yes"})
    closed = policy({"tier": "closed"}, ingress=[])
    shut = pod(name="shut", labels={**WEB, "tier": "closed"})

    assert codes(analyze, view_of(closed, service(), free, shut)) == []


CLASS = {"kind": "IngressClass", "metadata": {"name": "nginx"}, "spec": {"controller": "k8s.io/ingress-nginx"}}
INGRESS = {
    "kind": "Ingress",
    "metadata": {"name": "shop"},
    "spec": {
        "ingressClassName": "nginx",
        "rules": [
            {"http": {"paths": [{"path": "/", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}
        ],
    },
}
CONTROLLER: Json = {
    "name": "nginx-1",
    "namespace": "ingress-nginx",
    "labels": {"app.kubernetes.io/name": "ingress-nginx"},
}
NAMESPACE = {"kind": "Namespace", "metadata": {"name": "ingress-nginx", "labels": {"role": "edge"}}}
OWN_PODS: Json = {"from": [{"podSelector": {}}]}


def test_pods_behind_an_ingress_that_let_its_controller_not_in_are_told() -> None:
    view = view_of(policy(ingress=[OWN_PODS]), service(), web(), INGRESS, CLASS, NAMESPACE, pod(**CONTROLLER))

    assert only(analyze, view).code == "networkpolicy.blocks_ingress"


@pytest.mark.parametrize(
    "peer",
    [
        {"namespaceSelector": {"matchLabels": {"role": "edge"}}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}},
        {"ipBlock": {"cidr": "10.0.0.0/8"}},
    ],
    ids=["label", "name", "addresses"],
)
def test_a_rule_that_may_let_the_controller_in_is_enough(peer: Json) -> None:
    view = view_of(
        policy(ingress=[OWN_PODS, {"from": [peer]}]), service(), web(), INGRESS, CLASS, NAMESPACE, pod(**CONTROLLER)
    )

    assert codes(analyze, view) == []


@pytest.mark.parametrize(
    "controller",
    [pod(**CONTROLLER, spec={"hostNetwork": True}), pod(name="other", namespace="ingress-nginx")],
    ids=["on the host's network", "unknown"],
)
def test_a_controller_whose_way_is_not_known_is_silent(controller: Json) -> None:
    view = view_of(policy(ingress=[OWN_PODS]), service(), web(), INGRESS, CLASS, NAMESPACE, controller)

    assert codes(analyze, view) == []
