"""Marks for an answer: each criterion is a share between 0 and 1, found out by rules and not by taste."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from kubecfg_core.disclosing import MADE_UP
from kubecfg_core.errors import KubecfgError
from kubecfg_core.kubectl.vetting import Verdict, vet
from kubecfg_core.solutions import ActionType, Solution, Step
from kubecfg_core.usecases.answers import DROPPED
from tests.evals.cases import Case
from tests.evals.commands import ALWAYS, facts, makes, names, parsed, words

CRITERIA: Final = ("cause", "object", "first step", "change", "safe", "real names", "length")
LONGEST_SUMMARY: Final = 300
LONGEST_DETAILS: Final = 2000
MOST_STEPS: Final = 12
_LOOKING: Final = frozenset({ActionType.INVESTIGATE, ActionType.VERIFY})
# What stands behind a problem without being an object of the cluster.
_NO_OBJECT: Final = frozenset({"(default)"})

Marks = Mapping[str, float]


def grade(case: Case, answer: Solution) -> Marks:
    """The marks of an answer, by criterion."""
    steps = [step for step in answer.remediation_steps if step.command or _left_out(step)]
    given = (
        _cause(case, answer),
        _object(case, answer),
        float(_first(case, answer.remediation_steps)),
        float(_changes(case, answer.remediation_steps)),
        _share(DROPPED not in step.description and _harmless(step) for step in steps),
        _share(MADE_UP not in step.description and not _unknown(case, steps, step) for step in steps),
        float(_short(answer)),
    )
    return dict(zip(CRITERIA, given, strict=True))


def mean(marks: Iterable[Marks]) -> Marks:
    """The mean of each criterion."""
    every = list(marks)
    return {name: sum(one[name] for one in every) / len(every) for name in CRITERIA}


def _cause(case: Case, answer: Solution) -> float:
    text = f"{answer.solution_summary} {answer.detailed_solution}".lower()
    return _share(any(word in text for word in group.split("|")) for group in case.expected.cause)


def _object(case: Case, answer: Solution) -> float:
    """Whether it names the object, and what is behind it, where that is another one."""
    told = msgspec.json.encode(answer).decode()
    culprit = case.problem.culprit
    wanted = {case.expected.object or case.problem.name} | ({culprit.name} if culprit is not None else set())
    return _share(name in told for name in wanted - _NO_OBJECT)


def _first(case: Case, steps: list[Step]) -> bool:
    if not steps or not steps[0].command or steps[0].action_type not in _LOOKING:
        return False
    given = {part for word in steps[0].command.split() for part in (word, word.partition("/")[2])}
    return any(set(way.format(name=case.problem.name).split()) <= given for way in case.expected.first)


def _changes(case: Case, steps: list[Step]) -> bool:
    """Whether a step changes something; where it is clear what, that."""
    return any(case.expected.change in step.command for step in steps if step.action_type not in _LOOKING)


def _left_out(step: Step) -> bool:
    """Whether a model gave a command here that was not let through: it counts against it."""
    return DROPPED in step.description or MADE_UP in step.description


def _harmless(step: Step) -> bool:
    return not step.command or vet(step.command) is not Verdict.REFUSED


def _unknown(case: Case, before: list[Step], step: Step) -> list[str]:
    """The names in a command that neither the cluster nor the problem has."""
    known = set(ALWAYS) | {part for item in case.objects for part in item.split("/", 2)}
    known |= {word for finding in case.problem.findings for word in facts(finding)} | words(case.problem.parent_object)
    if not step.command:
        return []
    try:
        known |= {made[2] for each in before if each.command and (made := makes(parsed(each.command)))}
        return [name for name in names(parsed(step.command)) if name not in known]
    except KubecfgError:
        return [step.command]


def _short(answer: Solution) -> bool:
    return (
        len(answer.solution_summary) <= LONGEST_SUMMARY
        and len(answer.detailed_solution) <= LONGEST_DETAILS
        and 1 < len(answer.remediation_steps) <= MOST_STEPS
        and all(step.action_type in set(ActionType) for step in answer.remediation_steps)
    )


def _share(marks: Iterable[bool]) -> float:
    every = list(marks)
    return sum(every) / len(every) if every else 1.0
