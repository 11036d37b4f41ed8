from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.ingress import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kinds.network import INGRESSCLASSES, SERVICES
from tests.unit.kubecfg_analyzers.certificates import certificate, tls_secret
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, only, pod, view_of

NGINX = {"kind": "IngressClass", "metadata": {"name": "nginx"}}
HOST = "web.example.com"
SERVICE = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"name": "http", "port": 80}]}}


def ingress(
    name: str = "web", *, service: str = "web", port: Json | None = None, metadata: Json | None = None, **spec: Any
) -> Json:
    backend = {"service": {"name": service, "port": port or {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    whole = {"ingressClassName": "nginx", "rules": [{"host": HOST, "http": {"paths": paths}}], **spec}
    about = {"name": name, "creationTimestamp": ago(hours=1), **(metadata or {})}
    return {"kind": "Ingress", "metadata": about, "spec": whole}


def tls(secret: str = "tls", *hosts: str) -> Json:
    return {"tls": [{"secretName": secret, "hosts": list(hosts) or [HOST]}]}


def test_an_ingress_with_all_that_it_names_is_silent() -> None:
    assert codes(analyze, view_of(ingress(**tls()), SERVICE, NGINX, tls_secret(HOST))) == []


def test_a_backend_that_does_not_exist_is_told_with_the_nearest() -> None:
    found = only(analyze, view_of(ingress(service="webb"), SERVICE, NGINX))

    assert (found.code, found.evidence["service"], found.evidence["nearest"]) == (
        "ingress.service_missing",
        "webb",
        "web",
    )
    assert f"{HOST}/" in found.text


def test_a_default_backend_is_looked_for_too() -> None:
    default = {"service": {"name": "gone", "port": {"number": 80}}}

    found = only(analyze, view_of(ingress(defaultBackend=default), SERVICE, NGINX))

    assert found.code == "ingress.service_missing"
    assert "the default backend" in found.text


def test_a_backend_that_is_no_service_is_silent() -> None:
    bucket = {"resource": {"kind": "StorageBucket", "name": "static"}}

    assert codes(analyze, view_of(ingress(defaultBackend=bucket), SERVICE, NGINX)) == []


def test_a_backend_that_many_paths_name_is_one_finding() -> None:
    item = ingress(service="gone")
    item["spec"]["rules"] *= 3

    assert codes(analyze, view_of(item, NGINX)) == ["ingress.service_missing"]


@pytest.mark.parametrize("port", [{"number": 8080}, {"name": "web"}])
def test_a_port_that_the_service_has_not_is_told_with_those_it_has(port: Json) -> None:
    found = only(analyze, view_of(ingress(port=port), SERVICE, NGINX))

    assert (found.code, found.evidence["declared"], found.evidence["nearest"]) == (
        "ingress.service_port_missing",
        "80,http",
        80,
    )


def test_a_backend_is_told_with_its_field_where_it_stands_once() -> None:
    found = only(analyze, view_of(ingress(port={"number": 8080}), SERVICE, NGINX))

    assert found.evidence["field"] == "/spec/rules/0/http/paths/0/backend/service"
    assert found.evidence["only_port"] == 80


def test_a_backend_that_stands_twice_has_no_field_of_its_own() -> None:
    item = ingress(port={"number": 8080})
    item["spec"]["rules"] *= 2

    found = only(analyze, view_of(item, SERVICE, NGINX))

    assert not {"field", "only_port"} & {key for key, value in found.evidence.items() if value}


def test_a_port_by_its_name_is_found() -> None:
    assert codes(analyze, view_of(ingress(port={"name": "http"}), SERVICE, NGINX)) == []


def test_a_class_that_does_not_exist_is_told_with_the_one_that_does() -> None:
    found = only(analyze, view_of(ingress(ingressClassName="example"), SERVICE, NGINX))

    assert (found.code, found.evidence["nearest"]) == ("ingress.class_missing", "nginx")


def test_a_class_by_annotation_needs_no_object() -> None:
    item = ingress(ingressClassName="", metadata={"annotations": {"kubernetes.io/ingress.class": "gce"}})

    assert codes(analyze, view_of(item, SERVICE)) == []


def test_no_class_at_all_is_a_warning() -> None:
    found = only(analyze, view_of(ingress(ingressClassName=""), SERVICE, NGINX))

    assert (found.code, found.severity) == ("ingress.no_class", Severity.WARNING)


def test_no_class_is_silent_where_one_is_the_default() -> None:
    default = {
        **NGINX,
        "metadata": {"name": "nginx", "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}},
    }

    assert codes(analyze, view_of(ingress(ingressClassName=""), SERVICE, default)) == []


def test_no_class_is_silent_where_a_controller_has_taken_it() -> None:
    taken = {**ingress(ingressClassName=""), "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}}

    assert codes(analyze, view_of(taken, SERVICE, NGINX)) == []


def test_a_certificate_that_does_not_exist_is_an_error() -> None:
    found = only(analyze, view_of(ingress(**tls("gone")), SERVICE, NGINX))

    assert (found.code, found.evidence["secret"], found.evidence["host"]) == (
        "ingress.tls_secret_missing",
        "gone",
        HOST,
    )


def test_a_tls_entry_without_a_secret_is_silent() -> None:
    assert codes(analyze, view_of(ingress(tls=[{"hosts": [HOST]}]), SERVICE, NGINX)) == []


def test_a_secret_of_another_kind_cannot_be_used() -> None:
    opaque = {"kind": "Secret", "metadata": {"name": "tls"}, "data": {"password": "eA=="}}

    found = only(analyze, view_of(ingress(**tls()), SERVICE, NGINX, opaque))

    assert (found.code, found.evidence["type"], found.evidence["key"]) == (
        "ingress.tls_secret_unusable",
        "Opaque",
        "tls.crt",
    )


def test_an_opaque_secret_with_a_certificate_serves() -> None:
    opaque = {**tls_secret(HOST), "type": "Opaque"}

    assert codes(analyze, view_of(ingress(**tls()), SERVICE, NGINX, opaque)) == []


def test_an_expired_certificate_is_an_error() -> None:
    found = only(analyze, view_of(ingress(**tls()), SERVICE, NGINX, tls_secret(HOST, days=-2)))

    assert (found.code, found.evidence["days"]) == ("ingress.tls_expired", 2)


@pytest.mark.parametrize("name", [HOST, "*.example.com", "WEB.example.com"])
def test_a_certificate_that_covers_the_host_is_silent(name: str) -> None:
    assert codes(analyze, view_of(ingress(**tls()), SERVICE, NGINX, tls_secret(name))) == []


@pytest.mark.parametrize("name", ["other.example.com", "*.web.example.com", "*.com", "example.com"])
def test_a_certificate_for_another_host_is_a_warning(name: str) -> None:
    found = only(analyze, view_of(ingress(**tls()), SERVICE, NGINX, tls_secret(name)))

    assert (found.code, found.severity, found.evidence["names"]) == (
        "ingress.tls_host_mismatch",
        Severity.WARNING,
        name,
    )


def test_a_wildcard_host_needs_a_wildcard_certificate() -> None:
    view = view_of(ingress(**tls("tls", "*.example.com")), SERVICE, NGINX, tls_secret(HOST))

    assert codes(analyze, view) == ["ingress.tls_host_mismatch"]


def test_the_common_name_counts_where_there_is_no_other() -> None:
    item = tls_secret(HOST)
    item["data"]["tls.crt"] = certificate()

    assert only(analyze, view_of(ingress(**tls()), SERVICE, NGINX, item)).evidence["names"] == "nobody"


def test_a_path_that_two_ingresses_claim_is_told_on_the_younger() -> None:
    younger = ingress("younger", metadata={"creationTimestamp": ago(minutes=5)})

    found = only(analyze, view_of(younger, ingress("older"), SERVICE, NGINX))

    assert (found.code, found.name, found.evidence["other_name"]) == ("ingress.duplicate_path", "younger", "older")


def test_a_canary_shares_its_path_on_purpose() -> None:
    canary = ingress("canary", metadata={"annotations": {"nginx.ingress.kubernetes.io/canary": "true"}})

    assert codes(analyze, view_of(canary, ingress("older"), SERVICE, NGINX)) == []


def test_a_canary_does_not_hide_that_two_others_claim_a_path() -> None:
    canary = ingress("a-canary", metadata={"annotations": {"nginx.ingress.kubernetes.io/canary": "true"}})

    assert only(analyze, view_of(canary, ingress("b"), ingress("c"), SERVICE, NGINX)).name == "c"


def test_ingresses_of_two_classes_do_not_meet() -> None:
    inner = {"kind": "IngressClass", "metadata": {"name": "inner"}}

    assert codes(analyze, view_of(ingress("a"), ingress("b", ingressClassName="inner"), SERVICE, NGINX, inner)) == []


def test_a_backend_with_no_ready_pod_is_told_with_its_cause() -> None:
    selecting = {**SERVICE, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}

    found = only(analyze, view_of(ingress(), selecting, NGINX, pod(crashing(), labels={"app": "web"})))

    assert (found.code, found.evidence["service_code"]) == ("ingress.backend_not_ready", "service.no_ready_pods")
    assert "crashes again and again" in found.cause


def test_nothing_is_missing_where_it_could_not_be_read() -> None:
    view = view_of(ingress(**tls("gone"), service="gone"), forbidden=[SERVICES, SECRETS, INGRESSCLASSES])

    assert codes(analyze, view) == []


def address(ip: str) -> Json:
    return {"status": {"loadBalancer": {"ingress": [{"ip": ip}]}}}


def annotated(**annotations: str) -> Json:
    return {"metadata": {"annotations": annotations}}


def test_an_action_of_the_aws_controller_is_no_service() -> None:
    item = ingress(service="ssl-redirect", port={"name": "use-annotation"})

    assert codes(analyze, view_of(item, NGINX)) == []


def test_an_external_name_need_not_list_ports() -> None:
    outside = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "ExternalName", "externalName": "a.b"}}

    assert codes(analyze, view_of(ingress(), outside, NGINX)) == []


def test_a_class_that_does_not_exist_is_a_warning_where_something_serves_the_ingress() -> None:
    found = only(analyze, view_of({**ingress(), **address("192.0.2.1")}, SERVICE))

    assert (found.code, found.severity) == ("ingress.class_missing", Severity.WARNING)


@pytest.mark.parametrize(("name", "severity"), [("nginx", Severity.WARNING), ("traefik", Severity.ERROR)])
def test_a_target_port_in_place_of_a_port_serves_with_nginx_alone(name: str, severity: Severity) -> None:
    there = {"kind": "IngressClass", "metadata": {"name": name}}
    backend = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80, "targetPort": 8080}]}}

    found = only(analyze, view_of(ingress(port={"number": 8080}, ingressClassName=name), backend, there))

    assert (found.code, found.severity) == ("ingress.service_port_missing", severity)


