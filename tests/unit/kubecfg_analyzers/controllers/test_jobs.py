from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.controllers import jobs
from kubecfg_core import Severity
from kubecfg_core.kinds.batch import CRONJOBS
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, ended, only, owned, pod, running, view_of, warning

CRON = {"kind": "CronJob", "metadata": {"name": "nightly"}, "spec": {"schedule": "0 3 * * *"}}


def job(*conditions: Json, spec: Json | None = None, metadata: Json | None = None, **status: Any) -> Json:
    return {
        "kind": "Job",
        "metadata": {"name": "report", "creationTimestamp": ago(hours=2), **(metadata or {})},
        "spec": {"backoffLimit": 2, **(spec or {})},
        "status": {"startTime": ago(hours=2), "conditions": list(conditions), **status},
    }


def over(kind: str = "Failed", reason: str = "BackoffLimitExceeded", **since: float) -> Json:
    at = ago(**(since or {"hours": 1}))
    return {"type": kind, "status": "True", "reason": reason, "message": f"{reason}!", "lastTransitionTime": at}


def worker(*statuses: Json, phase: str = "Running") -> Json:
    """A pod of the Job with the containers `app`, `istio-proxy` and so on, of these statuses."""
    whole = pod(name="report-x", phase=phase, **owned("Job", "report"))
    whole["status"]["containerStatuses"] = list(statuses)
    whole["spec"]["containers"] = [{"name": status["name"]} for status in statuses]
    return whole


@pytest.mark.parametrize(
    "quiet",
    [
        job(over("Complete", "")),
        job(active=1),
        job(active=1, failed=1),
        job(spec={"suspend": True}, startTime=ago(days=3), active=1),
        job(over(), metadata={"deletionTimestamp": ago(minutes=1)}),
        job({**over(), "status": "False"}, active=1),
    ],
    ids=["complete", "running", "failed once and tried again", "suspended", "being deleted", "not failed"],
)
def test_a_job_that_does_well_is_silent(quiet: Json) -> None:
    assert codes(jobs.analyze, view_of(quiet)) == []


def test_a_job_that_has_given_up_tells_what_its_pod_tells() -> None:
    failed = worker({"name": "app", "state": ended(3)}, phase="Failed")

    found = only(jobs.analyze, view_of(job(over(), failed=3), failed))

    assert (found.code, found.severity) == ("job.backoff_limit", Severity.ERROR)
    assert found.text == "The Job has failed: its pods failed 3 times (backoffLimit 2)."
    assert "exit code 3" in found.cause
    assert (found.evidence["pod"], found.evidence["pod_code"]) == ("report-x", "pod.failed")


def test_a_job_whose_pods_are_gone_quotes_its_condition() -> None:
    assert only(jobs.analyze, view_of(job(over(), failed=3))).cause == "BackoffLimitExceeded!"


def test_a_job_past_its_deadline_names_it() -> None:
    found = only(jobs.analyze, view_of(job(over(reason="DeadlineExceeded"), spec={"activeDeadlineSeconds": 60})))

    assert (found.code, found.evidence["seconds"]) == ("job.deadline_exceeded", 60)


@pytest.mark.parametrize("reason", ["PodFailurePolicy", "MaxFailedIndexesExceeded", ""])
def test_a_job_that_failed_for_another_reason_is_an_error_too(reason: str) -> None:
    assert only(jobs.analyze, view_of(job(over(reason=reason)))).code == "job.failed"


def test_a_job_that_failed_long_ago_is_a_warning() -> None:
    assert only(jobs.analyze, view_of(job(over(days=30)))).severity is Severity.WARNING


def test_how_a_cronjobs_job_ended_is_told_with_the_cronjob() -> None:
    assert codes(jobs.analyze, view_of(job(over(), metadata=owned("CronJob", "nightly")), CRON)) == []


def test_where_cronjobs_could_not_be_read_the_job_speaks_for_itself() -> None:
    view = view_of(job(over(), metadata=owned("CronJob", "nightly")), forbidden=[CRONJOBS])

    found = only(jobs.analyze, view)

    assert (found.code, found.parent) == ("job.backoff_limit", "CronJob/nightly")


def test_a_job_whose_pods_are_refused_is_told_with_the_refusal() -> None:
    message = 'Error creating: pods "report-" is forbidden: exceeded quota: tight, requested: cpu=2'
    told = warning("FailedCreate", message, kind="Job", name="report")

    found = only(jobs.analyze, view_of(job(), told))

    assert (found.code, found.evidence["quota"]) == ("job.create_failed", "tight")


def test_a_refusal_that_is_over_is_silent() -> None:
    told = warning("FailedCreate", "exceeded quota: tight", kind="Job", name="report")

    assert codes(jobs.analyze, view_of(job(active=1), told)) == []


@pytest.mark.parametrize(("name", "minutes", "found"), [("istio-proxy", 15, 1), ("helper", 15, 0), ("helper", 90, 1)])
def test_a_container_that_never_ends_keeps_a_job_from_completing(name: str, minutes: float, found: int) -> None:
    work = worker({"name": "app", "state": ended(0, "Completed", minutes=minutes)}, {"name": name, **running()})

    assert codes(jobs.analyze, view_of(job(active=1), work)) == ["job.sidecar_blocks"] * found


def test_a_container_that_runs_on_names_itself_and_what_is_done() -> None:
    work = worker({"name": "app", "state": ended(0, "Completed", minutes=70)}, {"name": "proxy", **running()})

    found = only(jobs.analyze, view_of(job(active=1), work))

    assert (found.evidence["container"], found.evidence["done"]) == ("proxy", "app")
    assert "ended well 1 hour ago" in found.text


def test_a_job_that_runs_for_days_without_a_deadline_is_a_warning() -> None:
    found = only(jobs.analyze, view_of(job(active=1, startTime=ago(days=2))))

    assert (found.code, found.severity) == ("job.running_long", Severity.WARNING)


@pytest.mark.parametrize("more", [{"spec": {"activeDeadlineSeconds": 10**6}}, {"succeeded": 5}])
def test_a_long_job_with_a_deadline_or_with_successes_is_silent(more: Any) -> None:
    assert codes(jobs.analyze, view_of(job(active=1, startTime=ago(days=2), **more))) == []
