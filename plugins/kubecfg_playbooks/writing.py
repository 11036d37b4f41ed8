"""Short words for writing playbooks, and the steps that many of them share."""

import json
import re
from typing import Any, Final

from kubecfg_core import ActionType, Playbook, PlaybookStep


def book(
    code: str, summary: str, explanation: str, *steps: PlaybookStep, confidence: float = 0.8, minutes: int = 10
) -> Playbook:
    """The playbook for a check code: its texts are templates, its steps go from looking to changing."""
    return Playbook(
        code=code, summary=summary, explanation=explanation, steps=steps, confidence=confidence, minutes=minutes
    )


def step(action: ActionType, description: str, command: str, outcome: str, *, unless: str = "") -> PlaybookStep:
    """A step of any action; it is left out where there is the fact `unless`."""
    return PlaybookStep(
        action_type=action, description=description, command=command, expected_outcome=outcome, unless=unless
    )


def look(description: str, command: str, outcome: str) -> PlaybookStep:
    """A step that finds out."""
    return step(ActionType.INVESTIGATE, description, command, outcome)


def patch(description: str, command: str, outcome: str) -> PlaybookStep:
    """A step that changes an object that is there."""
    return step(ActionType.PATCH, description, command, outcome)


def create(description: str, command: str, outcome: str, *, unless: str = "") -> PlaybookStep:
    """A step that makes an object that is missing."""
    return step(ActionType.CREATE, description, command, outcome, unless=unless)


def delete(description: str, command: str, outcome: str) -> PlaybookStep:
    """A step that removes an object."""
    return step(ActionType.DELETE, description, command, outcome)


def verify(description: str, command: str, outcome: str) -> PlaybookStep:
    """A step that shows whether the change has cleared the problem."""
    return step(ActionType.VERIFY, description, command, outcome)


def outside(
    description: str, outcome: str, action: ActionType = ActionType.CONFIGURE, *, unless: str = ""
) -> PlaybookStep:
    """A step that kubectl cannot do."""
    return step(action, description, "", outcome, unless=unless)


def escalate(description: str, outcome: str) -> PlaybookStep:
    """A step that hands the problem on."""
    return outside(description, outcome, ActionType.ESCALATE)


def merge(target: str, change: dict[str, Any]) -> str:
    """The command that merges a change into an object.

    `change` is JSON in which a text may name a fact (`{port}`); a text that is `#{port}` becomes the bare figure.
    """
    doubled = json.dumps(change, separators=(",", ":")).replace("{", "{{").replace("}", "}}")
    named = re.sub(r"\{\{([a-z_]+)\}\}", r"{\1}", doubled)
    figures = re.sub(r'"#(\{[a-z_]+\})"', r"\1", named)
    return f"kubectl patch {target} {{scope}} --type strategic -p '{figures}'"


def in_pods(**spec: Any) -> str:
    """The command that merges fields into the specification of a controller's pods."""
    return merge("{controller}", {"spec": {"template": {"spec": spec}}})


def in_container(**fields: Any) -> str:
    """The command that merges fields into one container of a controller's pods."""
    return in_pods(**{"{containers_field}": [{"name": "{container}", **fields}]})


DESCRIBE_POD: Final = look(
    "Read the pod's state, conditions and events.",
    "kubectl describe pod {name} {scope}",
    "The events at the end say what was tried last, and how it failed.",
)
LOGS_BEFORE: Final = look(
    "Read the last lines that {container} wrote before it ended.",
    "kubectl logs {name} -c {container} {scope} {previous} --tail 50",
    "The last lines name the error that ends it.",
)
LOGS: Final = look(
    "Read what {container} writes in this run.",
    "kubectl logs {name} -c {container} {scope} --tail 50",
    "The log shows how far it comes.",
)
ROLLED_OUT: Final = verify(
    "Wait for the new pods.",
    "kubectl rollout status {controller} {scope} --timeout 120s",
    "The rollout is reported as complete.",
)
POD_READY: Final = verify(
    "See whether the pod is ready now.",
    "kubectl get pod {naked_pod} {scope}",
    "The pod is Running and READY shows all its containers.",
)
UNDO: Final = step(
    ActionType.ROLLBACK,
    "If this began with the last rollout, go back to the version that worked.",
    "kubectl rollout undo {controller} {scope} {to_revision}",
    "The previous version's pods replace the failing ones.",
    unless="only_revision",
)
