"""The REST service over in-memory twins, served for real: what the tests of the HTTP front-end talk to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from kubecfg_core import Analyzer, Finding, Severity, hookimpl
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.plugins import DOCUMENTED, Plugins
from kubecfg_core.services import Services
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.testing.metrics_source import FixedMetrics
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.services import in_memory_services
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.users import Role
from kubecfg_core.view import ClusterView
from kubecfg_http import create_app

URL: Final = "https://k8s-api.example.com:6443"
PASSWORD: Final = "correct horse battery"
NAMESPACE_NAMES: Final = ("default", "kube-system", "kube-public", "production-app", "monitoring")
Client = TestClient[web.Request, web.Application]


def node(name: str, *, ready: bool = True) -> dict[str, Any]:
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"conditions": [condition]}}


def cluster_objects(*, ready: int = 5, not_ready: int = 0) -> list[dict[str, Any]]:
    namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in NAMESPACE_NAMES]
    nodes = [node(f"node-{number}") for number in range(ready)]
    return namespaces + nodes + [node(f"bad-{number}", ready=False) for number in range(not_ready)]


def pending_pod(view: ClusterView) -> list[Finding]:
    del view
    return [
        Finding(
            code="pod.pending",
            kind="Pod",
            name="nginx-deployment-abc123",
            namespace="production-app",
            text="Pod is in Pending state",
            severity=Severity.ERROR,
            evidence={"container": "app", "restarts": 3},
        )
    ]


class OnePendingPod:
    """A plugin with the documented analyzers' names, of which `pods` finds something."""

    @hookimpl
    def register_analyzers(self) -> list[Analyzer]:
        found = {"pods": pending_pod}
        return [
            Analyzer(name=name, reads=(NAMESPACES,), analyze=found.get(name, lambda view: [])) for name in DOCUMENTED
        ]


def one_problem() -> Plugins:
    plugins = Plugins()
    plugins.register(OnePendingPod(), name="one-problem")
    return plugins


@dataclass
class World:
    """The twins behind the service, to be arranged by a test before or between requests."""

    clock: FakeClock = field(default_factory=FakeClock)
    connector: InMemoryConnector = field(default_factory=lambda: InMemoryConnector({URL: InMemoryCluster()}))
    runner: RecordingKubectl = field(default_factory=RecordingKubectl)
    metrics: FixedMetrics | None = field(default_factory=FixedMetrics)
    outbox: InMemoryOutbox = field(default_factory=InMemoryOutbox)
    options: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cluster.objects[:] = cluster_objects()
        self.services = self._services()

    @property
    def cluster(self) -> InMemoryCluster:
        return self.connector.clusters[URL]

    def app(self) -> web.Application:
        return create_app(self.services, **self.limits)

    async def user(self, username: str = "john.doe", role: Role = Role.OPERATOR) -> dict[str, str]:
        """Make an account, and give the headers that its token makes."""
        await self.services.accounts.add(username, PASSWORD, role)
        token = await self.services.accounts.login(username, PASSWORD)
        return {"Authorization": f"Bearer {token.access_token}"}

    def _services(self) -> Services:
        given: dict[str, Any] = {
            "tokens": FakeTokens(clock=self.clock, lifetime=timedelta(hours=1)),
            "plugins": one_problem(),
            **self.options,
        }
        return in_memory_services(
            clock=self.clock,
            connector=self.connector,
            runner=self.runner,
            metrics=self.metrics,
            outbox=self.outbox,
            **given,
        )


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[Client]:
    """A client of the world's service."""
    async with TestClient(TestServer(world.app())) as client:
        yield client


def new_cluster(name: str = "production-cluster", **changes: Any) -> dict[str, Any]:
    """The body of an onboarding."""
    return {"cluster_name": name, "server_url": URL, "token": "a-cluster-token", **changes}


async def onboarded(client: Client, headers: dict[str, str], name: str = "production-cluster") -> int:
    """Onboard a cluster, and give its id."""
    async with client.post("/kubeconfig/onboard-cluster", json=new_cluster(name), headers=headers) as response:
        return int((await response.json())["id"])
