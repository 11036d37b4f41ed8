from __future__ import annotations

import shlex
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core import ActionType, Finding, Playbook, PlaybookStep, Severity, hookimpl
from kubecfg_core.folding import fold
from kubecfg_core.plugins import Plugins
from kubecfg_core.problems import ObjectRef, Problem, ProblemError, to_problems
from kubecfg_core.testing.views import view_of
from kubecfg_core.usecases.rendering import MAX_STEPS, playbook_solution, render


def make_finding(**changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "code": "widget.broken",
        "kind": "Widget",
        "name": "w-1",
        "namespace": "shop",
        "text": "It is broken.",
        "severity": Severity.ERROR,
    }
    return Finding(**{**fields, **changes})


def make_step(command: str = "", description: str = "Look.", outcome: str = "Seen.") -> PlaybookStep:
    return PlaybookStep(
        action_type=ActionType.INVESTIGATE, description=description, command=command, expected_outcome=outcome
    )


def make_playbook(
    *steps: PlaybookStep, code: str = "widget.broken", summary: str = "Summary.", explanation: str = "Explanation."
) -> Playbook:
    return Playbook(code=code, summary=summary, explanation=explanation, steps=steps)


def plugins_with(*playbooks: Playbook) -> Plugins:
    class Plugin:
        @hookimpl
        def register_playbooks(self) -> list[Playbook]:
            return list(playbooks)

    plugins = Plugins.load([])
    plugins.register(Plugin(), name="test")
    return plugins


def rendered(command: str, **changes: Any) -> list[str]:
    return [s.command for s in render(make_playbook(make_step(command)), make_finding(**changes)).remediation_steps]


@pytest.mark.parametrize(
    ("command", "filled"),
    [
        ("kubectl get {resource} {name} {scope}", "kubectl get widgets w-1 -n shop"),
        ("kubectl get pod {pod} -n {namespace}", "kubectl get pod p-1 -n shop"),
        ("kubectl get pods --limit {count}", "kubectl get pods --limit 3"),
    ],
)
def test_a_command_is_filled_from_the_facts(command: str, filled: str) -> None:
    assert rendered(command, evidence={"pod": "p-1", "count": 3}) == [filled]


def test_an_object_without_a_namespace_has_no_scope() -> None:
    assert rendered("kubectl get {resource} {scope} {name}", kind="StorageClass", namespace="") == [
        "kubectl get storageclasses w-1"
    ]


def test_json_in_a_command_keeps_its_braces() -> None:
    assert rendered('kubectl patch x -p \'{{"a":{{"{name}":1}}}}\'') == ['kubectl patch x -p \'{"a":{"w-1":1}}\'']


@pytest.mark.parametrize(
    "step", [make_step("x {absent}"), make_step("", "{absent}"), make_step("", "Look.", "{absent}")]
)
def test_a_step_that_names_an_absent_fact_is_left_out(step: PlaybookStep) -> None:
    solution = render(make_playbook(make_step(), step, make_step()), make_finding())

    assert [step.step_id for step in solution.remediation_steps] == [1, 2]


def test_an_empty_fact_is_an_absent_one() -> None:
    assert rendered("kubectl get pod {pod}", evidence={"pod": ""}) == []


@pytest.mark.parametrize("broken", ["{", "}", "{0}", "{name!x}", "{name:d}"])
def test_a_template_that_is_none_costs_its_step_alone(broken: str) -> None:
    assert rendered(f"kubectl get {broken}") == []


@given(st.text())
def test_a_fact_of_any_text_makes_no_other_command(value: str) -> None:
    for command in rendered("kubectl get pod {pod}", evidence={"pod": value}):
        words = shlex.split(command)

        assert len(words) == 4
        assert not words[-1].startswith("-")


@pytest.mark.parametrize(
    "value", ["-A", "--all", "a b", "a;b", "a|b", "$(id)", "`id`", "a'b", 'a"b', "a>b", "a\nb", "{x}"]
)
def test_a_hostile_fact_costs_the_step_that_would_run_it(value: str) -> None:
    assert rendered("kubectl get pod {pod}", evidence={"pod": value}) == []
    assert rendered("kubectl get pod {name}", name=value) == []
    assert rendered("kubectl get pods {scope}", namespace=value) == []


def test_evidence_does_not_replace_what_every_finding_has() -> None:
    assert rendered("kubectl get {name} {scope}", evidence={"name": "other", "scope": "-A"}) == [
        "kubectl get w-1 -n shop"
    ]


@pytest.mark.parametrize(
    ("changes", "filled"),
    [
        ({"parent": "Deployment/api"}, ["kubectl rollout undo deployment/api"]),
        ({"evidence": {"workload": "api", "workload_kind": "daemonset"}}, ["kubectl rollout undo daemonset/api"]),
        ({"parent": "Job/api"}, []),
        ({"evidence": {"workload": "--all", "workload_kind": "deployment"}}, []),
        ({}, []),
    ],
)
def test_a_controller_is_named_where_its_pods_can_be_rolled_out(changes: dict[str, Any], filled: list[str]) -> None:
    assert rendered("kubectl rollout undo {controller}", **changes) == filled


