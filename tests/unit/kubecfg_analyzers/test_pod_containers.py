from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.pods import analyze
from kubecfg_core import Severity
from tests.unit.kubecfg_analyzers.judging import (
    ago,
    codes,
    crashing,
    ended,
    only,
    owned,
    pod,
    running,
    view_of,
    waiting,
    warning,
)

LIMITED = {"resources": {"limits": {"memory": "128Mi"}, "requests": {"memory": "64Mi"}}}


def test_a_running_and_ready_pod_is_silent() -> None:
    assert codes(analyze, view_of(pod())) == []


def test_a_crash_loop_is_reported_with_its_exit_code_and_restarts() -> None:
    found = only(analyze, view_of(pod(crashing(restarts=7))))

    assert (found.code, found.severity) == ("pod.crashloop", Severity.ERROR)
    assert "7 restarts" in found.text
    assert "exit code 1 after 1 minute" in found.text
    assert found.evidence["container"] == "app"
    assert found.evidence["exit_code"] == 1


def test_one_crash_loop_is_one_finding_even_with_its_back_off_event() -> None:
    view = view_of(pod(crashing()), warning("BackOff", "Back-off restarting failed container app"))

    assert codes(analyze, view) == ["pod.crashloop"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "general error"),
        (2, "wrong use"),
        (126, "cannot be executed"),
        (127, "not found"),
        (128, "could not be started"),
        (134, "SIGABRT"),
        (137, "SIGKILL"),
        (139, "SIGSEGV"),
        (143, "SIGTERM"),
        (131, "signal 3"),
    ],
)
def test_the_cause_of_a_crash_says_what_the_exit_code_means(code: int, words: str) -> None:
    assert words in only(analyze, view_of(pod(crashing(code)))).cause


def test_an_exit_code_without_a_meaning_points_at_the_logs() -> None:
    assert "logs" in only(analyze, view_of(pod(crashing(42)))).cause


def test_the_last_words_of_a_container_are_the_cause() -> None:
    assert "no database" in only(analyze, view_of(pod(crashing(1, message="panic: no database\n")))).cause


def test_a_container_that_completes_again_and_again_is_told_so() -> None:
    assert "ends without an error" in only(analyze, view_of(pod(crashing(0, "Completed")))).cause


def test_a_crash_by_a_failing_liveness_probe_names_the_probe() -> None:
    view = view_of(pod(crashing(137)), warning("Unhealthy", "Liveness probe failed: HTTP 500"))

    found = only(analyze, view)

    assert (found.code, found.evidence["probe"]) == ("pod.crashloop", "liveness")
    assert "HTTP 500" in found.cause


def test_the_pod_of_a_deployment_names_it_as_its_parent() -> None:
    replicaset = {"kind": "ReplicaSet", "metadata": {"name": "web-7f", **owned("Deployment", "web")}}

    found = only(analyze, view_of(replicaset, pod(crashing(), **owned("ReplicaSet", "web-7f"))))

    assert found.parent == "Deployment/web"
    assert (found.evidence["workload"], found.evidence["workload_kind"]) == ("web", "deployment")


def test_a_pod_that_a_kubelet_starts_from_a_file_has_no_parent() -> None:
    assert only(analyze, view_of(pod(crashing(), **owned("Node", "node-1")))).parent == ""


def test_a_finding_lists_the_owners_words_as_sensitive() -> None:
    found = only(analyze, view_of(pod(crashing())))

    assert {"web-1", "default", "node-1", "registry.example.com/shop/web:1.4"} <= set(found.sensitive)


def test_an_init_container_in_a_crash_loop_holds_the_pod_up() -> None:
    view = view_of(pod(waiting("PodInitializing"), init=crashing(3), phase="Pending"))

    found = only(analyze, view)

    assert (found.code, found.evidence["container"]) == ("pod.init_crashloop", "prepare")


def test_a_crash_loop_after_running_out_of_memory_is_told_with_the_limit() -> None:
    found = only(analyze, view_of(pod(crashing(137, "OOMKilled"), container=LIMITED)))

    assert (found.code, found.severity) == ("pod.oomkilled", Severity.ERROR)
    assert "limit is 128Mi" in found.text
    assert found.evidence["suggested_limit"] == "256Mi"


