"""What the playbooks say to run, on all that is found in the tests' clusters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest

import kubecfg_playbooks
from kubecfg_core import ActionType, Finding, Solution, Step
from kubecfg_core.usecases.rendering import render
from tests.evals import clusters
from tests.evals.clusters import Found
from tests.evals.commands import ALWAYS, facts, makes, names, objects, parsed, role_for
from tests.unit.kubecfg_playbooks.evidence import FACTS, finding

PLAYBOOKS: Final = {playbook.code: playbook for playbook in kubecfg_playbooks.register_playbooks()}
LOOKING: Final = frozenset({ActionType.INVESTIGATE, ActionType.VERIFY})

# Every node that is registered has a lease, whether leases were read or not.
_UNREAD: Final = frozenset({"Lease"})

sources = pytest.mark.parametrize(
    "source", [clusters.of_the_tests, clusters.whole], ids=["the analyzers' tests", "whole clusters"]
)
Source = Callable[[], tuple[Found, ...]]


def solved(found: tuple[Found, ...]) -> Iterator[tuple[Found, Finding, Solution]]:
    for cluster in found:
        for each in cluster.findings:
            yield cluster, each, render(PLAYBOOKS[each.code], each)


def steps(solution: Solution) -> list[Step]:
    return [step for step in solution.remediation_steps if step.command]


def everything() -> Iterator[tuple[str, Solution]]:
    """Every playbook on real findings, and on made-up ones of every code with all facts and with few."""
    for _, each, solution in solved((*clusters.of_the_tests(), *clusters.whole())):
        yield each.code, solution
    for code, sparse in ((code, sparse) for code in FACTS for sparse in (False, True)):
        yield code, render(PLAYBOOKS[code], finding(code, sparse=sparse))


def test_there_are_findings_of_nearly_every_code() -> None:
    found = {each.code for cluster in clusters.of_the_tests() for each in cluster.findings}

    assert found <= set(FACTS)
    assert len(set(FACTS) - found) <= 10, sorted(set(FACTS) - found)


def test_every_command_passes_the_policy_for_some_role() -> None:
    refused = {
        (code, step.command) for code, each in everything() for step in steps(each) if not role_for(step.command)
    }

    assert refused == set()


def test_what_only_looks_is_for_every_role() -> None:
    kept = {
        (code, step.command)
        for code, each in everything()
        for step in steps(each)
        if step.action_type in LOOKING and role_for(step.command) != "viewer"
    }

    assert kept == set()


def test_a_step_that_says_to_change_something_does_so() -> None:
    idle = {
        (code, step.command)
        for code, each in everything()
        for step in steps(each)
        if step.action_type not in LOOKING and parsed(step.command).looks
    }

    assert idle == set()


def test_every_action_is_one_of_the_documented_set() -> None:
    actions = {step.action_type for _, each in everything() for step in each.remediation_steps}

    assert actions <= set(ActionType)


@sources
def test_every_name_is_one_of_the_cluster_or_of_the_evidence(source: Source) -> None:
    strange = []
    for cluster, each, solution in solved(source()):
        known = facts(each) | ALWAYS | {part for item in cluster.objects for part in item.split("/", 2)}
        for step in steps(solution):
            call = parsed(step.command)
            made = makes(call)
            known |= {made[2]} if made else set()
            strange += [(each.code, name, step.command) for name in names(call) if name not in known]

    assert strange == []


@pytest.mark.parametrize("read", [clusters.recorded, clusters.demo, clusters.bench])
def test_where_all_is_known_the_objects_exist(read: Callable[[], Found]) -> None:
    there = {tuple(item.split("/", 2)) for item in read().objects}
    known = {kind for kind, *_ in there} - _UNREAD
    absent = [
        (each.code, step.command)
        for _, each, solution in solved((read(),))
        for step in steps(solution)
        # What a step before it makes may be looked at afterwards.
        if step.action_type is not ActionType.VERIFY
        for item in objects(parsed(step.command))
        if item not in there and item[0] in known
    ]

    assert absent == []


@sources
def test_every_solution_goes_from_looking_to_changing(source: Source) -> None:
    for _, each, solution in solved(source()):
        kinds = [step.action_type for step in solution.remediation_steps]
        changes = [number for number, kind in enumerate(kinds) if kind not in LOOKING]

        assert kinds[0] == ActionType.INVESTIGATE, each.code
        assert changes, (each.code, each.evidence)
        assert ActionType.INVESTIGATE not in kinds[changes[0] :], (each.code, kinds)


@sources
def test_every_summary_and_explanation_is_the_playbooks_own(source: Source) -> None:
    for _, each, solution in solved(source()):
        assert solution.solution_summary != each.text, (each.code, each.evidence)
        assert solution.detailed_solution != f"{each.text} {each.cause}".strip(), (each.code, each.evidence)
