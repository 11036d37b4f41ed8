"""The analyzer of HTTPRoutes: parents that are missing or refuse, and backends that are not there or do not serve."""

from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers import services
from kubecfg_analyzers.networking import conditions, gateways, grants
from kubecfg_analyzers.report import ERROR, Facts, clip, found, listed, nearest, sentence, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding, ObjectRef
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.gateways import (
    GATEWAYCLASSES,
    GATEWAYS,
    GROUP,
    HTTPROUTES,
    REFERENCEGRANTS,
    BackendRef,
    Gateway,
    HTTPRoute,
    Listener,
    ParentRef,
)
from kubecfg_core.kinds.meta import ObservedCondition
from kubecfg_core.kinds.network import SERVICES

_DOC: Final = "concepts/services-networking/gateway/"
_NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every HTTPRoute of the view; its controller is quoted where nothing else explains it."""
    for route in view.all(HTTPROUTES):
        if route.metadata.deletionTimestamp is None:
            parents = [finding for ref in route.spec.parentRefs for finding in _parent(view, route, ref)]
            backends = list(_backends(view, route))
            yield from parents
            yield from backends
            yield from _conditions(view, route, parents=bool(parents), backends=bool(backends))


def _found(
    route: HTTPRoute,
    code: str,
    text: str,
    *,
    cause: str,
    facts: Facts,
    names: tuple[str, ...] = (),
    culprit: ObjectRef | None = None,
) -> Finding:
    return found(
        HTTPROUTES,
        route,
        code,
        text,
        cause=cause,
        severity=ERROR,
        doc=_DOC,
        facts=facts,
        names=names,
        culprit=culprit,
    )


def _parent(view: ClusterView, route: HTTPRoute, ref: ParentRef) -> Iterator[Finding]:
    if (ref.group, ref.kind) != (GROUP, "Gateway"):
        return
    namespace = ref.namespace or route.namespace
    facts: dict[str, str | int | None] = {"gateway": ref.name, "gateway_namespace": namespace}
    gateway = view.get(GATEWAYS, namespace, ref.name)
    if gateway is None:
        if view.lacks(GATEWAYS, namespace, ref.name):
            close = nearest(ref.name, (item.name for item in view.within(GATEWAYS, namespace)))
            yield _found(
                route,
                "httproute.parent_missing",
                f'The Gateway "{ref.name}" that it is attached to does not exist in namespace {namespace}.',
                cause=f"Nothing serves the route.{suggestion(close)}",
                facts={**facts, "nearest": close},
                names=(namespace, ref.name),
            )
        return
    chosen = [listener for listener in gateway.spec.listeners if _chosen(listener, ref)]
    if not chosen:
        there = [listener.name for listener in gateway.spec.listeners]
        yield _found(
            route,
            "httproute.listener_missing",
            f"The Gateway {namespace}/{ref.name} has no listener {ref.sectionName or f'on port {ref.port}'}.",
            cause=f"It has {listed(there)}." if there else "It has no listeners.",
            facts={**facts, "declared": ",".join(there)},
            names=(namespace, ref.name),
        )
    elif all(_refuses(view, gateway, listener, route) for listener in chosen):
        yield _found(
            route,
            "httproute.namespace_refused",
            f"The Gateway {namespace}/{ref.name} takes no routes from namespace {route.namespace}.",
            cause=f"Its listener {chosen[0].name} takes them from {_origin(chosen[0])}.",
            facts={**facts, "listener": chosen[0].name},
            names=(namespace, ref.name),
        )


def _chosen(listener: Listener, ref: ParentRef) -> bool:
    return ref.sectionName in ("", listener.name) and ref.port in (None, listener.port)


def _origin(listener: Listener) -> str:
    match listener.allowedRoutes.namespaces.origin:
        case "Same":
            return "its own namespace only"
        case "Selector":
            return "namespaces with certain labels only"
    return "no namespace"


def _refuses(view: ClusterView, gateway: Gateway, listener: Listener, route: HTTPRoute) -> bool:
    """Whether the listener takes no routes of that namespace: its labels count, and not the route's."""
    allowed = listener.allowedRoutes.namespaces
    if allowed.origin == "Same":
        return route.namespace != gateway.namespace
    namespace = view.get(NAMESPACES, "", route.namespace)
    if allowed.origin == "Selector" and namespace is not None:
        return not allowed.selector.matches({_NAMESPACE_LABEL: namespace.name, **namespace.metadata.labels})
    return allowed.origin == "None"


