"""What a language model answered, checked: plain text, and commands that name only what was in the question."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from kubecfg_core.disclosing import MADE_UP
from kubecfg_core.errors import ConfirmationNeeded, KubecfgError
from kubecfg_core.kubectl.mentions import Mentions, mentions
from kubecfg_core.kubectl.policy import judge
from kubecfg_core.kubectl.vetting import Verdict, vet
from kubecfg_core.plaintext import plain
from kubecfg_core.problems import Finding, ObjectRef, Problem
from kubecfg_core.redaction import MARK
from kubecfg_core.solutions import ActionType, Solution, Step
from kubecfg_core.users import Role

DROPPED: Final = "(A command was left out here: it is not one that kubecfg lets through.)"

_SHORT: Final = 700
_LONG: Final = 5000
_WORD: Final = re.compile(r"[A-Za-z0-9*][A-Za-z0-9._:/@*=,-]*")
_TOLD: Final = frozenset({"message", "node_message", "text"})  # facts that somebody in the cluster has written
_LOOKING: Final = frozenset({ActionType.INVESTIGATE, ActionType.VERIFY})
_ACTIONS: Final = {
    "annotate": ActionType.PATCH,
    "create": ActionType.CREATE,
    "delete": ActionType.DELETE,
    "label": ActionType.PATCH,
    "patch": ActionType.PATCH,
    "rollout restart": ActionType.RESTART,
    "rollout undo": ActionType.ROLLBACK,
    "scale": ActionType.SCALE,
    "set": ActionType.PATCH,
}
_EVERYWHERE: Final = frozenset({"default", "kube-system"})  # they may be looked at whatever the question


def checked(answer: Solution, problem: Problem, playbook: Solution) -> Solution:
    """The model's answer to a problem, as text that is safe to show, its commands being about what it was asked.

    A command stays where every object, namespace and image that it names stands in the problem's own fields or in a
    command of the playbook: what was only said in an event, a condition or a log is not enough. What the model says of
    how bad it is has no place in a `Solution`.
    """
    known = _known(problem, playbook)
    return msgspec.structs.replace(
        answer,
        solution_summary=plain(answer.solution_summary, _SHORT),
        detailed_solution=plain(answer.detailed_solution, _LONG),
        remediation_steps=[_checked_step(step, known) for step in answer.remediation_steps],
        additional_notes=plain(answer.additional_notes, _SHORT),
    )


def vetted(solution: Solution) -> Solution:
    """The solution with each command judged: marked as safe, or with the role that it requires, or left out."""
    steps = [_vetted_step(step) for step in solution.remediation_steps]
    return msgspec.structs.replace(solution, remediation_steps=steps)


def _checked_step(step: Step, known: Mentions) -> Step:
    step = msgspec.structs.replace(
        step,
        description=plain(step.description, _SHORT),
        expected_outcome=plain(step.expected_outcome, _SHORT),
    )
    if not step.command:
        return step
    if _grounded(step.command, known):
        return msgspec.structs.replace(step, action_type=_action(step))
    return msgspec.structs.replace(step, command="", description=f"{step.description} {MADE_UP}".strip())


def _action(step: Step) -> str:
    """What the step is called; what changes something is not called a look, whatever the model says."""
    named = mentions(step.command)
    if step.action_type not in _LOOKING or named is None or not named.changes:
        return step.action_type
    words = step.command.removeprefix("kubectl ").split()
    return _ACTIONS.get(" ".join(words[:2]), _ACTIONS.get(words[0], ActionType.CONFIGURE))


def _grounded(command: str, known: Mentions) -> bool:
    """Whether all that a command names is known. One that the policy refuses is left out by it, and says so."""
    if vet(command) is Verdict.REFUSED:
        return True
    named = mentions(command)
    if named is None or MARK in command:  # a credential that did not leave cannot be put back
        return False
    namespaces = known.namespaces if named.changes else known.namespaces | _EVERYWHERE
    repositories = {_repository(image) for image in known.images}
    return (
        named.names <= known.names
        and named.namespaces <= namespaces
        and named.selects <= known.names | known.selects
        and {_repository(image) for image in named.images} <= repositories
    )


def _known(problem: Problem, playbook: Solution) -> Mentions:
    refs = list(_refs(problem))
    facts = {(key, word) for finding in _findings(problem) for key, word in _facts(finding)}
    told = [found for step in playbook.remediation_steps if (found := mentions(step.command))]
    words = {word for _, word in facts}
    parts = {part for word in words for part in re.split(r"[/,]", word)}
    return Mentions(
        names=frozenset({ref.name for ref in refs} | words | parts).union(*(one.names for one in told)),
        namespaces=frozenset(
            {ref.namespace for ref in refs}
            | {ref.name for ref in refs if ref.kind == "Namespace"}
            | {word for key, word in facts if key.endswith("namespace")}
        ).union(*(one.namespaces for one in told)),
        images=frozenset(words).union(*(one.images for one in told)),
        selects=frozenset[str]().union(*(one.selects for one in told)),
    )


def _refs(problem: Problem) -> Iterator[ObjectRef]:
    yield ObjectRef(kind=problem.kind, name=problem.name, namespace=problem.namespace)
    yield from problem.members
    yield from (ObjectRef(kind=one.kind, name=one.name, namespace=one.namespace) for one in problem.symptoms)
    yield from (ref for finding in problem.findings for ref in (finding.ref, finding.owner, finding.culprit) if ref)
    if problem.culprit is not None:
        yield problem.culprit
    kind, _, name = problem.parent_object.partition("/")
    yield ObjectRef(kind=kind, name=name, namespace=problem.namespace)


def _findings(problem: Problem) -> Iterator[Finding | Problem]:
    yield problem
    yield from problem.findings


def _facts(finding: Finding | Problem) -> Iterator[tuple[str, str]]:
    """The facts that are one word: a name, an image, a host, and no sentence."""
    for key, value in finding.evidence.items():
        if isinstance(value, str) and key not in _TOLD:
            yield from (
                (key, word) for word in re.split(r"[,\s]+", value) if _WORD.fullmatch(word) and " " not in value
            )


def _repository(image: str) -> str:
    """An image without its tag and digest: which version is the question, which image is not."""
    name, _, _ = image.partition("@")
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _vetted_step(step: Step) -> Step:
    verdict = vet(step.command) if step.command else Verdict.MANUAL
    if verdict is Verdict.REFUSED:
        left = f"{step.description} {DROPPED}".strip()
        return msgspec.structs.replace(step, command="", description=left, safe=False, requires_role="")
    safe = verdict is Verdict.RUNNABLE
    role = "" if safe or not step.command else _required(step.command)
    return msgspec.structs.replace(step, safe=safe, requires_role=role)


def _required(command: str) -> str:
    """The least role that the service runs the command for; empty where it is for a person's own terminal."""
    for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN):
        try:
            judge(command, role=role)
        except ConfirmationNeeded:
            return role
        except KubecfgError:
            continue
        return role
    return ""
