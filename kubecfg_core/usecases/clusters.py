"""Onboard clusters, look at them, and let them go."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import msgspec

from kubecfg_core.clusters import Cluster, NewCluster
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import KubecfgError, UpstreamRefused, UpstreamTimeout
from kubecfg_core.grants import Access
from kubecfg_core.kinds.cluster import NAMESPACES, NODES
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.kube_gateway import KubeConnector
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.resources import RawList, ReadState
from kubecfg_core.usecases.accounts import require
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.fetching import read_kind
from kubecfg_core.usecases.reading import CredentialReads
from kubecfg_core.users import Role, User
from kubecfg_core.validation import checked

_CONCURRENT_CLUSTERS: Final = 16


class NodeCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many nodes of a cluster are ready. `error` says why they could not be counted."""

    ready: int = 0
    not_ready: int = 0
    total: int = 0
    error: str | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Onboarding:
    """How clusters are taken in.

    `operator_group` is the API group that tells that the operator is installed. `egress` says which addresses are none
    of a cluster, also where it is stored unseen.
    """

    operator_group: str = "core.k8sgpt.ai"
    fleet_deadline: float = 5.0
    egress: EgressPolicy = field(default_factory=EgressPolicy)


class Clusters:
    """The clusters of a user. Every method acts for that user alone."""

    def __init__(
        self,
        repo: ClusterRepo,
        outbox: Outbox,
        connector: KubeConnector,
        announcer: Announcer,
        options: Onboarding = Onboarding(),
        *,
        reads: CredentialReads | None = None,
    ) -> None:
        self._repo = repo
        self._outbox = outbox
        self._connector = connector
        self._announcer = announcer
        self._options = options
        self._reads = reads or CredentialReads()

    async def onboard(self, user: User, new: NewCluster, *, verify: bool = True) -> Cluster:
        """Check the cluster, then store it. With `verify=False` it is stored unseen.

        Raises `InvalidInput`, `AlreadyExists`, and `UpstreamError` where the cluster refuses or cannot be reached:
        then nothing is stored.
        """
        async with self._announcer.attempt("cluster.onboarded", user, cluster_name=new.cluster_name):
            require(user, Role.OPERATOR)
            checked(new)
            self._options.egress.check_literal(new.target.server_url)
            if verify:
                new = await self._seen(new)
            return await self._repo.add(
                user.id,
                new,
                lambda cluster: self._announcer.about(
                    "cluster.onboarded",
                    user,
                    cluster,
                    provider_name=cluster.provider_name,
                    verified=verify,
                    secure_tls=cluster.target.verify_tls,
                ),
            )

    async def all(self, user: User) -> list[Access]:
        """The user's clusters, and those that are shared with them."""
        return await self._repo.accessible(user.id, user.role)

    async def remove(self, user: User, cluster_id: int) -> Cluster:
        """Forget a cluster and its credential. Raises `NotFound`."""
        async with self._announcer.attempt("cluster.removed", user, cluster_id=cluster_id):
            require(user, Role.OPERATOR)
            return await self._repo.remove(
                user.id, cluster_id, lambda cluster: self._announcer.about("cluster.removed", user, cluster)
            )

    async def namespaces(self, user: User, cluster_id: int) -> tuple[Access, list[str]]:
        """The cluster and the names of the namespaces that the user may see. Raises `NotFound`, `UpstreamError`."""
        access = await self._repo.access(user.id, user.role, cluster_id)
        return access, access.allowed(await self._namespaces(access.cluster))

    async def select(self, user: User, cluster_id: int) -> tuple[Access, list[str]]:
        """Make the cluster the user's current one, and list its namespaces: if they can be had, and not otherwise."""
        access, names = await self.namespaces(user, cluster_id)
        return msgspec.structs.replace(access, cluster=await self._repo.select(user.id, cluster_id)), names

    async def credentials(self, user: User, cluster_name: str) -> Cluster:
        """The cluster with its credential, to its owner; leaves an audit record. Raises `NotFound`, `TooMany`."""
        async with self._announcer.attempt("cluster.credentials.read", user, cluster_name=cluster_name):
            require(user, Role.OPERATOR)
            self._reads.permit(user)
            cluster = await self._repo.find(user.id, cluster_name)
            await self._outbox.add(self._announcer.about("cluster.credentials.read", user, cluster))
            return cluster

    async def node_status(self, user: User) -> dict[str, NodeCount]:
        """Ready and not ready nodes by cluster name, of all clusters, within one deadline.

        A cluster that cannot be asked counts nothing and says why; it keeps no other waiting.
        """
        places = asyncio.Semaphore(_CONCURRENT_CLUSTERS)
        clusters = [access.cluster for access in await self.all(user)]
        deadline = asyncio.get_running_loop().time() + self._options.fleet_deadline

        async def count(cluster: Cluster) -> NodeCount:
            try:
                async with asyncio.timeout_at(deadline), places:
                    return await self._count_nodes(cluster)
            except TimeoutError:
                return NodeCount(error=UpstreamTimeout().message)
            except KubecfgError as error:
                return NodeCount(error=error.message)

        counts = await asyncio.gather(*(count(cluster) for cluster in clusters))
        return dict(zip(_keys(user, clusters), counts, strict=True))

    async def _seen(self, new: NewCluster) -> NewCluster:
        """The cluster after it was asked who it is."""
        async with self._connector.connect(new.target) as gateway:
            info = await gateway.info()
        installed = self._options.operator_group in info.groups
        return msgspec.structs.replace(new, is_operator_installed=installed, uid=info.uid)

    async def _count_nodes(self, cluster: Cluster) -> NodeCount:
        async with self._connector.connect(cluster.connectable()) as gateway:
            answer, nodes = await read_kind(gateway, NODES)
        _must_be_readable(answer, "nodes")
        ready = sum(node.ready for node in nodes)
        return NodeCount(ready=ready, not_ready=len(nodes) - ready, total=len(nodes))

    async def _namespaces(self, cluster: Cluster) -> list[str]:
        async with self._connector.connect(cluster.connectable()) as gateway:
            answer, namespaces = await read_kind(gateway, NAMESPACES)
        _must_be_readable(answer, "namespaces")
        return [namespace.name for namespace in namespaces]


def _keys(user: User, clusters: list[Cluster]) -> list[str]:
    """The clusters' names. A shared one whose name is taken has its id behind it: names are unique for each owner."""
    taken = {cluster.cluster_name for cluster in clusters if cluster.user_id == user.id}
    keys = []
    for cluster in clusters:
        key = cluster.cluster_name
        while cluster.user_id != user.id and key in taken:
            key = f"{key} (#{cluster.id})"
        taken.add(key)
        keys.append(key)
    return keys


def _must_be_readable(answer: RawList, what: str) -> None:
    """A list that is asked for by itself is an error where it is not readable."""
    if answer.state is not ReadState.LISTED:
        raise UpstreamRefused(f"The cluster does not let this credential list {what}: {answer.reason}", status=403)
