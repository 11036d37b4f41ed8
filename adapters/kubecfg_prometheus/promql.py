"""PromQL from parts: whatever a value holds, it stays inside its own matcher."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

_METRIC: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_RE2_SPECIAL: Final = re.compile(r"([\\.+*?()|\[\]{}^$])")


class Operator(StrEnum):
    """How a label is compared. Prometheus anchors a regular expression at both ends."""

    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"


class Matcher(msgspec.Struct, frozen=True):
    """One condition on a label. `value` is plain text, or an RE2 expression for `MATCHES`: see `literal`."""

    label: str
    operator: Operator
    value: str


def string(value: str) -> str:
    """A double-quoted PromQL string that reads back as this value."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def literal(value: str) -> str:
    """An RE2 expression that matches this text alone."""
    return _RE2_SPECIAL.sub(r"\\\1", value)


def is_label(name: str) -> bool:
    """Whether Prometheus takes this as a label's name."""
    return _LABEL.fullmatch(name) is not None


def selector(metric: str, matchers: Sequence[Matcher]) -> str:
    """`metric{label="value",...}`. Raises `ValueError` for a name of a metric or label that is none."""
    if not _METRIC.fullmatch(metric):
        raise ValueError(f"not the name of a metric: {metric!r}")
    for matcher in matchers:
        if not is_label(matcher.label):
            raise ValueError(f"not the name of a label: {matcher.label!r}")
    inner = ",".join(f"{matcher.label}{matcher.operator}{string(matcher.value)}" for matcher in matchers)
    return f"{metric}{{{inner}}}"


def rate(vector: str, seconds: int) -> str:
    """The per-second increase of a counter over a window."""
    return f"rate({vector}[{int(seconds)}s])"


def total(vector: str) -> str:
    """The sum over all series."""
    return f"sum({vector})"
