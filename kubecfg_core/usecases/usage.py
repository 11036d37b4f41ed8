"""CPU and memory over time: from Prometheus where there is one, else the current figure of metrics-server."""

from datetime import datetime
from typing import Final

import msgspec

from kubecfg_core.clusters import Cluster
from kubecfg_core.errors import InvalidInput, NotConfigured
from kubecfg_core.grants import Access
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.metrics import Metric, Sample, UsageQuery, belongs_to, check_range
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.kube_gateway import KubeConnector
from kubecfg_core.ports.metrics_source import MetricsSource
from kubecfg_core.quantity import parse_quantity
from kubecfg_core.resources import ReadState, Resource
from kubecfg_core.usecases.fetching import read_kind
from kubecfg_core.users import User
from kubecfg_core.validation import check_namespace

_MAX_DURATION: Final = 31 * 24 * 3600
_MAX_USERNAME: Final = 253


class ContainerUsage(msgspec.Struct, frozen=True):
    """`usage` holds quantities: `cpu` (cores) and `memory` (bytes)."""

    usage: dict[str, str | int] = {}


class PodMetrics(KubeObject, frozen=True):
    """What metrics-server says of a pod, at `timestamp`."""

    timestamp: datetime | None = None
    containers: tuple[ContainerUsage, ...] = ()


POD_METRICS: Final = Resource("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", PodMetrics)


class Usage:
    """The usage of a user's pods. `source` is Prometheus, where it is configured."""

    def __init__(self, source: MetricsSource | None, repo: ClusterRepo, connector: KubeConnector, clock: Clock) -> None:
        self._source = source
        self._repo = repo
        self._connector = connector
        self._clock = clock

    async def usage(
        self,
        user: User,
        *,
        username: str,
        metric: Metric,
        namespace: str = "default",
        duration: int = 3600,
        step: int = 300,
    ) -> list[Sample]:
        """Samples from `duration` seconds ago until now, `step` seconds apart; none where there is no data.

        Raises `InvalidInput` that names the parameter, `NotConfigured` where nothing can be asked, `UpstreamError`.
        """
        _check(username, namespace, duration, step)
        query = UsageQuery(
            username=username, metric=metric, namespace=namespace, duration=duration, step=step, end=self._clock.now()
        )
        check_range(query)
        if self._source is not None:
            return await self._source.usage(query)
        access = await self._current_access(user)
        access.one_namespace(namespace)
        return await self._current(access.cluster, query)

    async def _current_access(self, user: User) -> Access:
        clusters = await self._repo.accessible(user.id, user.role)
        chosen = [access for access in clusters if access.cluster.selected] or clusters
        if len(chosen) != 1:
            raise NotConfigured(
                "PROMETHEUS_URL is not set, so metrics-server of the current cluster would be asked, "
                "but no cluster is selected (POST /kubeconfig/select-cluster-and-get-namespaces/{cluster_id})."
            )
        return chosen[0]

    async def _current(self, cluster: Cluster, query: UsageQuery) -> list[Sample]:
        async with self._connector.connect(cluster.connectable()) as gateway:
            answer, pods = await read_kind(gateway, POD_METRICS, query.namespace)
        if answer.state is not ReadState.LISTED:
            raise NotConfigured(
                f"PROMETHEUS_URL is not set, and metrics-server of {cluster.cluster_name!r} cannot be read: "
                f"{answer.reason or 'it does not serve metrics.k8s.io'}"
            )
        mine = [pod for pod in pods if belongs_to(pod.name, query.username)]
        if not mine:
            return []
        total = sum(
            parse_quantity(container.usage.get(query.metric.value, 0)) for pod in mine for container in pod.containers
        )
        return [Sample(timestamp=max(pod.timestamp or query.end for pod in mine), usage=float(total))]


def _check(username: str, namespace: str, duration: int, step: int) -> None:
    if not username or len(username) > _MAX_USERNAME or not username.isprintable():
        raise InvalidInput(f"username: 1 to {_MAX_USERNAME} printable characters are needed.")
    check_namespace(namespace)
    if not 1 <= duration <= _MAX_DURATION:
        raise InvalidInput(f"duration: it must be from 1 to {_MAX_DURATION} seconds (31 days).")
    if not 1 <= step <= _MAX_DURATION:
        raise InvalidInput(f"step: it must be from 1 to {_MAX_DURATION} seconds (31 days).")
