"""What the model answered, made into a solution or refused."""

import re
from typing import Any, Final

import msgspec

from kubecfg_core.plaintext import plain
from kubecfg_core.solutions import ActionType, Solution, Step

MAX_STEPS: Final = 12
_MAX_MINUTES: Final = 7 * 24 * 60
_SHORT: Final = 500
_LONG: Final = 4000
_COMMAND: Final = 1000

_FENCE: Final = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)
_THOUGHT: Final = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    action_type: str
    description: str
    step_id: int = 0
    command: str | None = ""
    expected_outcome: str | None = ""


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    solution_summary: str
    detailed_solution: str
    remediation_steps: list[_Step]
    confidence_score: float
    estimated_time_mins: float
    additional_notes: str | None = ""


def schema() -> dict[str, Any]:
    """The answer's JSON schema in the strict form: every field required, no other allowed, no reference."""
    _, parts = msgspec.json.schema_components((Solution,), ref_template="{name}")
    step, answer = dict(parts["Step"]), dict(parts["Solution"])
    asked = {name: part for name, part in step["properties"].items() if name in _Step.__struct_fields__}
    step["properties"] = {**asked, "action_type": {"type": "string", "enum": list(ActionType)}}
    answer["properties"] = {
        **{name: {"type": part["type"]} for name, part in answer["properties"].items()},
        "remediation_steps": {"type": "array", "items": _closed(step)},
    }
    return _closed(answer)


def read(text: str) -> Solution:
    """The solution in the text. Raises `msgspec.DecodeError` that says what is wrong with it.

    A fence, a thought or prose around the object is taken off. Figures out of bounds are clamped, long texts are cut;
    links, images and active tags become their text: a page that shows them would fetch what the model made up.
    """
    answer = msgspec.json.decode(_object(text), type=_Answer, strict=False)
    steps = [_step(number, step) for number, step in enumerate(answer.remediation_steps[:MAX_STEPS], start=1)]
    summary = plain(answer.solution_summary, _SHORT)
    if not summary or not steps:
        raise msgspec.ValidationError("solution_summary and remediation_steps must not be empty")
    return Solution(
        solution_summary=summary,
        detailed_solution=plain(answer.detailed_solution, _LONG),
        remediation_steps=steps,
        confidence_score=min(max(answer.confidence_score, 0.0), 1.0),
        estimated_time_mins=int(min(max(answer.estimated_time_mins, 0), _MAX_MINUTES)),
        additional_notes=plain(answer.additional_notes or "", _SHORT),
    )


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    properties = part["properties"]
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _object(text: str) -> str:
    text = _THOUGHT.sub("", text).strip()
    fenced = _FENCE.search(text)
    if fenced:
        return fenced[1]
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _step(number: int, step: _Step) -> Step:
    action = step.action_type.strip().upper()
    if action not in ActionType.__members__:
        raise msgspec.ValidationError(f"action_type must be one of {', '.join(ActionType)}")
    return Step(
        step_id=number,
        action_type=action,
        description=plain(step.description, _SHORT),
        command=_command(step.command or ""),
        expected_outcome=plain(step.expected_outcome or "", _SHORT),
    )


def _command(text: str) -> str:
    """The command without decoration. One too long to be one is dropped, not cut into another."""
    command = text.strip().strip("`").removeprefix("$ ").strip()
    return command if len(command) <= _COMMAND else ""
