"""What a container said before it ended: for a language model, and read only where there is one."""

import asyncio
from typing import Final

from kubecfg_core.errors import KubecfgError
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.problems import Finding, Problem

MOST: Final = 10
SECONDS: Final = 5.0
LINES: Final = 40
BYTES: Final = 16 * 1024

# Whether the run that ended is the one before: where a container ended for good it is the last.
_PREVIOUS: Final = {
    "pod.crashloop": True,
    "pod.init_crashloop": True,
    "pod.liveness_failing": True,
    "pod.oomkilled": True,
    "pod.restarts": True,
    "pod.container_failed": False,
}


class LastWords:
    """Reads the end of the logs of at most `most` containers of one cluster, each within `seconds`."""

    def __init__(self, gateway: KubeGateway, *, most: int = MOST, seconds: float = SECONDS) -> None:
        self._gateway = gateway
        self._left = most
        self._seconds = seconds

    async def of(self, problem: Problem) -> tuple[str, ...]:
        """The last lines of the first container of the problem that crashed, oldest first.

        None where no container did, or its log cannot be read: an answer without them is better than none.
        """
        crashed = next((finding for finding in problem.findings if _container(finding)), None)
        if crashed is None or self._left <= 0:
            return ()
        self._left -= 1
        try:
            async with asyncio.timeout(self._seconds):
                text = await self._gateway.logs(
                    crashed.namespace,
                    crashed.name,
                    _container(crashed),
                    previous=_PREVIOUS[crashed.code],
                    lines=LINES,
                    limit=BYTES,
                )
        except (TimeoutError, KubecfgError):
            return ()
        return tuple(line for line in text.splitlines() if line.strip())[-LINES:]


def _container(finding: Finding) -> str:
    """The container that crashed; empty where the finding is of another kind."""
    known = finding.code in _PREVIOUS and finding.kind == "Pod"
    return str(finding.evidence.get("container", "")) if known else ""
