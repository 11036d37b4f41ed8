"""Share a cluster with other users, without its credential."""

from typing import Final

from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import InvalidInput, NotFound, PermissionDenied
from kubecfg_core.grants import Grant
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.grant_repo import GrantRepo
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.usecases.accounts import require
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.users import Role, User
from kubecfg_core.validation import check_namespace

_MAX_NAMESPACES: Final = 100


class Grants:
    """The grants on a user's own clusters. They hold from the next request on, and end with it too."""

    def __init__(self, grants: GrantRepo, clusters: ClusterRepo, users: UserRepo, announcer: Announcer) -> None:
        self._grants = grants
        self._clusters = clusters
        self._users = users
        self._announcer = announcer

    async def all(self, user: User, cluster_id: int) -> list[Grant]:
        """The grants on one of the user's own clusters. Raises `NotFound`."""
        return await self._grants.list(user.id, cluster_id)

    async def put(
        self,
        user: User,
        cluster_id: int,
        username: str,
        *,
        role: Role,
        namespaces: tuple[str, ...] | None = None,
        issuer: str = "",
    ) -> Grant:
        """Let another user use the cluster, or change what they may do there; `namespaces` None means all.

        Raises `NotFound` (the cluster, then the user), `PermissionDenied` (a role above the owner's), `InvalidInput`.
        """
        async with self._announcer.attempt("cluster.granted", user, cluster_id=cluster_id, grantee=username) as attempt:
            require(user, Role.OPERATOR)
            cluster = await self._clusters.get(user.id, cluster_id)
            attempt.knows(subject=cluster)
            if not user.role.covers(role):
                raise PermissionDenied(f"role: you cannot grant {role}; yours is {user.role}.")
            granted = _checked(namespaces)
            grantee = await self._grantee(user, username, issuer)
            event = self._announcer.about(
                "cluster.granted",
                user,
                cluster,
                grantee=grantee.username,
                grantee_id=grantee.id,
                granted_role=role.value,
                namespaces=list(granted) if granted else None,
            )
            return await self._grants.put(user.id, cluster_id, grantee.id, role=role, namespaces=granted, event=event)

    async def revoke(self, user: User, cluster_id: int, username: str, *, issuer: str = "") -> tuple[Cluster, Grant]:
        """Take a grant back. Raises `NotFound`: the cluster, or the grant."""
        async with self._announcer.attempt("cluster.revoked", user, cluster_id=cluster_id, grantee=username) as attempt:
            require(user, Role.OPERATOR)
            cluster = await self._clusters.get(user.id, cluster_id)
            attempt.knows(subject=cluster)
            grantee = await self._users.find(username, issuer=issuer)
            if grantee is None:
                raise NotFound(f"The cluster is not shared with {username!r}.")
            event = self._announcer.about(
                "cluster.revoked", user, cluster, grantee=grantee.username, grantee_id=grantee.id
            )
            return cluster, await self._grants.remove(user.id, cluster_id, grantee.id, event)

    async def _grantee(self, user: User, username: str, issuer: str) -> User:
        grantee = await self._users.find(username, issuer=issuer)
        if grantee is None:
            raise NotFound(f"There is no user {username!r}.")
        if grantee.id == user.id:
            raise InvalidInput("username: the cluster is yours already.")
        return grantee


def _checked(namespaces: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Without repetitions, in order. Raises `InvalidInput` for none at all, too many, or what is no namespace."""
    if namespaces is None:
        return None
    for namespace in namespaces:
        check_namespace(namespace)
    granted = tuple(sorted(set(namespaces)))
    if not 1 <= len(granted) <= _MAX_NAMESPACES:
        raise InvalidInput(f"namespaces: 1 to {_MAX_NAMESPACES} are needed; leave it out, or null, for all of them.")
    return granted
