"""What is behind a finding of the built-in analyzers, told from its code and its evidence: one table for all of them.

A finding that is itself at the root has no culprit. See `kubecfg_core.folding` for what comes of it.
"""

import re
from collections.abc import Mapping
from typing import Final

from kubecfg_core.problems import ObjectRef

_Facts = Mapping[str, str | int | float | bool]

_CLUSTER_SCOPED: Final = frozenset(
    {"CNI", "GatewayClass", "IngressClass", "Node", "PriorityClass", "StorageClass", "Webhook"}
)

# Code -> the kind at fault, and the fact that names it.
_TABLE: Final[dict[str, tuple[str, str]]] = {
    "pod.missing_configmap": ("ConfigMap", "configmap"),
    "pod.missing_configmap_key": ("ConfigMap", "configmap"),
    "pod.missing_secret": ("Secret", "secret"),
    "pod.missing_secret_key": ("Secret", "secret"),
    "pod.missing_pull_secret": ("Secret", "secret"),
    "pod.missing_claim": ("PersistentVolumeClaim", "claim"),
    "pod.missing_serviceaccount": ("ServiceAccount", "serviceaccount"),
    "pod.unschedulable_volume": ("PersistentVolumeClaim", "claim"),
    "pod.missing_priorityclass": ("PriorityClass", "priority_class"),
    "pod.sandbox_failed": ("CNI", "node"),
    "pod.node_lost": ("Node", "node"),
    "pod.node_not_ready": ("Node", "node"),
    "node.sandbox_failures": ("CNI", "node"),
    "lease.node_stale": ("Node", "node"),
    "statefulset.service_missing": ("Service", "service"),
    "statefulset.class_missing": ("StorageClass", "storage_class"),
    "serviceaccount.pull_secret_missing": ("Secret", "secret"),
    "serviceaccount.secret_missing": ("Secret", "secret"),
    "volumeattachment.node_missing": ("Node", "node"),
    "volumeattachment.node_not_ready": ("Node", "node"),
    "volumeattachment.attach_error": ("Pod", "pod"),
    "persistentvolume.node_affinity": ("PersistentVolumeClaim", "claim"),
    "webhook.service_missing": ("Service", "service"),
    "webhook.not_ready": ("Service", "service"),
    "apiservice.service_missing": ("Service", "service"),
    "apiservice.not_ready": ("Service", "service"),
    "apiservice.unavailable": ("Service", "service"),
    "crd.conversion_service_missing": ("Service", "service"),
    "crd.conversion_not_ready": ("Service", "service"),
    "ingress.service_missing": ("Service", "service"),
    "ingress.class_missing": ("IngressClass", "ingress_class"),
    "ingress.tls_secret_missing": ("Secret", "secret"),
    "ingress.tls_secret_unusable": ("Secret", "secret"),
    "ingress.tls_expired": ("Secret", "secret"),
    "gateway.class_missing": ("GatewayClass", "gateway_class"),
    "gateway.certificate_missing": ("Secret", "secret"),
    "httproute.parent_missing": ("Gateway", "gateway"),
    "httproute.backend_missing": ("Service", "service"),
    "pvc.class_missing": ("StorageClass", "storage_class"),
    "pvc.provisioning_failed": ("StorageClass", "storage_class"),
    "pvc.pending": ("StorageClass", "storage_class"),
    "pvc.no_matching_volume": ("StorageClass", "storage_class"),
}

# What the API server refuses is refused to every kind of workload: `deployment.quota_exceeded` and its like.
_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "quota_exceeded": ("ResourceQuota", "quota"),
    "webhook_denied": ("Webhook", "webhook"),
    "webhook_unreachable": ("Webhook", "webhook"),
    "serviceaccount_missing": ("ServiceAccount", "serviceaccount"),
    "priorityclass_missing": ("PriorityClass", "priority_class"),
}

# A fact that names an object whose own finding is the cause has another one beside it with that finding's code.
_EXPLAINED: Final = {"pod": "Pod", "service": "Service", "claim": "PersistentVolumeClaim", "node": "Node", "job": "Job"}

