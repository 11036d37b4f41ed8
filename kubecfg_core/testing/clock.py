"""A clock that tests set."""

from datetime import UTC, datetime, timedelta

from kubecfg_core.ports.clock import Clock


class FakeClock(Clock):
    """Stands still until it is set or advanced."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2024, 1, 15, 10, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """The time that was set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Make it this time, given with its zone."""
        self._now = now.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Let that much time pass."""
        self._now += timedelta(seconds=seconds)
