"""One cause, one problem: what suffers from something is folded under it, across workloads and namespaces."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from kubecfg_core.changes import with_writers
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import JOBS, REPLICASETS
from kubecfg_core.problems import (
    Finding,
    ObjectRef,
    Problem,
    ProblemError,
    Symptom,
    blast_radius,
    finding_order,
    ordered,
    problem_id,
)
from kubecfg_core.rollouts import with_change
from kubecfg_core.view import ClusterView

_Key = tuple[str, str, str, str]

_ABOVE: Final = {"ReplicaSet": REPLICASETS, "Job": JOBS}


def fold(findings: Iterable[Finding], view: ClusterView) -> list[Problem]:
    """One problem a cause, worst first. Every finding is in exactly one of them, and none is made milder.

    A finding that names a culprit goes with what was found on that, or with the others that name it. One that names
    none goes with those on the pods of the same owner: about the same container, or with the same code.
    """
    return ordered(_to_problem(key, group, view) for key, group in _Groups(findings, view).by_cause().items())


def concerning(findings: Sequence[Finding], namespace: str) -> list[Finding]:
    """The findings that concern a namespace: those in it, and of the cluster itself what they suffer from.

    A node that is down is no problem of a namespace that has nothing on it.
    """
    behind: dict[ObjectRef, list[Finding]] = {}
    for finding in findings:
        for ref in _known_as(finding):
            behind.setdefault(ref, []).append(finding)
    kept = {id(finding): finding for finding in findings if _names(finding, namespace)}
    waiting = list(kept.values())
    while waiting:
        culprit = waiting.pop().culprit
        for finding in behind.get(culprit, ()) if culprit is not None else ():
            if id(finding) not in kept:
                kept[id(finding)] = finding
                waiting.append(finding)
    return [finding for finding in findings if id(finding) in kept]


def _names(finding: Finding, namespace: str) -> bool:
    told = (value for key, value in finding.evidence.items() if key.endswith("_namespace"))
    return finding.namespace == namespace or (not finding.namespace and namespace in told)


def _known_as(finding: Finding) -> list[ObjectRef]:
    """The names under which others blame its object.

    The API server names a webhook, and not the configuration that it is a part of. What a network policy closes looks
    to all others like a Service, or a webhook behind it, that does not answer.
    """
    refs = [finding.ref]
    closes = finding.kind == "NetworkPolicy"
    if closes and "service" in finding.evidence:
        refs.append(ObjectRef(kind="Service", name=str(finding.evidence["service"]), namespace=finding.namespace))
    if closes or finding.kind.endswith("WebhookConfiguration"):
        named = str(finding.evidence.get("webhooks", finding.evidence.get("webhook", "")))
        refs += [ObjectRef(kind="Webhook", name=name) for name in named.split(",") if name]
    return refs


class _Group:
    """The findings of one cause. The roots have the trouble itself; the rest suffers from it."""

    def __init__(self, culprit: ObjectRef | None) -> None:
        self.culprit = culprit
        self.roots: list[Finding] = []
        self.rest: list[Finding] = []


class _Groups:
    """Findings by their cause."""

    def __init__(self, findings: Iterable[Finding], view: ClusterView) -> None:
        self._view = view
        self._findings = sorted(findings, key=finding_order)
        self._worst: dict[ObjectRef, Finding] = {}
        for finding in self._findings:
            for ref in _known_as(finding):
                self._worst.setdefault(ref, finding)
        self._places: dict[ObjectRef, ObjectRef] = {}

    def by_cause(self) -> dict[_Key, _Group]:
        """The groups, each under the key that stays the same from run to run."""
        groups: dict[_Key, _Group] = {}
        for finding in self._findings:
            last = self._last(finding)
            culprit = self._behind(last)
            key = (culprit.kind, culprit.namespace, culprit.name, "") if culprit else _own_key(last)
            group = groups.setdefault(key, _Group(culprit))
            (group.roots if last is finding else group.rest).append(finding)
        return groups

    def _last(self, finding: Finding) -> Finding:
        """The end of the chain of findings that this one suffers from; itself where it suffers from none."""
        chain = [finding]
        while (above := self._above(chain[-1])) is not None:
            if any(above is seen for seen in chain):
                # They blame each other: all of them must choose the same one.
                circle = chain[next(i for i, seen in enumerate(chain) if seen is above) :]
                return min(circle, key=finding_order)
            chain.append(above)
        return chain[-1]

    def _above(self, finding: Finding) -> Finding | None:
        if finding.culprit is None:
            return None
        place = self._place(finding.culprit)
        return None if place == finding.ref else self._worst.get(place)

    def _behind(self, finding: Finding) -> ObjectRef | None:
        """What the last finding of a chain blames, if nothing was found on that."""
        if finding.culprit is None:
            return None
        place = self._place(finding.culprit)
        return None if place in self._worst else place

    def _place(self, ref: ObjectRef) -> ObjectRef:
        """The culprit; for a pod on which nothing was found, the workload that it belongs to."""
        if ref.kind != "Pod" or ref in self._worst:
            return ref
        if ref not in self._places:
            self._places[ref] = _owner_in(self._view, ref)
        return self._places[ref]


def _owner_in(view: ClusterView, pod: ObjectRef) -> ObjectRef:
    """The workload above a pod, as far as it was read: a pod's own name changes with every restart of the workload."""
    item = view.get(PODS, pod.namespace, pod.name)
    controller = item.controller if item is not None else None
    if controller is None or controller.kind == "Node":
        return pod
    resource = _ABOVE.get(controller.kind)
    above = view.get(resource, pod.namespace, controller.name) if resource else None
    top = above.controller if above is not None and above.controller else controller
    return ObjectRef(kind=top.kind, name=top.name, namespace=pod.namespace)