@pytest.mark.parametrize(
    "second",
    [
        {**ingress("internal"), **address("10.0.0.1")},
        {**ingress("redirect", **annotated(**{"traefik.ingress.kubernetes.io/router.entrypoints": "web"}))},
    ],
    ids=["another address", "another entry point"],
)
def test_a_path_that_two_ingresses_serve_at_different_doors_is_not_contested(second: Json) -> None:
    first = {**ingress("public", metadata={"creationTimestamp": ago(days=1)}), **address("192.0.2.1")}

    assert codes(analyze, view_of(first, second, SERVICE, NGINX)) == []


@pytest.mark.parametrize(
    "item",
    [
        ingress(**annotated(**{"alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:x"}), **tls("gone")),
        ingress(
            metadata={"annotations": {"cert-manager.io/issuer": "acme"}, "creationTimestamp": ago(minutes=3)},
            **tls("gone"),
        ),
        ingress(metadata={"annotations": {"kubernetes.io/ingress.class": "istio"}}, ingressClassName="", **tls("gone")),
    ],
    ids=["the cloud's own", "being issued", "of another namespace"],
)
def test_a_certificate_that_need_not_be_there_is_silent(item: Json) -> None:
    assert codes(analyze, view_of(item, SERVICE, NGINX)) == []


