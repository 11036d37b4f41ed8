"""The real time, and the time at which a dump was taken."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kubecfg_core.ports.clock import Clock


class SystemClock(Clock):
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StoppedClock(Clock):
    """Always the same time: that of a dump, so that ages in it are what they were."""

    time: datetime

    def now(self) -> datetime:
        """The time it stopped at."""
        return self.time
