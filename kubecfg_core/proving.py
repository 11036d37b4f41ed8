"""Whether a change clears a problem: what the analyzers find before and after it, and how far that can be trusted.

The objects of the view are as they would be after the change, but their status is as it was: what a controller or a
container would make of it is not known. So a finding that is gone is cleared, and one that is still there is only
called so where no controller has a say in it.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from kubecfg_core.effects import MISSING, Action, Effect
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.problems import Finding, ObjectRef, Problem, Severity, finding_order
from kubecfg_core.view import ClusterView

_TEMPLATED: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"})
_WAITS: Final = {
    "CronJob": "the CronJob controller",
    "DaemonSet": "the DaemonSet controller",
    "Deployment": "the Deployment controller",
    "HorizontalPodAutoscaler": "the autoscaler",
    "Job": "the Job controller",
    "PersistentVolume": "the volume controller",
    "PersistentVolumeClaim": "the volume controller",
    "PodDisruptionBudget": "the disruption controller",
    "ReplicaSet": "the ReplicaSet controller",
    "StatefulSet": "the StatefulSet controller",
    "VolumeAttachment": "the attach controller",
}
_SPELT: Final = {
    "DaemonSet": "daemonset daemonsets ds",
    "Deployment": "deployment deployments deploy",
    "StatefulSet": "statefulset statefulsets sts",
}
_OF_PODS: Final = {
    "pod.unschedulable": "the scheduler",
    "pod.image": "the kubelet, which pulls the image",
    "pod.missing": "the kubelet, which starts the container",
    "pod.config": "the kubelet, which starts the container",
}
_RUNNING: Final = "a running container"
# What a change to another object than the one with the finding leads to, by the code of the finding.
_BY_STATUS: Final = {
    "ingress.no_address": "the ingress controller",
    "service.stale_endpoints": "the EndpointSlice controller",
    "service.load_balancer": "the load balancer's controller",
}


class Answer(StrEnum):
    """`clears`: it is gone. `remains`: it is still there. `cannot_tell`: a controller or a container decides."""

    CLEARS = "clears"
    REMAINS = "remains"
    CANNOT_TELL = "cannot_tell"


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that comes or goes with a change."""

    kind: str
    namespace: str
    name: str
    code: str
    severity: Severity
    text: str

    @classmethod
    def of(cls, finding: Finding) -> "Consequence":
        """The finding in short."""
        return cls(
            kind=finding.kind,
            namespace=finding.namespace,
            name=finding.name,
            code=finding.code,
            severity=finding.severity,
            text=finding.text,
        )


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a change does to a problem, in a sentence, and to the rest of the cluster.

    `waits_for` names the controllers and containers on which it still depends. `cleared` and `new` are the findings
    that it takes away and that it brings.
    """

    answer: Answer
    reason: str
    waits_for: list[str] = []
    cleared: list[Consequence] = []
    new: list[Consequence] = []


def outcome(
    problem: Problem,
    effects: Sequence[Effect],
    *,
    before: Sequence[Finding],
    after: Sequence[Finding],
    view: ClusterView,
) -> Outcome:
    """What becomes of a problem by these effects; `before` and `after` are all findings, `view` is that before."""
    found = {_key(finding): finding for finding in after}
    known, still = _checks(before), _checks(after)
    mine = [finding for finding in problem.findings if finding.code == problem.code]
    left = [finding for finding in mine if _key(finding) in found]
    fresh = [finding for finding in after if (finding.code, finding.ref) not in known]
    ill = {finding.ref for finding in before}
    stale = [finding for finding in fresh if _is_stale(finding, effects, ill)]
    answer, reason, waits = _judged(left, mine, found, effects, view)
    if answer is not Answer.REMAINS:
        waits += [_who(finding) for finding in stale if finding.kind in ("Pod", "Service")]
        waits += [_who(finding) for finding in mine if finding.kind == "Pod" and MISSING in finding.code]
    gone = [finding for finding in before if (finding.code, finding.ref) not in still]
    return Outcome(
        answer=answer,
        reason=reason,
        waits_for=list(dict.fromkeys(waits)),
        cleared=[Consequence.of(finding) for finding in sorted(gone, key=finding_order)],
        new=[Consequence.of(finding) for finding in sorted(fresh, key=finding_order) if finding not in stale],
    )


def actors(types: Iterable[str]) -> list[str]:
    """Who acts on a change of these types, as kubectl names them: the controllers of workloads, and a container."""
    kinds = {name: kind for kind, names in _SPELT.items() for name in names.split()}
    acting = [_WAITS[kinds[name]] for name in sorted(types) if name in kinds]
    return [*dict.fromkeys(acting or ["a controller"]), _RUNNING]


_Judgement = tuple[Answer, str, list[str]]


def _judged(
    left: list[Finding],
    mine: list[Finding],
    found: dict[tuple[object, ...], Finding],
    effects: Sequence[Effect],
    view: ClusterView,
) -> _Judgement:
    if remade := [owner for effect in effects if (owner := _remade(effect, view))]:
        return Answer.CANNOT_TELL, "Its controller makes it anew; the new one may do as the old one did.", remade
    if any(_of_unknown_content(finding, effects) for finding in mine):
        return Answer.CANNOT_TELL, "It depends on what the Secret will hold, which is not looked at.", []
    if not left:
        return Answer.CLEARS, "The check finds nothing any more with the change.", []
    again = [found[_key(finding)] for finding in left]
    moved = [effect for effect in effects if effect.moves or effect.kind in ("Node", "Namespace", "Pod")]
    if not moved:
        return Answer.REMAINS, "The change touches nothing that the check looks at.", []
    driven = [finding for finding in again if _driven(finding, moved)]
    if len(driven) < len(again):
        return Answer.REMAINS, f"The check still finds: {again[0].text}", []
    waits = [_WAITS[effect.kind] for effect in moved if effect.kind in _WAITS] + [_who(finding) for finding in driven]
    return Answer.CANNOT_TELL, "The change is taken; whether it helps shows when it is in force.", waits


def _driven(finding: Finding, effects: Iterable[Effect]) -> bool:
    """Whether the finding is of a status that may change in consequence: no reference, and near the change."""
    code = finding.code
    if code.startswith("hygiene."):
        return False  # of specifications alone
    by_status = finding.kind == "Pod" or finding.kind in _WAITS or code.startswith(tuple(_BY_STATUS))
    pods_changed = any(effect.kind in _TEMPLATED for effect in effects)
    return (by_status and (MISSING not in code or pods_changed) and _near(finding, effects)) or (
        # What stands behind a Service, and an Ingress in front of it, is as ready as the pods are.
        pods_changed and finding.kind in ("Service", "Ingress", "EndpointSlice") and MISSING not in code
    )


def _near(finding: Finding, effects: Iterable[Effect]) -> bool:
    """Whether one of the effects is in the finding's namespace, or in none."""
    return any(not effect.namespace or effect.namespace == finding.namespace for effect in effects)


