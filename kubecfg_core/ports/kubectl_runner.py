"""The port to the kubectl process."""

from abc import ABC, abstractmethod

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl.plan import Plan


class ApiRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request that a command made: its path without the query, the status it was answered with, milliseconds.

    A status of 0 means that it ended without an answer.
    """

    method: str
    path: str
    status: int
    ms: int


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a command printed, at most the runner's caps of each stream; `truncated` says that a cap was hit.

    `requests` are those that it made to the API server, the first 200 of them.
    """

    stdout: str
    stderr: str
    return_code: int
    truncated: bool = False
    duration_ms: int = 0
    requests: tuple[ApiRequest, ...] = ()


class KubectlRunner(ABC):
    """Runs a plan that the policy made, never a text that a caller sent."""

    @abstractmethod
    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        """Run it against the target. `caller` says for whom: places are counted, and connections kept, for each.

        Raises `NotConfigured` (no usable kubectl), `UpstreamTimeout` (it ran past its deadline and was killed),
        `InvalidInput` (the target is not served over https), `AddressRefused`, `UpstreamUnreachable` (no connection, or
        not a TLS peer to trust) and `TooMany` (all places taken).
        """

    @abstractmethod
    async def version(self) -> str:
        """The client version, like `v1.37.1`. Raises `NotConfigured` where there is no usable kubectl."""

    async def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Let go of what is kept between commands."""
