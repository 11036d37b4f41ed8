"""The analyzer of Deployments: replicas that are not there, and what of their pods is behind it."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import pods, refusals
from kubecfg_analyzers.events import Warnings, latest
from kubecfg_analyzers.report import CRITICAL, ERROR, WARNING, Facts, counted, found, older, sentence
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.workloads import DEPLOYMENTS, REPLICASETS, Deployment, ReplicaSet, WorkloadCondition

YOUNG: Final = timedelta(minutes=5)

_DOC: Final = "concepts/workloads/controllers/deployment/"
_MOST_PODS: Final = 20


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every Deployment that is to have replicas: at most one finding each, the deepest cause."""
    warnings = view.once(Warnings)
    for deployment in view.all(DEPLOYMENTS):
        if deployment.metadata.deletionTimestamp is None:
            yield from _judge(view, warnings, deployment)


def _judge(view: ClusterView, warnings: Warnings, deployment: Deployment) -> Iterator[Finding]:
    status, desired = deployment.status, deployment.spec.replicas
    progressing = _condition(deployment, "Progressing")
    if progressing is not None and progressing.reason == "ReplicaSetCreateError" and desired > 0:
        yield _no_replicaset(deployment, progressing)
        return
    if status.observedGeneration < deployment.metadata.generation:
        yield from _not_observed(view, deployment)
        return
    if desired <= 0:
        return
    refused = _refusal(view, warnings, deployment)
    if refused is not None:
        yield refused
        return
    too_late = progressing is not None and progressing.reason == "ProgressDeadlineExceeded"
    if not too_late and max(status.availableReplicas, status.readyReplicas) >= desired:
        return  # those that are ready may have to be so for minReadySeconds before they count as available
    broken = _broken(view, warnings, deployment)
    if too_late:
        yield _too_late(view, deployment, broken)
    elif broken or not _rolling(view, deployment, progressing):
        yield _short_of(view, deployment, broken)


def _condition(deployment: Deployment, kind: str) -> WorkloadCondition | None:
    return next((condition for condition in deployment.status.conditions if condition.type == kind), None)


def _found(
    deployment: Deployment,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str = "",
    facts: Facts | None = None,
    broken: Finding | None = None,
) -> Finding:
    counts = {"desired": deployment.spec.replicas, "available": deployment.status.availableReplicas}
    return found(
        DEPLOYMENTS,
        deployment,
        code,
        text,
        severity=severity,
        cause=cause,
        doc=_DOC,
        facts={**counts, **(facts or {})},
        names=broken.sensitive if broken else (),
    )


def _severity(deployment: Deployment, partly: Severity) -> Severity:
    return partly if deployment.status.availableReplicas else CRITICAL


def _replicas(deployment: Deployment) -> str:
    return f"{deployment.status.availableReplicas} of {counted(deployment.spec.replicas, 'replica')} available"


def _not_observed(view: ClusterView, deployment: Deployment) -> Iterator[Finding]:
    """The controller acts within moments, so only a Deployment that is not new counts."""
    newest, seen = deployment.metadata.generation, deployment.status.observedGeneration
    if older(view.now, deployment.metadata.creationTimestamp, YOUNG):
        yield _found(
            deployment,
            "deployment.not_observed",
            f"The controller has acted on generation {seen} of the Deployment, and the newest is {newest}.",
            severity=WARNING,
            cause="The controller manager does not run, or is far behind.",
            facts={"generation": newest, "observed": seen},
        )


def _no_replicaset(deployment: Deployment, progressing: WorkloadCondition) -> Finding:
    """The API server lets no ReplicaSet in: what there is of an older one may serve on."""
    refusal = refusals.classify(progressing.message)
    return _found(
        deployment,
        refusal.code,
        f"No ReplicaSet can be made for the newest spec ({_replicas(deployment)}): {refusal.why}.",
        severity=_severity(deployment, ERROR),
        cause=sentence(refusal.message),
        facts={**refusal.facts, "message": refusal.message, "reason": progressing.reason},
    )


def _refusal(view: ClusterView, warnings: Warnings, deployment: Deployment) -> Finding | None:
    """Pods that the API server does not let in: all of them, or only the last ones."""
    sets = view.owned_by(REPLICASETS, deployment.metadata.uid) if deployment.metadata.uid else ()
    message, name = _refusal_message(warnings, deployment, sets)
    if not message:
        return None
    refusal = refusals.classify(message)
    return _found(
        deployment,
        refusal.code,
        f"Pods cannot be created ({_replicas(deployment)}): {refusal.why}.",
        severity=_severity(deployment, ERROR),
        cause=sentence(refusal.message),
        facts={**refusal.facts, "message": refusal.message, "reason": "FailedCreate", "replicaset": name},
    )


