"""The port to the grants: every method takes the owner of the cluster, so nobody shares what is another's."""

from abc import ABC, abstractmethod

from kubecfg_core.events import Event
from kubecfg_core.grants import Grant
from kubecfg_core.users import Role


class GrantRepo(ABC):
    """Who may use whose cluster. What a grant is worth to its user is told by `ClusterRepo.access`.

    A change and the event that announces it are one transaction. Grants go with their cluster, and with their user.
    """

    @abstractmethod
    async def put(
        self,
        owner_id: int,
        cluster_id: int,
        user_id: int,
        *,
        role: Role,
        namespaces: tuple[str, ...] | None,
        event: Event,
    ) -> Grant:
        """Grant, or change what was granted. Raises `NotFound` for a cluster or a user that is not there."""

    @abstractmethod
    async def list(self, owner_id: int, cluster_id: int) -> list[Grant]:
        """The grants on a cluster, in the order of the users' ids. Raises `NotFound`."""

    @abstractmethod
    async def remove(self, owner_id: int, cluster_id: int, user_id: int, event: Event) -> Grant:
        """Take a grant back; gives what it was. Raises `NotFound`: the cluster, or the grant."""
