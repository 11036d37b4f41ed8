"""A report as people read it: problems by namespace, worst first, each with its steps."""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kubecfg_cli.console import plain
from kubecfg_core.problems import Severity, SolvedProblem
from kubecfg_core.report import Report
from kubecfg_core.usecases.clusters import NodeCount

_COLOURS: Final = {Severity.CRITICAL: "bold red", Severity.ERROR: "red", Severity.WARNING: "yellow"}


def print_report(console: Console, report: Report) -> None:
    """Everything the report has: problems with solutions, then what could not be read, then one line in sum."""
    entries = sorted(report.problems_with_solutions, key=lambda entry: entry.problem.namespace)
    for namespace, group in groupby(entries, key=lambda entry: entry.problem.namespace):
        console.print(Text(plain(namespace) or "the cluster itself", style="bold underline"))
        for entry in group:
            print_problem(console, entry)
        console.print()
    _print_gaps(console, report)
    console.print(_summary(report))


def print_problem(console: Console, entry: SolvedProblem) -> None:
    """One problem: what it is, why, and what to do."""
    problem, solution = entry.problem, entry.solution
    colour = _COLOURS[problem.severity]
    head = Text.assemble(
        (f"{problem.severity:<8} ", colour),
        (f"{problem.kind} {plain(problem.name)}", "bold"),
        (f"  {problem.code}", "dim"),
    )
    if problem.parent_object:
        head.append(f"  of {plain(problem.parent_object)}", style="dim")
    console.print(Padding(head, (0, 0, 0, 2)))
    for error in problem.errors:
        _indented(console, plain(error.text))
    if problem.cause:
        _indented(console, f"Cause: {plain(problem.cause)}", style="italic")
    _indented(console, plain(solution.solution_summary), style="green")
    for step in solution.remediation_steps:
        _indented(console, f"{step.step_id}. {plain(step.description)}", by=13)
        if step.command:
            console.print(Padding(Text(f"$ {plain(step.command)}", style="cyan"), (0, 0, 0, 16)))


def nodes_table(counts: dict[str, NodeCount]) -> Table:
    """The nodes of each cluster as a table."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("CLUSTER", "READY", "NOT READY", "TOTAL", ""):
        table.add_column(heading)
    for name, count in counts.items():
        error = count.error if isinstance(count.error, str) else ""
        table.add_row(plain(name), str(count.ready), str(count.not_ready), str(count.total), plain(error))
    return table


def _indented(console: Console, text: str, *, style: str = "", by: int = 11) -> None:
    console.print(Padding(Text(text, style=style), (0, 0, 0, by)))


def _print_gaps(console: Console, report: Report) -> None:
    gaps = [f"{gap.resource} could not be read ({gap.state}): {gap.reason}" for gap in report.unreadable]
    gaps += [f"The analyzer {failure.analyzer} failed: {failure.reason}" for failure in report.failures]
    gaps += report.notes
    for gap in gaps:
        console.print(Text(f"! {plain(gap)}", style="yellow"))
    if gaps:
        console.print(Text("  Nothing is said to be missing because of what could not be read.", style="dim"))
        console.print()


def _summary(report: Report) -> Text:
    found = f"{report.objects_read} objects read in {plain(report.cluster_name)}"
    if not report.total_problems:
        return Text(f"No problems found: {found}.", style="bold green")
    severities = _count(entry.problem.severity for entry in report.problems_with_solutions)
    return Text(f"{report.total_problems} problems ({severities}): {found}.", style="bold")


def _count(severities: Iterable[Severity]) -> str:
    found = list(severities)
    return ", ".join(f"{found.count(severity)} {severity}" for severity in Severity if severity in found)
