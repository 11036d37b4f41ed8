"""The analyzer of pods: what keeps them from running and serving."""

from collections.abc import Iterator
from typing import Any, Final

from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.pods import containers, lifecycle, readiness, references, scheduling, startup
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.fleet import Fleet
from kubecfg_analyzers.pods.readiness import is_ready
from kubecfg_analyzers.pods.sound import complete
from kubecfg_analyzers.report import WARNING
from kubecfg_core import Analyzer, ClusterView, Finding, Resource
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, SERVICEACCOUNTS
from kubecfg_core.kinds.events import WARNINGS
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.storage import CLAIMS, VOLUMES
from kubecfg_core.kinds.workloads import JOBS, REPLICASETS

__all__ = ["ANALYZER", "STATUS_READS", "analyze", "in_short", "is_ready", "trouble"]

STATUS_READS: Final[tuple[Resource[Any], ...]] = (PODS, REPLICASETS, JOBS, WARNINGS, NODES, SERVICEACCOUNTS)
"""What must be read to tell a pod's trouble from its own state and the warnings about it."""


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every pod of the view."""
    warnings, fleet = view.once(Warnings), view.index(Fleet)
    for pod in fleet.others:
        yield from _judge(Case.of(view, warnings, pod))
    for twins in fleet.twins:
        sound = complete(view, twins.pods[0])
        lost = {name for name in twins.nodes if view.lacks(NODES, "", name)}
        for pod in twins.pods if lost or not sound else ():
            check = _judge if pod.spec.nodeName in lost else _certain
            yield from check(Case.of(view, warnings, pod))


def trouble(view: ClusterView, warnings: Warnings, pod: Pod) -> Finding | None:
    """The worst that a pod's own state tells, for the findings of what depends on it; `None` for a good pod."""
    told, key = view.once(_troubles), (pod.namespace, pod.name)
    if key not in told:
        found = _of_state(Case.of(view, warnings, pod, joined=False))
        told[key] = min(found, key=lambda finding: finding.severity.rank, default=None)
    return told[key]


def _troubles(view: ClusterView) -> dict[tuple[str, str], Finding | None]:
    """What was told so far, kept by the view: workloads, Services and Ingresses ask for the same pods."""
    del view
    return {}


def in_short(finding: Finding) -> str:
    """A pod's finding as the cause of another one."""
    return f"{finding.text} {finding.cause}".strip()


def _judge(case: Case) -> Iterator[Finding]:
    if case.pod.finished or case.pod.metadata.deletionTimestamp is not None:
        yield from _of_state(case)
        return
    certain = _certain(case)
    yield from certain
    told = {_identity(finding) for finding in certain}
    for finding in _of_state(case):
        if _identity(finding) not in told and not _explained(finding, certain):
            yield finding


def _certain(case: Case) -> list[Finding]:
    """What the spec alone tells, with the objects that it names."""
    return [*references.check(case), *readiness.ports(case)]


def _identity(finding: Finding) -> tuple[str, ...]:
    """What is missing: the kubelet and the joined lists may both tell of it."""
    evidence = finding.evidence
    name = str(evidence.get("secret", evidence.get("configmap", "")))
    return (finding.code, name, str(evidence.get("key", "")) if finding.code.endswith("_key") else "")


def _explained(finding: Finding, certain: list[Finding]) -> bool:
    """Whether something certain is the reason already: one cause is one finding."""
    codes = {item.code for item in certain if item.severity is not WARNING}
    container = finding.evidence.get("container")
    match finding.code:
        case "pod.unschedulable_volume":
            return "pod.missing_claim" in codes
        case "pod.mount_failed" | "pod.stuck_creating" | "pod.config_error":
            return bool(codes - {"pod.probe_port"})
        case "pod.not_ready" | "pod.liveness_failing":
            broken = [item.evidence.get("container") for item in certain if item.code == "pod.probe_port"]
            return container in broken
    return False


def _of_state(case: Case) -> Iterator[Finding]:
    """What the pod's own state and the warnings about it tell."""
    pod = case.pod
    if pod.metadata.deletionTimestamp is not None:
        yield from lifecycle.terminating(case)
    elif pod.finished:
        if pod.status.phase == "Failed":
            yield from lifecycle.failed(case)
    elif not pod.spec.nodeName:
        yield from scheduling.check(case)
    else:
        yield from list(lifecycle.lost(case)) or list(lifecycle.on_bad_node(case)) or _of_containers(case)


def _of_containers(case: Case) -> Iterator[Finding]:
    found = list(containers.check(case))
    yield from found
    if not found:
        yield from startup.check(case)
    told = {finding.evidence.get("container") for finding in found}
    yield from (finding for finding in readiness.check(case) if finding.evidence.get("container", "") not in told)


ANALYZER: Final = Analyzer(
    name="pods",
    reads=(*STATUS_READS, CONFIGMAPS, SECRETS, CLAIMS, VOLUMES),
    analyze=analyze,
    indexes=(Fleet,),
    summary="Pods that crash, cannot start, cannot be scheduled or do not serve, and why.",
)
