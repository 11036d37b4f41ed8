"""`python -m tests.evals`: score the playbooks, and with LLM_API_URL the language model there; print the tables.

1 where the playbooks have not full marks: of a model nothing is demanded.
"""

from __future__ import annotations

import asyncio
import os
import sys

from kubecfg_runtime.compose import make_llm
from kubecfg_runtime.settings import Settings
from tests.evals.cases import Case
from tests.evals.grading import Marks
from tests.evals.scores import marks, solved, table


async def main() -> int:
    """Score them, and say which cases have less than full marks."""
    playbooks = marks(await solved(None))
    _show("The playbooks", playbooks)
    llm = make_llm(Settings.from_environment()) if os.environ.get("LLM_API_URL") else None
    if llm is not None:
        try:
            answers = await solved(llm)
        finally:
            await llm.close()
        failed = sum(not each.solution.additional_notes.startswith("From the language model.") for each in answers)
        _show(f"The language model ({failed} answers are the playbooks', as it gave none)", marks(answers))
    return int(any(mark < 1 for _, one in playbooks for mark in one.values()))


def _show(who: str, graded: list[tuple[Case, Marks]]) -> None:
    sys.stdout.write(f"{table(who, graded)}\n\n")
    for case, one in graded:
        low = ", ".join(f"{name} {mark:.2f}" for name, mark in one.items() if mark < 1)
        if low:
            sys.stdout.write(f"  {case.name}: {low}\n")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
