"""How a finding is worded: one shape for all analyzers, bounded messages, times that people read."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from kubecfg_analyzers.culprits import culprit_of
from kubecfg_core import Finding, KubeObject, ObjectRef, Resource, Severity

DOCS: Final = "https://kubernetes.io/docs/"
ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
CRITICAL: Final = Severity.CRITICAL
SETTLING: Final = timedelta(seconds=15)

_LONGEST_MESSAGE: Final = 300
_NAMES: Final = frozenset(
    {"image", "registry", "secret", "configmap", "claim", "storage_class", "service", "ingress_class"}
    | {"host", "node", "workload", "serviceaccount", "pull_secret", "volume", "pod", "other_name", "quota", "webhook"}
    | {"claim_namespace", "other_namespace", "replicaset", "certificate", "nearest"}
    | {"role", "priority_class", "driver", "account_namespace", "pod_namespace"}
)
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))

Facts = Mapping[str, str | int | None]


def found(
    resource: Resource[Any],
    item: KubeObject,
    code: str,
    text: str,
    *,
    severity: Severity = ERROR,
    cause: str = "",
    doc: str = "",
    parent: str = "",
    facts: Facts | None = None,
    names: Iterable[str] = (),
    culprit: ObjectRef | None = None,
) -> Finding:
    """A finding about one object.

    `doc` is a path below `DOCS`. Facts that are `None` or empty are left out of the evidence; those that name
    something of the owner's are listed as sensitive, with the object's own name and any other `names` in the words.
    `culprit` may be left out where the table in `culprits` tells it.
    """
    evidence = {key: value for key, value in (facts or {}).items() if value is not None and value != ""}
    named = [item.name, item.namespace, parent.partition("/")[2]]
    named += [str(value) for key, value in evidence.items() if key in _NAMES]
    named += names
    return Finding(
        code=code,
        kind=resource.kind,
        name=item.name,
        namespace=item.namespace,
        text=text,
        severity=severity,
        cause=cause,
        doc=f"{DOCS}{doc}",
        evidence=dict(evidence),
        parent=parent,
        sensitive=tuple(dict.fromkeys(word for word in named if word)),
        culprit=culprit or culprit_of(code, item.namespace, evidence),
    )


def clip(message: str, longest: int = _LONGEST_MESSAGE) -> str:
    """Somebody else's message on one line, of a bounded length."""
    line = " ".join(message[: 4 * longest].split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def sentence(message: str) -> str:
    """A message, clipped, that ends like a sentence."""
    line = clip(message)
    return line if not line or line[-1] in ".!?…" else f"{line}."


def elapsed(now: datetime, since: datetime | None) -> timedelta | None:
    """How long ago that was; `None` where it is not known. A time without a zone is taken as UTC."""
    if since is None:
        return None
    return _zoned(now) - _zoned(since)


def _zoned(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def older(now: datetime, since: datetime | None, limit: timedelta) -> bool:
    """Whether that was longer ago than the limit; no when it is not known."""
    age = elapsed(now, since)
    return age is not None and age > limit


def settling(now: datetime, since: datetime | None) -> bool:
    """Whether that is so new that what belongs to it may still be on its way, or was made after its list was read.

    No where it is not known, or where the other clock is far ahead.
    """
    age = elapsed(now, since)
    return age is not None and abs(age) < SETTLING


def minutes(now: datetime, since: datetime | None) -> int | None:
    """Whole minutes since then; `None` where it is not known."""
    age = elapsed(now, since)
    return None if age is None else max(0, int(age.total_seconds() // 60))


def span(age: timedelta | None) -> str:
    """`3 days`, `1 hour`, `5 minutes`, `less than a minute`; empty where it is not known."""
    if age is None:
        return ""
    seconds = abs(int(age.total_seconds()))
    for length, unit in _UNITS:
        if seconds >= length:
            return counted(seconds // length, unit)
    return "less than a minute"


def span_since(now: datetime, since: datetime | None) -> str:
    """How long ago that was, in words; `some time` where it is not known."""
    return span(elapsed(now, since)) or "some time"


def counted(number: int, noun: str) -> str:
    """`1 pod`, `2 pods`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(words: Iterable[str], most: int = 5) -> str:
    """`a, b, c`, with no more than `most` of them."""
    every = list(words)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def nearest(name: str, names: Iterable[str]) -> str:
    """The most similar of the names; empty where none is similar. Looks at a thousand at most."""
    return _nearest(name, tuple(islice(names, 1000)))


@lru_cache(maxsize=64)  # the pods of a workload all miss the same
def _nearest(name: str, names: tuple[str, ...]) -> str:
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.6)), "")


def suggestion(name: str) -> str:
    """` Did you mean "x"?`, or nothing."""
    return f' Did you mean "{name}"?' if name else ""


def first_group(pattern: str, text: str) -> str:
    """What the pattern's first group matches in the text; empty where it does not."""
    match = re.search(pattern, text)
    return match.group(1) if match else ""
