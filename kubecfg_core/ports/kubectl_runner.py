"""The port to the kubectl process."""

from abc import ABC, abstractmethod

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl.plan import Plan


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a command printed, at most the runner's caps of each stream; `truncated` says that a cap was hit."""

    stdout: str
    stderr: str
    return_code: int
    truncated: bool = False
    duration_ms: int = 0


class KubectlRunner(ABC):
    """Runs a plan that the policy made, never a text that a caller sent."""

    @abstractmethod
    async def run(self, plan: Plan, target: ClusterTarget) -> CommandResult:
        """Run it against the target.

        Raises `NotConfigured` (no usable kubectl), `UpstreamTimeout` (it ran past its deadline and was killed),
        `InvalidInput` (the target is not served over https), `AddressRefused`, `UpstreamUnreachable` (the server's name
        does not resolve) and `TooMany` (all places taken).
        """

    @abstractmethod
    async def version(self) -> str:
        """The client version, like `v1.37.1`. Raises `NotConfigured` where there is no usable kubectl."""
