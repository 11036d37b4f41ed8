"""The gateway to one cluster."""

from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from kubecfg_core.errors import TooLarge
from kubecfg_core.ports.kube_gateway import ClusterInfo, KubeGateway
from kubecfg_core.ports.list_sink import ListSink
from kubecfg_core.resources import RawList, Resource
from kubecfg_core.validation import check_namespace
from kubecfg_kubernetes.client import JSON, Answer, Client
from kubecfg_kubernetes.limits import Limits, Room
from kubecfg_kubernetes.listing import KeptPages, Lister, is_kubernetes_404
from kubecfg_kubernetes.translation import clean, not_kubernetes, refusal, status_of

T = TypeVar("T", bound=msgspec.Struct)

_METADATA_ONLY: Final = f"{JSON};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,{JSON}"
_REVIEW: Final = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
_OK, _FORBIDDEN, _NOT_FOUND = 200, 403, 404


class _Version(msgspec.Struct, frozen=True):
    gitVersion: str


class _UserInfo(msgspec.Struct, frozen=True):
    username: str = ""


class _ReviewStatus(msgspec.Struct, frozen=True):
    userInfo: _UserInfo = _UserInfo()


class _Review(msgspec.Struct, frozen=True):
    status: _ReviewStatus = _ReviewStatus()


class _Metadata(msgspec.Struct, frozen=True):
    uid: str = ""


class _Object(msgspec.Struct, frozen=True):
    metadata: _Metadata = _Metadata()


class _Group(msgspec.Struct, frozen=True):
    name: str


class _Groups(msgspec.Struct, frozen=True):
    groups: tuple[_Group, ...] = ()


class KubernetesGateway(KubeGateway):
    """Reads one cluster over its API."""

    def __init__(self, client: Client, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._room = Room(limits.max_bytes)

    async def info(self) -> ClusterInfo:
        """Version, identity and API groups: four requests. What the token may not ask is empty.

        The version is readable with a bad token on most clusters: the identity is what proves it good.
        """
        version = await self._asked("/version", _Version)
        review = await self._asked("/apis/authentication.k8s.io/v1/selfsubjectreviews", _Review, post=_REVIEW)
        groups = await self._asked("/apis", _Groups)
        system = await self._asked("/api/v1/namespaces/kube-system", _Object)
        return ClusterInfo(
            version=clean(version.gitVersion) if version else "",
            user=clean(review.status.userInfo.username) if review else "",
            groups=frozenset(group.name for group in groups.groups) if groups else frozenset(),
            uid=clean(system.metadata.uid) if system else "",
        )

    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        """Every object of the kind. Raises `InvalidInput` for what can be no namespace, and what the port says."""
        sink = KeptPages()
        answer = await self.read(resource, namespace, sink)
        return msgspec.structs.replace(answer, pages=tuple(sink.pages))

    async def read(self, resource: Resource[Any], namespace: str | None, sink: ListSink) -> RawList:
        """As `list`, chunk by chunk: nothing is kept here."""
        if namespace is not None:
            check_namespace(namespace)
        path = resource.path(namespace)
        return await Lister(self._client, resource, path, self._limits, sink, room=self._room).read()

    async def exists(self, resource: Resource[Any], namespace: str | None, name: str) -> bool | None:
        """One request, for the object's metadata alone. A name that is no path segment names nothing."""
        if namespace is not None:
            check_namespace(namespace)
        if not is_segment(name):
            return False
        path = f"{resource.path(namespace)}/{quote(name, safe='')}"
        answer = await self._small(path, accept=_METADATA_ONLY)
        if answer.status == _FORBIDDEN and status_of(answer.body):
            return None
        if answer.status == _NOT_FOUND and is_kubernetes_404(answer.body):
            return False
        self._decoded(answer, msgspec.Raw)
        return True

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
        """One request, of a kind that the node has to answer. A refusal of the node's is an empty log."""
        check_namespace(namespace)
        if not is_segment(pod):
            return ""
        query = [("container", container), ("tailLines", str(lines)), ("limitBytes", str(limit))]
        path = f"/api/v1/namespaces/{namespace}/pods/{quote(pod, safe='')}/log"
        try:
            answer = await self._client.ask(
                path, query=[*query, *([("previous", "true")] if previous else [])], accept=f"{JSON}, */*", limit=limit
            )
        except TooLarge:
            return ""
        return answer.body.decode(errors="replace") if answer.status == _OK else ""

    async def _asked(self, path: str, shape: type[T], post: Any = None) -> T | None:
        """A small document; `None` where it is forbidden, or not served (an older cluster)."""
        answer = await self._small(path, post=post)
        if answer.status in (_FORBIDDEN, _NOT_FOUND) and is_kubernetes_404(answer.body):
            return None
        found: T = self._decoded(answer, shape)
        return found

    async def _small(self, path: str, *, post: Any = None, accept: str = JSON) -> Answer:
        try:
            return await self._client.ask(path, post=post, accept=accept)
        except TooLarge as error:
            raise not_kubernetes(self._client.server) from error

    def _decoded(self, answer: Answer, shape: type[Any]) -> Any:
        if answer.status >= 400 and status_of(answer.body):  # noqa: PLR2004 - HTTP
            raise refusal(self._client.server, answer.status, answer.body)
        try:
            found = msgspec.json.decode(answer.body, type=shape)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise not_kubernetes(self._client.server, answer.status) from error
        if answer.status >= 400:  # noqa: PLR2004 - HTTP
            raise not_kubernetes(self._client.server, answer.status)
        return found


def is_segment(name: str) -> bool:
    """Whether a name can be one segment of a path."""
    return name not in ("", ".", "..") and "/" not in name and "%" not in name
