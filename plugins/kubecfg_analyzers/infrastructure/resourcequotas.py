"""The analyzer of ResourceQuotas: those that are used up, or soon will be."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kubecfg_analyzers.events import when
from kubecfg_analyzers.quantities import amount_of
from kubecfg_analyzers.report import ERROR, WARNING, clip, counted, found, listed
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.events import WARNINGS, Event
from kubecfg_core.kinds.limits import RESOURCEQUOTAS, ResourceQuota

_DOC: Final = "concepts/policy/resource-quotas/"
_NEARLY: Final = Decimal("0.9")
_REFUSAL: Final = re.compile(r"exceeded quota: ([a-z0-9.-]+)")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What every quota says of itself, and whether it turns pods away."""
    refusals = _refusals(view)
    for quota in view.all(RESOURCEQUOTAS):
        yield from _used(quota, refusals.get((quota.namespace, quota.name), []))


def _refusals(view: ClusterView) -> dict[tuple[str, str], list[Event]]:
    """What was refused, the latest first, by the quota that did it."""
    refusals: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in sorted(view.all(WARNINGS), key=when, reverse=True):
        match = _REFUSAL.search(event.message[:2000]) if event.reason == "FailedCreate" else None
        if match is not None:
            refusals[event.involvedObject.namespace, match[1]].append(event)
    return refusals


def _used(quota: ResourceQuota, refused: list[Event]) -> Iterator[Finding]:
    """One finding a quota: its fullest resource decides. A quota of nothing is a ban, and meant so."""
    shares = {
        name: share for name, hard in quota.status.hard.items() if (share := _share(quota, name, hard)) is not None
    }
    tight = sorted((name for name, share in shares.items() if share >= _NEARLY), key=lambda name: (-shares[name], name))
    if not tight:
        return
    full = [name for name in tight if shares[name] >= 1]
    told = listed(f"{name} {quota.status.used[name]} of {quota.status.hard[name]}" for name in full or tight)
    first = tight[0]
    facts: dict[str, str | int | None] = {
        "quota": quota.name,
        "resource_name": first,
        "used": str(quota.status.used[first]),
        "limit": str(quota.status.hard[first]),
        "percent": int(min(shares[first], Decimal(100)) * 100),
    }
    if full and refused:
        about = refused[0].involvedObject
        yield found(
            RESOURCEQUOTAS,
            quota,
            "resourcequota.exceeded",
            f"The quota is used up, and pods are refused: {told}.",
            severity=ERROR,
            cause=f"{about.kind} {about.name} could not make a pod: {clip(_why(refused[0].message), 200)}.",
            doc=_DOC,
            facts={**facts, "workload": about.name, "workload_kind": about.kind.lower()},
            names=[about.name],
        )
    else:
        yield found(
            RESOURCEQUOTAS,
            quota,
            "resourcequota.full" if full else "resourcequota.nearly_full",
            f"The quota is {'used up' if full else 'nearly used up'}: {told}.",
            severity=WARNING,
            cause=f"The next object that asks for more {_these(len(full))} is refused; a rollout asks for a pod more."
            if full
            else f"{counted(len(tight), 'resource')} of it {'is' if len(tight) == 1 else 'are'} at 90 % or more.",
            doc=_DOC,
            facts=facts,
        )


def _share(quota: ResourceQuota, name: str, hard: str | float) -> Decimal | None:
    most, used = amount_of(hard), amount_of(quota.status.used.get(name))
    return used / most if most is not None and used is not None else None


def _these(number: int) -> str:
    return "of it" if number == 1 else "of these"


def _why(message: str) -> str:
    return message[message.find("exceeded quota") :].rstrip(".")


ANALYZER: Final = Analyzer(
    name="resourcequotas",
    reads=(RESOURCEQUOTAS, WARNINGS),
    analyze=analyze,
    summary="Quotas that are used up or nearly so, and whether pods are refused.",
)
