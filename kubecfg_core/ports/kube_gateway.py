"""The port to a cluster's API: lists as bytes, and a few questions."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.ports.list_sink import ListSink
from kubecfg_core.resources import RawList, Resource


class ClusterInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a cluster says of itself and of us: its `version` (`v1.36.2`), our `user` name there, its API `groups`.

    `user` is empty where the server does not tell (before Kubernetes 1.28). `uid` is that of the namespace kube-system,
    which tells one cluster from another whatever their addresses; empty where the credential may not see it.
    """

    version: str
    user: str
    groups: frozenset[str]
    uid: str = ""


class KubeGateway(ABC):
    """One cluster, reached with one credential.

    Every call raises `UpstreamUnreachable`, `UpstreamTimeout`, `AddressRefused` (the egress policy), or
    `UpstreamRefused` (401, a 5xx). What a token may not read is an answer (`ReadState.FORBIDDEN`), not an error; so is
    an extension API that is down (`ReadState.UNREAD`): it must not end the analysis of all the rest.
    """

    @abstractmethod
    async def info(self) -> ClusterInfo:
        """Version, identity and API groups: the check that an onboarding makes."""

    @abstractmethod
    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        """Every object of a kind, in one namespace or in all: one request a page, nothing decoded."""

    async def read(self, resource: Resource[Any], namespace: str | None, sink: ListSink) -> RawList:
        """As `list`, but the pages go into the sink while they come, and are not in the answer."""
        answer = await self.list(resource, namespace)
        for page in answer.pages:
            sink.begin()
            sink.take(page)
            sink.end()
        return msgspec.structs.replace(answer, pages=())

    @abstractmethod
    async def exists(self, resource: Resource[Any], namespace: str | None, name: str) -> bool | None:
        """Whether one object exists; `None` where the credential may not ask."""

    async def logs(
        self,
        namespace: str,  # noqa: ARG002 - one without logs looks at nothing
        pod: str,  # noqa: ARG002 - one without logs looks at nothing
        container: str,  # noqa: ARG002 - one without logs looks at nothing
        *,
        previous: bool = False,  # noqa: ARG002 - one without logs looks at nothing
        lines: int = 40,  # noqa: ARG002 - one without logs looks at nothing
        limit: int = 16384,  # noqa: ARG002 - one without logs looks at nothing
    ) -> str:
        """The last `lines` of a container's log, at most `limit` bytes of them; of its run before, with `previous`.

        Empty where there is none or the credential may not read it: unlike a list, nothing is concluded from it.
        """
        return ""


class KubeConnector(ABC):
    """Makes gateways. Connections are kept per target, so that a second look costs no second handshake."""

    @abstractmethod
    def connect(self, target: ClusterTarget) -> AbstractAsyncContextManager[KubeGateway]:
        """A gateway to use within the block. Opens no connection by itself."""

    async def close(self) -> None:  # noqa: B027 - a connector that keeps nothing open has nothing to do
        """Close the connections that are kept."""
