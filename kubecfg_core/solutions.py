"""What to do about a problem: the documented shape of a solution, and the playbooks that make one without an LLM."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class ActionType(StrEnum):
    """What a step does to the cluster."""

    INVESTIGATE = "INVESTIGATE"
    VERIFY = "VERIFY"
    PATCH = "PATCH"
    SCALE = "SCALE"
    RESTART = "RESTART"
    ROLLBACK = "ROLLBACK"
    CREATE = "CREATE"
    DELETE = "DELETE"
    CONFIGURE = "CONFIGURE"
    ESCALATE = "ESCALATE"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do. `command` is a kubectl command, or empty where there is none.

    `safe`: the service runs it for a viewer, since it only looks. Otherwise `requires_role` is the least role that it
    runs it for; with neither, a person runs it in their own terminal. Both are the policy's word, never a model's.
    """

    step_id: int
    action_type: str
    description: str
    command: str
    expected_outcome: str
    safe: bool = False
    requires_role: str = ""


class Solution(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a problem, in the documented shape. `confidence_score` is 0 to 1."""

    solution_summary: str
    detailed_solution: str
    remediation_steps: list[Step]
    confidence_score: float
    estimated_time_mins: int
    additional_notes: str = ""


class PlaybookStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step before it is filled in: `description`, `command` and `expected_outcome` are `str.format` templates.

    `unless` names a fact: where the finding has it, the step is left out.
    """

    action_type: ActionType
    description: str
    command: str = ""
    expected_outcome: str = ""
    unless: str = ""


class Playbook(msgspec.Struct, frozen=True, kw_only=True):
    """The built-in answer to one check code.

    `summary`, `explanation` and the steps' texts are `str.format` templates over the finding's facts: always
    `kind`, `resource` (the plural that kubectl takes), `name`, `namespace`, `scope` (`-n NAMESPACE`, or empty),
    `text`, `cause` and `to_revision` (the flag of `kubectl rollout undo`, or empty), beside the finding's own
    evidence. What the object belongs to is in `workload` and `workload_kind`, and where its pods can be rolled out
    anew also in `controller` (`deployment/api`); a pod that nobody made has `naked_pod`, its name. Where there is a
    `container`, `containers_field` is the field of the pod's specification that lists it. `only_revision` is there
    where the Deployment has no revision to go back to. A step whose template names a fact that the finding has not is
    left out, and so is one `unless` whose fact it has.
    """

    code: str
    summary: str
    explanation: str
    steps: tuple[PlaybookStep, ...]
    confidence: float = 0.8
    minutes: int = 10


Facts = Mapping[str, str]
