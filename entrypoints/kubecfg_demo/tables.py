"""Table answers: what `kubectl get` shows, with the columns and words of the real server's printers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from kubecfg_demo import columns, pod_columns, workload_columns
from kubecfg_demo.ages import age
from kubecfg_demo.resources import Resource

Object = dict[str, Any]
Cells = Callable[[Object, dt.datetime], list[Any]]

# A column is `Name`, `Name:integer` for its type, `(Name)` where only `-o wide` shows it; Age is filled in here.
_TABLES: dict[tuple[str, str], tuple[str, Cells]] = {
    ("", "pods"): (
        "Name Ready Status Restarts Age (IP) (Node) (Nominated_Node) (Readiness_Gates)",
        pod_columns.pod,
    ),
    ("", "services"): ("Name Type Cluster-IP External-IP Port(s) Age (Selector)", columns.service),
    ("", "nodes"): (
        "Name Status Roles Age Version (Internal-IP) (External-IP) (OS-Image) (Kernel-Version) (Container-Runtime)",
        columns.node,
    ),
    ("", "namespaces"): ("Name Status Age", columns.namespace),
    ("", "events"): (
        "Last_Seen Type Reason Object (Subobject) (Source) Message (First_Seen) (Count) (Name)",
        columns.event,
    ),
    ("", "secrets"): ("Name Type Data:integer Age", columns.secret),
    ("", "configmaps"): ("Name Data:integer Age", columns.configmap),
    ("", "serviceaccounts"): ("Name Secrets:integer Age", columns.serviceaccount),
    ("", "endpoints"): ("Name Endpoints Age", columns.endpoints),
    ("", "persistentvolumeclaims"): (
        "Name Status Volume Capacity Access_Modes StorageClass VolumeAttributesClass Age (VolumeMode)",
        columns.claim,
    ),
    ("", "persistentvolumes"): (
        (
            "Name Capacity Access_Modes Reclaim_Policy Status Claim StorageClass VolumeAttributesClass Reason Age "
            "(VolumeMode)"
        ),
        columns.volume,
    ),
    ("", "resourcequotas"): ("Name Request Limit Age", columns.quota),
    ("apps", "deployments"): (
        "Name Ready Up-to-date Available Age (Containers) (Images) (Selector)",
        workload_columns.deployment,
    ),
    ("apps", "replicasets"): (
        "Name Desired:integer Current:integer Ready:integer Age (Containers) (Images) (Selector)",
        workload_columns.replicaset,
    ),
    ("apps", "statefulsets"): ("Name Ready Age (Containers) (Images)", workload_columns.statefulset),
    ("apps", "daemonsets"): (
        (
            "Name Desired:integer Current:integer Ready:integer Up-to-date:integer Available:integer Node_Selector Age "
            "(Containers) (Images) (Selector)"
        ),
        workload_columns.daemonset,
    ),
    ("batch", "jobs"): ("Name Status Completions Duration Age (Containers) (Images) (Selector)", workload_columns.job),
    ("batch", "cronjobs"): (
        "Name Schedule Timezone Suspend:boolean Active:integer Last_Schedule Age (Containers) (Images) (Selector)",
        workload_columns.cronjob,
    ),
    ("networking.k8s.io", "ingresses"): ("Name Class Hosts Address Ports Age", columns.ingress),
    ("networking.k8s.io", "ingressclasses"): ("Name Controller Parameters Age", columns.ingressclass),
    ("networking.k8s.io", "networkpolicies"): ("Name Pod-Selector Age", columns.networkpolicy),
    ("discovery.k8s.io", "endpointslices"): ("Name AddressType Ports Endpoints Age", columns.endpointslice),
    ("storage.k8s.io", "storageclasses"): (
        "Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion:boolean Age",
        columns.storageclass,
    ),
    ("autoscaling", "horizontalpodautoscalers"): (
        "Name Reference Targets MinPods MaxPods:integer Replicas:integer Age",
        workload_columns.autoscaler,
    ),
    ("policy", "poddisruptionbudgets"): (
        "Name Min_Available Max_Unavailable Allowed_Disruptions:integer Age",
        workload_columns.disruption_budget,
    ),
}
_DEFAULT = ("Name Created_At", columns.default)


def column_definitions(resource: Resource) -> list[Object]:
    """The columns of a kind's table."""
    return [_column(word) for word in _table(resource)[0].split()]


def row(resource: Resource, item: Object, now: dt.datetime, include: str) -> Object:
    """One row; `include` is the query's includeObject: None, Metadata (the default) or Object."""
    words, cells = _table(resource)
    found = cells(item, now)
    names = words.split()
    if "Age" in names:
        found.insert(names.index("Age"), age(item["metadata"].get("creationTimestamp"), now))
    shown: Object | None = partial_metadata(item)
    if include in {"None", "Object"}:
        shown = item if include == "Object" else None
    return {"cells": found, "object": shown}


def partial_metadata(item: Object) -> Object:
    """An object reduced to its metadata."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]}


def _table(resource: Resource) -> tuple[str, Cells]:
    return _TABLES.get((resource.group.replace("events.k8s.io", ""), resource.plural), _DEFAULT)


def _column(word: str) -> Object:
    wide = word.startswith("(")
    name, _, kind = (word[1:-1] if wide else word).partition(":")
    name = name.replace("_", " ")
    return {
        "name": name,
        "type": kind or "string",
        "format": "name" if name == "Name" else "",
        "description": f"{name} (simulated column)",
        "priority": int(wide),
    }
