"""Login attempts in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.login_attempts import LoginAttempts
from kubecfg_core.throttling import FORGOTTEN_AFTER, Limit


class InMemoryLoginAttempts(LoginAttempts):
    """Keeps the failures, the last attempt and the end of the delay of each key in a dictionary."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._keys: dict[str, tuple[int, datetime, datetime]] = {}

    async def begin(self, limits: Mapping[str, Limit]) -> float:
        """Count an attempt, or say how long to wait."""
        now = self._clock.now()
        known = {key: self._keys[key] for key in limits if key in self._keys}
        wait = max((until - now).total_seconds() for _, _, until in known.values()) if known else 0.0
        if wait > 0:
            return wait
        for key, limit in limits.items():
            failures, last_at, _ = known.get(key, (0, now, now))
            failures = 1 if (now - last_at).total_seconds() > FORGOTTEN_AFTER else failures + 1
            self._keys[key] = (failures, now, now + timedelta(seconds=limit.delay(failures)))
        return 0.0

    async def settle(self, *, forget: Sequence[str] = (), take_back: Sequence[str] = ()) -> None:
        """Forget failures, or take one back."""
        for key in forget:
            self._keys.pop(key, None)
        for key in take_back:
            if key in self._keys:
                failures, last_at, _ = self._keys[key]
                self._keys[key] = (max(0, failures - 1), last_at, self._clock.now())
