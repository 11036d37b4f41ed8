"""Usage over time: what is asked for and what comes back."""

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
