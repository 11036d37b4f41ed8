from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.plaintext import plain
from kubecfg_core.solutions import Solution
from kubecfg_openai.answer import MAX_STEPS, read, schema
from tests.fakes.openai_server import GOOD


def changed(**changes: Any) -> str:
    return json.dumps(copy.deepcopy(GOOD) | changes)


def step(**changes: Any) -> dict[str, Any]:
    return {**GOOD["remediation_steps"][0], **changes}


def test_the_schema_is_strict_and_takes_a_good_answer() -> None:
    jsonschema_rs.validate(schema(), GOOD)

    assert schema()["additionalProperties"] is False
    assert set(schema()["required"]) == set(Solution.__struct_fields__)


def test_steps_are_numbered_anew() -> None:
    answer = read(changed(remediation_steps=[step(step_id=9), step(step_id=9)]))

    assert [step.step_id for step in answer.remediation_steps] == [1, 2]


def test_steps_are_bounded_in_number() -> None:
    assert len(read(changed(remediation_steps=[step()] * 50)).remediation_steps) == MAX_STEPS


@pytest.mark.parametrize(("said", "taken"), [(-1, 0.0), (85, 1.0), (0.4, 0.4), ("0.5", 0.5)])
def test_confidence_is_clamped(said: object, taken: float) -> None:
    assert read(changed(confidence_score=said)).confidence_score == taken


@pytest.mark.parametrize(("said", "taken"), [(-5, 0), (7.5, 7), (1e300, 7 * 24 * 60)])
def test_minutes_are_clamped(said: float, taken: int) -> None:
    assert read(changed(estimated_time_mins=said)).estimated_time_mins == taken


def test_null_where_there_is_nothing_to_say_is_taken() -> None:
    answer = read(changed(additional_notes=None, remediation_steps=[step(command=None)]))

    assert (answer.additional_notes, answer.remediation_steps[0].command) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "[]",
        "{}",
        changed(surplus=1),
        changed(solution_summary=" "),
        changed(remediation_steps=[]),
        changed(remediation_steps=[step(action_type="DESTROY")]),
        changed(confidence_score="high"),
        changed(confidence_score=None),
        changed(solution_summary=7),
    ],
)
def test_what_is_no_solution_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(text)


@pytest.mark.parametrize(
    "wrapped",
    ["{}", "```json\n{}\n```", "```\n{}\n```", "Sure! {} Hope it helps.", "<think>or {{</think>{}"],
)
def test_decoration_around_the_object_is_taken_off(wrapped: str) -> None:
    assert read(wrapped.replace("{}", json.dumps(GOOD))).confidence_score == 0.9


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see ![logo](https://evil.example/?q=secret) here", "see logo here"),
        ("see [the docs](https://evil.example) here", "see the docs here"),
        ("see [the docs][1] here\n[1]: https://evil.example", "see the docs here"),
        ("see [![a](http://evil.example)](http://evil.example) here", "see a here"),
        ('see <img src="https://evil.example"> here', "see  here"),
        ("<<img>img src=x>", ""),
        ("<https://evil.example>", ""),
        ("use <name> here", "use <name> here"),
        ("a\u202eb\x1bc\u200bd", "abcd"),
    ],
)
def test_nothing_is_left_that_a_page_would_fetch(text: str, shown: str) -> None:
    assert plain(text, 500) == shown


def test_a_command_too_long_to_be_one_is_dropped() -> None:
    answer = read(changed(remediation_steps=[step(command="kubectl get pods " + "a" * 5000)]))

    assert answer.remediation_steps[0].command == ""


def test_a_command_in_backticks_is_freed() -> None:
    answer = read(changed(remediation_steps=[step(command="`kubectl get pods`")]))

    assert answer.remediation_steps[0].command == "kubectl get pods"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.sampled_from([*GOOD, "x"]), s),
    )
)
def test_any_json_is_a_solution_or_refused(value: Any) -> None:
    try:
        answer = read(json.dumps(value))
    except msgspec.DecodeError:
        return

    assert answer.remediation_steps


def test_the_model_is_not_asked_how_safe_its_commands_are() -> None:
    steps = schema()["properties"]["remediation_steps"]["items"]

    assert set(steps["properties"]) == set(GOOD["remediation_steps"][0])
