from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.controllers import cronjobs
from kubecfg_core import Severity
from kubecfg_core.kinds.workloads import JOBS
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, ended, only, owned, pod, view_of, warning

# The view is taken at noon.


def cron(schedule: str = "0 * * * *", *, last: str | None = "", spec: Json | None = None, **status: Any) -> Json:
    """A CronJob of a month ago, started last at noon, unless told otherwise."""
    if last is not None:
        status["lastScheduleTime"] = last or ago()
    return {
        "kind": "CronJob",
        "metadata": {"name": "nightly", "creationTimestamp": ago(days=30)},
        "spec": {"schedule": schedule, **(spec or {})},
        "status": status,
    }


def job(name: str, kind: str = "Failed", reason: str = "BackoffLimitExceeded", **begun: float) -> Json:
    return {
        "kind": "Job",
        "metadata": {"name": name, "creationTimestamp": ago(**begun), **owned("CronJob", "nightly")},
        "spec": {"backoffLimit": 0},
        "status": {
            "startTime": ago(**begun),
            "failed": 1,
            "conditions": [{"type": kind, "status": "True", "reason": reason, "message": "It failed."}],
        },
    }


def told(reason: str, message: str, minutes: float = 1) -> Json:
    return warning(reason, message, kind="CronJob", name="nightly", minutes=minutes)


@pytest.mark.parametrize(
    "quiet",
    [
        cron(),
        cron(last=ago(hours=1)),
        cron("0 3 * * *", last=ago(hours=9)),
        cron("0 3 * * *", last=ago(hours=33)),
        cron("*/5 * * * *", last=ago(minutes=10)),
        cron(last=ago(days=9), spec={"suspend": True}),
        cron("0 0 1 6 *", last=None),
        cron("no schedule", last=None),
        cron(last=ago(days=9), spec={"timeZone": "Mars/Olympus"}),
    ],
    ids=["on time", "next now", "today", "a day late", "minutes", "suspended", "not due yet", "unparsable", "no zone"],
)
def test_a_cronjob_that_keeps_its_schedule_is_silent(quiet: Json) -> None:
    assert codes(cronjobs.analyze, view_of(quiet)) == []


def test_a_schedule_that_is_kept_no_more_is_an_error() -> None:
    found = only(cronjobs.analyze, view_of(cron(last=ago(hours=5))))

    assert (found.code, found.severity) == ("cronjob.stale", Severity.ERROR)
    assert found.evidence["due"] == "2026-01-15 08:00 UTC"
    assert "4 hours ago" in found.text


def test_with_a_time_zone_a_daily_run_is_late_after_an_hour() -> None:
    assert codes(cronjobs.analyze, view_of(cron("0 3 * * *", last=ago(hours=33), spec={"timeZone": "Etc/UTC"}))) == [
        "cronjob.stale"
    ]


def test_a_schedule_that_was_never_kept_is_told_as_such() -> None:
    assert only(cronjobs.analyze, view_of(cron(last=None))).code == "cronjob.never_scheduled"


def test_a_warning_that_says_why_is_the_cause() -> None:
    view = view_of(cron(last=ago(hours=5)), told("MissSchedule", "Missed scheduled time to start a job: 09:00"))

    assert only(cronjobs.analyze, view).cause == "Missed scheduled time to start a job: 09:00."


def test_a_time_zone_moves_the_time_that_is_due() -> None:
    in_tokyo = cron("0 3 * * *", last=ago(hours=66), spec={"timeZone": "Asia/Tokyo"})

    assert only(cronjobs.analyze, view_of(in_tokyo)).evidence["due"] == "2026-01-13 18:00 UTC"


def test_a_daily_run_of_a_controller_in_another_zone_is_not_late() -> None:
    assert codes(cronjobs.analyze, view_of(cron("0 3,4 * * *", last=ago(hours=17)))) == []


def test_a_run_that_hangs_and_forbids_others_is_the_cause() -> None:
    hangs = cron(last=ago(hours=5), spec={"concurrencyPolicy": "Forbid"}, active=[{"name": "nightly-1"}])

    found = only(cronjobs.analyze, view_of(hangs))

    assert (found.code, found.severity, found.evidence["job"]) == ("cronjob.blocked", Severity.WARNING, "nightly-1")


