"""The analyzer of Jobs: those that have failed for good, and those that never end."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import pods
from kubecfg_analyzers.controllers import shortfall
from kubecfg_analyzers.controllers.shortfall import YOUNG
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.owners import owner_of
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found, older, sentence, span_since
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.batch import CRONJOBS
from kubecfg_core.kinds.meta import Condition, find_condition
from kubecfg_core.kinds.pods import PODS, ContainerStatus, Pod
from kubecfg_core.kinds.workloads import JOBS, Job

OLD: Final = timedelta(days=7)
LONG: Final = timedelta(hours=24)
BLOCKED: Final = timedelta(hours=1)
BLOCKED_BY_PROXY: Final = timedelta(minutes=10)

_DOC: Final = "concepts/workloads/controllers/job/"
_SIDECAR_DOC: Final = "concepts/workloads/pods/sidecar-containers/"
_PROXIES: Final = frozenset(
    {"istio-proxy", "linkerd-proxy", "consul-dataplane", "envoy", "cloud-sql-proxy", "cloudsql-proxy", "vault-agent"}
)


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every Job. How a CronJob's Jobs ended is told with the CronJob, where that was read."""
    warnings = Warnings(view)
    for job in view.all(JOBS):
        if job.metadata.deletionTimestamp is not None or job.spec.suspend:
            continue
        condition = failed(job)
        if condition is not None:
            if not _of_cron_job(view, job):
                yield _failure(view, warnings, job, condition)
        elif not finished(job):
            yield from _running(view, warnings, job)


def failed(job: Job) -> Condition | None:
    """The condition of a Job that has failed for good."""
    condition = find_condition(job.status.conditions, "Failed")
    return condition if condition is not None and condition.status == "True" else None


def finished(job: Job) -> bool:
    """Whether a Job is over."""
    return any(each.type in ("Complete", "Failed") and each.status == "True" for each in job.status.conditions)


def why(view: ClusterView, warnings: Warnings, job: Job, condition: Condition) -> tuple[str, str, Finding | None]:
    """Why a Job has failed: what it ran into, what its last pod tells, and that pod's finding."""
    tries = view.owned_by(PODS, job.metadata.uid) if job.metadata.uid else ()
    told = [pods.trouble(view, warnings, pod) for pod in tries[-20:]]
    last = next((finding for finding in told if finding is not None), None)
    match condition.reason:
        case "BackoffLimitExceeded":
            limit = f"failed {counted(job.status.failed, 'time')}" if job.status.failed else "failed too often"
            words = f"its pods {limit} (backoffLimit {job.spec.backoffLimit})"
        case "DeadlineExceeded":
            words = f"it ran longer than its activeDeadlineSeconds ({job.spec.activeDeadlineSeconds})"
        case "PodFailurePolicy":
            words = "a pod failed in a way that its podFailurePolicy does not forgive"
        case _:
            words = condition.reason or "no reason given"
    cause = f"Its pod {last.name}: {pods.in_short(last)}" if last else sentence(condition.message)
    return words, cause, last


def _of_cron_job(view: ClusterView, job: Job) -> bool:
    owner = job.controller
    return owner is not None and owner.kind == "CronJob" and view.get(CRONJOBS, job.namespace, owner.name) is not None


def _failure(view: ClusterView, warnings: Warnings, job: Job, condition: Condition) -> Finding:
    words, cause, last = why(view, warnings, job, condition)
    code = {"BackoffLimitExceeded": "job.backoff_limit", "DeadlineExceeded": "job.deadline_exceeded"}
    deadline = job.spec.activeDeadlineSeconds
    return _found(
        view,
        job,
        code.get(condition.reason, "job.failed"),
        f"The Job has failed: {words}.",
        severity=WARNING if older(view.now, condition.lastTransitionTime, OLD) else ERROR,
        cause=cause,
        facts={
            "reason": condition.reason or "Failed",
            "failed": job.status.failed,
            "backoff_limit": job.spec.backoffLimit,
            "seconds": deadline,
            "pod": last.name if last else None,
            "pod_code": last.code if last else None,
            "container": str(last.evidence.get("container", "")) if last else None,
        },
        last=last,
    )


