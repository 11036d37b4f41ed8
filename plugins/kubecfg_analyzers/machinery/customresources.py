"""The analyzer of custom resources of any kind: what their own controllers say of them in `status.conditions`."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.report import ERROR, WARNING, clip, elapsed, found, listed, older, sentence, span, span_since
from kubecfg_core import Analyzer, ClusterView, Finding, Resource
from kubecfg_core.kinds.gateways import GROUP as GATEWAY_GROUP
from kubecfg_core.kinds.machinery import DEFINITIONS, CustomObject, CustomResourceDefinition
from kubecfg_core.kinds.meta import ObservedCondition, find_condition

YOUNG: Final = timedelta(minutes=5)
STUCK: Final = timedelta(hours=1)

_DOC: Final = "concepts/extend-kubernetes/api-extension/custom-resources/"
_FINALIZERS_DOC: Final = "concepts/overview/working-with-objects/finalizers/"
# In the order in which they tell most: the first that is bad is the one that is told.
_GOOD: Final = (
    "Ready",
    "Available",
    "Healthy",
    "Synced",
    "Reconciled",
    "ReconcileSuccess",
    "Established",
    "Programmed",
    "Accepted",
    "ResolvedRefs",
    "Initialized",
    "Valid",
    "SecretSynced",
)
_BAD: Final = ("Failed", "Failure", "Degraded", "Error", "Stalled", "ReconcileError", "InvalidSpec", "Unhealthy")
_PAUSED: Final = ("Paused", "Suspended")
_INTENT: Final = ("pause", "suspend", "disabled", "scaledtozero", "stopped", "nomatchingnode")
_PROGRESS: Final = (
    "progress",
    "pending",
    "waiting",
    "creating",
    "provisioning",
    "installing",
    "reconciling",
    "updating",
)
_OWN_ANALYZERS: Final = {(GATEWAY_GROUP, kind) for kind in ("GatewayClass", "Gateway", "HTTPRoute")}


def kinds(view: ClusterView) -> Iterator[Resource[CustomObject]]:
    """Every kind whose objects may have conditions, in the version that it is stored in, or else the first served."""
    for item in sorted(view.all(DEFINITIONS), key=lambda each: each.name):
        resource = _resource(item)
        if resource is not None:
            yield resource


def _resource(item: CustomResourceDefinition) -> Resource[CustomObject] | None:
    spec = item.spec
    established = find_condition(item.status.conditions, "Established")
    if established is None or established.status != "True" or (spec.group, spec.names.kind) in _OWN_ANALYZERS:
        return None
    served = sorted((version for version in spec.versions if version.served), key=lambda version: not version.storage)
    if not served or not served[0].conditioned or not (spec.group and spec.names.plural and spec.names.kind):
        return None
    return Resource(
        spec.group,
        served[0].name,
        spec.names.plural,
        spec.names.kind,
        CustomObject,
        namespaced=spec.scope == "Namespaced",
    )


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What the controllers of custom resources say is wrong with them; what belongs to another is told there."""
    resources = list(kinds(view))
    speaking = {
        item.metadata.uid
        for resource in resources
        for item in view.all(resource)
        if any(condition.type in (*_GOOD, *_BAD) for condition in item.conditions)
    }
    for resource in resources:
        for item in view.all(resource):
            if item.metadata.deletionTimestamp is not None:
                yield from _deleting(view, resource, item)
            elif item.controller is None or item.controller.uid not in speaking:
                yield from _judge(view, resource, item)


def _deleting(view: ClusterView, resource: Resource[CustomObject], item: CustomObject) -> Iterator[Finding]:
    since, finalizers = item.metadata.deletionTimestamp, item.metadata.finalizers
    if finalizers and older(view.now, since, STUCK):
        yield found(
            resource,
            item,
            "customresource.stuck_terminating",
            f"It has been deleted for {span_since(view.now, since)}, and waits for {listed(finalizers)}.",
            cause="The controller that put the finalizer there has not done its part, or does not run.",
            severity=WARNING,
            doc=_FINALIZERS_DOC,
            facts={"finalizer": finalizers[0], "plural": resource.full_name},
        )


def _judge(view: ClusterView, resource: Resource[CustomObject], item: CustomObject) -> Iterator[Finding]:
    conditions = [condition for condition in item.conditions if _current(item, condition)]
    if item.resting or any(condition.type in _PAUSED and condition.status == "True" for condition in conditions):
        return
    bad = sorted((each for each in conditions if _is_bad(each) and _lasting(view, each)), key=_weight)
    if not bad or any(_says(bad[0], _INTENT)):
        return
    first = bad[0]
    lasted = span(elapsed(view.now, first.lastTransitionTime))
    others = [f"{condition.type}={condition.status}" for condition in bad[1:]]
    yield found(
        resource,
        item,
        "customresource.condition",
        f"{resource.kind} {item.name} has had {first.type}={first.status} for {lasted}"
        f"{f' ({first.reason})' if first.reason else ''}.",
        cause=f"{sentence(first.message) or 'Its controller gives no message.'}"
        f"{f' Also {listed(others)}.' if others else ''}",
        severity=WARNING if any(_says(first, _PROGRESS)) else ERROR,
        doc=_DOC,
        facts={
            "condition": first.type,
            "status": first.status,
            "reason": first.reason,
            "message": clip(first.message),
            "plural": resource.full_name,
        },
    )


def _current(item: CustomObject, condition: ObservedCondition) -> bool:
    """Whether it is about the object as it is now, as far as it says so."""
    observed = condition.observedGeneration or item.observed
    return not observed or not item.metadata.generation or observed >= item.metadata.generation


def _is_bad(condition: ObservedCondition) -> bool:
    return (condition.type in _GOOD and condition.status == "False") or (
        condition.type in _BAD and condition.status == "True"
    )


def _lasting(view: ClusterView, condition: ObservedCondition) -> bool:
    """Without a time of its own nothing is known of how long, so nothing is said."""
    return older(view.now, condition.lastTransitionTime, YOUNG)


def _weight(condition: ObservedCondition) -> tuple[bool, int]:
    order = _GOOD if condition.type in _GOOD else _BAD
    return (condition.type not in _GOOD, order.index(condition.type))


def _says(condition: ObservedCondition, words: tuple[str, ...]) -> Iterator[bool]:
    """Whether the reason has one of the words: `WaitingForApproval`, `Suspended`."""
    reason = condition.reason.lower()
    return (word in reason for word in words)


ANALYZER: Final = Analyzer(
    name="customresources",
    reads=(DEFINITIONS,),
    analyze=analyze,
    expand=kinds,
    summary="Custom resources of any kind whose own controllers say that something is wrong.",
)
