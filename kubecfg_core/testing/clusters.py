"""The clusters in memory."""

import builtins
import hashlib
from itertools import count

import msgspec

from kubecfg_core.clusters import Cluster, ClusterChanges, ClusterTarget, CredentialState, NewCluster
from kubecfg_core.errors import AlreadyExists, NotFound
from kubecfg_core.expiry import expiry_of
from kubecfg_core.grants import Access, Grant
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.cluster_repo import Announce, ClusterRepo
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.users import InMemoryUsers
from kubecfg_core.users import Role


class InMemoryClusters(ClusterRepo):
    """Keeps the clusters in a dictionary, credentials as they are, and writes its events to the outbox it is given.

    Ids start at 1 and are never given twice. It does not ask whether the user exists; `users` give the names of those
    who share a cluster. `granted` is what `InMemoryGrants` keeps, by the ids of cluster and user.
    """

    def __init__(
        self, *, clock: Clock, outbox: InMemoryOutbox | None = None, users: InMemoryUsers | None = None
    ) -> None:
        self.clock = clock
        self.outbox = outbox or InMemoryOutbox()
        self.users = users or InMemoryUsers(clock=clock)
        self.granted: dict[tuple[int, int], Grant] = {}
        self._chosen: dict[int, int] = {}
        self._clusters: dict[int, Cluster] = {}
        self._ids = count(1)

    async def add(self, user_id: int, new: NewCluster, announce: Announce) -> Cluster:
        """Store a new cluster."""
        if self._named(user_id, new.cluster_name):
            raise AlreadyExists(f"There is already a cluster named {new.cluster_name!r}.")
        now = self.clock.now()
        target = msgspec.structs.replace(new.target, name=new.cluster_name)
        cluster = Cluster(
            id=next(self._ids),
            user_id=user_id,
            cluster_name=new.cluster_name,
            target=target,
            context_name=new.context_name,
            provider_name=new.provider_name,
            tags=new.tags,
            is_operator_installed=new.is_operator_installed,
            created_at=now,
            updated_at=now,
            uid=new.uid,
            llm_privacy=new.llm_privacy,
            credential_expires_at=expiry_of(target),
            credential_fingerprint=_fingerprint(target),
        )
        self.outbox.write(announce(cluster))
        self._clusters[cluster.id] = cluster
        return cluster

    async def list(self, user_id: int) -> builtins.list[Cluster]:
        """The user's clusters."""
        return [self._shown(user_id, cluster) for cluster in self._clusters.values() if cluster.user_id == user_id]

    def everybodys(self) -> builtins.list[Cluster]:
        """Every cluster, whoever's it is."""
        return [*self._clusters.values()]

    async def get(self, user_id: int, cluster_id: int) -> Cluster:
        """One cluster."""
        cluster = self._clusters.get(cluster_id)
        if cluster is None or cluster.user_id != user_id:
            raise NotFound("There is no such cluster.")
        return self._shown(user_id, cluster)

    async def access(self, user_id: int, account_role: Role, cluster_id: int) -> Access:
        """One cluster, as this user may use it."""
        found = [one for one in await self.accessible(user_id, account_role) if one.cluster.id == cluster_id]
        if not found:
            raise NotFound("There is no such cluster.")
        return found[0]

    async def accessible(self, user_id: int, account_role: Role) -> builtins.list[Access]:
        """Every cluster that this user may use."""
        found = []
        for cluster in self._clusters.values():
            grant = self.granted.get((cluster.id, user_id))
            shown = self._shown(user_id, cluster)
            if cluster.user_id == user_id:
                found.append(Access(cluster=shown, role=account_role))
            elif grant is not None:
                found.append(
                    Access(
                        cluster=shown,
                        role=account_role.at_most(grant.role),
                        namespaces=None if grant.namespaces is None else frozenset(grant.namespaces),
                        shared_by=await self._name(cluster.user_id),
                    )
                )
        return found

    async def outline(self, user_id: int, cluster_id: int) -> Cluster:
        """The same as `get`: here every credential can be read."""
        return await self.get(user_id, cluster_id)

    async def find(self, user_id: int, cluster_name: str) -> Cluster:
        """One cluster by its name."""
        cluster = self._named(user_id, cluster_name)
        if cluster is None:
            raise NotFound("There is no such cluster.")
        return self._shown(user_id, cluster)

    async def remove(self, user_id: int, cluster_id: int, announce: Announce) -> Cluster:
        """Forget a cluster."""
        cluster = await self.get(user_id, cluster_id)
        self.outbox.write(announce(cluster))
        del self._clusters[cluster_id]
        self.granted = {key: grant for key, grant in self.granted.items() if grant.cluster_id != cluster_id}
        return cluster

    async def change(self, user_id: int, cluster_id: int, changes: ClusterChanges, announce: Announce) -> Cluster:
        """Write what is given."""
        before = await self.get(user_id, cluster_id)
        named = self._named(user_id, changes.cluster_name or before.cluster_name)
        if named and named.id != cluster_id:
            raise AlreadyExists(f"There is already a cluster named {changes.cluster_name!r}.")
        given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not None}
        target = msgspec.structs.replace(
            changes.target or before.target, name=changes.cluster_name or before.cluster_name
        )
        cluster = msgspec.structs.replace(
            before,
            **given
            | {"target": target, "updated_at": self.clock.now()}
            | ({} if changes.target is None else {"credential_state": CredentialState.READABLE})
            | {"credential_expires_at": expiry_of(target), "credential_fingerprint": _fingerprint(target)},
        )
        self.outbox.write(announce(cluster))
        self._clusters[cluster_id] = cluster
        return cluster

    async def select(self, user_id: int, cluster_id: int) -> Cluster:
        """Make it the user's current one."""
        await self.access(user_id, Role.VIEWER, cluster_id)
        self._chosen[user_id] = cluster_id
        return self._shown(user_id, self._clusters[cluster_id])

    def _shown(self, user_id: int, cluster: Cluster) -> Cluster:
        return msgspec.structs.replace(cluster, selected=self._chosen.get(user_id) == cluster.id)

    async def _name(self, user_id: int) -> str:
        try:
            return (await self.users.get(user_id)).username
        except NotFound:
            return ""

    def _named(self, user_id: int, cluster_name: str) -> Cluster | None:
        mine = (cluster for cluster in self._clusters.values() if cluster.user_id == user_id)
        return next((cluster for cluster in mine if cluster.cluster_name == cluster_name), None)


def _fingerprint(target: ClusterTarget) -> str:
    secret = target.token or target.tls_key
    return hashlib.sha256(secret.reveal().encode()).hexdigest()[:16] if secret else ""
