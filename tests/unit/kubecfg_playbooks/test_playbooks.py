from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

import kubecfg_analyzers
import kubecfg_playbooks
from kubecfg_core import ActionType, Playbook, Solution
from kubecfg_core.kubectl.vetting import Verdict, vet
from kubecfg_core.plugins import Candidate, Plugins
from kubecfg_core.usecases.solving import render
from tests.unit.kubecfg_playbooks.evidence import EXAMPLES, FACTS, KINDS, finding

PLAYBOOKS = {playbook.code: playbook for playbook in kubecfg_playbooks.register_playbooks()}
LOOKING = (ActionType.INVESTIGATE, ActionType.VERIFY)
HOSTILE = ["x; rm -rf /", "$(id)", "`id`", "--all", "-A", "a b", "a'b", 'a"b', "a|b", "a>b", "a\nb", "{name}", "*", "é"]

codes = pytest.mark.parametrize("code", sorted(PLAYBOOKS))


def commands(solution: Solution) -> list[str]:
    return [step.command for step in solution.remediation_steps if step.command]


def named(playbook: Playbook) -> set[str]:
    texts = [playbook.summary, playbook.explanation]
    texts += [text for step in playbook.steps for text in (step.description, step.command, step.expected_outcome)]
    return set(re.findall(r"(?<!\{)\{([a-z_]+)\}", " ".join(texts)))


def test_every_check_of_the_built_in_analyzers_has_a_playbook() -> None:
    source = "".join(path.read_text() for path in Path(kubecfg_analyzers.__file__).parent.rglob("*.py"))
    named = set(re.findall(rf'"((?:{"|".join(KINDS)})\.[a-z_]+)"', source))

    assert named
    assert named == set(PLAYBOOKS) == set(FACTS)


def test_they_are_loaded_through_the_public_hook() -> None:
    plugins = Plugins.load([Candidate("kubecfg_playbooks", "kubecfg", lambda: kubecfg_playbooks)])

    assert [(info.state, info.problems) for info in plugins.infos] == [("loaded", ())]
    assert {playbook.code for playbook in plugins.playbooks} == set(PLAYBOOKS)


def test_no_code_has_two_playbooks() -> None:
    assert len(kubecfg_playbooks.register_playbooks()) == len(PLAYBOOKS)


@codes
def test_every_command_is_one_that_may_be_shown(code: str) -> None:
    for sparse in (False, True):
        solution = render(PLAYBOOKS[code], finding(code, sparse=sparse))

        assert [command for command in commands(solution) if vet(command) is Verdict.REFUSED] == []


@codes
def test_steps_are_few_and_go_from_looking_to_changing(code: str) -> None:
    steps = render(PLAYBOOKS[code], finding(code)).remediation_steps

    assert 3 <= len(steps) <= 7
    assert steps[0].action_type == ActionType.INVESTIGATE
    assert vet(steps[0].command) is not Verdict.REFUSED
    assert any(step.action_type not in LOOKING for step in steps)
    assert [step.step_id for step in steps] == list(range(1, len(steps) + 1))


@codes
def test_without_the_facts_that_may_be_missing_it_still_says_where_to_look(code: str) -> None:
    solution = render(PLAYBOOKS[code], finding(code, sparse=True))

    assert len(solution.remediation_steps) >= 2
    assert solution.remediation_steps[0].command
    assert solution.solution_summary != "Pod has a problem."


@codes
def test_the_summary_and_explanation_name_only_facts_that_are_always_there(code: str) -> None:
    playbook = PLAYBOOKS[code]
    solution = render(playbook, finding(code, sparse=True))

    assert solution.solution_summary != finding(code).text
    assert solution.detailed_solution.startswith(f"{finding(code).text} Something is behind it. ")
    assert len(solution.detailed_solution) > 100


@codes
def test_every_text_is_filled_in(code: str) -> None:
    solution = render(PLAYBOOKS[code], finding(code))
    texts = [solution.solution_summary, solution.detailed_solution]
    texts += [text for step in solution.remediation_steps for text in (step.description, step.expected_outcome)]

    assert [text for text in texts if not text or re.search(r"\{[a-z_]+\}", text)] == []


@codes
def test_every_fact_that_is_named_exists(code: str) -> None:
    playbook = PLAYBOOKS[code]
    always, sometimes = FACTS[code]
    known = {*always.split(), *sometimes.split(), "kind", "resource", "name", "namespace", "scope", "text", "cause"}
    known.add("to_revision")
    known |= {"controller", "naked_pod", "containers_field", "workload", "workload_kind"}

    assert named(playbook) <= known


@codes
def test_every_patch_is_json(code: str) -> None:
    for command in commands(render(PLAYBOOKS[code], finding(code))):
        words = shlex.split(command)
        for flag, value in pairwise(words):
            if flag == "-p":
                json.loads(value)


@codes
def test_a_hostile_fact_reaches_no_command(code: str) -> None:
    playbook = PLAYBOOKS[code]
    usual = set(commands(render(playbook, finding(code))))
    for name in sorted(named(playbook) & set(" ".join(FACTS[code]).split())):
        for hostile in HOSTILE:
            shown = set(commands(render(playbook, finding(code, changes={name: hostile})))) - usual

            assert [command for command in shown if hostile in command or vet(command) is Verdict.REFUSED] == []


@codes
def test_a_pod_that_nobody_made_gets_no_command_for_a_controller(code: str) -> None:
    bare = finding(code, sparse=True)
    solution = render(PLAYBOOKS[code], bare)

    assert not [command for command in commands(solution) if "deployment/api" in command]


def test_an_init_containers_patch_goes_to_the_init_containers() -> None:
    solution = render(
        PLAYBOOKS["pod.command_not_found"], finding("pod.command_not_found", changes={"container_type": "sidecar"})
    )
    [patch] = [shlex.split(command)[-1] for command in commands(solution) if " patch " in command]

    assert json.loads(patch)["spec"]["template"]["spec"] == {
        "initContainers": [{"name": "app", "command": None, "args": None}]
    }


def test_the_examples_are_of_facts_that_exist() -> None:
    assert set(EXAMPLES) == {name for facts in FACTS.values() for part in facts for name in part.split()}
