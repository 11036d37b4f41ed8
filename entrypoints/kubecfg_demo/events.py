"""The two forms of an Event: core/v1, and events.k8s.io/v1 of the same object."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

_CORE_TO_NEW = {
    "involvedObject": "regarding",
    "message": "note",
    "count": "deprecatedCount",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "source": "deprecatedSource",
    "reportingComponent": "reportingController",
}
_REPORTING = {"reportingController", "reportingInstance"}
_NEW_TO_CORE = {new: core for core, new in _CORE_TO_NEW.items()}


def to_new(item: Object) -> Object:
    """A core/v1 Event as events.k8s.io/v1 shows it."""
    found = {**_renamed(item, _CORE_TO_NEW), "apiVersion": "events.k8s.io/v1"}
    # The one API writes these out when they are empty, the other leaves them out.
    return {key: value for key, value in found.items() if key not in _REPORTING or value}


def to_core(item: Object) -> Object:
    """An events.k8s.io/v1 Event as core/v1 shows it."""
    return {"reportingComponent": "", "reportingInstance": "", **_renamed(item, _NEW_TO_CORE), "apiVersion": "v1"}


def _renamed(item: Object, names: dict[str, str]) -> Object:
    return {names.get(key, key): value for key, value in item.items()}
