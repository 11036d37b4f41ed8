"""The cells of the rows of workloads and what scales and guards them, without Age."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kubecfg_demo.ages import age, human_duration, parsed
from kubecfg_demo.columns import pairs

Object = dict[str, Any]
_NONE = "<none>"
_UNSET = "<unset>"


def deployment(item: Object, _now: dt.datetime) -> list[Any]:
    """Ready, updated and available replicas."""
    spec, status = item.get("spec", {}), item.get("status", {})
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    counts = [status.get("updatedReplicas", 0), status.get("availableReplicas", 0)]
    return [item["metadata"]["name"], ready, *counts, *_containers(spec), _selector(spec)]


def replicaset(item: Object, _now: dt.datetime) -> list[Any]:
    """Desired, current and ready replicas."""
    spec, status = item.get("spec", {}), item.get("status", {})
    counts = [spec.get("replicas", 1), status.get("replicas", 0), status.get("readyReplicas", 0)]
    return [item["metadata"]["name"], *counts, *_containers(spec), _selector(spec)]


def statefulset(item: Object, _now: dt.datetime) -> list[Any]:
    """Ready replicas."""
    spec, status = item.get("spec", {}), item.get("status", {})
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"
    return [item["metadata"]["name"], ready, *_containers(spec)]


def daemonset(item: Object, _now: dt.datetime) -> list[Any]:
    """The five counts of a DaemonSet."""
    spec, status = item.get("spec", {}), item.get("status", {})
    keys = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "numberReady",
        "updatedNumberScheduled",
        "numberAvailable",
    )
    nodes = pairs((spec.get("template", {}).get("spec") or {}).get("nodeSelector"))
    return [item["metadata"]["name"], *(status.get(k, 0) for k in keys), nodes, *_containers(spec), _selector(spec)]


def job(item: Object, now: dt.datetime) -> list[Any]:
    """State, completions and duration."""
    spec, status = item.get("spec", {}), item.get("status", {})
    true = {c["type"] for c in status.get("conditions") or [] if c["status"] == "True"}
    state = next((word for word in ("Complete", "Failed", "Suspended", "FailureTarget") if word in true), "Running")
    start, end = parsed(status.get("startTime")), parsed(status.get("completionTime"))
    duration = human_duration(int(((end or now) - start).total_seconds())) if start else ""
    completions = f"{status.get('succeeded', 0)}/{spec.get('completions', 1)}"
    return [item["metadata"]["name"], state, completions, duration, *_containers(spec), _selector(spec)]


def cronjob(item: Object, now: dt.datetime) -> list[Any]:
    """Schedule and last run."""
    spec, status = item.get("spec", {}), item.get("status", {})
    last = age(status["lastScheduleTime"], now) if status.get("lastScheduleTime") else _NONE
    job_spec = spec.get("jobTemplate", {}).get("spec", {})
    suspended, active = str(spec.get("suspend", False)), len(status.get("active") or [])
    head = [item["metadata"]["name"], spec.get("schedule", ""), spec.get("timeZone") or _NONE]
    return [*head, suspended, active, last, *_containers(job_spec), _selector(job_spec)]


def autoscaler(item: Object, _now: dt.datetime) -> list[Any]:
    """Target, bounds and replicas of an HPA; of its metrics the resource ones are shown."""
    spec, status = item.get("spec", {}), item.get("status", {})
    target = spec.get("scaleTargetRef", {})
    current = {
        m["resource"]["name"]: m["resource"]["current"] for m in status.get("currentMetrics") or [] if m.get("resource")
    }
    shown = []
    for metric in spec.get("metrics") or []:
        if metric.get("resource"):
            name, wanted = metric["resource"]["name"], metric["resource"]["target"].get("averageUtilization")
            found = current.get(name, {}).get("averageUtilization")
            shown.append(f"{name}: {'<unknown>' if found is None else f'{found}%'}/{wanted}%")
    reference = f"{target.get('kind')}/{target.get('name')}"
    bounds = [str(spec.get("minReplicas", _UNSET)), spec.get("maxReplicas", 0), status.get("currentReplicas", 0)]
    return [item["metadata"]["name"], reference, ", ".join(shown) or _NONE, *bounds]


def disruption_budget(item: Object, _now: dt.datetime) -> list[Any]:
    """Bounds and what may be disrupted now."""
    spec, status = item.get("spec", {}), item.get("status", {})
    bounds = [str(spec.get(key, "N/A")) for key in ("minAvailable", "maxUnavailable")]
    return [item["metadata"]["name"], *bounds, status.get("disruptionsAllowed", 0)]


def _selector(spec: Object) -> str:
    return pairs((spec.get("selector") or {}).get("matchLabels"))


def _containers(spec: Object) -> list[str]:
    found = (spec.get("template", {}).get("spec") or {}).get("containers") or []
    return [",".join(container[key] for container in found) for key in ("name", "image")]
