"""The subresource `scale` of workloads: how many replicas are wanted, and nothing else."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.store import Entry

KIND = {"group": "autoscaling", "version": "v1", "kind": "Scale"}


def shown(entry: Entry) -> dict[str, Any]:
    """The Scale of a workload."""
    item = entry.decoded()
    spec, status = item.get("spec") or {}, item.get("status") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    labels = (spec.get("selector") or {}).get("matchLabels") or {}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {key: item["metadata"][key] for key in kept if key in item["metadata"]},
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {
            "replicas": status.get("replicas", 0),
            "selector": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        },
    }


def scaled(entry: Entry, scale: dict[str, Any]) -> dict[str, Any]:
    """The workload with the replicas that a Scale asks for."""
    item = entry.decoded()
    replicas = (scale.get("spec") or {}).get("replicas", 0)
    return {**item, "spec": {**(item.get("spec") or {}), "replicas": replicas}}
