"""Marks have to tell a good answer from a bad one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kubecfg_core.plugins import Plugins
from kubecfg_core.solutions import Solution
from kubecfg_core.usecases.answers import DROPPED
from kubecfg_core.usecases.rendering import playbook_solution
from tests.evals.cases import Case, cases
from tests.evals.grading import grade

CASE: Case = next(case for case in cases() if case.name == "recording pod.oomkilled")
GOOD: Solution = playbook_solution(CASE.problem, Plugins.load())


def with_step(number: int, **changes: Any) -> Solution:
    steps = list(GOOD.remediation_steps)
    steps[number] = msgspec.structs.replace(steps[number], **changes)
    return msgspec.structs.replace(GOOD, remediation_steps=steps)


BAD = {
    "cause": msgspec.structs.replace(GOOD, solution_summary="It is slow.", detailed_solution="Wait."),
    "object": msgspec.structs.replace(GOOD, solution_summary="No memory.", remediation_steps=[]),
    "first step": with_step(0, action_type="DELETE", command="kubectl delete pod cache-76d865d9bc-2m5vm -n oom"),
    "change": msgspec.structs.replace(GOOD, remediation_steps=GOOD.remediation_steps[:2]),
    "safe": with_step(1, command="kubectl delete namespace oom"),
    "real names": with_step(1, command="kubectl get pods -n elsewhere"),
    "length": msgspec.structs.replace(GOOD, solution_summary="x" * 301),
}


@pytest.mark.parametrize("criterion", BAD)
def test_a_fault_costs_marks(criterion: str) -> None:
    assert grade(CASE, BAD[criterion])[criterion] < 1


def test_a_command_that_was_left_out_costs_marks() -> None:
    assert grade(CASE, with_step(1, command="", description=DROPPED))["safe"] < 1
