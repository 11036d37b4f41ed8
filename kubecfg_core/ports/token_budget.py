"""The port to what users have spent on a language model."""

from abc import ABC, abstractmethod
from datetime import date


class TokenBudget(ABC):
    """Counts tokens by user and day (UTC). It outlives the process, and all replicas share it."""

    @abstractmethod
    async def reserve(self, user_id: int, day: date, tokens: int, *, limit: int) -> bool:
        """Count so many tokens as spent, and give true; or count none, where they would make more than `limit`.

        Of any number at once no more are let through than the limit has room for.
        """

    @abstractmethod
    async def settle(self, user_id: int, day: date, *, reserved: int, spent: int) -> None:
        """Put what was really spent in place of what was reserved. It may be more."""

    @abstractmethod
    async def spent(self, user_id: int, day: date) -> int:
        """The tokens of that day, those that are reserved among them."""
