"""The playbooks' answers to the evaluated problems."""

from __future__ import annotations

import pytest

from kubecfg_core.plugins import Plugins
from kubecfg_core.usecases.rendering import playbook_solution
from tests.evals.cases import Case, cases, expected
from tests.evals.grading import CRITERIA, grade

PLUGINS = Plugins.load()


def test_every_expectation_has_its_problem() -> None:
    assert [case.name for case in cases()] == list(expected())
    assert len(cases()) >= 100


def test_the_problems_are_of_many_kinds() -> None:
    assert len({case.problem.code for case in cases()}) >= 80
    assert len({case.problem.kind for case in cases()}) >= 25


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_playbooks_get_full_marks(case: Case) -> None:
    answer = playbook_solution(case.problem, PLUGINS)

    assert grade(case, answer) == dict.fromkeys(CRITERIA, 1.0), answer
