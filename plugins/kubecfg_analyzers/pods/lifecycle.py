"""Pods that are over, going, or on a node that is not well."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import cni
from kubecfg_analyzers.nodes import complaint
from kubecfg_analyzers.pods import containers
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.exits import meaning
from kubecfg_analyzers.report import ERROR, SETTLING, WARNING, clip, elapsed, minutes, older, sentence, span_since
from kubecfg_core import Finding, KubeObject
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import JOBS, Job

GOING: Final = timedelta(minutes=2)
HISTORY: Final = timedelta(days=1)

_LIFECYCLE: Final = "concepts/workloads/pods/pod-lifecycle/"
_EVICTION: Final = "concepts/scheduling-eviction/node-pressure-eviction/"
_NODES: Final = "concepts/architecture/nodes/"
_REASONS: Final = {
    "DeadlineExceeded": "It ran longer than its activeDeadlineSeconds.",
    "NodeAffinity": "The node no longer has the labels that the pod demands.",
    "NodeShutdown": "The node was shut down.",
    "OutOfcpu": "The node had too little cpu left when the pod arrived.",
    "OutOfmemory": "The node had too little memory left when the pod arrived.",
    "OutOfpods": "The node had no place for one more pod.",
    "Preempting": "It made way for a pod of higher priority.",
    "Shutdown": "The node was shut down.",
    "Terminated": "The node was shut down.",
    "UnexpectedAdmissionError": "The kubelet refused it, as when a device that it asks for is not there.",
}


def terminating(case: Case) -> Iterator[Finding]:
    """A pod that should be gone: its time of deletion, which holds the grace period, is well past."""
    since = case.pod.metadata.deletionTimestamp
    if not older(case.view.now, since, GOING):
        return
    finalizer = next(iter(case.pod.metadata.finalizers), "")
    bad = _node_trouble(case)
    if finalizer:
        cause = f'The finalizer "{finalizer}" holds it: its controller has not removed it.'
    else:
        cause = bad[1] if bad else "The kubelet has not confirmed that its containers have ended."
    yield case.found(
        "pod.stuck_terminating",
        f"The pod was to be gone {span_since(case.view.now, since)} ago, and is still terminating.",
        cause=cause,
        doc=_LIFECYCLE,
        facts={
            "minutes": minutes(case.view.now, since),
            "finalizer": finalizer,
            "node_reason": bad[0] if bad else None,
        },
    )


def failed(case: Case) -> Iterator[Finding]:
    """A pod that has failed for good, unless that is history: of a Job only the last try counts, once it has failed."""
    controller, status = case.pod.controller, case.pod.status
    replaced = controller is not None and controller.kind != "Job"
    if (replaced and _long_over(case)) or (controller is not None and not replaced and not _job_failed(case)):
        return
    ended = [(part, part.status.state.terminated) for part in case.parts() if part.status.state.terminated]
    part, last = next(((part, end) for part, end in ended if end.exitCode), (None, None))
    facts: dict[str, str | int | None] = {
        "reason": status.reason or (last.reason if last else ""),
        "message": clip(status.message),
    }
    if status.reason == "Evicted":
        yield case.found(
            "pod.evicted",
            f"The pod was evicted from its node: {sentence(status.message) or 'no message.'}",
            cause="The node was short of a resource."
            + (" Its workload makes a new pod in its place." if replaced else ""),
            doc=_EVICTION,
            severity=WARNING,
            facts=facts,
        )
        return
    severity = WARNING if replaced else ERROR
    if part is not None and last is not None and last.reason == "OOMKilled":
        yield containers.out_of_memory(case, part, last, severity)
        return
    if part is not None and last is not None and last.reason in containers.NOT_STARTED and last.message:
        yield containers.uncreatable(case, part, last.reason, last.message, severity)
        return
    code = f" with exit code {last.exitCode}" if last else ""
    known = meaning(last.exitCode) if last else ""
    yield case.found(
        "pod.failed",
        f"The pod has failed{code}{f' ({status.reason})' if status.reason else ''}.",
        cause=_REASONS.get(status.reason, "") or sentence(status.message) or (f"That means: {known}." if known else ""),
        doc=_LIFECYCLE,
        severity=severity,
        part=part,
        facts={**facts, "exit_code": last.exitCode if last else None},
    )


def _job_failed(case: Case) -> bool:
    controller = case.pod.controller
    job = case.view.get(JOBS, case.pod.namespace, controller.name) if controller else None
    condition = find_condition(job.status.conditions, "Failed") if job else None
    if job is None or condition is None or condition.status != "True":
        return False
    if _made_up_for(case, job):
        return False
    tries = case.view.owned_by(PODS, job.metadata.uid)
    return all(_made(other) <= _made(case.pod) for other in tries if other.status.phase == "Failed")


def _made_up_for(case: Case, job: Job) -> bool:
    """Whether a later run of the same CronJob was a success: the failed one is only kept for its logs."""
    siblings = case.view.owned_by(JOBS, job.controller.uid) if job.controller else ()
    done = [
        item for item in siblings if any(c.type == "Complete" and c.status == "True" for c in item.status.conditions)
    ]
    return any(_made(item) > _made(job) for item in done)


def _made(item: KubeObject) -> tuple[str, str]:
    """What orders the tries of a Job, or its siblings, the last one last."""
    at = item.metadata.creationTimestamp
    return (at.isoformat() if at else "", item.name)


def _long_over(case: Case) -> bool:
    """Whether the pod ended more than a day ago. One that does not say when may have ended just now."""
    times = [condition.lastTransitionTime for condition in case.pod.status.conditions]
    times += [part.status.state.terminated.finishedAt for part in case.parts() if part.status.state.terminated]
    ages = [elapsed(case.view.now, at) for at in times]
    return min((age for age in ages if age is not None), default=timedelta()) > HISTORY


def lost(case: Case) -> Iterator[Finding]:
    """A pod whose node is gone, or has not been heard of."""
    node, status = case.pod.spec.nodeName, case.pod.status
    gone = bool(node) and case.view.lacks(NODES, "", node) and abs(case.bound) > SETTLING
    if gone or status.phase == "Unknown" or status.reason == "NodeLost":
        yield case.found(
            "pod.node_lost",
            f"The node {node} of the pod {'does not exist any more' if gone else 'is not heard of'}.",
            cause=sentence(status.message) or "What the pod says of itself is old; nothing runs it now.",
            doc=_NODES,
            facts={"reason": status.reason or "NodeLost"},
        )


def on_bad_node(case: Case) -> Iterator[Finding]:
    """A pod that is not ready because its node is not: the node is the problem, not the pod.

    Of a node without pod network it is the other way round: there the pod of the network plugin is the problem.
    """
    ready, bad = case.condition("Ready"), _node_trouble(case)
    if bad is None or (ready is not None and ready.status == "True") or _sets_up_network(case):
        return
    yield case.found(
        "pod.node_not_ready",
        f"The pod is on node {case.pod.spec.nodeName}, which is not ready.",
        cause=bad[1],
        doc=_NODES,
        facts={"node_reason": bad[0], "node_message": bad[2]},
    )


def _sets_up_network(case: Case) -> bool:
    node = case.view.get(NODES, "", case.pod.spec.nodeName)
    return node is not None and cni.is_plugin(case.pod) and cni.complains(node)


def _node_trouble(case: Case) -> tuple[str, str, str] | None:
    """The reason, a sentence and the message of a node that is not ready."""
    node = case.view.get(NODES, "", case.pod.spec.nodeName)
    if node is None or node.ready:
        return None
    condition = find_condition(node.status.conditions, "Ready")
    reason, message = (condition.reason, condition.message) if condition else ("NoReadyCondition", "")
    return reason, f"{complaint(node)}.", clip(message)