def test_a_job_that_is_refused_is_the_cause() -> None:
    message = 'Error creating job: admission webhook "policy.example.com" denied the request: no'

    found = only(cronjobs.analyze, view_of(cron(last=ago(hours=5)), told("FailedCreate", message)))

    assert (found.code, found.evidence["webhook"]) == ("cronjob.create_failed", "policy.example.com")


@pytest.mark.parametrize("reason", ["FailedNeedsStart", "TooManyMissedTimes"])
def test_too_many_missed_starts_are_told_whatever_the_schedule(reason: str) -> None:
    view = view_of(cron("odd", last=ago(hours=5)), told(reason, "too many missed start times (> 100)"))

    assert codes(cronjobs.analyze, view) == ["cronjob.too_many_missed"]


def test_a_warning_of_before_the_last_start_is_over() -> None:
    view = view_of(cron(last=ago(minutes=5)), told("TooManyMissedTimes", "too many", minutes=30))

    assert codes(cronjobs.analyze, view) == []


def test_runs_that_pile_up_are_a_warning() -> None:
    found = only(cronjobs.analyze, view_of(cron(active=[{"name": f"nightly-{n}"} for n in range(4)])))

    assert (found.code, found.evidence["active"]) == ("cronjob.overlapping", 4)


def test_two_runs_at_once_are_silent() -> None:
    assert codes(cronjobs.analyze, view_of(cron(active=[{"name": "nightly-1"}, {"name": "nightly-2"}]))) == []


def test_a_last_run_that_failed_is_a_warning_with_the_cause() -> None:
    view = view_of(
        cron(lastSuccessfulTime=ago(hours=1)),
        job("nightly-2", minutes=10),
        job("nightly-1", "Complete", hours=1),
        pod({"state": ended(5)}, name="nightly-2-x", phase="Failed", **owned("Job", "nightly-2")),
    )

    found = only(cronjobs.analyze, view)

    assert (found.code, found.severity, found.evidence["job"]) == ("cronjob.failing", Severity.WARNING, "nightly-2")
    assert "exit code 5" in found.cause


def test_runs_that_fail_one_after_the_other_are_an_error() -> None:
    view = view_of(cron(), job("nightly-2", minutes=10), job("nightly-1", hours=1))

    found = only(cronjobs.analyze, view)

    assert (found.severity, found.evidence["failed_runs"]) == (Severity.ERROR, 2)
    assert "none has succeeded yet" in found.text


def test_failures_that_are_no_longer_kept_count_by_the_last_success() -> None:
    view = view_of(cron(lastSuccessfulTime=ago(hours=5)), job("nightly-9", minutes=10))

    assert only(cronjobs.analyze, view).severity is Severity.ERROR


def test_a_failure_that_a_success_has_followed_is_silent() -> None:
    view = view_of(cron(), job("nightly-2", "Complete", minutes=10), job("nightly-1", hours=1))

    assert codes(cronjobs.analyze, view) == []


def test_jobs_that_could_not_be_read_have_not_failed() -> None:
    assert codes(cronjobs.analyze, view_of(cron(), forbidden=[JOBS])) == []


def test_a_run_that_is_over_without_a_success_and_without_its_job_is_a_warning() -> None:
    lone = cron("0 3 * * *", last=ago(hours=9), lastSuccessfulTime=ago(hours=32))

    found = only(cronjobs.analyze, view_of(lone, job("nightly-1", "Complete", hours=33)))

    assert (found.code, found.severity) == ("cronjob.failing", Severity.WARNING)


@pytest.mark.parametrize(
    "quiet",
    [
        cron("0 3 * * *", last=ago(hours=9), lastSuccessfulTime=ago(hours=32), active=[{"name": "nightly-2"}]),
        cron("0 3 * * *", last=ago(hours=9), lastSuccessfulTime=ago(hours=8)),
        cron("0 3 * * *", last=ago(minutes=2), lastSuccessfulTime=ago(hours=8)),
    ],
    ids=["still running", "succeeded", "a moment ago"],
)
def test_a_run_that_may_yet_succeed_or_did_is_silent(quiet: Json) -> None:
    assert codes(cronjobs.analyze, view_of(quiet)) == []
