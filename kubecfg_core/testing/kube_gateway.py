"""Clusters in memory: the twin of the Kubernetes adapter."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import UpstreamError, UpstreamRefused, UpstreamUnreachable
from kubecfg_core.field_selector import matches_fields
from kubecfg_core.ports.kube_gateway import ClusterInfo, KubeConnector, KubeGateway
from kubecfg_core.resources import RawList, ReadState, Resource

Object = Mapping[str, Any]


class InMemoryCluster(KubeGateway):
    """A cluster of plain dicts, each with `apiVersion`, `kind` and `metadata`.

    `forbidden`, `absent` and `partial` hold full names of kinds (`secrets`, `deployments.apps`). `error` is raised by
    every call, while it is set. `served_at` is the time on its clock, if it tells. `token` is the only one let in;
    `None` lets everybody in. `texts` are logs by namespace, pod, container, and whether they are the previous run's.
    All may be changed at any time. `requests` has the path of each request, oldest first.
    """

    def __init__(
        self,
        objects: Iterable[Object] = (),
        *,
        forbidden: Collection[str] = (),
        absent: Collection[str] = (),
        partial: Collection[str] = (),
        version: str = "v1.36.2",
        user: str = "admin",
        groups: Collection[str] = ("apps", "batch", "networking.k8s.io", "storage.k8s.io"),
        token: str | None = None,
        uid: str = "",
    ) -> None:
        self.objects = list(objects)
        self.forbidden = set(forbidden)
        self.absent = set(absent)
        self.partial = set(partial)
        self.identity = ClusterInfo(version=version, user=user, groups=frozenset(groups), uid=uid)
        self.token = token
        self.error: UpstreamError | None = None
        self.served_at: datetime | None = None
        self.texts: dict[tuple[str, str, str, bool], str] = {}
        self.requests: list[str] = []

    async def info(self) -> ClusterInfo:
        """What the cluster was made with."""
        self._asked("/version")
        return self.identity

    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        """The objects of the kind, as one page of JSON."""
        self._asked(resource.path(namespace))
        if resource.full_name in self.forbidden:
            reason = f'{resource.plural} is forbidden: User "{self.identity.user}" cannot list it'
            return RawList(state=ReadState.FORBIDDEN, reason=reason)
        if resource.full_name in self.absent:
            return RawList(state=ReadState.ABSENT, reason=f"The cluster has no {resource.full_name}.")
        items = [item for item in self._of(resource, namespace) if matches_fields(resource.field_selector, item)]
        page = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": {}, "items": items}
        whole = resource.full_name not in self.partial
        return RawList(
            state=ReadState.LISTED if whole else ReadState.PARTIAL,
            pages=(msgspec.json.encode(page),),
            reason="" if whole else "Not all was read.",
            served_at=self.served_at,
        )

    async def exists(self, resource: Resource[Any], namespace: str | None, name: str) -> bool | None:
        """Whether an object of that name is among the objects."""
        self._asked(f"{resource.path(namespace)}/{name}")
        if resource.full_name in self.forbidden:
            return None
        return any(item["metadata"]["name"] == name for item in self._of(resource, namespace))

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        previous: bool = False,
        lines: int = 40,
        limit: int = 16384,
    ) -> str:
        """The end of the text that was put there for the container."""
        self._asked(f"/api/v1/namespaces/{namespace}/pods/{pod}/log")
        if "pods/log" in self.forbidden:
            return ""
        text = self.texts.get((namespace, pod, container, previous), "")
        return "".join(text.splitlines(keepends=True)[-lines:]).encode()[:limit].decode(errors="replace")

    def _of(self, resource: Resource[Any], namespace: str | None) -> Iterable[Object]:
        for item in self.objects:
            here = namespace is None or not resource.namespaced or item["metadata"].get("namespace") == namespace
            if here and (item["apiVersion"], item["kind"]) == (resource.api_version, resource.kind):
                yield item

    def _asked(self, path: str) -> None:
        self.requests.append(path)
        if self.error is not None:
            raise self.error


class InMemoryConnector(KubeConnector):
    """Leads to the clusters that it was given, by their `server_url`; any other cannot be reached.

    `targets` has each target that was connected to, oldest first; `closed` says whether `close` was called.
    """

    def __init__(self, clusters: Mapping[str, InMemoryCluster] | None = None) -> None:
        self.clusters = dict(clusters or {})
        self.targets: list[ClusterTarget] = []
        self.closed = False

    @asynccontextmanager
    async def connect(self, target: ClusterTarget) -> AsyncIterator[KubeGateway]:
        """The cluster at the target's address, behind its check of the token."""
        self.targets.append(target)
        yield _Door(self.clusters.get(target.server_url), target)

    async def close(self) -> None:
        """Remember that it was called."""
        self.closed = True


class _Door(KubeGateway):
    """Lets a target's requests through to its cluster, or says why not."""

    def __init__(self, cluster: InMemoryCluster | None, target: ClusterTarget) -> None:
        self._cluster = cluster
        self._target = target

    async def info(self) -> ClusterInfo:
        return await self._open().info()

    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        return await self._open().list(resource, namespace)

    async def exists(self, resource: Resource[Any], namespace: str | None, name: str) -> bool | None:
        return await self._open().exists(resource, namespace, name)

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        previous: bool = False,
        lines: int = 40,
        limit: int = 16384,
    ) -> str:
        return await self._open().logs(namespace, pod, container, previous=previous, lines=lines, limit=limit)

    def _open(self) -> InMemoryCluster:
        if self._cluster is None:
            raise UpstreamUnreachable(f"{self._target.server_url} cannot be reached: nothing listens there.")
        token = self._target.token.reveal() if self._target.token else None
        if self._cluster.token is not None and token != self._cluster.token:
            raise UpstreamRefused("The cluster did not accept the token (401).", status=401)
        return self._cluster
