"""The evaluated problems, and what a good answer to each must have.

tests/evals/problems.json holds the problems as they were found (see `tests.evals.record`), tests/evals/expected.json
what somebody who knows Kubernetes expects of an answer, written without a look at the playbooks.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import msgspec

from kubecfg_core.problems import Problem

PROBLEMS: Final = Path(__file__).with_name("problems.json")
EXPECTED: Final = Path(__file__).with_name("expected.json")


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a good answer has.

    `cause`: groups of words, each with alternatives (`a|b`); one of each group stands in the summary or the details.
    `first`: the words of commands to begin with, any of which will do; `{name}` is the object. `change`: what stands in
    the command of a step that changes something, where one command is clearly the right one. `object`: by which name
    people know the object, where that is not its own.
    """

    cause: list[str]
    first: list[str]
    change: str = ""
    object: str = ""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as it was found, and the objects (`Kind/namespace/name`) that there were around it."""

    name: str
    problem: Problem
    objects: list[str] = []


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A problem to evaluate answers to."""

    name: str
    problem: Problem
    objects: list[str]
    expected: Expected

    @property
    def source(self) -> str:
        """Where the problem was found: `recording`, `demo` or `tests`."""
        return self.name.partition(" ")[0]


def expected() -> dict[str, Expected]:
    """What is expected, by the name of the case: its source, its code, and a number where there are several."""
    return msgspec.json.decode(EXPECTED.read_bytes(), type=dict[str, Expected])


@functools.cache
def cases() -> tuple[Case, ...]:
    """Every case."""
    wanted = expected()
    found = msgspec.json.decode(PROBLEMS.read_bytes(), type=list[Recorded])
    return tuple(
        Case(name=each.name, problem=each.problem, objects=each.objects, expected=wanted[each.name]) for each in found
    )
