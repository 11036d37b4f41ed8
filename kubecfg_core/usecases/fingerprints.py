"""What tells one question to a language model from another, for the answers that are kept."""

import hashlib
import re
from typing import Any, Final

import msgspec

from kubecfg_core.ports.llm import Brief
from kubecfg_core.problems import Evidence, Finding

# They grow while nothing changes: a question is not another one because it is asked a minute later.
_GROWING: Final = frozenset({"count", "minutes", "restarts", "seconds"})
_FIGURE: Final = re.compile(r"\d+")


def fingerprint(brief: Brief, version: str) -> str:
    """A key for the answer to a brief by a model of that `version`: SHA-256 in hexadecimal digits.

    Two briefs have the same where they are about the same checks on the same object, with the same evidence. Figures
    that grow by themselves do not count, and neither do log lines and whole sentences' figures: they tell the time.
    """
    problem = brief.problem
    about = [problem.kind, problem.namespace, problem.name, problem.parent_object, problem.code]
    findings = sorted((_told(finding) for finding in problem.findings), key=repr)
    document = msgspec.json.encode([version, about, findings], order="sorted")
    return hashlib.sha256(document).hexdigest()


def _told(finding: Finding) -> list[Any]:
    return [finding.code, finding.severity, finding.kind, finding.namespace, finding.name, _steady(finding.evidence)]


def _steady(evidence: Evidence) -> Evidence:
    return {
        key: _FIGURE.sub("#", value) if isinstance(value, str) and " " in value else value
        for key, value in evidence.items()
        if key not in _GROWING
    }