def _who(finding: Finding) -> str:
    """What has to act before a finding can go."""
    for table in (_OF_PODS, _BY_STATUS):
        for prefix, who in table.items():
            if finding.code.startswith(prefix):
                return who
    return _RUNNING if finding.kind == "Pod" else _WAITS.get(finding.kind, _RUNNING)


def _remade(effect: Effect, view: ClusterView) -> str | None:
    """Who makes a deleted object again, if anybody does."""
    if effect.change.action is not Action.DELETED:
        return None
    for resource in view.resources:
        item: KubeObject | None = None
        if effect.is_of(resource):
            item = view.get(resource, effect.namespace, effect.name)
        if item is not None and item.controller is not None and item.controller.kind != "Node":
            return _WAITS.get(item.controller.kind, f"the controller of {item.controller.kind} {item.controller.name}")
    return None


def _sealed(effects: Iterable[Effect]) -> set[ObjectRef]:
    return {
        ObjectRef(kind=effect.kind, name=effect.name, namespace=effect.namespace) for effect in effects if effect.sealed
    }


def _of_unknown_content(finding: Finding, effects: Iterable[Effect]) -> bool:
    """Whether a finding is about the content of a Secret that the change fills."""
    if MISSING in finding.code:
        return False
    return bool({finding.ref, finding.culprit} & _sealed(effects))


def _is_stale(finding: Finding, effects: Sequence[Effect], ill: set[ObjectRef]) -> bool:
    """Whether a new finding is of a status, or a content, that is not the one after the change.

    The status of a pod that was not well before tells what had gone wrong before.
    """
    if {finding.ref, finding.culprit} & _sealed(effects):
        return True
    if finding.code.startswith(tuple(_BY_STATUS)):
        return True
    place = (finding.kind, finding.namespace, finding.name)
    changed = any((effect.kind, effect.namespace, effect.name) == place for effect in effects)
    return finding.kind == "Pod" and MISSING not in finding.code and finding.ref in ill and not changed


def _checks(findings: Iterable[Finding]) -> set[tuple[str, ObjectRef]]:
    """Which checks failed on which objects."""
    return {(finding.code, finding.ref) for finding in findings}


def _key(finding: Finding) -> tuple[object, ...]:
    """What makes two findings the same one, before and after: the check, the object and the container."""
    return (finding.code, finding.ref, finding.evidence.get("container", ""))