def _running(view: ClusterView, warnings: Warnings, job: Job) -> Iterator[Finding]:
    refusal = None if job.status.active else shortfall.refused(warnings, JOBS, job)
    if refusal is not None and older(view.now, job.metadata.creationTimestamp, YOUNG):
        words, cause, facts = refusal
        text = f"Pods of the Job cannot be created: {words}."
        yield _found(view, job, "job.create_failed", text, severity=ERROR, cause=cause, facts=facts)
        return
    blocked = next(_blocked(view, job), None)
    if blocked is not None:
        yield blocked
    elif not _of_cron_job(view, job):
        yield from _long(view, job)


def _blocked(view: ClusterView, job: Job) -> Iterator[Finding]:
    """Pods whose work is done, but in which another container runs on: the Job waits for it."""
    for pod in view.owned_by(PODS, job.metadata.uid) if job.metadata.uid else ():
        ended = [each for each in pod.status.containerStatuses if each.state.terminated]
        going = [each for each in pod.status.containerStatuses if each.state.running]
        if pod.finished or not going or not ended or len(ended) + len(going) < len(pod.status.containerStatuses):
            continue
        proxies = all(each.name in _PROXIES for each in going)
        if _ended_well(view, ended, BLOCKED_BY_PROXY if proxies else BLOCKED):
            yield _waits_for(view, job, pod, going[0], ended)


def _ended_well(view: ClusterView, ended: list[ContainerStatus], since: timedelta) -> bool:
    ends = [each.state.terminated for each in ended if each.state.terminated]
    return all(end.exitCode == 0 and older(view.now, end.finishedAt, since) for end in ends)


def _waits_for(view: ClusterView, job: Job, pod: Pod, going: ContainerStatus, ended: list[ContainerStatus]) -> Finding:
    end = max((each.state.terminated.finishedAt for each in ended if each.state.terminated), default=None, key=str)
    return _found(
        view,
        job,
        "job.sidecar_blocks",
        f"Container {ended[0].name} ended well {span_since(view.now, end)} ago, but {going.name} runs on, "
        "so the Job does not complete.",
        severity=WARNING,
        cause=f"A Job waits for every container of its pod {pod.name}. One that only helps belongs among the init "
        "containers, with restartPolicy Always.",
        doc=_SIDECAR_DOC,
        facts={"pod": pod.name, "container": going.name, "done": ended[0].name},
    )


def _long(view: ClusterView, job: Job) -> Iterator[Finding]:
    """A Job with a deadline ends by itself, and one that counts up its successes gets on."""
    if job.spec.activeDeadlineSeconds is not None or job.status.succeeded or not job.status.active:
        return
    if older(view.now, job.status.startTime, LONG):
        yield _found(
            view,
            job,
            "job.running_long",
            f"The Job has run for {span_since(view.now, job.status.startTime)}, and has no deadline.",
            severity=WARNING,
            cause="Either it has much to do, or it waits for something that does not come.",
            facts={"active": job.status.active},
        )


def _found(
    view: ClusterView,
    job: Job,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str,
    doc: str = _DOC,
    facts: Facts,
    last: Finding | None = None,
) -> Finding:
    parent = str(owner_of(view, job) or "")
    names = last.sensitive if last else ()
    return found(
        JOBS, job, code, text, severity=severity, cause=cause, doc=doc, parent=parent, facts=facts, names=names
    )


ANALYZER: Final = Analyzer(
    name="jobs",
    reads=(*pods.STATUS_READS, CRONJOBS),
    analyze=analyze,
    summary="Jobs that have failed for good, that cannot make pods, or that never end.",
)
