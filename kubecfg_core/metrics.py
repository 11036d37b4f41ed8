"""Usage over time: what is asked for and what comes back."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from kubecfg_core.errors import InvalidInput

MAX_POINTS: Final = 11_000


class Metric(StrEnum):
    """What is measured: `cpu` in cores, `memory` in bytes."""

    CPU = "cpu"
    MEMORY = "memory"


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Whose pods, in which namespace, over which time. `duration` and `step` are seconds; `end` is UTC."""

    username: str
    metric: Metric
    namespace: str
    duration: int
    step: int
    end: datetime


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The sum over the selected pods at one moment (UTC): cores for cpu, bytes for memory."""

    timestamp: datetime
    usage: float


def pod_words(username: str) -> str:
    """A user name as it can stand in a pod's name: lower case, other characters as dashes (`john-doe`)."""
    return re.sub(r"[^a-z0-9-]", "-", username.lower()).strip("-")


def belongs_to(pod: str, username: str) -> bool:
    """Whether a pod is the user's by its name: the user name stands in it between dashes or at an end."""
    words = pod_words(username)
    return bool(words) and f"-{words}-" in f"-{pod}-"


def check_range(query: UsageQuery) -> None:
    """Raise `InvalidInput` unless there is at least one step and at most `MAX_POINTS`: Prometheus gives no more."""
    if query.duration < 1 or query.step < 1:
        raise InvalidInput("duration and step: at least 1 second.")
    if query.duration // query.step + 1 > MAX_POINTS:
        raise InvalidInput(f"step: too small for that duration, the answer has at most {MAX_POINTS} points.")
