"""The analyzer of Namespaces: those that are deleted and do not go, and what holds them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.machinery import apiservices
from kubecfg_analyzers.report import ERROR, WARNING, Facts, clip, found, listed, older, sentence, span_since
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.cluster import NAMESPACES, Namespace
from kubecfg_core.kinds.machinery import APISERVICES
from kubecfg_core.kinds.meta import Condition, find_condition

STUCK: Final = timedelta(minutes=10)

_DOC: Final = "concepts/overview/working-with-objects/namespaces/"
_FINALIZERS_DOC: Final = "concepts/overview/working-with-objects/finalizers/"
# As in: finalizers remaining: example.com/keep in 2 resource instances
_FINALIZER: Final = re.compile(r"([\w.\-]+(?:/[\w.\-]+)?) in \d+ resource instances?")
# As in: resources are remaining: widgets.example.com has 2 resource instances
_REMAINING: Final = re.compile(r"([\w.\-]+) has (\d+) resource instances?")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What holds every namespace that has been deleted for long."""
    dead = [item for item in view.all(APISERVICES) if apiservices.down(view, item)]
    for item in view.all(NAMESPACES):
        since = item.metadata.deletionTimestamp
        if item.status.phase == "Terminating" and older(view.now, since, STUCK):
            yield _stuck(view, item, [f"{api.spec.group}/{api.spec.version}" for api in dead])


def _stuck(view: ClusterView, item: Namespace, dead: list[str]) -> Finding:
    since = span_since(view.now, item.metadata.deletionTimestamp)
    text = f"The namespace has been deleted for {since}, and is still there"
    discovery = _true(item, "NamespaceDeletionDiscoveryFailure") or _true(
        item, "NamespaceDeletionGroupVersionParsingFailure"
    )
    finalizers = _true(item, "NamespaceFinalizersRemaining")
    remaining = _true(item, "NamespaceContentRemaining")
    failed = _true(item, "NamespaceDeletionContentFailure")
    left = [f"{count} {plural}" for plural, count in _REMAINING.findall(remaining.message)] if remaining else []
    facts: dict[str, str | int | None] = {"remaining": listed(left)}
    if discovery is not None:
        return _found(
            item,
            "namespace.terminating_api_down",
            f"{text}: an API does not answer, so nobody knows what is left in it.",
            cause=f"{_named(dead)}{sentence(discovery.message)}",
            facts={**facts, "api": dead[0] if dead else None, "message": clip(discovery.message)},
        )
    if finalizers is not None:
        found_names = _FINALIZER.findall(finalizers.message)
        return _found(
            item,
            "namespace.terminating_finalizer",
            f"{text}: {listed(left) or 'what is left in it'} wait{'' if len(left) > 1 else 's'} for finalizers.",
            cause=f"{sentence(finalizers.message)} Whoever put them there has not done its part, or is gone.",
            doc=_FINALIZERS_DOC,
            facts={**facts, "finalizer": found_names[0] if found_names else None, "plural": _plural(remaining)},
        )
    reason = failed or remaining
    own = [name for name in (*item.spec.finalizers, *item.metadata.finalizers) if name != "kubernetes"]
    return _found(
        item,
        "namespace.terminating",
        f"{text}{f': {listed(left)} remain' if left else ''}.",
        cause=sentence(reason.message if reason else "")
        or (f"It waits for the finalizer {own[0]}." if own else "Its conditions do not say what holds it."),
        facts={**facts, "finalizer": own[0] if own else None, "plural": _plural(remaining)},
        warns=reason is None and not own,
    )


def _named(dead: list[str]) -> str:
    if not dead:
        return ""
    return f"{listed(dead)} {'does' if len(dead) == 1 else 'do'} not answer. "


def _plural(remaining: Condition | None) -> str | None:
    """The first kind that is left."""
    names = _REMAINING.findall(remaining.message) if remaining else []
    return names[0][0].rstrip(".") if names else None


def _true(item: Namespace, kind: str) -> Condition | None:
    condition = find_condition(item.status.conditions, kind)
    return condition if condition is not None and condition.status == "True" else None


def _found(
    item: Namespace, code: str, text: str, *, cause: str, facts: Facts, doc: str = _DOC, warns: bool = False
) -> Finding:
    severity = WARNING if warns else ERROR
    return found(NAMESPACES, item, code, text, cause=cause, doc=doc, severity=severity, facts=facts)


ANALYZER: Final = Analyzer(
    name="namespaces",
    reads=(NAMESPACES, APISERVICES),
    analyze=analyze,
    summary="Namespaces that have been deleted and do not go, and what holds them.",
)
