"""A report as people read it: problems by namespace, worst first, each with its cause and its steps."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kubecfg_cli.console import plain
from kubecfg_core.differing import Difference
from kubecfg_core.problems import AnalyzerTrace, BlastRadius, ObjectRef, Problem, Severity, SolvedProblem
from kubecfg_core.report import Report
from kubecfg_core.solutions import Step
from kubecfg_core.usecases.clusters import NodeCount

_COLOURS: Final = {Severity.CRITICAL: "bold red", Severity.ERROR: "red", Severity.WARNING: "yellow"}
_BODY: Final = 11  # as wide as "critical" and the spaces around it
_STEP: Final = 14
_NAMED: Final = 5
_TEXTS: Final = 5


def print_report(console: Console, report: Report) -> None:
    """Everything the report has: problems with solutions, then what could not be read, then one line in sum."""
    _print_problems(console, report.problems_with_solutions)
    if report.hygiene:
        _print_hygiene(console, report.hygiene)
    _print_gaps(console, report)
    console.print(_summary(report))


def print_difference(console: Console, report: Report, difference: Difference) -> None:
    """What is new with its solutions, the rest in a line each, then what could not be read, and one line in sum."""
    _print_problems(console, difference.new)
    still = [entry.problem for entry in difference.still_there]
    worse = [entry.problem for entry in difference.worse]
    for title, problems in (
        ("Fixed", difference.fixed),
        ("Worse than a warning now", worse),
        ("Still there", [problem for problem in still if problem not in worse]),
        ("Not found, but this time less could be seen", difference.unsure),
    ):
        if problems:
            console.print(Text(title, style="bold underline"))
            for problem in problems:
                console.print(_head(problem, placed=True))
            console.print()
    _print_gaps(console, report)
    counts = f"{len(difference.new)} new, {len(difference.fixed)} fixed, {len(still)} still there"
    console.print(Text(f"{counts}: {report.objects_read} objects read in {plain(report.cluster_name)}.", style="bold"))


def print_trace(console: Console, trace: Iterable[AnalyzerTrace]) -> None:
    """What each analyzer cost, found and read, the slowest first: a line each, however long."""
    headings = f"{'ANALYZER':<32}{'MS':>9}{'FINDINGS':>10}{'OBJECTS':>9}{'REQUESTS':>10}{'KB':>10}  KINDS"
    console.print(Text(headings, style="bold"), soft_wrap=True)
    for item in sorted(trace, key=lambda item: -item.milliseconds):
        cost = f"{item.requests:>10}{item.bytes / 1000:>10,.1f}"
        figures = f"{item.milliseconds:>9.1f}{item.findings:>10}{item.objects:>9}{cost}"
        console.print(Text(f"{plain(item.analyzer):<32}{figures}  {plain(', '.join(item.kinds))}"), soft_wrap=True)


def nodes_table(counts: dict[str, NodeCount]) -> Table:
    """The nodes of each cluster as a table."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("CLUSTER", "READY", "NOT READY", "TOTAL", ""):
        table.add_column(heading)
    for name, count in counts.items():
        error = count.error if isinstance(count.error, str) else ""
        table.add_row(plain(name), str(count.ready), str(count.not_ready), str(count.total), plain(error))
    return table


def _print_problems(console: Console, solved: Iterable[SolvedProblem]) -> None:
    entries = sorted(solved, key=lambda entry: entry.problem.namespace)
    for namespace, group in groupby(entries, key=lambda entry: entry.problem.namespace):
        console.print(Text(plain(namespace) or "the cluster itself", style="bold underline"))
        for alike in _alike(group):
            _print_problem(console, alike[0], also=[entry.problem.name for entry in alike[1:]])
        console.print()


def _print_hygiene(console: Console, entries: Iterable[SolvedProblem]) -> None:
    """A line or two each, by object: without the steps, which the JSON has, and after all that is wrong."""
    console.print(Text("Could be better", style="bold underline"))
    problems = sorted((entry.problem for entry in entries), key=lambda item: (item.namespace, item.kind, item.name))
    for (namespace, kind, name), group in groupby(problems, key=lambda item: (item.namespace, item.kind, item.name)):
        console.print(Text.assemble("  ", (f"{plain(kind)} {plain(name)}", "bold"), f" in {plain(namespace)}"))
        for problem in group:
            for error in problem.errors:
                _print_indented(console, Text.assemble(plain(error.text), (f"  {plain(problem.code)}", "dim")))
    console.print()


def _alike(entries: Iterable[SolvedProblem]) -> list[list[SolvedProblem]]:
    """Objects of one owner with one trouble are shown once: the second replica tells a person nothing new."""
    groups: dict[tuple[str, ...], list[SolvedProblem]] = {}
    for entry in entries:
        problem = entry.problem
        own = problem.parent_object or problem.name
        texts = [error.text for error in problem.errors]
        groups.setdefault((problem.kind, own, problem.code, *texts), []).append(entry)
    return list(groups.values())


