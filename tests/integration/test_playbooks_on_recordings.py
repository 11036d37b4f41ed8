"""The built-in playbooks, on what the built-in analyzers find in a real cluster's recorded answers."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubecfg_core.kubectl.vetting import Verdict, vet
from kubecfg_core.plugins import Plugins
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.usecases.analysis import analyze
from kubecfg_core.usecases.solving import Solver
from kubecfg_dump import open_dump

if TYPE_CHECKING:
    from kubecfg_core.problems import SolvedProblem

RECORDINGS = Path(__file__).parent.parent / "data" / "recordings" / "http"


@pytest.fixture
async def solved() -> list[SolvedProblem]:
    dump = open_dump(str(RECORDINGS))
    plugins = Plugins.load()
    analysis = await analyze(dump, plugins.select(None), clock=FakeClock(dump.taken_at))
    return await Solver(plugins, None).solve(analysis.problems)


async def test_every_problem_is_solved_by_a_playbook_of_its_own(solved: list[SolvedProblem]) -> None:
    notes = {each.solution.additional_notes for each in solved}

    assert len(solved) >= 12
    assert {note.partition(" for ")[0] for note in notes} == {"From the built-in playbook"}


async def test_every_command_may_be_shown_and_stays_in_the_problems_namespace(solved: list[SolvedProblem]) -> None:
    for each in solved:
        for step in each.solution.remediation_steps:
            words = shlex.split(step.command)

            assert not words or vet(step.command) is not Verdict.REFUSED
            assert "-n" not in words or words[words.index("-n") + 1] in (each.problem.namespace, "kube-system")


async def test_every_solution_has_a_change_to_make(solved: list[SolvedProblem]) -> None:
    for each in solved:
        actions = {step.action_type for step in each.solution.remediation_steps}

        assert actions - {"INVESTIGATE", "VERIFY"}, each.problem.code
