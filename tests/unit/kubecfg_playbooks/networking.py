"""What the analyzers of endpoints, Ingress classes, gateways, routes and policies give as evidence."""

from __future__ import annotations

FACTS: dict[str, tuple[str, str]] = {
    "endpointslice.pod_gone": ("service pod count", ""),
    "service.local_unserved": ("node count ready", ""),
    "ingressclass.several_defaults": ("other_name others count", ""),
    "ingressclass.controller_not_ready": ("pod pod_namespace pod_code ingresses total", ""),
    "gatewayclass.not_accepted": ("gateway_controller", "reason message"),
    "gatewayclass.no_controller": ("gateway_controller gateways", ""),
    "gateway.class_missing": ("gateway_class", "declared nearest"),
    "gateway.certificate_missing": ("listener secret secret_namespace", "nearest"),
    "gateway.certificate_not_granted": ("listener secret secret_namespace", ""),
    "gateway.not_accepted": ("gateway_class", "reason message"),
    "gateway.not_programmed": ("gateway_class", "reason message"),
    "gateway.listener_invalid": ("gateway_class listener", "reason message"),
    "httproute.parent_missing": ("gateway gateway_namespace", "nearest"),
    "httproute.listener_missing": ("gateway gateway_namespace", "declared"),
    "httproute.namespace_refused": ("gateway gateway_namespace listener", ""),
    "httproute.backend_missing": ("service service_namespace", "port nearest"),
    "httproute.backend_port_missing": ("service service_namespace port declared", ""),
    "httproute.backend_not_granted": ("service service_namespace", "port"),
    "httproute.backend_not_ready": ("service service_namespace service_code", "port selector"),
    "httproute.not_accepted": ("gateway gateway_namespace", "reason message"),
    "httproute.not_resolved": ("gateway gateway_namespace", "reason message"),
    "networkpolicy.selects_nothing": ("", "selector label wanted actual pod"),
    "networkpolicy.blocks_dns": ("pod count", ""),
    "networkpolicy.not_enforced": ("plugin plugin_namespace", ""),
    "networkpolicy.blocks_service": ("service port pod", "webhooks"),
    "networkpolicy.blocks_port": ("service port pod", "webhooks"),
    "networkpolicy.blocks_ingress": ("ingress service pod controller_namespace", ""),
}

KINDS = {
    "endpointslice": "EndpointSlice",
    "ingressclass": "IngressClass",
    "gatewayclass": "GatewayClass",
    "gateway": "Gateway",
    "httproute": "HTTPRoute",
    "networkpolicy": "NetworkPolicy",
}

CLUSTER_SCOPED = {"IngressClass", "GatewayClass"}

EXAMPLES: dict[str, str | int] = {
    "controller_namespace": "ingress-nginx",
    "gateway": "front",
    "gateway_class": "standard",
    "gateway_controller": "example.com/gateway",
    "gateway_namespace": "shop",
    "gateways": 2,
    "ingress": "shop",
    "ingresses": 3,
    "listener": "https",
    "plugin": "kube-flannel-ds",
    "plugin_namespace": "kube-flannel",
    "pod_namespace": "ingress-nginx",
    "secret_namespace": "shop",
}