def _print_problem(console: Console, entry: SolvedProblem, *, also: list[str]) -> None:
    problem, solution = entry.problem, entry.solution
    console.print(_head(problem))
    texts = [plain(error.text) for error in problem.errors]
    for text in texts[:_TEXTS]:
        _print_indented(console, Text(text))
    if len(texts) > _TEXTS:
        _print_indented(console, Text(f"{len(texts) - _TEXTS} more like that.", style="dim"))
    if problem.cause:
        _print_indented(console, Text(f"Cause: {plain(problem.cause)}", style="italic"))
    if also:
        _print_indented(console, Text(f"The same with {plain(', '.join(also))}.", style="dim"))
    if hit := _hit(problem):
        _print_indented(console, Text(hit, style="dim"))
    if plain(solution.solution_summary) not in texts:
        _print_indented(console, Text(plain(solution.solution_summary), style="green"))
    for step in solution.remediation_steps:
        _print_step(console, step)


def _head(problem: Problem, *, placed: bool = False) -> Text:
    """Severity, object and code; `placed` names the namespace too, where no heading does."""
    place = f"{problem.namespace}/" if placed and problem.namespace else ""
    return Text.assemble(
        (f"  {problem.severity:<{_BODY - 2}}", _COLOURS[problem.severity]),
        (f"{plain(problem.kind)} {plain(place + problem.name)}", "bold"),
        f" of {plain(problem.parent_object)}" if problem.parent_object else "",
        (f"  {plain(problem.code)}", "dim"),
    )


def _hit(problem: Problem) -> str:
    """`Hits 2 pods, 1 workload, 1 service: api-1, api-2, Service api.`, or nothing where only the object itself is."""
    entry = ObjectRef(kind=problem.kind, name=problem.name, namespace=problem.namespace)
    hurt = [ObjectRef(kind=item.kind, name=item.name, namespace=item.namespace) for item in problem.symptoms]
    refs = [ref for ref in dict.fromkeys([*problem.members, *hurt]) if ref != entry]
    if not refs:
        return ""
    names = [plain(ref.name if ref.kind == "Pod" else f"{ref.kind} {ref.name}") for ref in refs]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Hits {_counts(problem.blast_radius)}{', '.join(names[:_NAMED])}{more}."


def _counts(radius: BlastRadius) -> str:
    numbers = (("pod", radius.pods), ("workload", radius.workloads), ("service", radius.services))
    parts = [f"{number} {noun}{'s' if number > 1 else ''}" for noun, number in numbers if number]
    places = f" in {radius.namespaces} namespaces" if radius.namespaces > 1 else ""
    return f"{', '.join(parts)}{places}: " if parts else ""


def _print_step(console: Console, step: Step) -> None:
    text = Text.assemble((f"{step.step_id}. ", "dim"), plain(step.description))
    console.print(Padding(text, (0, 0, 0, _STEP - 3)))
    if step.command:
        # A command is never wrapped: it is there to be copied.
        command = Text.assemble(" " * _STEP, ("$ ", "dim"), (plain(step.command), "cyan"))
        console.print(command, soft_wrap=True)


def _print_indented(console: Console, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, _BODY)))


def _print_gaps(console: Console, report: Report) -> None:
    gaps = [f"{', '.join(kinds)} could not be read: {reason}" for reason, kinds in _unreadable(report).items()]
    if gaps:
        gaps.append("Nothing is called missing because of what could not be read.")
    gaps += [f"The analyzer {failure.analyzer} failed: {failure.reason}" for failure in report.failures]
    gaps += report.notes
    for gap in gaps:
        console.print(Text(f"! {plain(gap)}", style="yellow"))
    if gaps:
        console.print()


def _unreadable(report: Report) -> dict[str, list[str]]:
    """What could not be read, by the reason: a dump lacks twenty kinds for one."""
    kinds: dict[str, list[str]] = {}
    for gap in report.unreadable:
        kinds.setdefault(f"{gap.reason or 'no reason was given.'} ({gap.state})", []).append(gap.resource)
    return kinds


def _summary(report: Report) -> Text:
    found = f"{report.objects_read} objects read in {plain(report.cluster_name)}"
    if not report.total_problems:
        return Text(f"No problems found: {found}.", style="bold green")
    counts = Counter(entry.problem.severity for entry in report.problems_with_solutions)
    severities = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    noun = "problem" if report.total_problems == 1 else "problems"
    return Text(f"{report.total_problems} {noun} ({severities}): {found}.", style="bold")
