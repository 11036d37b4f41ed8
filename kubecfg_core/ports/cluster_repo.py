"""The port to the stored clusters: every method takes the owner, so nobody's list is filtered afterwards."""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable

from kubecfg_core.clusters import Cluster, ClusterChanges, NewCluster
from kubecfg_core.events import Event
from kubecfg_core.grants import Access
from kubecfg_core.users import Role

Announce = Callable[[Cluster], Event]


class ClusterRepo(ABC):
    """The clusters of each user. Credentials are sealed at rest.

    A change and the event that announces it are one transaction: both are kept, or neither.
    """

    @abstractmethod
    async def add(self, user_id: int, new: NewCluster, announce: Announce) -> Cluster:
        """Store a new cluster. Raises `AlreadyExists` where the user has one of that name."""

    @abstractmethod
    async def list(self, user_id: int) -> builtins.list[Cluster]:
        """The user's clusters, in the order of their ids; those whose credential cannot be read are among them."""

    @abstractmethod
    async def get(self, user_id: int, cluster_id: int) -> Cluster:
        """One cluster. Raises `NotFound` where it is absent or another user's, granted or not: the same error."""

    @abstractmethod
    async def access(self, user_id: int, account_role: Role, cluster_id: int) -> Access:
        """One cluster that is the user's own or granted to them, and what they may do with it.

        Raises `NotFound`, the same error whether it is absent or neither. `selected` is the user's own choice.
        """

    @abstractmethod
    async def accessible(self, user_id: int, account_role: Role) -> builtins.list[Access]:
        """Every cluster that is the user's own or granted to them, in the order of their ids."""

    @abstractmethod
    async def find(self, user_id: int, cluster_name: str) -> Cluster:
        """One cluster by its name. Raises `NotFound`, and `NotConfigured` where its credential cannot be read."""

    @abstractmethod
    async def outline(self, user_id: int, cluster_id: int) -> Cluster:
        """One of the user's own clusters as the list has it, its credential readable or not. Raises `NotFound`."""

    @abstractmethod
    async def change(self, user_id: int, cluster_id: int, changes: ClusterChanges, announce: Announce) -> Cluster:
        """Write what is given, at once. Raises `NotFound`, and `AlreadyExists` where the name is another's."""

    @abstractmethod
    async def remove(self, user_id: int, cluster_id: int, announce: Announce) -> Cluster:
        """Forget a cluster and its credential; gives what it was. Raises `NotFound`."""

    @abstractmethod
    async def select(self, user_id: int, cluster_id: int) -> Cluster:
        """Make it the user's current one, the only one: their own, or one granted to them. Raises `NotFound`."""