def _own_key(finding: Finding) -> _Key:
    """The owner and the container: a container that crashes is now `crashloop`, now `not_ready`, and is one problem."""
    owner = finding.owner
    return (owner.kind, owner.namespace, owner.name, str(finding.evidence.get("container", "")) or finding.code)


def _to_problem(key: _Key, group: _Group, view: ClusterView) -> Problem:
    roots = group.roots or group.rest
    head = with_writers(with_change(roots[0], roots, view), roots, view)
    every = [head, *roots[1:], *(group.rest if group.roots else ())]
    told = _distinct([head, *roots[1:]])
    owners = list(dict.fromkeys(finding.owner for finding in roots))
    # What several owners lack is the problem; what one lacks is that one's problem, told of its first object.
    entry = group.culprit if group.culprit is not None and len(owners) > 1 else head.ref
    concerned = list(dict.fromkeys(finding.ref for finding in roots))
    parents = {finding.parent for finding in roots}
    return Problem(
        kind=entry.kind,
        name=entry.name,
        namespace=entry.namespace,
        errors=[ProblemError(text=finding.text, kubernetes_doc=finding.doc) for finding in told],
        details=head.cause,
        parent_object=head.parent if len(parents) == 1 else "",
        severity=min((finding.severity for finding in every), key=lambda severity: severity.rank),
        code=head.code,
        cause=head.cause,
        evidence=head.evidence,
        findings=[head, *sorted(every[1:], key=finding_order)],
        id=problem_id(*key),
        culprit=group.culprit,
        members=concerned if concerned != [entry] else [],
        symptoms=[_symptom(finding) for finding in every if (finding.ref, finding.code) != (entry, head.code)],
        blast_radius=blast_radius(every),
    )


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """One of each check, owner and container, and of each text: the tenth pod of a Deployment says nothing new."""
    seen: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        # Of one object itself two texts of a check are two facts: an Ingress may have two ports wrong.
        own = finding.text if finding.owner == finding.ref else ""
        seen.setdefault((finding.code, finding.owner, finding.evidence.get("container"), own), finding)
    return list({finding.text: finding for finding in reversed(seen.values())}.values())[::-1]


def _symptom(finding: Finding) -> Symptom:
    return Symptom(
        kind=finding.kind, namespace=finding.namespace, name=finding.name, code=finding.code, text=finding.text
    )


def told_by(problem: Problem) -> list[Finding]:
    """The findings that a solution must answer: without symptoms all, else those that are none."""
    symptoms = {(item.kind, item.namespace, item.name, item.code, item.text) for item in problem.symptoms}
    return [
        finding
        for number, finding in enumerate(problem.findings)
        if not number or (*msgspec.structs.astuple(_symptom(finding)),) not in symptoms
    ]
