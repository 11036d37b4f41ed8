"""What the analyzers of webhooks, aggregated APIs, definitions, namespaces and leases give as evidence."""

from __future__ import annotations

FACTS: dict[str, tuple[str, str]] = {
    "webhook.service_missing": ("webhook webhooks failure_policy service service_namespace", "nearest"),
    "webhook.port_missing": ("webhook webhooks failure_policy service service_namespace port declared", ""),
    "webhook.not_ready": ("webhook webhooks failure_policy service service_namespace", "selector"),
    "webhook.deadlock": ("webhook webhooks failure_policy service service_namespace", "selector"),
    "webhook.self_match": ("webhook service service_namespace pod", ""),
    "webhook.ca_unparsable": ("webhook webhooks failure_policy", ""),
    "webhook.ca_expired": ("webhook webhooks failure_policy ended days issuer", ""),
    "webhook.ca_expiring": ("webhook webhooks failure_policy ends days issuer", ""),
    "webhook.ca_mismatch": ("webhook webhooks failure_policy service service_namespace secret", ""),
    "apiservice.unavailable": ("group", "reason message service service_namespace"),
    "apiservice.service_missing": ("group service service_namespace", "reason message nearest"),
    "apiservice.port_missing": ("group service service_namespace port declared", "reason message"),
    "apiservice.not_ready": ("group service service_namespace", "selector reason message"),
    "apiservice.ca_unparsable": ("group", "reason message service service_namespace"),
    "apiservice.ca_expired": ("group ended days issuer", "reason message service service_namespace"),
    "apiservice.ca_expiring": ("group ends days issuer", ""),
    "crd.names_conflict": ("custom_kind group", "message"),
    "crd.not_established": ("custom_kind group", "message"),
    "crd.stuck_terminating": ("custom_kind finalizer", ""),
    "crd.conversion_service_missing": ("custom_kind versions service service_namespace", "nearest"),
    "crd.conversion_port_missing": ("custom_kind versions service service_namespace port declared", ""),
    "crd.conversion_not_ready": ("custom_kind versions service service_namespace", "selector"),
    "crd.conversion_ca_unparsable": ("custom_kind versions", ""),
    "crd.conversion_ca_expired": ("custom_kind versions ended days issuer", ""),
    "crd.conversion_ca_expiring": ("custom_kind versions ends days issuer", ""),
    "namespace.terminating_api_down": ("message", "api remaining"),
    "namespace.terminating_finalizer": ("", "finalizer plural remaining"),
    "namespace.terminating": ("", "finalizer plural remaining"),
    "lease.node_stale": ("node minutes", ""),
    "lease.leader_stale": ("component holder minutes", ""),
    "csr.pending": ("signer asker minutes count", "node"),
    "csr.failed": ("signer asker", "node"),
    "customresource.condition": ("condition status plural", "reason message"),
    "customresource.stuck_terminating": ("finalizer plural", ""),
}

KINDS = {
    "webhook": "ValidatingWebhookConfiguration",
    "apiservice": "APIService",
    "crd": "CustomResourceDefinition",
    "namespace": "Namespace",
    "lease": "Lease",
    "csr": "CertificateSigningRequest",
    "customresource": "Widget",
}

CLUSTER_SCOPED = {
    *("APIService", "CertificateSigningRequest", "CustomResourceDefinition", "Namespace"),
    "ValidatingWebhookConfiguration",
}

EXAMPLES: dict[str, str | int] = {
    "api": "metrics.k8s.io/v1beta1",
    "asker": "system:node:node-1",
    "component": "kube-scheduler",
    "condition": "Ready",
    "custom_kind": "Widget",
    "failure_policy": "Fail",
    "group": "metrics.k8s.io",
    "holder": "node-1_abc",
    "plural": "widgets.example.com",
    "remaining": "2 widgets.example.com",
    "service_namespace": "shop",
    "signer": "kubernetes.io/kubelet-serving",
    "status": "False",
    "versions": "v1,v1beta1",
}
