"""The port to the time."""

from abc import ABC, abstractmethod
from datetime import datetime


class Clock(ABC):
    """Tells the time, so that tests can."""

    @abstractmethod
    def now(self) -> datetime:
        """The time now, in UTC, with its zone."""
