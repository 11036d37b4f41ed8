"""The port to the credentials that end soon, whoever's they are, and to what was said of them."""

from abc import ABC, abstractmethod
from datetime import datetime

import msgspec

from kubecfg_core.events import Event


class Expiring(msgspec.Struct, frozen=True, kw_only=True):
    """A credential that ends: whose, of which cluster, and when (UTC). `user_id` is the owner's."""

    cluster_id: int
    user_id: int
    cluster_name: str
    expires_at: datetime


class Expiries(ABC):
    """Knows the end of each stored credential, without opening it, and the last warning that was given of it."""

    @abstractmethod
    async def due(self, *, until: datetime, days: int, limit: int) -> list[Expiring]:
        """Those that end by `until` and of which no warning of `days` days or fewer was given, the soonest first."""

    @abstractmethod
    async def announce(self, expiring: Expiring, *, days: int, event: Event) -> bool:
        """Note the warning and write its event, at once.

        False, and nothing is written, where another process was first, or the credential is another by now.
        """
