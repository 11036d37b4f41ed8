"""`kubecfg fix`: through the problems of a cluster step by step, with a proof of each change, and a yes before it."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from kubecfg_cli.app import BROKEN
from kubecfg_core.plugins import ALL
from kubecfg_core.problems import Severity

if TYPE_CHECKING:
    from kubecfg_core.clusters import ClusterTarget
    from kubecfg_core.problems import SolvedProblem
    from kubecfg_core.report import Report
    from kubecfg_core.solutions import Step
    from kubecfg_core.usecases.proving import Proof
    from kubecfg_runtime import Kubecfg


async def fix(
    *,
    context: str | None = None,
    kubeconfig: Path | None = None,
    namespace: Annotated[str | None, Parameter(name=("--namespace", "-n"))] = None,
    types: Annotated[str, Parameter(name=("--types", "-t"))] = ALL,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Go through what is wrong in a cluster, step by step, and make the changes that you say yes to.

    Each change is first tried as a dry run, and what it would do to the problem is shown. Nothing is changed without a
    yes on a terminal. At the end the cluster is analysed again. Exit status: 0 when nothing is broken any more, 1 when
    something is, 2 when it could not be done.

    Parameters
    ----------
    context
        The kubeconfig context to use, if not the current one.
    kubeconfig
        The kubeconfig file, if not $KUBECONFIG or ~/.kube/config.
    namespace
        Only this namespace.
    types
        Comma-separated names of analyzers (`kubecfg plugins list` shows them), or all.
    dry_run
        Show the steps and what each change would do; ask nothing and change nothing.

    """
    from kubecfg_core.errors import InvalidInput
    from kubecfg_runtime import Kubecfg
    from kubecfg_runtime.settings import Settings

    if not dry_run and not sys.stdin.isatty():
        raise InvalidInput("kubecfg fix asks before each change, so it needs a terminal; --dry-run only shows.")
    names = [name.strip() for name in types.split(",") if name.strip()]
    async with Kubecfg(Settings.from_environment().for_own_machine()) as kubecfg:
        target = await kubecfg.target(context, path=str(kubeconfig) if kubeconfig else None)
        walk = _Walk(kubecfg, target, names, namespace, dry_run=dry_run)
        return await walk.through()


class _Left(Exception):
    """The person has had enough."""


@dataclass(slots=True)
class _Walk:
    """One person's way through the problems."""

    kubecfg: "Kubecfg"
    target: "ClusterTarget"
    types: list[str]
    namespace: str | None
    dry_run: bool = field(kw_only=True)

    async def through(self) -> int:
        """Every problem, then what has become of them."""
        from kubecfg_cli.console import out

        before = await self._look()
        total = before.total_problems
        if not total:
            out().print("No problems found.", style="bold green")
        changed = 0
        try:
            for number, entry in enumerate(before.problems_with_solutions, start=1):
                out().print(f"\nProblem {number} of {total}", style="bold")
                changed += await self._problem(entry)
        except (_Left, EOFError):
            out().print("Left.")
        if not changed:
            return _status(before)
        return await self._compare(before)

    async def _look(self) -> "Report":
        return await self.kubecfg.analyze_target(self.target, types=self.types, namespace=self.namespace)

    async def _problem(self, entry: "SolvedProblem") -> int:
        """The steps of a problem, until one of them has been taken. Gives how many changes were made."""
        from kubecfg_cli.console import out
        from kubecfg_cli.fixing import print_problem, print_step

        print_problem(out(), entry)
        changed = 0
        for step in entry.solution.remediation_steps:
            print_step(out(), step)
            if step.command and _changes(step.command):
                changed += await self._change(entry, step)
        return changed

    async def _change(self, entry: "SolvedProblem", step: "Step") -> int:
        """Prove a change, and make it where that is wanted. Gives 1 where it was made."""
        from kubecfg_cli.console import out
        from kubecfg_cli.fixing import print_note, print_proof
        from kubecfg_core.errors import KubecfgError

        command = step.command if self.dry_run else _completed(step.command)
        if command is None:
            return 0
        try:
            proof = await self._proof(entry, command)
        except KubecfgError as error:
            print_note(out(), f"It cannot be proved: {error.message}")
            return 0
        print_proof(out(), proof)
        if self.dry_run or proof.accepted is False or not _asked("Make this change? [y/N/q] "):
            return 0
        return await self._made(command)

    async def _proof(self, entry: "SolvedProblem", command: str) -> "Proof":
        from kubecfg_core.usecases.proving import Wish

        wish = Wish(problem_id=entry.problem.id, command=command, types=self.types, namespace=self.namespace)
        return await self.kubecfg.verify_target(self.target, wish)

    async def _made(self, command: str) -> int:
        from kubecfg_cli.console import out
        from kubecfg_cli.fixing import print_note, print_result
        from kubecfg_core.errors import KubecfgError

        try:
            result = await self.kubecfg.execute_target(self.target, command, confirmed=True)
        except KubecfgError as error:
            print_note(out(), f"It was not made: {error.message}")
            return 0
        print_result(out(), result)
        return int(result.return_code == 0)

    async def _compare(self, before: "Report") -> int:
        """Analyse again, and show what has changed."""
        import msgspec

        from kubecfg_cli.console import out
        from kubecfg_cli.rendering import print_difference
        from kubecfg_core.differing import difference, earlier

        after = await self._look()
        out().print("\nAfter the changes (controllers may need some more time)", style="bold")
        print_difference(out(), after, difference(earlier(msgspec.json.encode(before)), after))
        return _status(after)


def _status(report: "Report") -> int:
    broken = any(entry.problem.severity is not Severity.WARNING for entry in report.problems_with_solutions)
    return BROKEN if broken else 0


def _changes(command: str) -> bool:
    """Whether a step does more than look."""
    from kubecfg_core.errors import KubecfgError
    from kubecfg_core.kubectl.trying import trial
    from kubecfg_core.users import Role

    try:
        trial(command, role=Role.ADMIN)
    except KubecfgError:
        return False
    return True


def _completed(command: str) -> str | None:
    """The command with the person's values for what only they know; `None` where they give none."""
    from getpass import getpass

    from kubecfg_core.kubectl.placeholders import filled, placeholders

    values = {}
    for word in placeholders(command):
        secret = word in ("VALUE", "PASSWORD")
        values[word] = (getpass if secret else input)(f"{word} (nothing leaves this step out): ")
        if not values[word]:
            return None
    return filled(command, values) if values else command


def _asked(question: str) -> bool:
    answer = input(question).strip().lower()
    if answer in ("q", "quit"):
        raise _Left
    return answer in ("y", "yes")
