"""What was spent, in memory."""

from collections import Counter
from datetime import date

from kubecfg_core.ports.token_budget import TokenBudget


class InMemoryTokenBudget(TokenBudget):
    """Keeps a number for each user and day."""

    def __init__(self) -> None:
        self._spent: Counter[tuple[int, date]] = Counter()

    async def reserve(self, user_id: int, day: date, tokens: int, *, limit: int) -> bool:
        """Count tokens, or none."""
        if self._spent[user_id, day] + tokens > limit:
            return False
        self._spent[user_id, day] += tokens
        return True

    async def settle(self, user_id: int, day: date, *, reserved: int, spent: int) -> None:
        """Put what was spent in place of what was reserved."""
        self._spent[user_id, day] = max(0, self._spent[user_id, day] + spent - reserved)

    async def spent(self, user_id: int, day: date) -> int:
        """The tokens of that day."""
        return self._spent[user_id, day]
