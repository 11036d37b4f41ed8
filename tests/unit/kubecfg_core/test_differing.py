"""Two analyses compared: what is new, fixed, still there, and what this look could not have found."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kubecfg_core.differing import Difference, difference, earlier
from kubecfg_core.errors import InvalidInput
from kubecfg_core.problems import AnalyzerFailure, Problem, Severity, SolvedProblem
from kubecfg_core.report import Report
from kubecfg_core.resources import ReadState, Unreadable
from kubecfg_core.solutions import Solution

GAP = Unreadable(resource="secrets", state=ReadState.FORBIDDEN, reason="no")


def entry(name: str, severity: Severity = Severity.ERROR, namespace: str = "shop") -> SolvedProblem:
    problem = Problem(
        kind="Pod", name=name, namespace=namespace, errors=[], severity=severity, code="pod.crashloop", id=name
    )
    solution = Solution(
        solution_summary="", detailed_solution="", remediation_steps=[], confidence_score=1, estimated_time_mins=1
    )
    return SolvedProblem(problem=problem, solution=solution)


def report(*entries: SolvedProblem, **more: Any) -> Report:
    fields: dict[str, Any] = {
        "namespace": None,
        "analyzed_resource_types": ["pods"],
        "unreadable": [],
        "failures": [],
        **more,
    }
    return Report(
        cluster_id=0,
        cluster_name="c",
        server_url="",
        provider_name="",
        total_problems=len(entries),
        problems_with_solutions=list(entries),
        kinds=[],
        notes=[],
        objects_read=0,
        **fields,
    )


def compared(before: Report, now: Report) -> Difference:
    return difference(earlier(msgspec.json.encode(before)), now)


def test_problems_are_told_apart_by_their_ids() -> None:
    found = compared(report(entry("a"), entry("b")), report(entry("b"), entry("c")))

    assert [item.problem.name for item in found.new] == ["c"]
    assert [item.problem.name for item in found.still_there] == ["b"]
    assert [problem.name for problem in found.fixed] == ["a"]


@pytest.mark.parametrize(
    ("before", "now", "broken"),
    [
        (report(entry("a")), report(entry("a")), False),
        (report(), report(entry("a")), True),
        (report(), report(entry("a", Severity.WARNING)), False),
        (report(entry("a", Severity.WARNING)), report(entry("a")), True),
        (report(entry("a", Severity.CRITICAL)), report(entry("a")), False),
    ],
    ids=["the same", "a new error", "a new warning", "a warning that became an error", "less bad than before"],
)
def test_only_what_is_newly_broken_counts(before: Report, now: Report, *, broken: bool) -> None:
    assert compared(before, now).broken is broken


@pytest.mark.parametrize(
    "now",
    [
        report(unreadable=[GAP]),
        report(failures=[AnalyzerFailure(analyzer="pods", reason="x")]),
        report(analyzed_resource_types=["services"]),
        report(namespace="other"),
    ],
    ids=["a kind is unreadable", "an analyzer failed", "an analyzer was not asked for", "another namespace"],
)
def test_what_could_not_have_been_found_is_not_called_fixed(now: Report) -> None:
    found = compared(report(entry("a")), now)

    assert ([problem.name for problem in found.unsure], found.fixed) == (["a"], [])


def test_what_was_unreadable_before_too_does_not_make_unsure() -> None:
    assert compared(report(entry("a"), unreadable=[GAP]), report(unreadable=[GAP])).unsure == []


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff", msgspec.json.encode({"a": 1})])
def test_a_file_that_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        earlier(data)


def test_a_report_without_ids_is_refused() -> None:
    old = msgspec.structs.replace(entry("a"), problem=msgspec.structs.replace(entry("a").problem, id=""))

    with pytest.raises(InvalidInput, match="older version"):
        earlier(msgspec.json.encode(report(old)))
