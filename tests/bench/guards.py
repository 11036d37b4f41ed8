"""`python -m tests.bench.guards`: what each guard adds to a request, all in one run; docs/performance.md quotes it."""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl import judge
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.users import Role
from kubecfg_crypto import AesGcmVault, load_keys
from kubecfg_kubectl import KubectlProcess, binary, cleaning, guard, kubeconfig
from kubecfg_kubectl.address import find
from kubecfg_kubectl.capture import STDERR, STDOUT, Child, capture, limits
from kubecfg_kubectl.discovery import Memory
from kubecfg_kubectl.proxy import Proxy
from kubecfg_kubectl.upstream import Upstreams
from kubecfg_runtime import Kubecfg, Settings
from kubecfg_runtime.clock import SystemClock
from kubecfg_runtime.compose import make_tokens, open_database
from tests.bench.processes import PASSWORD, served

PODS: Final = 100
FEW: Final = 40
MANY: Final = 400
COMMAND: Final = "kubectl get pods -A"
ALLOWED: Final = 15.0
Work = Callable[[], Awaitable[object]]


class Row:
    """One guard: when it is paid for, the work that is timed, and milliseconds, one for each call.

    `took` is by the clock; `used` is processor time of this process and of those that it started and that ended.
    """

    def __init__(self, guard: str, paid: str, work: Work, times: int = MANY) -> None:
        self.guard = guard
        self.paid = paid
        self.work = work
        self.times = times
        self.took: list[float] = []
        self.used: list[float] = []

    async def call(self) -> None:
        """Time it once."""
        start, used = time.perf_counter(), _processor_time()
        await self.work()
        self.took.append((time.perf_counter() - start) * 1000)
        self.used.append((_processor_time() - used) * 1000)


