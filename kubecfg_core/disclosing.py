"""What of a brief leaves for a language model: an allow-list of fields, without credentials, under pseudonyms."""

import re
import string
from collections.abc import Callable, Collection, Iterable
from typing import Final

import msgspec

from kubecfg_core.masking import Masker
from kubecfg_core.naming import Names
from kubecfg_core.plaintext import INVISIBLE
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.llm import Brief
from kubecfg_core.problems import Evidence, Finding, ObjectRef, Problem, ProblemError
from kubecfg_core.redaction import redact
from kubecfg_core.solutions import Playbook, Solution
from kubecfg_core.wording import WORDS, words_in

MADE_UP: Final = "(A command was left out here: it names what was not in the question.)"

MOST_FINDINGS: Final = 10
_READ: Final = 8192  # characters of a text that are looked at
_ANSI: Final = re.compile(r"\x1b\[[0-9;?]{0,32}[A-Za-z]")
_KIND: Final = re.compile(r"[a-z][a-z0-9]{1,39}")
_KINDS: Final = {
    "account_namespace": "namespace",
    "certificate": "certificate",
    "claim": "persistentvolumeclaim",
    "configmap": "configmap",
    "container": "container",
    "deployment": "deployment",
    "driver": "csidriver",
    "gateway": "gateway",
    "gateway_class": "gatewayclass",
    "host": "host",
    "ingress": "ingress",
    "ingress_class": "ingressclass",
    "issuer": "issuer",
    "job": "job",
    "node": "node",
    "pod": "pod",
    "priority_class": "priorityclass",
    "pull_secret": "secret",
    "quota": "resourcequota",
    "release": "release",
    "replicaset": "replicaset",
    "repository": "image",
    "role": "role",
    "secret": "secret",
    "service": "service",
    "serviceaccount": "serviceaccount",
    "statefulset": "statefulset",
    "storage_class": "storageclass",
    "volume": "volume",
    "webhook": "webhook",
}
"""The facts that hold a name, and of what."""

Hidden = Callable[[str], str]


class Allowed:
    """What may leave: facts that a playbook tells, and at `strict` the words that the playbooks are written in.

    A fact that no playbook has a place for stays, so that nothing leaves only because somebody added it.
    """

    def __init__(self, plugins: Plugins) -> None:
        templates = [text for playbook in plugins.playbooks for text in _templates(playbook)]
        fields = (name for text in templates for name in _fields(text))
        self.facts: frozenset[str] = frozenset(fields) | _KINDS.keys()
        self.vocabulary: frozenset[str] = WORDS | words_in(templates)


def names_in(brief: Brief, known: Names | None = None) -> Names:
    """What the brief is known to name, over the names that are known already."""
    names = known.child() if known else Names()
    problem = brief.problem
    refs = [ObjectRef(kind=problem.kind, name=problem.name, namespace=problem.namespace), *problem.members]
    refs += [ObjectRef(kind=one.kind, name=one.name, namespace=one.namespace) for one in problem.symptoms]
    refs += [ref for finding in problem.findings for ref in (finding.ref, finding.owner, finding.culprit) if ref]
    for ref in refs if problem.culprit is None else [*refs, problem.culprit]:
        _add_object(names, ref)
    _, _, parent = problem.parent_object.partition("/")
    names.add(parent, _kind(problem.parent_object.partition("/")[0]))
    for evidence in (problem.evidence, *(finding.evidence for finding in problem.findings)):
        _add_facts(names, evidence)
    for word in (word for finding in problem.findings for word in finding.sensitive):
        if not names.kind_of(word):
            names.add_image(word) if "/" in word or ":" in word else names.add(word, "name", weak=True)
    return names


def disclosed(brief: Brief, masker: Masker, facts: Collection[str]) -> Brief:
    """The brief as it leaves. Of the problem: what it is about, and each finding's code, severity, words and facts."""

    def hidden(text: str) -> str:
        return masker.mask(plain_text(text))

    problem = brief.problem
    return Brief(
        problem=Problem(
            kind=hidden(problem.kind),
            name=hidden(problem.name),
            namespace=hidden(problem.namespace),
            parent_object=hidden(problem.parent_object),
            errors=[ProblemError(text=hidden(error.text)) for error in problem.errors[:MOST_FINDINGS]],
            severity=problem.severity,
            code=problem.code,
            findings=[_finding(finding, hidden, facts) for finding in problem.findings[:MOST_FINDINGS]],
        ),
        playbook=retold(brief.playbook, hidden),
        logs=tuple(hidden(line) for line in brief.logs),
    )


def revealed(solution: Solution, masker: Masker) -> Solution:
    """The answer with real names. A command with a pseudonym that was never given is left out."""
    steps = [
        msgspec.structs.replace(step, command="", description=f"{step.description} {MADE_UP}")
        if masker.made_up(step.command)
        else step
        for step in solution.remediation_steps
    ]
    return retold(msgspec.structs.replace(solution, remediation_steps=steps), masker.unmask)


def retold(solution: Solution, told: Callable[[str], str]) -> Solution:
    """The same solution, each of its texts told otherwise."""
    return msgspec.structs.replace(
        solution,
        solution_summary=told(solution.solution_summary),
        detailed_solution=told(solution.detailed_solution),
        remediation_steps=[
            msgspec.structs.replace(
                step,
                description=told(step.description),
                command=told(step.command),
                expected_outcome=told(step.expected_outcome),
            )
            for step in solution.remediation_steps
        ],
        additional_notes=told(solution.additional_notes),
    )


def plain_text(text: str) -> str:
    """The text without credentials, and without invisible characters, which would hide a name from the masker."""
    return redact(INVISIBLE.sub("", _ANSI.sub("", text[:_READ])))


def _finding(finding: Finding, hidden: Hidden, facts: Collection[str]) -> Finding:
    return Finding(
        code=finding.code,
        kind=hidden(finding.kind),
        name=hidden(finding.name),
        namespace=hidden(finding.namespace),
        text=hidden(finding.text),
        severity=finding.severity,
        cause=hidden(finding.cause),
        evidence={
            key: hidden(value) if isinstance(value, str) else value
            for key, value in finding.evidence.items()
            if key in facts
        },
        parent=hidden(finding.parent),
    )


def _add_object(names: Names, ref: ObjectRef) -> None:
    if ref.kind == "Image":
        names.add_image(ref.name)
    else:
        names.add(ref.name, "host" if ref.kind == "Registry" else _kind(ref.kind))
    names.add(ref.namespace, "namespace")


def _add_facts(names: Names, evidence: Evidence) -> None:
    workload = _kind(str(evidence.get("workload_kind", "")))
    for key, value in evidence.items():
        if not isinstance(value, str):
            continue
        if key == "image":
            names.add_image(value)
        elif key in ("registry", "host"):
            names.add(value, key)
        else:
            kind = "namespace" if key.endswith("namespace") else workload if key == "workload" else _KINDS.get(key, "")
            names.add(value, kind) if kind else None


def _kind(kind: str) -> str:
    """A kind as it may stand at the head of a pseudonym."""
    lower = kind.lower()
    return lower if _KIND.fullmatch(lower) else "object"


def _templates(playbook: Playbook) -> Iterable[str]:
    yield from (playbook.summary, playbook.explanation)
    for step in playbook.steps:
        yield from (step.description, step.command, step.expected_outcome)


def _fields(template: str) -> Iterable[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(template) if name]
    except ValueError:
        return []
