"""What an analyzer finds, and the problems that an answer shows."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from kubecfg_core.naming import Names
from kubecfg_core.resources import KindState, Unreadable
from kubecfg_core.solutions import Solution

Evidence = dict[str, str | int | float | bool]

WORKLOADS: Final = frozenset(
    {"CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"}
)
"""The kinds that make pods."""


class Severity(StrEnum):
    """How bad: `critical` serves nobody, `error` is broken, `warning` will be or is in part."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 for the worst: sorts the worst first."""
        return _RANKS[self]


_RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class ObjectRef(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """An object by its name, whether it exists or not; `namespace` is empty for a cluster-scoped one.

    `kind` may also be what is no object of the cluster: `CNI` (the pod network of a node), `Image`, `Registry` (a
    host), `Signer` (of certificates) or `Webhook`.
    """

    kind: str
    name: str
    namespace: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check that failed on one object: what an analyzer yields.

    `code` is stable (`pod.crashloop`) and finds the playbook. `text` is one sentence with the observed values, `cause`
    one more with what is behind it, where the objects tell. `evidence` holds the facts that a playbook fills in:
    container, image, port... `doc` is a link. `parent` is the workload that the object belongs to (`Deployment/api`).
    `sensitive` lists the words in `text` and `cause` that name something of the owner's (an object, a host, an image).
    `culprit` is what is behind it, where that is another object than this one: the Secret that is missing, the node
    that is not ready, the pod that keeps the Service from serving. Findings that lead to one culprit are one problem.
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
    culprit: ObjectRef | None = None

    @property
    def ref(self) -> ObjectRef:
        """The object that it is about."""
        return ObjectRef(kind=self.kind, name=self.name, namespace=self.namespace)

    @property
    def owner(self) -> ObjectRef:
        """The workload that the object belongs to, or the object itself."""
        kind, _, name = self.parent.partition("/")
        return ObjectRef(kind=kind, name=name, namespace=self.namespace) if name else self.ref


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


class Symptom(msgspec.Struct, frozen=True, kw_only=True):
    """What a cause makes look bad: a finding that was folded under it, in short."""

    kind: str
    namespace: str
    name: str
    code: str
    text: str


class BlastRadius(msgspec.Struct, frozen=True, kw_only=True):
    """How many objects of each sort, and how many namespaces, a cause is known to hurt."""

    pods: int = 0
    workloads: int = 0
    services: int = 0
    namespaces: int = 0


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename={"parent_object": "parentObject"}):
    """A cause and what suffers from it; where nothing is folded, an object with something wrong.

    The documented fields come first, then those of the finding that tells of the cause. `findings` are all that belong
    to it, that one first, then worst first. `id` is the same in every run as long as the cause is. `culprit` is what is
    behind it, where that is another object; `members` are the objects that have the trouble itself (the ten pods of a
    Deployment), `symptoms` all that looks bad because of it. The last two are empty where nothing is folded.
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
    id: str = ""
    culprit: ObjectRef | None = None
    members: list[ObjectRef] = []
    symptoms: list[Symptom] = []
    blast_radius: BlastRadius = BlastRadius()


class SolvedProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem and what to do about it."""

    problem: Problem
    solution: Solution


class AnalyzerFailure(msgspec.Struct, frozen=True, kw_only=True):
    """An analyzer that raised: its results are missing, and the answer says so."""

    analyzer: str
    reason: str


class AnalyzerTrace(msgspec.Struct, frozen=True, kw_only=True):
    """What one analyzer cost and gave: the kinds that it read, and its time.

    `requests`, `bytes` (decompressed) and `objects` are those of its kinds; who reads the same kinds shares them.
    """

    analyzer: str
    kinds: list[str]
    requests: int
    bytes: int
    objects: int
    milliseconds: float
    findings: int


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a cluster gave. `objects` counts what was read; `taken_at` is UTC.

    `kinds` has the state of every kind that was asked for, `trace` a line for each analyzer. `hygiene` is what is well
    and could be better, one entry a finding, where that was asked for, and so are the `names` of what was read.
    """

    namespace: str | None
    analyzed_resource_types: list[str]
    problems: list[Problem]
    unreadable: list[Unreadable]
    failures: list[AnalyzerFailure]
    notes: list[str]
    objects: int
    taken_at: datetime
    kinds: list[KindState] = []
    trace: list[AnalyzerTrace] = []
    hygiene: list[Problem] = []
    names: Names | None = None


def to_problems(findings: Iterable[Finding]) -> list[Problem]:
    """One problem an object, worst first, then by kind, namespace and name: the same order for the same findings."""
    by_object: dict[ObjectRef, list[Finding]] = {}
    for finding in findings:
        by_object.setdefault(finding.ref, []).append(finding)
    return ordered(_to_problem(sorted(group, key=finding_order)) for group in by_object.values())


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Worst first, then by kind, namespace, name and code."""
    return sorted(problems, key=lambda p: (p.severity.rank, p.kind, p.namespace, p.name, p.code, p.id))


def finding_order(finding: Finding) -> tuple[int, str, str, str, str]:
    """Worst first, then in an order that does not change from one run to the next."""
    return (finding.severity.rank, finding.code, finding.namespace, finding.name, finding.text)


def problem_id(*parts: str) -> str:
    """A short name for what these parts tell apart: the same in every run and on every machine."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def blast_radius(findings: Iterable[Finding]) -> BlastRadius:
    """What the findings are about, counted."""
    refs = {ref for finding in findings for ref in (finding.ref, finding.owner)}
    return BlastRadius(
        pods=sum(ref.kind == "Pod" for ref in refs),
        workloads=sum(ref.kind in WORKLOADS for ref in refs),
        services=sum(ref.kind == "Service" for ref in refs),
        namespaces=len({ref.namespace for ref in refs if ref.namespace}),
    )


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
        id=problem_id(worst.code, worst.kind, worst.namespace, worst.name),
        culprit=worst.culprit,
        blast_radius=blast_radius(findings),
    )
