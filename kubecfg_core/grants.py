"""Sharing a cluster without its credential: what an owner grants, and what comes of it for one caller."""

from datetime import datetime

import msgspec

from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import InvalidInput, PermissionDenied
from kubecfg_core.users import Role


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One user's right to use a cluster of another's.

    `role` is the most that the user may do there. `namespaces` are those that the user may look into; None means all.
    `username` is the user's name at the issuer of their account, and `created_at` is UTC.
    """

    cluster_id: int
    user_id: int
    username: str
    issuer: str = ""
    role: Role
    namespaces: tuple[str, ...] | None = None
    created_at: datetime


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster as one caller may use it.

    `role` is the lower of the account's role and the grant's; the owner's is that of the account. `namespaces` is None
    where the caller may see all of them. `shared_by` is the owner's name, and None to the owner.
    """

    cluster: Cluster
    role: Role
    namespaces: frozenset[str] | None = None
    shared_by: str | None = None

    def allowed(self, names: list[str]) -> list[str]:
        """Those of the namespaces that the caller may see."""
        return names if self.namespaces is None else [name for name in names if name in self.namespaces]

    def one_namespace(self, namespace: str | None) -> str | None:
        """The namespace to look into; None means the whole cluster.

        Raises `PermissionDenied` for one outside of the grant, `InvalidInput` where a grant for several leaves it open.
        """
        if self.namespaces is None or namespace in self.namespaces:
            return namespace
        granted = sorted(self.namespaces)
        if namespace is not None:
            raise PermissionDenied(f"Of this cluster you may see the namespaces {', '.join(granted)}.")
        if len(granted) == 1:
            return granted[0]
        raise InvalidInput(f"namespace: of this cluster you may see {', '.join(granted)}; name one of them.")
