"""The port to what is remembered of logins that failed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from kubecfg_core.throttling import Limit


class LoginAttempts(ABC):
    """Counts attempts by key. It outlives the process, and a key is never dropped because there are many others.

    An attempt counts as failed from its beginning, so that a thousand at once are a thousand; one that succeeds is
    taken back. A key is forgotten an hour after its last attempt (`FORGOTTEN_AFTER`).
    """

    @abstractmethod
    async def begin(self, limits: Mapping[str, Limit]) -> float:
        """Count an attempt under each key, and give 0; or count none, and give the seconds until one may be made."""

    @abstractmethod
    async def settle(self, *, forget: Sequence[str] = (), take_back: Sequence[str] = ()) -> None:
        """Forget all failures under some keys; take this one attempt back, with its delay, under others."""