_WORKLOADS: Final = {"deployment": "Deployment", "statefulset": "StatefulSet"}

_IMAGES: Final = frozenset(
    {"pod.image_not_found", "pod.image_invalid_name", "pod.image_never_pull", "pod.image_platform"}
)
_REFUSALS: Final = frozenset({"pod.image_unauthorized", "pod.image_no_credentials"})
_REGISTRIES: Final = _REFUSALS | {"pod.image_rate_limited", "pod.image_dns", "pod.image_tls", "pod.image_timeout"}
# The aggregated APIs of metrics, in the version that is usual, and how an autoscaler says that one does not answer.
_UNABLE: Final = r"currently unable to handle the request \(get \S*"
_METRICS: Final = {
    "metrics.k8s.io/v1beta1": r"pods\.metrics\.k8s\.io",
    "custom.metrics.k8s.io/v1beta1": rf"{_UNABLE}custom\.metrics\.k8s\.io",
    "external.metrics.k8s.io/v1beta1": rf"{_UNABLE}external\.metrics\.k8s\.io",
}
# Hosts where every account has its own rights: two refusals there have nothing in common.
_PUBLIC: Final = frozenset({"docker.io", "gcr.io", "ghcr.io", "public.ecr.aws", "quay.io", "registry.gitlab.com"})


def culprit_of(code: str, namespace: str, facts: _Facts) -> ObjectRef | None:
    """The object at fault, or `None` where the finding's own object is, or where that is not known."""
    explained = next(((kind, fact) for fact, kind in _EXPLAINED.items() if f"{fact}_code" in facts), None)
    refused = _REFUSED.get(str(facts.get("refusal", code.partition(".")[2])))
    told = explained or _TABLE.get(code) or refused
    if told is not None:
        return _ref(told[0], namespace, facts, told[1])
    if code in _IMAGES or code in _REGISTRIES:
        return _pulled(code, namespace, facts)
    return _by_rule(code, namespace, facts)


def _by_rule(code: str, namespace: str, facts: _Facts) -> ObjectRef | None:
    """What takes more than the name of a fact."""
    if code in ("pvc.no_default_class", "storageclass.no_default"):
        return ObjectRef(kind="StorageClass", name="(default)")
    if code == "service.no_running_pods" and facts.get("workload_kind") in _WORKLOADS:
        return _ref(_WORKLOADS[str(facts["workload_kind"])], namespace, facts, "workload")
    if code == "pod.stuck_terminating" and "node_reason" in facts:
        return _ref("Node", namespace, facts, "node")
    api = str(facts.get("api", "")) if code == "namespace.terminating_api_down" else ""
    if code == "hpa.no_metrics":
        message = str(facts.get("message", ""))
        api = next((name for name, pattern in _METRICS.items() if re.search(pattern, message)), "")
    group, _, version = api.partition("/")
    return ObjectRef(kind="APIService", name=f"{version}.{group}") if version else None


def _pulled(code: str, namespace: str, facts: _Facts) -> ObjectRef | None:
    """The image or the registry's host; for a refusal the pull secret that is missing, or the account at the host."""
    if code in _IMAGES:
        return _ref("Image", "", facts, "image")
    if code not in _REFUSALS:
        return _ref("Registry", "", facts, "registry")
    if "secret" in facts:
        return _ref("Secret", namespace, facts, "secret")
    host, repository = str(facts.get("registry", "")), str(facts.get("repository", ""))
    account = f"{host}/{repository.partition('/')[0]}" if host in _PUBLIC and "/" in repository else host
    return ObjectRef(kind="Registry", name=account) if account else None


def _ref(kind: str, namespace: str, facts: _Facts, fact: str) -> ObjectRef | None:
    name = str(facts.get(fact, ""))
    place = "" if kind in _CLUSTER_SCOPED else str(facts.get(f"{fact}_namespace", namespace))
    return ObjectRef(kind=kind, name=name, namespace=place) if name else None
