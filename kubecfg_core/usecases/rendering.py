"""Playbooks filled in: from a template and the facts of a finding to a solution."""

import re
import string
from collections.abc import Iterable
from typing import Final

import msgspec

from kubecfg_core.folding import told_by
from kubecfg_core.plaintext import INVISIBLE
from kubecfg_core.plugins import Plugins
from kubecfg_core.problems import Finding, Problem
from kubecfg_core.solutions import ActionType, Facts, Playbook, PlaybookStep, Solution, Step

MAX_STEPS: Final = 12

# A word that every shell and kubectl take for itself: no quote, blank, operator or substitution, and no flag.
_SAFE: Final = re.compile(r"[A-Za-z0-9._:/@=,][A-Za-z0-9._:/@=,-]*")
_FLAGS: Final = {"previous": re.compile("--previous"), "to_revision": re.compile(r"(--to-revision=[0-9]{1,9})?")}
_INVISIBLE: Final = re.compile(rf"(?:{INVISIBLE.pattern}|[\t\n])+")
_MAX_FACT: Final = 300

_PLURALS: Final = {
    "DaemonSet": "daemonsets",
    "IngressClass": "ingressclasses",
    "Ingress": "ingresses",
    "NetworkPolicy": "networkpolicies",
    "PriorityClass": "priorityclasses",
    "StorageClass": "storageclasses",
}

_ROLLED_OUT: Final = ("deployment", "statefulset", "daemonset")

_GENERIC: Final = Playbook(
    code="",
    summary="{text}",
    explanation="There is no playbook for this check yet, so these are the steps that help with any object: read "
    "what Kubernetes says about it, and what happened to it.",
    steps=(
        PlaybookStep(
            action_type=ActionType.INVESTIGATE,
            description="Read the state, the conditions and the events of {kind} {name}.",
            command="kubectl describe {resource} {name} {scope}",
            expected_outcome="The conditions and events say what is wrong and since when.",
        ),
        PlaybookStep(
            action_type=ActionType.INVESTIGATE,
            description="Read every event about {name}, also those of its controller.",
            command="kubectl get events {scope} --field-selector involvedObject.name={name}",
            expected_outcome="The newest warning names the part that refuses.",
        ),
        PlaybookStep(
            action_type=ActionType.INVESTIGATE,
            description="Compare its specification with the version that was meant.",
            command="kubectl get {resource} {name} {scope} -o yaml",
            expected_outcome="A field that differs from what was meant is the likely cause.",
        ),
        PlaybookStep(
            action_type=ActionType.ESCALATE,
            description="Where that does not explain it, give all three outputs to the owner of {name}.",
            expected_outcome="The owner knows what was last changed.",
        ),
    ),
    confidence=0.3,
    minutes=15,
)


def playbook_solution(problem: Problem, plugins: Plugins) -> Solution:
    """The playbooks' solution to a problem: that of its worst finding first, then those of its further ones.

    What is only a symptom of it needs none of its own. A code without a playbook gets general steps, and
    `additional_notes` says so.
    """
    findings = _with_revisions(_distinct(told_by(problem)) or [_as_finding(problem)])
    playbooks = [plugins.playbook(finding.code) for finding in findings]
    parts = [
        render(playbook or _GENERIC, finding)
        for playbook, finding in zip(playbooks, findings, strict=True)
        if playbook or finding is findings[0]
    ]
    note = (
        f"From the built-in playbook for {findings[0].code}."
        if playbooks[0]
        else f"From the general playbook: there is none for {findings[0].code}."
    )
    return msgspec.structs.replace(_joined(parts), additional_notes=note)


def render(playbook: Playbook, finding: Finding) -> Solution:
    """A playbook with the facts of a finding.

    A step that names a fact which the finding has not is left out, and so is one whose command would hold a fact that
    does not stand for itself in a shell: what was read from a cluster is hostile text.
    """
    facts = facts_of(finding)
    steps = [step for template in playbook.steps if (step := _step(template, facts)) is not None]
    explanation = _fill(playbook.explanation, facts) or ""
    observed = [facts["text"], facts["cause"]]
    return Solution(
        solution_summary=_fill(playbook.summary, facts) or facts["text"],
        detailed_solution=" ".join(part for part in (*observed, explanation) if part),
        remediation_steps=[_numbered(number, step) for number, step in enumerate(steps[:MAX_STEPS], start=1)],
        confidence_score=playbook.confidence,
        estimated_time_mins=playbook.minutes,
        additional_notes=f"From the built-in playbook for {finding.code}.",
    )


