"""Who may read a stored credential back, and how often."""

import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from kubecfg_core.errors import PermissionDenied, TooMany
from kubecfg_core.users import Role, User


class CredentialRead(StrEnum):
    """Who may: nobody, the cluster's owner, or the owner only where they are an admin."""

    OFF = "off"
    OWNER = "owner"
    ADMIN = "admin"


class CredentialReads:
    """Permits a read to an owner who may, and no more than `most` of them `within` so many seconds.

    The limit holds for each user and each process: it slows down whoever got hold of a token, it is no quota.
    """

    def __init__(
        self,
        mode: CredentialRead = CredentialRead.OWNER,
        *,
        most: int = 30,
        within: float = 60.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mode = mode
        self._most = most
        self._within = within
        self._now = now
        self._reads: dict[int, deque[float]] = {}

    def permit(self, user: User) -> None:
        """Count a read. Raises `PermissionDenied`, or `TooMany` that says when to come back."""
        if self._mode is CredentialRead.OFF:
            raise PermissionDenied("Stored credentials are not read back here (KUBECFG_CREDENTIAL_READ=off).")
        if self._mode is CredentialRead.ADMIN and not user.role.covers(Role.ADMIN):
            raise PermissionDenied("Only admins read their clusters' credentials here (KUBECFG_CREDENTIAL_READ=admin).")
        now = self._now()
        reads = self._reads.setdefault(user.id, deque())
        while reads and reads[0] <= now - self._within:
            reads.popleft()
        if len(reads) >= self._most:
            raise TooMany(
                f"No more than {self._most} credentials are read in {self._within:g} seconds.",
                retry_after=reads[0] + self._within - now,
            )
        reads.append(now)