def test_a_certificate_that_its_issuer_has_not_made_for_long_says_so() -> None:
    item = ingress(**annotated(**{"cert-manager.io/issuer": "acme"}), **tls("gone"))

    found = only(analyze, view_of(item, SERVICE, NGINX))

    assert found.code == "ingress.tls_secret_missing"
    assert "Its issuer has not made it." in found.cause


def placed(name: str, *, minutes: float = 60, served: bool = False, backend: str = "web") -> Json:
    path = {"path": f"/{name}", "backend": {"service": {"name": backend, "port": {"number": 80}}}}
    addresses = [{"ip": "192.0.2.1"}] if served else []
    return {
        "kind": "Ingress",
        "metadata": {"name": name, "creationTimestamp": ago(minutes=minutes)},
        "spec": {"ingressClassName": "nginx", "rules": [{"host": f"{name}.example.com", "http": {"paths": [path]}}]},
        "status": {"loadBalancer": {"ingress": addresses}},
    }


SERVED = [placed("pay", served=True), placed("blog", served=True)]


def among(*ingresses: Json) -> list[str]:
    beside = {"kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
    ingress_class = {"kind": "IngressClass", "metadata": {"name": "nginx"}}
    return codes(analyze, view_of(beside, ingress_class, *ingresses))


def test_an_ingress_that_its_controller_does_not_take_is_told_beside_those_that_it_takes() -> None:
    assert among(placed("shop"), *SERVED) == ["ingress.no_address"]


@pytest.mark.parametrize(
    "ingresses",
    [
        [placed("shop"), placed("pay"), placed("blog")],
        [placed("shop"), *SERVED[:1]],
        [placed("shop", minutes=5), *SERVED],
        [placed("shop", served=True), *SERVED],
    ],
    ids=["none has an address", "one other has", "young", "it has one"],
)
def test_without_an_address_it_may_be_served(ingresses: list[Json]) -> None:
    assert among(*ingresses) == []


def test_what_explains_the_lack_of_an_address_is_told_alone() -> None:
    assert among(placed("shop", backend="gone"), *SERVED) == ["ingress.service_missing"]