def test_a_container_that_runs_again_after_running_out_of_memory_is_a_warning() -> None:
    again = running(restartCount=1, lastState=ended(137, "OOMKilled", minutes=90))

    assert only(analyze, view_of(pod(again, container=LIMITED))).severity is Severity.WARNING


def test_running_out_of_memory_days_ago_is_silent() -> None:
    again = running(restartCount=1, lastState=ended(137, "OOMKilled", minutes=60 * 48))

    assert codes(analyze, view_of(pod(again))) == []


def test_running_out_of_memory_without_a_limit_is_the_nodes() -> None:
    found = only(analyze, view_of(pod(crashing(137, "OOMKilled"))))

    assert "no memory limit" in found.text
    assert "suggested_limit" not in found.evidence


def test_a_container_that_has_just_ended_with_an_error_is_reported() -> None:
    assert only(analyze, view_of(pod({"ready": False, "state": ended(2)}))).code == "pod.container_failed"


def test_a_try_of_a_job_may_fail() -> None:
    view = view_of(pod({"ready": False, "state": ended(2)}, **owned("Job", "migrate")))

    assert codes(analyze, view) == []


def test_many_restarts_with_a_recent_one_are_a_warning() -> None:
    often = running(restartCount=9, lastState=ended(1, minutes=20))

    found = only(analyze, view_of(pod(often)))

    assert (found.code, found.severity, found.evidence["minutes"]) == ("pod.restarts", Severity.WARNING, 20)


@pytest.mark.parametrize(
    "status", [{"restartCount": 9, "lastState": ended(1, minutes=300)}, {"restartCount": 2, "lastState": ended(1)}]
)
def test_old_or_few_restarts_are_silent(status: dict[str, Any]) -> None:
    assert codes(analyze, view_of(pod(running(**status)))) == []


def test_a_liveness_probe_that_restarts_a_running_container_is_reported() -> None:
    view = view_of(pod(running(restartCount=1)), warning("Unhealthy", "Liveness probe failed: timeout"))

    found = only(analyze, view)

    assert (found.code, found.evidence["probe"]) == ("pod.liveness_failing", "liveness")


def test_a_failed_liveness_probe_of_long_ago_is_silent() -> None:
    view = view_of(pod(running(restartCount=1)), warning("Unhealthy", "Liveness probe failed: timeout", minutes=90))

    assert codes(analyze, view) == []


def test_a_warning_about_another_container_is_not_this_ones() -> None:
    event = warning("Unhealthy", "Liveness probe failed: timeout", fieldPath="spec.containers{proxy}")

    assert codes(analyze, view_of(pod(running(restartCount=1)), event)) == []


def test_a_warning_about_a_namesake_of_another_uid_is_not_this_ones() -> None:
    event = warning("Unhealthy", "Liveness probe failed: timeout", uid="older-pod")

    assert codes(analyze, view_of(pod(running(restartCount=1)), event)) == []


@pytest.mark.parametrize(
    ("reason", "message", "code"),
    [
        ("CreateContainerConfigError", "container has runAsNonRoot and image will run as root", "pod.runs_as_root"),
        ("CreateContainerConfigError", "invalid subPath", "pod.config_error"),
        ("RunContainerError", 'exec: "serve": executable file not found in $PATH', "pod.command_not_found"),
        ("CreateContainerError", "container name is already in use", "pod.container_create_failed"),
        ("PostStartHookError", "hook failed", "pod.container_create_failed"),
    ],
)
def test_containers_that_cannot_be_made_are_told_apart(reason: str, message: str, code: str) -> None:
    found = only(analyze, view_of(pod(waiting(reason, message), phase="Pending")))

    assert found.code == code
    assert message in found.text


def test_a_crash_loop_without_a_program_is_about_the_program() -> None:
    status = crashing(128, "StartError", 'exec: "serve": executable file not found in $PATH')

    assert only(analyze, view_of(pod(status))).code == "pod.command_not_found"


def test_two_broken_containers_are_two_findings() -> None:
    view = view_of(
        {
            "kind": "Pod",
            "metadata": {"name": "two", "creationTimestamp": ago(hours=1)},
            "spec": {"nodeName": "node-1", "containers": [{"name": "a"}, {"name": "b"}]},
            "status": {"containerStatuses": [{"name": "a", **crashing()}, {"name": "b", **crashing(137, "OOMKilled")}]},
        }
    )

    assert codes(analyze, view) == ["pod.crashloop", "pod.oomkilled"]
