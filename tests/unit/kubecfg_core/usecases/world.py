"""A small world to run use cases in: the twins, two users, and one cluster at https://kube.example."""

import base64
from typing import Any

from kubecfg_core.clusters import Cluster, ClusterTarget, NewCluster
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.clusters import InMemoryClusters
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.clusters import Clusters, Onboarding
from kubecfg_core.users import Role, User

URL = "https://kube.example:6443"
PEM = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").decode()


def node(name: str, ready: str = "True") -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready}]
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"conditions": conditions}}


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def new_cluster(name: str = "prod", url: str = URL, **target: Any) -> NewCluster:
    fields = {"token": Secret("t0ken"), **target}
    return NewCluster(cluster_name=name, target=ClusterTarget(name=name, server_url=url, **fields))


class World:
    def __init__(self, **options: Any) -> None:
        self.clock = FakeClock()
        self.outbox = InMemoryOutbox()
        self.repo = InMemoryClusters(clock=self.clock, outbox=self.outbox)
        self.cluster = InMemoryCluster([namespace("default"), namespace("shop"), node("n1"), node("n2", "Unknown")])
        self.connector = InMemoryConnector({URL: self.cluster})
        self.announcer = Announcer(self.clock, self.outbox)
        self.clusters = Clusters(self.repo, self.outbox, self.connector, self.announcer, Onboarding(**options))
        self.ann = self._user(1, Role.OPERATOR)
        self.bob = self._user(2, Role.OPERATOR)
        self.viewer = self._user(3, Role.VIEWER)

    def _user(self, user_id: int, role: Role) -> User:
        return User(id=user_id, username=f"user{user_id}", role=role, created_at=self.clock.now())

    async def onboarded(self, user: User | None = None) -> Cluster:
        return await self.clusters.onboard(user or self.ann, new_cluster())

    async def event_types(self) -> list[str]:
        return [event.type for event in await self.outbox.pending(100)]
