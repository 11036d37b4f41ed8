"""HTTP routes of the Gateway API that nobody serves, or that lead nowhere."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import book, look, outside, verify

_ROUTE: Final = look(
    "Read what the route is attached to, and what its gateway says of it.",
    "kubectl describe httproute {name} {scope}",
    "Under Parents stand the conditions Accepted and ResolvedRefs.",
)
_ROUTE_SERVED: Final = verify(
    "See what its gateway says of it now.",
    "kubectl describe httproute {name} {scope}",
    "Accepted and ResolvedRefs are True.",
)
_PARENT: Final = look(
    "Read the listeners of the gateway, and which routes they take.",
    "kubectl describe gateway {gateway} -n {gateway_namespace}",
    "Allowed Routes says from which namespaces.",
)
_SERVICES: Final = look(
    "See the Services of that namespace and their ports.",
    "kubectl get services -n {service_namespace}",
    "{service} is as the route names it, or is not.",
)

ROUTES: Final[tuple[Playbook, ...]] = (
    book(
        "httproute.parent_missing",
        "HTTPRoute {name} is attached to the Gateway {gateway}, which does not exist in {gateway_namespace}.",
        "A route is served by the gateways that it is attached to, and by nobody where these do not exist.",
        look("See the gateways that there are.", "kubectl get gateways -A", "{gateway} is not in {gateway_namespace}."),
        _ROUTE,
        outside(
            "If {nearest} was meant, or another namespace, correct parentRefs in the route.", "It names a gateway."
        ),
        outside("If the gateway is truly missing, have it made.", "The gateway exists."),
        _ROUTE_SERVED,
        confidence=0.9,
    ),
    book(
        "httproute.listener_missing",
        "HTTPRoute {name} is attached to a listener that Gateway {gateway} has not.",
        "sectionName and port in parentRefs choose among the gateway's listeners. One that is misspelt chooses none, "
        "and the route is served by nobody.",
        _PARENT,
        _ROUTE,
        outside("Name one of {declared} in parentRefs, or none for all of them.", "It names a listener."),
        _ROUTE_SERVED,
        confidence=0.9,
    ),
    book(
        "httproute.namespace_refused",
        "Gateway {gateway} takes no routes from namespace {namespace}, so HTTPRoute {name} is not served.",
        "A listener says from which namespaces it takes routes: its own unless it says otherwise. Where it goes by "
        "labels, those of the namespace count, not those of the route.",
        _PARENT,
        look("See the labels of the namespace.", "kubectl get namespaces --show-labels", "{namespace} lacks a label."),
        outside(
            "Have the owner of the gateway allow it (allowedRoutes of listener {listener}), or give the namespace the "
            "label that is asked for.",
            "The listener takes routes from {namespace}.",
        ),
        _ROUTE_SERVED,
        confidence=0.9,
    ),
    book(
        "httproute.backend_missing",
        "HTTPRoute {name} sends to the Service {service}, which does not exist in {service_namespace}.",
        "The share of the requests that is meant for it is answered with 500.",
        _SERVICES,
        _ROUTE,
        outside("If {nearest} was meant, correct the name in backendRefs.", "The route names a Service that exists."),
        outside("If it is truly missing, make the Service {service} for the pods that should answer.", "It exists."),
        _ROUTE_SERVED,
        confidence=0.9,
    ),
    book(
        "httproute.backend_port_missing",
        "HTTPRoute {name} sends to port {port} of Service {service}, which has {declared} only.",
        "The route must name a port of the Service, not of the pods.",
        _SERVICES,
        _ROUTE,
        outside("Let backendRefs name one of {declared}.", "The route names a port of the Service."),
        _ROUTE_SERVED,
        confidence=0.9,
    ),
    book(
        "httproute.backend_not_granted",
        "HTTPRoute {name} may not send to the Service {service} of namespace {service_namespace}.",
        "What lies in another namespace may be referred to only where a ReferenceGrant in that namespace allows it.",
        look(
            "See the grants of that namespace.",
            "kubectl get referencegrants -n {service_namespace} -o yaml",
            "None is from HTTPRoutes of {namespace} to Services.",
        ),
        _ROUTE,
        outside(
            "Have the owner of {service_namespace} make a ReferenceGrant from HTTPRoutes of {namespace} to Services.",
            "The grant is there.",
        ),
        _ROUTE_SERVED,
        confidence=0.9,
    ),
    book(
        "httproute.backend_not_ready",
        "HTTPRoute {name} sends to the Service {service}, behind which nothing is ready.",
        "The route is in order; what is wrong is at the Service or its pods ({service_code}).",
        look(
            "See the pods behind the Service.",
            "kubectl get pods -n {service_namespace} -l {selector}",
            "None is ready, or there are none.",
        ),
        look("Read the Service.", "kubectl describe service {service} -n {service_namespace}", "It has no endpoints."),
        outside("Follow the solution of the problem at the Service ({service_code}).", "A pod behind it is ready."),
        verify(
            "See whether the Service leads to pods now.",
            "kubectl get endpointslices -n {service_namespace} -l kubernetes.io/service-name={service}",
            "ENDPOINTS lists the addresses of the pods.",
        ),
        confidence=0.85,
    ),
    book(
        "httproute.not_accepted",
        "Gateway {gateway} does not accept HTTPRoute {name}.",
        "The condition says why: a host name that no listener has, a feature that the controller does not know.",
        _ROUTE,
        _PARENT,
        outside("Correct what the message names.", "The route is accepted."),
        _ROUTE_SERVED,
        confidence=0.7,
    ),
    book(
        "httproute.not_resolved",
        "Gateway {gateway} cannot follow what HTTPRoute {name} refers to.",
        "A backend or filter of the route is missing, of a kind that the controller does not know, or not allowed.",
        _ROUTE,
        outside("Correct what the message names.", "Every reference is resolved."),
        _ROUTE_SERVED,
        confidence=0.7,
    ),
)
