"""The analyzer of CustomResourceDefinitions: those that are not served, and conversions that nobody makes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.machinery import backends
from kubecfg_analyzers.machinery.backends import Backends
from kubecfg_analyzers.report import ERROR, WARNING, clip, found, older, sentence, span_since
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.machinery import DEFINITIONS, CustomResourceDefinition
from kubecfg_core.kinds.meta import find_condition

STUCK: Final = timedelta(minutes=10)

_DOC: Final = "tasks/extend-kubernetes/custom-resources/custom-resource-definitions/"
_CONVERSION_DOC: Final = "tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/"
_CODES: Final = {
    backends.MISSING: "crd.conversion_service_missing",
    backends.NO_PORT: "crd.conversion_port_missing",
    backends.NOT_READY: "crd.conversion_not_ready",
    backends.UNPARSABLE: "crd.conversion_ca_unparsable",
    backends.EXPIRED: "crd.conversion_ca_expired",
    backends.EXPIRING: "crd.conversion_ca_expiring",
}


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every CustomResourceDefinition of the view."""
    called = Backends(view)
    for item in view.all(DEFINITIONS):
        if item.metadata.deletionTimestamp is not None:
            yield from _deleting(view, item)
        elif older(view.now, item.metadata.creationTimestamp, backends.GRACE):
            yield from list(_served(item)) or _conversion(view, called, item)


def _deleting(view: ClusterView, item: CustomResourceDefinition) -> Iterator[Finding]:
    since = item.metadata.deletionTimestamp
    if older(view.now, since, STUCK) and item.metadata.finalizers:
        condition = find_condition(item.status.conditions, "Terminating")
        yield found(
            DEFINITIONS,
            item,
            "crd.stuck_terminating",
            f"It has been deleted for {span_since(view.now, since)}, and is still there.",
            cause=sentence(condition.message if condition else "")
            or "Objects of the kind remain: they have finalizers.",
            doc=_DOC,
            facts={"finalizer": item.metadata.finalizers[0], "custom_kind": item.spec.names.kind},
        )


def _served(item: CustomResourceDefinition) -> Iterator[Finding]:
    names = find_condition(item.status.conditions, "NamesAccepted")
    established = find_condition(item.status.conditions, "Established")
    facts: dict[str, str | int | None] = {"custom_kind": item.spec.names.kind, "group": item.spec.group}
    if names is not None and names.status == "False":
        yield found(
            DEFINITIONS,
            item,
            "crd.names_conflict",
            f"Its names are not accepted ({names.reason}).",
            cause=sentence(names.message) or "Another definition of the group has the same names.",
            doc=_DOC,
            facts={**facts, "message": clip(names.message)},
        )
    elif established is not None and established.status == "False":
        yield found(
            DEFINITIONS,
            item,
            "crd.not_established",
            f"The API server does not serve it ({established.reason}).",
            cause=sentence(established.message) or "The API server gives no reason.",
            doc=_DOC,
            facts={**facts, "message": clip(established.message)},
        )


def _conversion(view: ClusterView, called: Backends, item: CustomResourceDefinition) -> Iterator[Finding]:
    """Only objects that are stored in another version than asked for are converted."""
    conversion = item.spec.conversion
    if conversion.strategy != "Webhook" or conversion.webhook is None:
        return
    client = conversion.webhook.clientConfig
    gone = called.unreachable(client.service) if client.service else None
    trouble = gone or backends.untrusted(view.now, client.caBundle)
    if trouble is None:
        return
    versions = [version.name for version in item.spec.versions if version.served]
    soon = trouble.what == backends.EXPIRING and not trouble.urgent
    yield found(
        DEFINITIONS,
        item,
        _CODES[trouble.what],
        f"Its conversion webhook {'will fail' if trouble.what == backends.EXPIRING else 'fails'}: {trouble.text}.",
        cause=f"{trouble.cause} Objects of the kind cannot be read in another version than they are stored in."
        if len(versions) > 1
        else f"{trouble.cause} Only one version is served, so objects of older ones alone are out of reach.",
        doc=_CONVERSION_DOC,
        severity=ERROR if len(versions) > 1 and not soon else WARNING,
        facts={"custom_kind": item.spec.names.kind, "versions": ",".join(versions), **trouble.facts},
        names=trouble.names,
    )


ANALYZER: Final = Analyzer(
    name="customresourcedefinitions",
    reads=(DEFINITIONS, *backends.READS),
    analyze=analyze,
    summary="Custom resources that are not served, cannot be deleted, or whose conversion webhook fails.",
)