def _refusal_message(warnings: Warnings, deployment: Deployment, sets: Sequence[ReplicaSet]) -> tuple[str, str]:
    wanting = [item for item in sets if item.spec.replicas > item.status.replicas]
    for item in wanting:
        condition = find_condition(item.status.conditions, "ReplicaFailure")
        if condition is not None and condition.status == "True" and condition.reason == "FailedCreate":
            return condition.message, item.name
    failure = _condition(deployment, "ReplicaFailure")
    if failure is not None and failure.status == "True" and failure.reason == "FailedCreate":
        return failure.message, next((item.name for item in wanting), "")
    for item in wanting:
        event = latest(warnings.of(REPLICASETS, item), "FailedCreate")
        if event is not None and deployment.status.availableReplicas < deployment.spec.replicas:
            return event.message, item.name
    return "", ""


def _broken(view: ClusterView, warnings: Warnings, deployment: Deployment) -> Finding | None:
    """The worst finding of its pods: a young rollout has none."""
    worst: list[Finding] = []
    for pod in _pods(view, deployment)[:_MOST_PODS]:
        finding = pods.trouble(view, warnings, pod)
        if finding is not None and finding.severity is not WARNING:
            worst.append(finding)
    return min(worst, key=lambda finding: (finding.severity.rank, finding.code, finding.name), default=None)


def _pods(view: ClusterView, deployment: Deployment) -> list[Pod]:
    selected = view.selected(PODS, deployment.namespace, deployment.spec.selector)
    return [pod for pod in selected if not pod.finished and pod.metadata.deletionTimestamp is None]


def _rolling(view: ClusterView, deployment: Deployment, progressing: WorkloadCondition | None) -> bool:
    """Whether replicas may still be coming: the rollout moved a short while ago, or the Deployment or a pod is new."""
    if not older(view.now, deployment.metadata.creationTimestamp, YOUNG):
        return True
    made = [pod.metadata.creationTimestamp for pod in _pods(view, deployment) if not pods.is_ready(pod)]
    if any(at is not None and not older(view.now, at, YOUNG) for at in made):
        return True  # as after a scale-up, or when a node was drained
    moved = progressing.lastUpdateTime or progressing.lastTransitionTime if progressing else None
    available = _condition(deployment, "Available")
    changed = available.lastTransitionTime if available else None
    return any(at is not None and not older(view.now, at, YOUNG) for at in (moved, changed))


def _because(
    view: ClusterView, deployment: Deployment, broken: Finding | None
) -> tuple[str, dict[str, str | int | None]]:
    """The cause in words and as evidence: the finding of one of its pods, if there is one."""
    if broken is None:
        none = view.covers(PODS, deployment.namespace) and not _pods(view, deployment)
        return ("It has no pods, and nothing says why." if none else ""), {}
    facts: dict[str, str | int | None] = {"pod": broken.name, "pod_code": broken.code}
    facts |= {key: str(broken.evidence[key]) for key in ("container", "image") if key in broken.evidence}
    return f"Its pod {broken.name}: {pods.in_short(broken)}", facts


def _short_of(view: ClusterView, deployment: Deployment, broken: Finding | None) -> Finding:
    cause, facts = _because(view, deployment, broken)
    none = deployment.status.availableReplicas == 0
    return _found(
        deployment,
        "deployment.unavailable" if none else "deployment.degraded",
        f"{_replicas(deployment)}.",
        severity=_severity(deployment, WARNING),
        cause=cause,
        facts=facts,
        broken=broken,
    )


def _too_late(view: ClusterView, deployment: Deployment, broken: Finding | None) -> Finding:
    cause, facts = _because(view, deployment, broken)
    sets = view.owned_by(REPLICASETS, deployment.metadata.uid) if deployment.metadata.uid else ()
    ranked = sorted(sets, key=lambda item: item.revision)
    before = ranked[-2].revision if len(ranked) > 1 else 0
    seconds = deployment.spec.progressDeadlineSeconds
    serving = deployment.status.availableReplicas > 0
    return _found(
        deployment,
        "deployment.deadline_exceeded",
        f"The rollout has not got on within {counted(seconds, 'second')}: {_replicas(deployment)}.",
        severity=_severity(deployment, ERROR),
        cause=" ".join(
            words for words in (cause, "Older replicas still serve." if serving and before else "") if words
        ),
        facts={
            **facts,
            "seconds": seconds,
            "replicaset": ranked[-1].name if ranked else None,
            "revision": before or None,
        },
        broken=broken,
    )


ANALYZER: Final = Analyzer(
    name="deployments",
    reads=(DEPLOYMENTS, *pods.STATUS_READS),
    analyze=analyze,
    summary="Deployments short of replicas, stuck rollouts, and pods that may not be created.",
)
