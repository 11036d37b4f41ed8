"""Why the API server refuses a pod, told from what the controller was answered."""

import re
from dataclasses import dataclass
from typing import Final

from kubecfg_analyzers.quantities import rounded, show
from kubecfg_analyzers.report import clip, first_group
from kubecfg_core.quantity import parse_quantity

_LOWERED: Final = frozenset({"cpu", "memory"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """The class of refusal, a few words, the server's message without the pod's random name, and facts from it."""

    code: str
    why: str
    message: str
    facts: dict[str, str | int | None]


_CLASSES: Final = (
    ("deployment.quota_exceeded", r"exceeded quota|failed quota", "the quota of the namespace is used up"),
    ("deployment.pod_security", r"violates PodSecurity", "Pod Security admission forbids them"),
    ("deployment.webhook_unreachable", r"failed calling (admission )?webhook", "an admission webhook cannot be called"),
    (
        "deployment.webhook_denied",
        r"admission webhook \S+ denied|denied the request|ValidatingAdmissionPolicy",
        "a policy denies them",
    ),
    (
        "deployment.limit_range",
        r"(maximum|minimum) \S+ usage per|LimitRange|limit to request ratio",
        "a LimitRange forbids them",
    ),
    (
        "deployment.serviceaccount_missing",
        r"serviceaccount \S+ not found|error looking up service account",
        "their ServiceAccount does not exist",
    ),
    ("deployment.priorityclass_missing", r"no PriorityClass with name", "their PriorityClass does not exist"),
)


def classify(message: str) -> Refusal:
    """The class of a `FailedCreate` message."""
    words = clip(re.sub(r'^(\(combined[^)]*\): )?(Error creating: )?(pods "[^"]*" is forbidden: )?', "", message))
    for code, pattern, why in _CLASSES:
        if re.search(pattern, message, re.IGNORECASE):
            return Refusal(code, why, words, _facts(code, message))
    return Refusal("deployment.create_failed", "the API server refuses them", words, {})


def _facts(code: str, message: str) -> dict[str, str | int | None]:
    match code:
        case "deployment.quota_exceeded":
            name, asked = _pair("requested", message)
            used, limit = _amount("used", name, message), _amount("limited", name, message)
            return {
                "quota": first_group(r"quota: ([a-z0-9.-]+)", message),
                "resource_name": name,
                "request": asked,
                "used": used,
                "limit": limit,
                **_room(name, used, limit),
            }
        case "deployment.pod_security":
            return {"level": first_group(r'PodSecurity "([a-z]+)', message)}
        case "deployment.webhook_unreachable" | "deployment.webhook_denied":
            return {"webhook": first_group(r'webhook "([^"]+)"', message)}
        case "deployment.serviceaccount_missing":
            named = first_group(r'serviceaccount "([^"]+)" not found', message)
            return {"serviceaccount": named or first_group(r"service account [a-z0-9-]+/([a-z0-9.-]+)", message)}
        case "deployment.priorityclass_missing":
            return {"priority_class": first_group(r"no PriorityClass with name ([a-z0-9.-]+)", message)}
    return {}


def _room(name: str, used: str, limit: str) -> dict[str, str | int | None]:
    """What of cpu or memory is left to request, as `room` of what is `lowered`; nothing where none is."""
    lowered = name.removeprefix("requests.")
    if lowered not in _LOWERED:
        return {}
    left = rounded(parse_quantity(limit) - parse_quantity(used), lowered)
    return {"lowered": lowered, "room": show(left, lowered)} if left > 0 else {}


def _pair(word: str, message: str) -> tuple[str, str]:
    """The first `name=amount` after the word."""
    match = re.search(rf"{word}: ([^=,\s]+)=([^,\s]+)", message)
    return (match[1], match[2]) if match else ("", "")


def _amount(word: str, name: str, message: str) -> str:
    """The amount of the named resource in the list after the word."""
    part = first_group(rf"{word}: ([^:]*)", message)
    return first_group(rf"(?:^|[,\s]){re.escape(name)}=([^,\s]+)", part) if name else ""