def facts_of(finding: Finding) -> dict[str, str]:
    """What a template may name: the finding's evidence, the workload it belongs to, and what every finding has."""
    parent_kind, _, parent_name = finding.parent.partition("/")
    parent = {"workload": parent_name, "workload_kind": parent_kind.lower()} if parent_name else {}
    evidence = {key: str(value) for key, value in finding.evidence.items() if value != ""}
    told = parent | evidence
    if told.get("workload_kind") in _ROLLED_OUT and _SAFE.fullmatch(told.get("workload", "")):
        told["controller"] = f"{told['workload_kind']}/{told['workload']}"
    if "container" in told:
        plain = told.get("container_type", "container") == "container"
        told["containers_field"] = "containers" if plain else "initContainers"
    if finding.kind == "Pod" and "workload" not in told:
        told["naked_pod"] = finding.name
    always = {
        "kind": finding.kind,
        "resource": _PLURALS.get(finding.kind, finding.kind.lower() + "s"),
        "name": finding.name,
        "namespace": finding.namespace,
        "scope": f"-n {finding.namespace}" if finding.namespace else "",
        "text": finding.text,
        "cause": finding.cause,
        "to_revision": f"--to-revision={revision}" if (revision := told.get("rollback_revision")) else "",
    }
    return {key: _cleaned(value) for key, value in (told | always).items()}


def _step(template: PlaybookStep, facts: Facts) -> Step | None:
    if template.unless in facts:
        return None
    description = _fill(template.description, facts)
    outcome = _fill(template.expected_outcome, facts)
    command = _fill(template.command, facts, in_shell=True)
    if description is None or outcome is None or command is None:
        return None
    return Step(
        step_id=0,
        action_type=template.action_type,
        description=description,
        command=" ".join(command.split())
        if any(name in template.command for name in _may_be_empty(facts))
        else command,
        expected_outcome=outcome,
    )


def _may_be_empty(facts: Facts) -> list[str]:
    """The facts that leave a gap in a command where they are empty."""
    return [f"{{{name}}}" for name in ("scope", "to_revision") if not facts[name]]


def _fill(template: str, facts: Facts, *, in_shell: bool = False) -> str | None:
    """The template with its facts, or `None` where one is missing, unsafe, or the template is none."""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        if not names <= facts.keys() or (in_shell and not all(_stands_for_itself(name, facts) for name in names)):
            return None
        return template.format_map(dict(facts))
    except ValueError:
        return None


def _stands_for_itself(name: str, facts: Facts) -> bool:
    value = facts["namespace"] if name == "scope" else facts[name]
    if name == "scope" and not value:
        return True
    # The flags among the facts, which an analyzer or this module writes and no cluster.
    return _SAFE.fullmatch(value) is not None or (name in _FLAGS and _FLAGS[name].fullmatch(value) is not None)


def _cleaned(value: str) -> str:
    text = _INVISIBLE.sub(" ", value).strip()
    return text if len(text) <= _MAX_FACT else text[: _MAX_FACT - 1] + "…"


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each code: one playbook is not told twice."""
    return list({finding.code: finding for finding in reversed(list(findings))}.values())[::-1]


def _with_revisions(findings: list[Finding]) -> list[Finding]:
    """The findings with what the first one tells of the revisions of their owner: it is told of the cause alone."""
    first = findings[0]
    known = {key: first.evidence[key] for key in ("only_revision", "rollback_revision") if key in first.evidence}
    return [
        msgspec.structs.replace(each, evidence=known | each.evidence) if each.owner == first.owner else each
        for each in findings
    ]


def _as_finding(problem: Problem) -> Finding:
    return Finding(
        code=problem.code,
        kind=problem.kind,
        name=problem.name,
        namespace=problem.namespace,
        text=problem.errors[0].text if problem.errors else "",
        severity=problem.severity,
        cause=problem.cause,
        evidence=problem.evidence,
        parent=problem.parent_object,
    )


def _joined(parts: list[Solution]) -> Solution:
    """One solution out of several: the first one's summary, and all their steps, but what an earlier one has said."""
    first = parts[0]
    steps: list[Step] = []
    for part in parts:
        told = {step.command or step.description for step in steps}
        steps += [step for step in part.remediation_steps if (step.command or step.description) not in told]
    also = [f"Also: {part.detailed_solution}" for part in parts[1:]]
    return msgspec.structs.replace(
        first,
        detailed_solution="\n\n".join([first.detailed_solution, *also]),
        remediation_steps=[_numbered(n, step) for n, step in enumerate(steps[:MAX_STEPS], start=1)],
        estimated_time_mins=sum(part.estimated_time_mins for part in parts),
        confidence_score=min(part.confidence_score for part in parts),
    )


def _numbered(number: int, step: Step) -> Step:
    return msgspec.structs.replace(step, step_id=number)
