"""Two analyses of one cluster compared: what is new, what is fixed, what is still there."""

import msgspec

from kubecfg_core.errors import InvalidInput
from kubecfg_core.problems import AnalyzerFailure, Problem, Severity, SolvedProblem
from kubecfg_core.report import Report
from kubecfg_core.resources import Unreadable


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of an earlier report."""

    namespace: str | None
    analyzed_resource_types: list[str]
    problems_with_solutions: list[SolvedProblem]
    unreadable: list[Unreadable]
    failures: list[AnalyzerFailure]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What has changed, by the ids of the problems, in the order of the reports.

    `worse` are those of `still_there` that were warnings. `unsure` are problems of the earlier report that were not
    found now, and that this look could not have found: it saw fewer kinds, analyzers or namespaces.
    """

    new: list[SolvedProblem]
    still_there: list[SolvedProblem]
    worse: list[SolvedProblem]
    fixed: list[Problem]
    unsure: list[Problem]

    @property
    def broken(self) -> bool:
        """Whether something is broken that was not before."""
        return any(entry.problem.severity is not Severity.WARNING for entry in (*self.new, *self.worse))


def earlier(data: bytes) -> Earlier:
    """The report in a file that `kubecfg analyze -o json` or the REST service wrote. Raises `InvalidInput`."""
    try:
        report = msgspec.json.decode(data, type=Earlier)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"This is no report of an earlier analysis: {error}.") from error
    if not all(entry.problem.id for entry in report.problems_with_solutions):
        raise InvalidInput("The problems of the earlier analysis have no ids: it was made by an older version.")
    return report


def difference(before: Earlier, now: Report) -> Difference:
    """What has changed between two reports of one cluster. Both must be folded, or neither."""
    old = {entry.problem.id: entry.problem for entry in before.problems_with_solutions}
    entries = now.problems_with_solutions
    still = [entry for entry in entries if entry.problem.id in old]
    gone = [problem for name, problem in old.items() if name not in {entry.problem.id for entry in entries}]
    blind = _sees_less(before, now)
    unsure = [problem for problem in gone if blind or _outside(problem, now)]
    return Difference(
        new=[entry for entry in entries if entry.problem.id not in old],
        still_there=still,
        worse=[
            entry for entry in still if old[entry.problem.id].severity is Severity.WARNING is not entry.problem.severity
        ],
        fixed=[problem for problem in gone if problem not in unsure],
        unsure=unsure,
    )


def _sees_less(before: Earlier, now: Report) -> bool:
    """Whether a kind could be read, or an analyzer worked, then and not now."""
    kinds = {gap.resource for gap in now.unreadable} - {gap.resource for gap in before.unreadable}
    failed = {item.analyzer for item in now.failures} - {item.analyzer for item in before.failures}
    return bool(kinds or failed or set(before.analyzed_resource_types) - set(now.analyzed_resource_types))


def _outside(problem: Problem, now: Report) -> bool:
    return now.namespace is not None and problem.namespace != now.namespace
