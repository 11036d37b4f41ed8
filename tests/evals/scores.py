"""The scores of an answerer, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.llm import LLM
from kubecfg_core.problems import SolvedProblem
from kubecfg_core.usecases.solving import Solver
from tests.evals.cases import Case, cases
from tests.evals.grading import CRITERIA, Marks, grade, mean

_SOURCES: Final = {"recording": "the recorded cluster", "demo": "the demo", "tests": "all kinds"}
_DEADLINE: Final = 3600.0


async def solved(llm: LLM | None) -> list[SolvedProblem]:
    """The solution of each case, in their order: the model's, or the playbooks' where there is none."""
    problems = [case.problem for case in cases()]
    solver = Solver(Plugins.load(), llm, deadline=_DEADLINE, max_calls=len(problems))
    return await solver.solve(problems)


def marks(answers: Iterable[SolvedProblem]) -> list[tuple[Case, Marks]]:
    """Each case with the marks of its answer."""
    return [(case, grade(case, answer.solution)) for case, answer in zip(cases(), answers, strict=True)]


def table(who: str, graded: Sequence[tuple[Case, Marks]]) -> str:
    """The scores as a table in Markdown, a row for each source of problems."""
    rows: list[tuple[str, ...]] = [("Problems of", "cases", *CRITERIA)]
    for source, name in (*_SOURCES.items(), ("", "all")):
        chosen = [one for case, one in graded if case.source.startswith(source)]
        scores = mean(chosen)
        rows.append((name, str(len(chosen)), *(f"{scores[criterion]:.2f}" for criterion in CRITERIA)))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|---" * len(rows[0]) + "|"
    return "\n".join([f"{who}:", "", lines[0], rule, *lines[1:]])
