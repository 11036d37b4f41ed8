"""Which fields of which kind a field selector may name, and their values as text."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.resources import Resource

_ALWAYS = ("metadata.name", "metadata.namespace")
_EVENT = (
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
)
_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "pods"): (
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    ("", "events"): _EVENT,
    ("events.k8s.io", "events"): tuple(field.replace("involvedObject", "regarding") for field in _EVENT),
    ("", "nodes"): ("spec.unschedulable",),
    ("", "namespaces"): ("status.phase",),
    ("", "secrets"): ("type",),
    ("", "services"): ("spec.clusterIP", "spec.type"),
    ("", "replicationcontrollers"): ("status.replicas",),
    ("apps", "replicasets"): ("status.replicas",),
    ("batch", "jobs"): ("status.successful",),
}
_BOOLEANS = {"spec.unschedulable", "spec.hostNetwork"}


def supported_fields(resource: Resource) -> frozenset[str]:
    """The fields a selector may name for this resource."""
    return frozenset(_ALWAYS + _FIELDS.get((resource.group, resource.plural), ()))


def selectable_fields(resource: Resource, item: dict[str, Any]) -> dict[str, str]:
    """Those fields of one object, absent ones as the empty string."""
    return {field: _text(field, item) for field in supported_fields(resource)}


def _text(field: str, item: dict[str, Any]) -> str:
    found: Any = item
    # An event's `source` selects its component, `status.successful` a Job's count under another name.
    path = {"source": "source.component", "status.successful": "status.succeeded"}.get(field, field)
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if field in _BOOLEANS:
        return "true" if found else "false"
    return "" if found is None else str(found)
