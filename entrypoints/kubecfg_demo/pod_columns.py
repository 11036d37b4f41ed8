"""The pod's row: readiness, the one word for its state, and restarts, reckoned as the real server's printer does."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kubecfg_demo.ages import age, human_duration, parsed

Object = dict[str, Any]


def pod(item: Object, now: dt.datetime) -> list[Any]:
    """Name, ready, status, restarts, and the wide columns."""
    spec, status = item.get("spec", {}), item.get("status", {})
    statuses: list[Object] = status.get("containerStatuses") or []
    inits: list[Object] = status.get("initContainerStatuses") or []
    sidecars = {c["name"] for c in spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"}
    counted = statuses + [found for found in inits if found["name"] in sidecars]
    ready = sum(1 for found in counted if found.get("ready"))
    total = len(spec.get("containers") or []) + len(sidecars)
    gates = [gate["conditionType"] for gate in spec.get("readinessGates") or []]
    return [
        item["metadata"]["name"],
        f"{ready}/{total}",
        _state(item, inits, sidecars),
        _restarts(counted, now),
        status.get("podIP") or "<none>",
        spec.get("nodeName") or "<none>",
        status.get("nominatedNodeName") or "<none>",
        f"0/{len(gates)}" if gates else "<none>",
    ]


def _state(item: Object, inits: list[Object], sidecars: set[str]) -> str:
    status = item.get("status", {})
    reason = status.get("reason") or _gated(status) or status.get("phase") or "Unknown"
    if item["metadata"].get("deletionTimestamp"):
        return "Unknown" if reason == "NodeLost" else "Terminating"
    starting = _initialising(inits, sidecars)
    return starting or _running(status, reason)


def _gated(status: Object) -> str:
    conditions = status.get("conditions") or []
    gated = any(c["type"] == "PodScheduled" and c.get("reason") == "SchedulingGated" for c in conditions)
    return "SchedulingGated" if gated else ""


def _initialising(inits: list[Object], sidecars: set[str]) -> str:
    for number, found in enumerate(inits):
        state = found.get("state") or {}
        terminated, waiting = state.get("terminated"), state.get("waiting")
        if (terminated and terminated.get("exitCode") == 0) or (found["name"] in sidecars and found.get("started")):
            continue
        if terminated:
            return f"Init:{_ended(terminated)}"
        if waiting and waiting.get("reason") not in {None, "", "PodInitializing"}:
            return f"Init:{waiting['reason']}"
        return f"Init:{number}/{len(inits)}"
    return ""


def _running(status: Object, reason: str) -> str:
    running = False
    for found in reversed(status.get("containerStatuses") or []):
        state = found.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif state.get("terminated"):
            reason = _ended(state["terminated"])
        elif found.get("ready") and state.get("running"):
            running = True
    if reason == "Completed" and running:
        conditions = status.get("conditions") or []
        return "Running" if any(c["type"] == "Ready" and c["status"] == "True" for c in conditions) else "NotReady"
    return reason


def _ended(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    return f"Signal:{terminated['signal']}" if terminated.get("signal") else f"ExitCode:{terminated.get('exitCode', 0)}"


def _restarts(statuses: list[Object], now: dt.datetime) -> str:
    total = sum(found.get("restartCount", 0) for found in statuses)
    ends = [((found.get("lastState") or {}).get("terminated") or {}).get("finishedAt") for found in statuses]
    moments = [moment for moment in map(parsed, ends) if moment is not None]
    if not total or not moments:
        return str(total)
    return f"{total} ({human_duration(int((now - max(moments)).total_seconds()))} ago)"


def last_seen(item: Object, now: dt.datetime) -> str:
    """How long ago an event was seen last, by whichever of its times is set."""
    series = item.get("series") or {}
    return age(series.get("lastObservedTime") or item.get("lastTimestamp") or item.get("eventTime"), now)
