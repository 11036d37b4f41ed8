"""The scheduler's message, taken apart: how many nodes it turned down for which reason."""

import re
from dataclasses import dataclass
from typing import Final

_TOTAL: Final = re.compile(r"\b0/(\d{1,6}) nodes are available")
_PART: Final = re.compile(r"(?:^|[:,] )(\d{1,6}) (.+?)(?=, \d{1,6} |\. |\.?$)")
_PREEMPTION: Final = re.compile(r"\.? ?(no new claims to deallocate,? ?)?preemption: .*$", re.DOTALL)
_CLASSES: Final = (
    ("resources", re.compile(r"Insufficient (?P<what>\S+)|Too many (?P<pods>pods)")),
    ("nodes", re.compile(r"were unschedulable|taint \{node\.kubernetes\.io/|not ready|unreachable|pressure")),
    ("taint", re.compile(r"taint")),
    ("pod_affinity", re.compile(r"pod (?:anti-)?affinity|anti-affinity", re.IGNORECASE)),
    ("volume", re.compile(r"olume|PersistentVolumeClaim|persistentvolumeclaim")),
    ("node_affinity", re.compile(r"node affinity|node selector|node\(s\) didn't match Pod's node", re.IGNORECASE)),
    ("topology", re.compile(r"topology spread")),
    ("ports", re.compile(r"free ports|host ?port", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """Nodes that were turned down for one reason: how many, the class of reason, and its words."""

    count: int
    kind: str
    text: str
    lacking: str = ""


def parse(message: str) -> tuple[int, list[Predicate]]:
    """The number of nodes, and the reasons. What says nothing of counts is one reason for all nodes."""
    body = _PREEMPTION.sub("", message[:4000])
    match = _TOTAL.search(body)
    total = int(match[1]) if match else 0
    rest = body[match.end() :] if match else body
    parts = [_predicate(int(count), text) for count, text in _PART.findall(rest.strip())]
    whole = _predicate(total, rest.strip(" :."))
    return total, parts or ([whole] if whole.text else [])


def _predicate(count: int, text: str) -> Predicate:
    for kind, pattern in _CLASSES:
        found = pattern.search(text)
        if found is not None:
            lacking = next((word for word in found.groupdict().values() if word), "") if found.groupdict() else ""
            return Predicate(count, kind, text.strip(), lacking.rstrip(".,"))
    return Predicate(count, "", text.strip())