def _backends(view: ClusterView, route: HTTPRoute) -> Iterator[Finding]:
    """Each Service and port once. One of weight 0 gets no request."""
    refs = [ref for rule in route.spec.rules for ref in rule.backendRefs if ref.weight and ref.name]
    behind = view.once(services.Services)
    for ref in dict.fromkeys(refs):
        if (ref.group, ref.kind) == ("", "Service"):
            yield from _backend(view, behind, route, ref)


def _backend(view: ClusterView, behind: services.Services, route: HTTPRoute, ref: BackendRef) -> Iterator[Finding]:
    namespace = ref.namespace or route.namespace
    facts: dict[str, str | int | None] = {"service": ref.name, "service_namespace": namespace, "port": ref.port}
    service = view.get(SERVICES, namespace, ref.name)
    where = f"{namespace}/{ref.name}"
    if grants.denied(view, route, "HTTPRoute", ("", "Service", namespace, ref.name)):
        yield _found(
            route,
            "httproute.backend_not_granted",
            f"It may not send to the Service {where}: no ReferenceGrant allows it.",
            cause=f"A ReferenceGrant in namespace {namespace} must name the HTTPRoutes of {route.namespace}.",
            facts=facts,
            names=(namespace,),
        )
    elif service is None:
        if view.lacks(SERVICES, namespace, ref.name):
            close = nearest(ref.name, (item.name for item in view.within(SERVICES, namespace)))
            yield _found(
                route,
                "httproute.backend_missing",
                f'The Service "{ref.name}" that it sends to does not exist in namespace {namespace}.',
                cause=f"Its share of the requests is answered with 500.{suggestion(close)}",
                facts={**facts, "nearest": close},
                names=(namespace,),
            )
    elif ref.port is not None and all(port.port != ref.port for port in service.spec.ports):
        declared = [str(port.port) for port in service.spec.ports]
        yield _found(
            route,
            "httproute.backend_port_missing",
            f"The Service {where} that it sends to has no port {ref.port}.",
            cause=f"It has {listed(declared)}." if declared else "It has no ports.",
            facts={**facts, "declared": ",".join(declared)},
            names=(namespace,),
        )
    elif (dead := behind.dead_end(service)) is not None:
        yield _found(
            route,
            "httproute.backend_not_ready",
            f"Nothing serves behind it: the Service {where} has no ready pod.",
            cause=f"{dead.text} {dead.cause}".strip(),
            facts={**facts, "service_code": dead.code, "selector": str(dead.evidence.get("selector", ""))},
            names=(namespace, *dead.sensitive),
        )


def _conditions(view: ClusterView, route: HTTPRoute, *, parents: bool, backends: bool) -> Iterator[Finding]:
    wanted = {(ref.name, ref.namespace or route.namespace) for ref in route.spec.parentRefs}
    for status in route.status.parents:
        ref = status.parentRef
        if (ref.name, ref.namespace or route.namespace) not in wanted:
            continue  # of a parent that it is no longer attached to
        accepted = conditions.failing(view, route, status.conditions, "Accepted")
        resolved = conditions.failing(view, route, status.conditions, "ResolvedRefs")
        if accepted is not None and not parents:
            yield _told(view, route, ref, accepted, code="httproute.not_accepted", text="does not accept it")
        elif resolved is not None and not backends and not parents:
            yield _told(
                view, route, ref, resolved, code="httproute.not_resolved", text="cannot follow what it refers to"
            )


def _told(
    view: ClusterView, route: HTTPRoute, ref: ParentRef, condition: ObservedCondition, *, code: str, text: str
) -> Finding:
    """What a gateway's controller says of a route. Where the gateway serves nothing at all, that is why."""
    namespace = ref.namespace or route.namespace
    served = (namespace, ref.name) not in view.once(gateways.dead)
    return _found(
        route,
        code,
        f"The Gateway {ref.name} {text} ({condition.reason or 'no reason given'}).",
        cause=sentence(condition.message) or "The controller gives no message.",
        facts={
            "gateway": ref.name,
            "gateway_namespace": namespace,
            "reason": condition.reason,
            "message": clip(condition.message),
        },
        names=(ref.name,),
        culprit=None if served else ObjectRef(kind=GATEWAYS.kind, name=ref.name, namespace=namespace),
    )


ANALYZER: Final = Analyzer(
    name="httproutes",
    reads=(HTTPROUTES, GATEWAYS, GATEWAYCLASSES, REFERENCEGRANTS, NAMESPACES, *services.READS),
    analyze=analyze,
    summary="HTTP routes whose gateway, listener, backend or port is missing, refused, or does not serve.",
)
