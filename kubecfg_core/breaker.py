"""A circuit breaker: what fails again and again is left alone for a while, and then tried once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from kubecfg_core.errors import UpstreamError, UpstreamUnreachable
from kubecfg_core.ports.clock import Clock

FAILURES: Final = 5
PAUSE: Final = 30.0


class LeftAlone(UpstreamUnreachable):
    """It failed too often, and is not asked for now."""


class Breaker:
    """Opens after so many `failures` in a row, for `pause` seconds. Then one call is let through to see.

    Where that one succeeds all are let through again; where it fails, the next pause begins. `name` begins the
    sentence of the error.
    """

    def __init__(self, name: str, *, clock: Clock, failures: int = FAILURES, pause: float = PAUSE) -> None:
        self._name = name
        self._clock = clock
        self._most = failures
        self._pause = timedelta(seconds=pause)
        self._failures = 0
        self._until: datetime | None = None
        self._trying = False

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Let the block through, and learn from how it ends: an `UpstreamError` is a failure.

        Raises `LeftAlone` while it is open. What ends the block otherwise (a deadline, say) teaches nothing.
        """
        trying = self._admit()
        try:
            yield
        except UpstreamError:
            self._failures += 1
            if trying or self._failures >= self._most:
                self._until = self._clock.now() + self._pause
            raise
        else:
            self._failures, self._until = 0, None
        finally:
            if trying:
                self._trying = False

    def _admit(self) -> bool:
        """Whether the call is the one that is let through to see."""
        if self._until is None:
            return False
        if self._trying or self._clock.now() < self._until:
            raise LeftAlone(
                f"{self._name} failed {self._failures} times in a row, so it is left alone until "
                f"{self._until:%H:%M:%S} UTC."
            )
        self._trying = True
        return True