async def main() -> None:
    """Print the table. Exits with 1 where the proxy costs more than it may."""
    sys.stdout.write(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, SQLite, `{COMMAND}` of {PODS} pods\n\n")
    sys.stdout.write("| Guard | Paid by | Median, ms | 95 of 100 below, ms |\n|---|---|---:|---:|\n")
    with TemporaryDirectory() as folder, served(PODS) as cluster:
        settings = Settings(kubecfg_data_dir=Path(folder)).for_own_machine()
        await _measure(await _in_memory(settings, cluster.target))
        async with _stored(settings) as rows:
            await _measure(rows)
        async with _requests(cluster.target, settings) as rows:
            await _measure(rows)
        added = await _commands(cluster.target, settings, Path(folder))
    if added > ALLOWED:
        raise SystemExit(f"Missed: the proxy costs {added:.1f} ms a command, and may cost {ALLOWED:g}.")


async def _in_memory(settings: Settings, target: ClusterTarget) -> list[Row]:
    vault = AesGcmVault(load_keys(None, settings.data_dir))
    sealed = vault.seal(b"x" * 1500, context="bench")
    proxy = "http://127.0.0.1:4711/AAAAAAAAAAAAAAAAAAAAAA"
    text = (b"NAME   READY   STATUS\n" * 50)[:1024]

    def lend() -> None:
        with kubeconfig.lend(kubeconfig.render(proxy)):
            pass

    def limit() -> None:
        for kind in limits(seconds=10):
            resource.prlimit(os.getpid(), kind, resource.getrlimit(kind))

    return [
        Row("credential opened, 1.5 KB", "each cluster read", _at_once(lambda: vault.open(sealed, context="bench"))),
        Row("policy: parsed, judged, rebuilt", "each command", _at_once(lambda: judge(COMMAND))),
        Row("egress: name resolved, addresses judged", "each command", lambda: find(target, settings.egress)),
        Row("kubeconfig in memory, sealed", "each command", _at_once(lend)),
        Row("limits of the process", "each command", _at_once(limit)),
        Row(
            "API request judged",
            "each request of kubectl",
            _at_once(lambda: guard.refusal("GET", "/api/v1/namespaces/shop/pods", "limit=500", changes=False)),
        ),
        Row("output scrubbed, 1 KB", "each command", _at_once(lambda: cleaning.errors(text, target, proxy, "x"))),
        Row(
            "output scrubbed, 1 MB",
            "the longest output",
            _at_once(lambda: cleaning.output(text * 1024, target, proxy)),
            FEW,
        ),
    ]


@asynccontextmanager
async def _stored(settings: Settings) -> AsyncIterator[list[Row]]:
    tokens = make_tokens(settings)
    async with Kubecfg(settings) as kubecfg, open_database(settings) as database:
        accounts = (await kubecfg.services()).accounts
        user = await accounts.add("bench", PASSWORD, Role.ADMIN)
        token = (await accounts.login("bench", PASSWORD)).access_token
        announcer = Announcer(SystemClock(), database.outbox)
        yield [
            Row("token: signature and claims", "each request", _at_once(lambda: tokens.read(token))),
            Row("token, and its account looked up", "each request", lambda: accounts.authenticate(token)),
            Row(
                "event and audit record written",
                "each command",
                lambda: database.outbox.add(announcer.about("kubectl.executed", user, None, command=COMMAND)),
            ),
            Row("login: throttle, argon2id, record", "each login", lambda: accounts.login("bench", PASSWORD), FEW),
        ]


@asynccontextmanager
async def _requests(target: ClusterTarget, settings: Settings) -> AsyncIterator[list[Row]]:
    """One answer of a hundred pods, fetched by the service itself and by a child of it through the proxy."""
    path, proxy, upstreams = "/api/v1/pods?limit=500", Proxy(), Upstreams()
    route = await find(target, settings.egress)
    async with upstreams.to("bench", target, route) as upstream, aiohttp.ClientSession() as session:

        async def straight() -> None:
            async with await upstream.ask("GET", path, {}, b"") as response:
                await response.read()

        async def through() -> None:
            async with (
                proxy.way(upstream, "bench", changes=False) as (_, address),
                session.get(f"{address}{path}") as response,
            ):
                await response.read()

        yield [
            Row("API request, straight", "(to compare)", straight),
            Row("API request, through the proxy", "each request of kubectl", through),
        ]
    await proxy.close()
    await upstreams.close()


async def _commands(target: ClusterTarget, settings: Settings, folder: Path) -> float:
    """The process with the credential in its hands and a cache of its own, and through the proxy. The difference."""
    plan, runner = judge(COMMAND), KubectlProcess(egress=settings.egress)
    direct, left = _direct(target, folder / "cache"), list[Upstreams]()
    command = (binary.locate(None), *plan.argv)

    async def alone(cache: str) -> None:
        with kubeconfig.lend(direct) as lent:
            environment = {"KUBECONFIG": lent.path, "KUBECACHEDIR": cache, "HOME": "/nonexistent", "GOMAXPROCS": "2"}
            caps = {STDOUT: 1024**2, STDERR: 1024**2}
            child = Child(argv=command, environment=environment, fds=lent.fds, caps=caps)
            captured = await capture(child, deadline=30)
        assert captured.return_code == 0, captured.stderr

    async def through() -> None:
        assert (await runner.run(plan, target, caller="bench")).return_code == 0

    async def through_cold() -> None:
        """As the first command of a caller at a cluster: a new connection, and nothing known of the server."""
        runner._proxy.memory = Memory()
        left.append(runner._upstreams)
        runner._upstreams = Upstreams()
        await through()

    rows = [
        Row("kubectl alone, no cache", "(to compare)", lambda: alone("/dev/null/none"), FEW),
        Row("kubectl alone, cache in files", "(to compare)", lambda: alone(str(folder / "cache")), FEW),
        Row("kubectl with its guards, new connection", "the first command", through_cold, FEW),
        Row("kubectl with its guards", "each command", through, FEW),
    ]
    await _measure(rows)
    await runner.close()
    for upstreams in left:
        await upstreams.close()
    bare, cached, cold, warm = rows
    first, later = _added(cold.took, bare.took), _added(warm.took, cached.took)
    sys.stdout.write(f"\nThe guards add {first:+.1f} ms to the first command, {later:+.1f} ms to each later one.\n")
    first_used, later_used = _added(cold.used, bare.used), _added(warm.used, cached.used)
    sys.stdout.write(f"Of processor time, kubectl's included: {first_used:+.1f} ms and {later_used:+.1f} ms.\n")
    return max(first, later)


def _added(guarded: list[float], alone: list[float]) -> float:
    """Of each turn its own difference: what disturbs the machine for longer than a command hits both."""
    return median(mine - its for mine, its in zip(guarded, alone, strict=True))


def _direct(target: ClusterTarget, cache: Path) -> bytes:
    """A kubeconfig that holds the credential, as a person's does."""
    cache.mkdir()
    assert target.token is not None
    parts: dict[str, dict[str, object]] = {
        "clusters": {"cluster": {"server": target.server_url, "certificate-authority-data": target.ca_data}},
        "users": {"user": {"token": target.token.reveal()}},
        "contexts": {"context": {"cluster": "x", "user": "x"}},
    }
    named = {kind: [{"name": "x", **part}] for kind, part in parts.items()}
    return json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "x", **named}).encode()


async def _measure(rows: Iterable[Row]) -> None:
    """Time the rows and print them. They take turns, so that a disturbance hits all; the first turn is not counted."""
    ordered = list(rows)
    for turn in range(max(row.times for row in ordered) + 1):
        for row in ordered:
            if turn <= row.times:
                await row.call()
            if turn == 0:
                row.took.clear()
                row.used.clear()
    for row in ordered:
        sys.stdout.write(
            f"| {row.guard} | {row.paid} | {median(row.took):.3f} | {quantiles(row.took, n=20)[18]:.3f} |\n"
        )
    sys.stdout.flush()


def _processor_time() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def _at_once(work: Callable[[], object]) -> Work:
    async def called() -> object:
        return work()

    return called


if __name__ == "__main__":
    asyncio.run(main())