def test_texts_hold_no_control_characters_and_are_cut() -> None:
    solution = render(make_playbook(make_step(), summary="{text}"), make_finding(text="a\x1b[31m\u202eb" + "c" * 1000))

    assert "\x1b" not in solution.solution_summary
    assert "\u202e" not in solution.solution_summary
    assert len(solution.solution_summary) == 300


def test_the_detailed_solution_tells_what_was_seen_its_cause_and_what_it_means() -> None:
    solution = render(make_playbook(make_step()), make_finding(cause="The cause."))

    assert solution.detailed_solution == "It is broken. The cause. Explanation."


def test_a_problem_is_solved_by_the_playbook_of_its_code() -> None:
    [problem] = to_problems([make_finding()])
    solution = playbook_solution(problem, plugins_with(make_playbook(make_step())))

    assert solution.solution_summary == "Summary."
    assert solution.additional_notes == "From the built-in playbook for widget.broken."


def test_a_code_without_a_playbook_gets_general_steps_and_says_so() -> None:
    [problem] = to_problems([make_finding()])
    solution = playbook_solution(problem, plugins_with())

    assert solution.solution_summary == "It is broken."
    assert solution.additional_notes == "From the general playbook: there is none for widget.broken."
    assert solution.remediation_steps[0].command == "kubectl describe widgets w-1 -n shop"


def test_further_findings_of_an_object_add_their_steps_once() -> None:
    plugins = plugins_with(
        make_playbook(make_step("a"), make_step("b")),
        make_playbook(make_step("b"), make_step("c"), code="widget.odd", explanation="Odd."),
    )
    odd = make_finding(code="widget.odd", severity=Severity.WARNING)
    [problem] = to_problems([odd, make_finding(), make_finding(text="Again.")])
    solution = playbook_solution(problem, plugins)

    assert [(step.step_id, step.command) for step in solution.remediation_steps] == [(1, "a"), (2, "b"), (3, "c")]
    assert "Also: It is broken. Odd." in solution.detailed_solution
    assert solution.estimated_time_mins == 20


def test_steps_are_bounded_in_number() -> None:
    [problem] = to_problems([make_finding()])
    playbook = make_playbook(*(make_step(f"c{n}") for n in range(30)))

    assert len(playbook_solution(problem, plugins_with(playbook)).remediation_steps) == MAX_STEPS


def test_a_problem_without_findings_is_solved_too() -> None:
    problem = Problem(
        kind="Widget",
        name="w-1",
        namespace="shop",
        errors=[ProblemError(text="It is broken.")],
        severity=Severity.ERROR,
        code="widget.broken",
    )

    assert playbook_solution(problem, plugins_with()).solution_summary == "It is broken."


@pytest.mark.parametrize(
    ("evidence", "command"),
    [
        ({}, "kubectl rollout undo deployment/w-1 -n shop"),
        ({"rollback_revision": 3}, "kubectl rollout undo deployment/w-1 -n shop --to-revision=3"),
    ],
)
def test_a_rollback_names_the_revision_that_is_known_to_work(evidence: dict[str, Any], command: str) -> None:
    assert rendered("kubectl rollout undo deployment/{name} {scope} {to_revision}", evidence=evidence) == [command]


def test_a_revision_that_is_no_number_reaches_no_command() -> None:
    assert rendered("kubectl rollout undo deployment/x {to_revision}", evidence={"rollback_revision": "1 -A"}) == []


def test_a_folded_problem_gets_the_steps_of_its_cause_alone() -> None:
    cause = make_finding(code="widget.broken", kind="Pod", name="p-1")
    symptom = make_finding(code="widget.idle", culprit=ObjectRef(kind="Pod", name="p-1", namespace="shop"))
    books = (make_playbook(make_step(description="Mend.")), make_playbook(make_step("", "Wait."), code="widget.idle"))

    [problem] = fold([cause, symptom], view_of())

    steps = playbook_solution(problem, plugins_with(*books)).remediation_steps
    assert [step.description for step in steps] == ["Mend."]


def test_a_step_is_left_out_where_there_is_the_fact_that_makes_it_idle() -> None:
    step = msgspec.structs.replace(make_step("kubectl get pods"), unless="only_revision")
    playbook = make_playbook(step)

    assert render(playbook, make_finding()).remediation_steps
    assert render(playbook, make_finding(evidence={"only_revision": True})).remediation_steps == []


def test_what_is_known_of_revisions_holds_for_every_finding_of_the_owner() -> None:
    undo = msgspec.structs.replace(make_step("kubectl rollout undo deployment/api"), unless="only_revision")
    plugins = plugins_with(make_playbook(make_step("kubectl get pods")), make_playbook(undo, code="widget.slow"))
    findings = [
        make_finding(parent="Deployment/api", evidence={"only_revision": True}),
        make_finding(parent="Deployment/api", code="widget.slow", severity=Severity.WARNING),
    ]
    [problem] = to_problems(findings)

    commands = [step.command for step in playbook_solution(problem, plugins).remediation_steps]
    assert commands == ["kubectl get pods"]
