"""What `kubecfg fix` shows: a problem, a step, the proof of a change, and what came of it."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from kubecfg_cli.console import plain
from kubecfg_core.effects import ObjectChange
from kubecfg_core.ports.kubectl_runner import CommandResult
from kubecfg_core.problems import Severity, SolvedProblem
from kubecfg_core.proving import Answer
from kubecfg_core.solutions import Step
from kubecfg_core.usecases.proving import Proof

_STYLES: Final = {Answer.CLEARS: "green", Answer.REMAINS: "red", Answer.CANNOT_TELL: "yellow"}
_SAID: Final = {
    Answer.CLEARS: "It clears the problem.",
    Answer.REMAINS: "The problem remains.",
    Answer.CANNOT_TELL: "It cannot be told beforehand.",
}
_COLOURS: Final = {Severity.CRITICAL: "bold red", Severity.ERROR: "red", Severity.WARNING: "yellow"}
_BODY: Final = 5


def print_problem(console: Console, entry: SolvedProblem) -> None:
    """What is wrong, and why."""
    problem = entry.problem
    place = f" in {plain(problem.namespace)}" if problem.namespace else ""
    console.print(
        Text.assemble(
            (f"  {problem.severity} ", _COLOURS[problem.severity]),
            (f"{plain(problem.kind)} {plain(problem.name)}", "bold"),
            place,
            (f"  {plain(problem.code)}", "dim"),
        )
    )
    for error in problem.errors:
        _indented(console, Text(plain(error.text)))
    if problem.cause:
        _indented(console, Text(f"Cause: {plain(problem.cause)}", style="italic"))


def print_step(console: Console, step: Step) -> None:
    """What to do; a command is never wrapped: it is there to be copied."""
    console.print(Padding(Text.assemble((f"{step.step_id}. ", "dim"), plain(step.description)), (0, 0, 0, 2)))
    if step.command:
        console.print(Text.assemble(" " * _BODY, ("$ ", "dim"), (plain(step.command), "cyan")), soft_wrap=True)


def print_proof(console: Console, proof: Proof) -> None:
    """What a change would do."""
    _print_changes(console, proof.changes)
    verdict = Text.assemble((_SAID[proof.verdict], _STYLES[proof.verdict]), f" {plain(proof.reason)}")
    _indented(console, verdict)
    if proof.waits_for:
        _indented(console, Text(f"It waits for {plain(', '.join(proof.waits_for))}.", style="dim"))
    for new in proof.new_problems:
        _indented(console, Text(f"It would bring: {plain(new.kind)} {plain(new.name)}: {plain(new.text)}", style="red"))


def print_result(console: Console, result: CommandResult) -> None:
    """What kubectl said."""
    for line in plain(result.stdout + result.stderr).splitlines():
        _indented(console, Text(line, style="" if result.return_code == 0 else "red"))


def print_note(console: Console, note: str) -> None:
    """A remark in place of a proof or a result."""
    _indented(console, Text(plain(note), style="yellow"))


def _print_changes(console: Console, changes: Sequence[ObjectChange]) -> None:
    for change in changes:
        _indented(console, Text(f"{plain(change.kind)} {plain(change.name)} would be {change.action}:", style="dim"))
        for field in change.fields:
            values = Text.assemble(
                (plain(field.old or "nothing"), "red"), " -> ", (plain(field.new or "nothing"), "green")
            )
            console.print(Text.assemble(" " * (_BODY + 2), f"{plain(field.path)}: ", values), soft_wrap=True)


def _indented(console: Console, text: Text) -> None:
    console.print(Padding(text, (0, 0, 0, _BODY)))
