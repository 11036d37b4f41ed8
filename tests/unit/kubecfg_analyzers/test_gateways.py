"""Gateway classes, gateways and HTTP routes."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.networking import gateways, httproutes
from kubecfg_core import Severity
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kinds.gateways import GATEWAYCLASSES, GATEWAYS, REFERENCEGRANTS
from kubecfg_core.kinds.network import SERVICES
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, only, pod, view_of

GROUP = "gateway.networking.k8s.io"


def condition(kind: str, status: str = "False", *, minutes: float = 30, **more: Any) -> Json:
    told = {"type": kind, "status": status, "reason": "Invalid", "message": "it is wrong"}
    return {**told, "lastTransitionTime": ago(minutes=minutes), **more}


def gateway_class(*conditions: Json) -> Json:
    return {
        "kind": "GatewayClass",
        "metadata": {"name": "standard", "creationTimestamp": ago(hours=1)},
        "spec": {"controllerName": "example.com/gateway"},
        "status": {"conditions": list(conditions or (condition("Accepted", "True"),))},
    }


def gateway(*conditions: Json, name: str = "front", listeners: Any = None, statuses: Any = (), **more: Any) -> Json:
    spec = {"gatewayClassName": more.pop("class_name", "standard"), "listeners": listeners or [listener()]}
    status = {"conditions": list(conditions), "listeners": list(statuses)}
    return {"kind": "Gateway", "metadata": {"name": name, "generation": 2, **more}, "spec": spec, "status": status}


def listener(name: str = "web", *, origin: str = "Same", secret: str = "", namespace: str = "", **labels: str) -> Json:
    allowed: Json = {"from": origin, "selector": {"matchLabels": labels}}
    found: Json = {"name": name, "port": 443, "allowedRoutes": {"namespaces": allowed}}
    if secret:
        found["tls"] = {"certificateRefs": [{"name": secret, "namespace": namespace}]}
    return found


def grant(kind: str, target: str, *, origin: str = "default", namespace: str = "other", name: str = "") -> Json:
    spec = {"from": [{"group": GROUP, "kind": kind, "namespace": origin}], "to": [{"kind": target, "name": name}]}
    return {"kind": "ReferenceGrant", "metadata": {"name": "grant", "namespace": namespace}, "spec": spec}


def test_a_gateway_of_a_class_that_is_accepted_is_silent() -> None:
    assert codes(gateways.analyze, view_of(gateway_class(), gateway(condition("Programmed", "True")))) == []


def test_a_class_that_is_not_accepted_is_told() -> None:
    found = only(gateways.analyze, view_of(gateway_class(condition("Accepted"))))

    assert (found.code, found.cause) == ("gatewayclass.not_accepted", "it is wrong.")


def test_a_class_that_no_controller_takes_is_told_where_a_gateway_needs_it() -> None:
    waiting = gateway_class(condition("Accepted", "Unknown"))

    assert codes(gateways.analyze, view_of(waiting)) == []
    assert only(gateways.analyze, view_of(waiting, gateway())).code == "gatewayclass.no_controller"


def test_a_gateway_of_a_class_that_does_not_exist_is_told_once() -> None:
    found = only(gateways.analyze, view_of(gateway(condition("Accepted"), class_name="standart"), gateway_class()))

    assert (found.code, found.evidence["nearest"]) == ("gateway.class_missing", "standard")


def test_a_class_that_could_not_be_read_is_not_missing() -> None:
    assert codes(gateways.analyze, view_of(gateway(), forbidden=[GATEWAYCLASSES])) == []


@pytest.mark.parametrize(
    ("kind", "code"), [("Accepted", "gateway.not_accepted"), ("Programmed", "gateway.not_programmed")]
)
def test_what_its_controller_says_of_a_gateway_is_told(kind: str, code: str) -> None:
    assert only(gateways.analyze, view_of(gateway_class(), gateway(condition(kind)))).code == code


@pytest.mark.parametrize(
    "old", [condition("Programmed", observedGeneration=1), condition("Programmed", minutes=1)], ids=["older", "young"]
)
def test_what_was_said_of_an_older_gateway_or_just_now_is_silent(old: Json) -> None:
    assert codes(gateways.analyze, view_of(gateway_class(), gateway(old))) == []


@pytest.mark.parametrize(("others", "severity"), [((), Severity.ERROR), (("more",), Severity.WARNING)])
def test_a_listener_that_does_not_work_is_told_in_place_of_the_gateway(
    others: tuple[str, ...], severity: Severity
) -> None:
    bad = {"name": "web", "conditions": [condition("ResolvedRefs"), condition("Programmed")]}
    every = [listener(), *(listener(name) for name in others)]

    found = only(
        gateways.analyze,
        view_of(gateway_class(), gateway(condition("Programmed"), listeners=every, statuses=[bad])),
    )

    assert (found.code, found.severity, found.evidence["listener"]) == ("gateway.listener_invalid", severity, "web")


def test_a_certificate_that_does_not_exist_is_told_once() -> None:
    bad = {"name": "web", "conditions": [condition("ResolvedRefs")]}
    view = view_of(gateway_class(), gateway(listeners=[listener(secret="tls")], statuses=[bad]))

    assert only(gateways.analyze, view).code == "gateway.certificate_missing"


def test_a_certificate_that_could_not_be_read_is_not_missing() -> None:
    view = view_of(gateway_class(), gateway(listeners=[listener(secret="tls")]), forbidden=[SECRETS])

    assert codes(gateways.analyze, view) == []


def test_a_certificate_of_another_namespace_needs_a_grant() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "tls", "namespace": "other"}}
    asking = gateway(listeners=[listener(secret="tls", namespace="other")])

    assert only(gateways.analyze, view_of(gateway_class(), asking, secret)).code == "gateway.certificate_not_granted"
    assert codes(gateways.analyze, view_of(gateway_class(), asking, secret, grant("Gateway", "Secret"))) == []


def route(*conditions: Json, parent: Json | None = None, backend: Json | None = None, **metadata: Any) -> Json:
    ref = {"name": "front", **(parent or {})}
    backends = [{"name": "web", "port": 80, **(backend or {})}]
    return {
        "kind": "HTTPRoute",
        "metadata": {"name": "shop", "generation": 2, **metadata},
        "spec": {"parentRefs": [ref], "rules": [{"backendRefs": backends}]},
        "status": {"parents": [{"parentRef": ref, "conditions": list(conditions)}]},
    }


def service(namespace: str = "default") -> list[Json]:
    metadata = {"name": "web", "namespace": namespace, "creationTimestamp": ago(hours=1)}
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    return [
        {"kind": "Service", "metadata": metadata, "spec": spec},
        pod(labels={"app": "web"}, namespace=namespace),
    ]


def test_a_route_whose_gateway_and_backend_are_there_is_silent() -> None:
    assert codes(httproutes.analyze, view_of(route(), gateway(), *service())) == []


def test_a_gateway_that_does_not_exist_is_told_in_place_of_what_is_said() -> None:
    found = only(httproutes.analyze, view_of(route(condition("Accepted")), gateway(name="fronts"), *service()))

    assert (found.code, found.evidence["nearest"]) == ("httproute.parent_missing", "fronts")


def test_a_gateway_that_could_not_be_read_is_not_missing() -> None:
    assert codes(httproutes.analyze, view_of(route(), *service(), forbidden=[GATEWAYS])) == []


def test_a_parent_of_another_kind_is_not_looked_for() -> None:
    mesh = route(parent={"group": "", "kind": "Service", "name": "web"})

    assert codes(httproutes.analyze, view_of(mesh, *service())) == []


@pytest.mark.parametrize("chosen", [{"sectionName": "admin"}, {"port": 80}], ids=["name", "port"])
def test_a_listener_that_the_gateway_has_not_is_told(chosen: Json) -> None:
    found = only(httproutes.analyze, view_of(route(parent=chosen), gateway(), *service()))

    assert (found.code, found.evidence["declared"]) == ("httproute.listener_missing", "web")


def elsewhere(**labels: str) -> Json:
    return {"kind": "Namespace", "metadata": {"name": "default", "labels": labels}}


def far(**how: Any) -> list[Json]:
    return [
        route(parent={"namespace": "edge"}, labels={"team": "shop"}),
        gateway(listeners=[listener(**how)], namespace="edge"),
        *service(),
    ]


def test_a_gateway_that_takes_routes_of_its_own_namespace_alone_refuses_others() -> None:
    assert only(httproutes.analyze, view_of(*far())).code == "httproute.namespace_refused"


def test_a_gateway_that_takes_all_routes_is_silent() -> None:
    assert codes(httproutes.analyze, view_of(*far(origin="All"))) == []


def test_the_labels_of_the_namespace_count_and_not_those_of_the_route() -> None:
    chosen = far(origin="Selector", team="shop")

    assert codes(httproutes.analyze, view_of(*chosen, elsewhere())) == ["httproute.namespace_refused"]
    assert codes(httproutes.analyze, view_of(*chosen, elsewhere(team="shop"))) == []


def test_a_namespace_whose_labels_are_not_known_is_not_refused() -> None:
    view = view_of(*far(origin="Selector", team="shop"), forbidden=[NAMESPACES])

    assert codes(httproutes.analyze, view) == []


def test_a_backend_that_does_not_exist_is_told_in_place_of_what_is_said() -> None:
    found = only(httproutes.analyze, view_of(route(condition("ResolvedRefs")), gateway()))

    assert (found.code, found.evidence["service"]) == ("httproute.backend_missing", "web")


@pytest.mark.parametrize(
    "backend", [{"weight": 0}, {"group": "example.com", "kind": "Bucket"}], ids=["no weight", "other kind"]
)
def test_a_backend_that_gets_nothing_or_is_of_another_kind_is_not_looked_for(backend: Json) -> None:
    assert codes(httproutes.analyze, view_of(route(backend=backend), gateway())) == []


def test_a_service_that_could_not_be_read_is_not_missing() -> None:
    assert codes(httproutes.analyze, view_of(route(), gateway(), forbidden=[SERVICES])) == []


def test_a_port_that_the_backend_has_not_is_told() -> None:
    found = only(httproutes.analyze, view_of(route(backend={"port": 8080}), gateway(), *service()))

    assert (found.code, found.evidence["declared"]) == ("httproute.backend_port_missing", "80")


def test_a_backend_in_the_namespace_that_it_names_is_looked_for_there() -> None:
    asking = route(backend={"namespace": "other"})

    assert only(httproutes.analyze, view_of(asking, gateway(), *service("other"))).code == (
        "httproute.backend_not_granted"
    )
    assert codes(httproutes.analyze, view_of(asking, gateway(), *service("other"), grant("HTTPRoute", "Service"))) == []


def test_grants_that_could_not_be_read_are_not_missing() -> None:
    view = view_of(route(backend={"namespace": "other"}), gateway(), *service("other"), absent=[REFERENCEGRANTS])

    assert codes(httproutes.analyze, view) == []


def test_a_backend_whose_pods_crash_is_told_with_their_trouble() -> None:
    [web, _] = service()

    found = only(httproutes.analyze, view_of(route(), gateway(), web, pod(crashing(), labels={"app": "web"})))

    assert (found.code, found.evidence["service_code"]) == ("httproute.backend_not_ready", "service.no_ready_pods")


@pytest.mark.parametrize(
    ("kind", "code"), [("Accepted", "httproute.not_accepted"), ("ResolvedRefs", "httproute.not_resolved")]
)
def test_what_the_gateway_says_is_told_where_nothing_explains_it(kind: str, code: str) -> None:
    assert only(httproutes.analyze, view_of(route(condition(kind)), gateway(), *service())).code == code


def test_what_was_said_of_an_older_route_is_silent() -> None:
    old = condition("Accepted", observedGeneration=1)

    assert codes(httproutes.analyze, view_of(route(old), gateway(), *service())) == []
