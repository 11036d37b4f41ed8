"""The analyzer of CronJobs: schedules that nobody keeps, runs that fail, and runs that pile up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from kubecfg_analyzers import pods
from kubecfg_analyzers.controllers import jobs, schedules, shortfall
from kubecfg_analyzers.controllers.schedules import Schedule
from kubecfg_analyzers.controllers.shortfall import YOUNG
from kubecfg_analyzers.events import Warnings, latest, when
from kubecfg_analyzers.report import ERROR, WARNING, Facts, found, listed, older, sentence, span, span_since
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.batch import CRONJOBS, CronJob
from kubecfg_core.kinds.events import Event
from kubecfg_core.kinds.workloads import JOBS, Job

PILE: Final = 3
"""So many Jobs of one CronJob at once are more than a run that took long."""

_DOC: Final = "concepts/workloads/controllers/cron-jobs/"
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SHORTEST: Final = timedelta(minutes=10)
_ALL_HOURS: Final = 24
_UNHEEDED: Final = (
    "MissSchedule",
    "UnknownTimeZone",
    "InvalidSchedule",
    "UnparseableSchedule",
    "UnParseableCronJobSchedule",
)


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every CronJob that is not suspended."""
    warnings = Warnings(view)
    for item in view.all(CRONJOBS):
        if item.metadata.deletionTimestamp is None and not item.spec.suspend:
            yield from _judge(view, warnings, item)


def _judge(view: ClusterView, warnings: Warnings, item: CronJob) -> Iterator[Finding]:
    schedule = schedules.parse(item.spec.schedule, item.spec.timeZone)
    owned = view.owned_by(JOBS, item.metadata.uid) if item.metadata.uid else ()
    yield from _not_started(view, warnings, item, schedule)
    if len(item.status.active) >= PILE:
        running = [each.name for each in item.status.active]
        yield _found(
            item,
            "cronjob.overlapping",
            f"{len(running)} runs are under way at once: {listed(running, 3)}.",
            severity=WARNING,
            cause="A run takes longer than the schedule leaves it, and concurrencyPolicy "
            f"{item.spec.concurrencyPolicy} starts the next one nevertheless.",
            facts={"active": len(running), "job": running[0]},
            names=tuple(running[:3]),
        )
    yield from _failing(view, warnings, item, list(owned), schedule)


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _due(view: ClusterView, item: CronJob, schedule: Schedule | None) -> datetime | None:
    """The first time that was not kept, where that is certain: the controller starts runs within moments.

    A schedule without a zone is the controller manager's, so its hours may be off by the better part of a day.
    """
    made, last = _utc(item.metadata.creationTimestamp), _utc(item.status.lastScheduleTime)
    since = max((each for each in (made, last) if each is not None), default=None)
    due = schedule.after(since) if schedule and since else None
    if schedule is None or due is None or view.now - due <= _SHORTEST:
        return None
    following = schedule.after(due) or due
    zoned = item.spec.timeZone or "TZ=" in item.spec.schedule
    hourly = schedule.every is not None or len(schedule.hours) == _ALL_HOURS
    grace = min(max(following - due, _SHORTEST), _HOUR) if zoned or hourly else _DAY
    return due if view.now - due > grace else None


def _not_started(view: ClusterView, warnings: Warnings, item: CronJob, schedule: Schedule | None) -> Iterator[Finding]:
    events = [event for event in warnings.of(CRONJOBS, item) if _news(event, item)]
    many = latest(events, "TooManyMissedTimes", "FailedNeedsStart")
    due = _due(view, item, schedule)
    if many is not None:
        yield _found(
            item,
            "cronjob.too_many_missed",
            "The controller does not start it any more: too many starts were missed.",
            severity=ERROR,
            cause=sentence(many.message),
            facts={"schedule": item.spec.schedule},
        )
    elif due is not None:
        facts: Facts = {"schedule": item.spec.schedule, "due": f"{due:%Y-%m-%d %H:%M} UTC"}
        yield _blocked(view, item, facts) or _refused(events, item, facts) or _stale(view, events, item, due, facts)


def _news(event: Event, item: CronJob) -> bool:
    """Whether a warning came after the last start: what was before is over."""
    last = _utc(item.status.lastScheduleTime)
    return last is None or when(event) > last


def _blocked(view: ClusterView, item: CronJob, facts: Facts) -> Finding | None:
    if item.spec.concurrencyPolicy != "Forbid" or not item.status.active:
        return None
    name = item.status.active[0].name
    job = view.get(JOBS, item.namespace, name)
    begun = f" for {span_since(view.now, job.status.startTime)}" if job and job.status.startTime else ""
    return _found(
        item,
        "cronjob.blocked",
        f"No run has started since {facts['due']}, because Job {name} still runs{begun}.",
        severity=WARNING,
        cause="concurrencyPolicy Forbid skips every run while one is under way.",
        facts={**facts, "job": name},
        names=(name,),
    )


