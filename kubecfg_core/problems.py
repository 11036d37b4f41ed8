"""What an analyzer finds, and the problems that an answer shows."""

from datetime import datetime
from enum import StrEnum

import msgspec

from kubecfg_core.resources import Unreadable
from kubecfg_core.solutions import Solution

Evidence = dict[str, str | int | float | bool]


class Severity(StrEnum):
    """How bad: `critical` serves nobody, `error` is broken, `warning` will be or is in part."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 for the worst: sorts the worst first."""
        return list(Severity).index(self)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check that failed on one object: what an analyzer yields.

    `code` is stable (`pod.crashloop`) and finds the playbook. `text` is one sentence with the observed values, `cause`
    one more with what is behind it, where the objects tell. `evidence` holds the facts that a playbook fills in:
    container, image, port... `doc` is a link. `parent` is the workload that the object belongs to (`Deployment/api`).
    `sensitive` lists the words in `text` and `cause` that name something of the owner's (an object, a host, an image).
    """

    code: str
    kind: str
    name: str
    namespace: str
    text: str
    severity: Severity
    cause: str = ""
    doc: str = ""
    evidence: Evidence = {}
    parent: str = ""
    sensitive: tuple[str, ...] = ()


class SensitivePair(msgspec.Struct, frozen=True, kw_only=True, rename={"unmasked": "Unmasked", "masked": "Masked"}):
    """A word that was masked before the LLM saw it, and its mask."""

    unmasked: str
    masked: str


class ProblemError(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"text": "Text", "kubernetes_doc": "KubernetesDoc", "sensitive": "Sensitive"},
):
    """One thing that is wrong with the object, in the documented shape."""

    text: str
    kubernetes_doc: str = ""
    sensitive: list[SensitivePair] = []


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename={"parent_object": "parentObject"}):
    """An object with something wrong: the documented fields, then those of its worst finding.

    `details` is for further words about the object; `findings` are all that was found on it, worst first.
    """

    kind: str
    name: str
    namespace: str
    errors: list[ProblemError]
    details: str = ""
    parent_object: str = ""
    severity: Severity
    code: str
    cause: str = ""
    evidence: Evidence = {}
    findings: list[Finding] = []


class SolvedProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem and what to do about it."""

    problem: Problem
    solution: Solution


class AnalyzerFailure(msgspec.Struct, frozen=True, kw_only=True):
    """An analyzer that raised: its results are missing, and the answer says so."""

    analyzer: str
    reason: str


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a cluster gave. `objects` counts what was read; `taken_at` is UTC."""

    namespace: str | None
    analyzed_resource_types: list[str]
    problems: list[Problem]
    unreadable: list[Unreadable]
    failures: list[AnalyzerFailure]
    notes: list[str]
    objects: int
    taken_at: datetime


def to_problems(findings: list[Finding]) -> list[Problem]:
    """One problem an object, worst first, then by kind, namespace and name: the same order for the same findings."""
    by_object: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        by_object.setdefault((finding.kind, finding.namespace, finding.name), []).append(finding)
    problems = [_to_problem(sorted(group, key=_finding_order)) for group in by_object.values()]
    return sorted(problems, key=lambda p: (p.severity.rank, p.kind, p.namespace, p.name))


def _finding_order(finding: Finding) -> tuple[int, str, str]:
    return (finding.severity.rank, finding.code, finding.text)


def _to_problem(findings: list[Finding]) -> Problem:
    worst = findings[0]
    return Problem(
        kind=worst.kind,
        name=worst.name,
        namespace=worst.namespace,
        errors=[ProblemError(text=finding.text, kubernetes_doc=finding.doc) for finding in findings],
        details=worst.cause,
        parent_object=next((finding.parent for finding in findings if finding.parent), ""),
        severity=worst.severity,
        code=worst.code,
        cause=worst.cause,
        evidence=worst.evidence,
        findings=findings,
    )
