"""Usage over time: what is asked for and what comes back."""

import re
from datetime import datetime
from enum import StrEnum

import msgspec


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