def _refused(events: list[Event], item: CronJob, facts: Facts) -> Finding | None:
    event = latest(events, "FailedCreate")
    if event is None:
        return None
    why, cause, more = shortfall.told(event.message)
    return _found(
        item,
        "cronjob.create_failed",
        f"Its Jobs cannot be created, the first one at {facts['due']}: {why}.",
        severity=ERROR,
        cause=cause,
        facts={**facts, **more},
    )


def _stale(view: ClusterView, events: list[Event], item: CronJob, due: datetime, facts: Facts) -> Finding:
    event = latest(events, *_UNHEEDED)
    said = sentence(event.message) if event else ""
    never = item.status.lastScheduleTime is None
    return _found(
        item,
        "cronjob.never_scheduled" if never else "cronjob.stale",
        f"No run has started{' ever' if never else ''}: one was due at {facts['due']}, {span(view.now - due)} ago.",
        severity=ERROR,
        cause=said or "No warning says why: the controller may not run, or be far behind.",
        facts={**facts, "message": said},
    )


def _failing(
    view: ClusterView, warnings: Warnings, item: CronJob, owned: list[Job], schedule: Schedule | None
) -> Iterator[Finding]:
    """The last run that is over has failed. How many did is told by those that are kept, and by the last success."""
    over = sorted((job for job in owned if jobs.finished(job)), key=_begun, reverse=True)
    number = next((place for place, job in enumerate(over) if jobs.failed(job) is None), len(over))
    condition = jobs.failed(over[0]) if over else None
    if condition is None:
        yield from _unsuccessful(view, item, over, schedule)
        return
    words, cause, last = jobs.why(view, warnings, over[0], condition)
    again = number > 1 or _runs_since(schedule, item) > 1
    success = item.status.lastSuccessfulTime
    ever = f"the last success was {span_since(view.now, success)} ago" if success else "none has succeeded yet"
    yield _found(
        item,
        "cronjob.failing",
        f"Its last {'runs have' if again else 'run has'} failed, as Job {over[0].name}: {words}; {ever}.",
        severity=ERROR if again else WARNING,
        cause=cause,
        facts={
            "job": over[0].name,
            "reason": condition.reason or "Failed",
            "failed_runs": number,
            "pod": last.name if last else None,
            "pod_code": last.code if last else None,
            "container": str(last.evidence.get("container", "")) if last else None,
        },
        names=(over[0].name, *(last.sensitive if last else ())),
    )


def _unsuccessful(view: ClusterView, item: CronJob, over: list[Job], schedule: Schedule | None) -> Iterator[Finding]:
    """The last run is over without a success, and its Job is not there to tell: it was removed, or cannot be read."""
    success, last = _utc(item.status.lastSuccessfulTime), _utc(item.status.lastScheduleTime)
    if success is None or last is None or item.status.active or success >= last or not older(view.now, last, YOUNG):
        return
    made = _utc(over[0].metadata.creationTimestamp) if over else None
    if made is None or made < last:
        yield _found(
            item,
            "cronjob.failing",
            f"Its last run has not succeeded: it began {span_since(view.now, last)} ago, and the last success was "
            f"{span_since(view.now, success)} ago.",
            severity=ERROR if _runs_since(schedule, item) > 1 else WARNING,
            cause="Its Job is not there any more, or cannot be read, so nothing says why.",
            facts={"reason": "no success"},
        )


def _begun(job: Job) -> tuple[str, str]:
    at = job.status.startTime or job.metadata.creationTimestamp
    return (at.isoformat() if at else "", job.name)


def _runs_since(schedule: Schedule | None, item: CronJob) -> int:
    """How many runs were started after the last success, two at most."""
    success, last = _utc(item.status.lastSuccessfulTime), _utc(item.status.lastScheduleTime)
    first = schedule.after(success) if schedule and success else None
    second = schedule.after(first) if schedule and first else None
    return sum(last is not None and each is not None and each <= last for each in (first, second))


def _found(
    item: CronJob,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str,
    facts: Facts,
    names: tuple[str, ...] = (),
) -> Finding:
    return found(CRONJOBS, item, code, text, severity=severity, cause=cause, doc=_DOC, facts=facts, names=names)


ANALYZER: Final = Analyzer(
    name="cronjobs",
    reads=(CRONJOBS, *pods.STATUS_READS),
    analyze=analyze,
    summary="CronJobs that do not start, whose runs fail, or whose runs pile up.",
)
