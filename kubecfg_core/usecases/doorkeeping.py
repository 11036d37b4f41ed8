"""Let nobody try passwords without end: attempts are counted for each account and each address."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil

from kubecfg_core.audit import origin
from kubecfg_core.errors import KubecfgError, TooMany, Unauthenticated
from kubecfg_core.ports.login_attempts import LoginAttempts
from kubecfg_core.throttling import ACCOUNT, ADDRESS, Limit, network_of


class Doorkeeper:
    """Makes logins wait after those that failed. The address is the origin's; where it has none the account counts."""

    def __init__(self, attempts: LoginAttempts, *, account: Limit = ACCOUNT, address: Limit = ADDRESS) -> None:
        self._attempts = attempts
        self._account = account
        self._address = address

    @asynccontextmanager
    async def attempt(self, username: str) -> AsyncIterator[None]:
        """Around the check of a password: one that raises `Unauthenticated` counts as failed.

        Raises `TooMany` instead where it is too early, of a name that nobody has just as of one that somebody has.
        """
        address = origin.get().address
        account, network = _account_key(username), f"address:{network_of(address)}"
        limits = {account: self._account} | ({network: self._address} if address else {})
        wait = await self._attempts.begin(limits)
        if wait > 0:
            raise TooMany(f"Too many logins have failed; try again in {ceil(wait)} s.", retry_after=wait)
        try:
            yield
        except Unauthenticated:
            raise
        except KubecfgError:  # nothing was tried: no thread was free, say
            await self._attempts.settle(take_back=list(limits))
            raise
        # The address is not forgiven: whoever has one account could try those of others without end.
        await self._attempts.settle(forget=[account], take_back=[network] if address else [])


def _account_key(username: str) -> str:
    """A digest: what was typed for a name may be a password."""
    return f"account:{hashlib.sha256(username.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
