"""`tox run -e bench`: what an analysis of a large cluster costs and finds; docs/performance.md quotes the figures."""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from shutil import which
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.report import Report
from kubecfg_core.resources import Resource
from kubecfg_kubernetes import KubernetesConnector
from kubecfg_runtime import Kubecfg, Settings
from kubecfg_runtime.settling import settle
from tests.bench.processes import Served, analysis_alone, served, service
from tests.bench.responsiveness import waits

ROUNDS: Final = 3
PATIENT: Final = Settings(kubecfg_cluster_timeout=60.0).for_own_machine()
_missed: list[str] = []


def main() -> None:
    """Print the figures; quote them with the line that names the machine. Exits with 1 where a goal is missed."""
    options = argparse.ArgumentParser()
    options.add_argument("--pods", type=int, default=10_000)
    pods = options.parse_args().pods
    sys.stdout.write(f"{os.cpu_count()} cores, {pods} pods, median of {ROUNDS} rounds, over TLS on loopback\n")
    settle("kubecfg_kubernetes.gateway")
    with served(pods) as cluster:
        analysis = asyncio.run(_measure(cluster))
        alone = analysis_alone(cluster.target)
        _say("peak memory of a process that analyses", alone["memory"], "MiB", most=400)
        _say("kubectl get pods -A", (kubectl := _kubectl(cluster)), "s")
        _say("analysis / kubectl get pods -A", analysis / kubectl, "times", most=1)
        with service() as url:
            found = asyncio.run(waits(url, cluster.target, ROUNDS))
        _say("GET /kubeconfig/clusters meanwhile, p50", median(found) * 1000, "ms")
        _say(f"GET /kubeconfig/clusters meanwhile, p99 of {len(found)}", _p99(found) * 1000, "ms", most=50)
    with served(2 * pods) as cluster:
        double = asyncio.run(_analysis_time(cluster))
    _say(f"analysis of {2 * pods} pods", double, "s")
    _say(f"analysis of {2 * pods} pods / of {pods}", double / analysis, "times", most=2.1)
    _say("kubecfg --help", median(_help_time() for _ in range(ROUNDS)), "s")
    if _missed:
        raise SystemExit(f"Missed: {'; '.join(_missed)}.")


async def _measure(cluster: Served) -> float:
    settings = PATIENT
    async with Kubecfg(settings) as kubecfg:
        lists = {read.key: read for analyzer in kubecfg.plugins.select(None) for read in analyzer.reads}
        connector = KubernetesConnector(egress=settings.egress, timeout=settings.kubecfg_cluster_timeout)

        async def bare() -> int:
            async with connector.connect(cluster.target) as gateway:
                return await _fetch(gateway, list(lists.values()))

        async def analyse() -> Report:
            return await kubecfg.analyze_target(cluster.target)

        size = await bare()  # warm: imports, connections, the server's own caches
        cluster.ask("requests")
        _judge(cluster, await kubecfg.analyze_target(cluster.target, fold=False), size)
        _say("requests of an analysis", len(cluster.ask("requests")), "", most=len(lists))
        (fetch, fetch_cpu), (analysis, analysis_cpu) = await _timed(bare, analyse)
        _say("bare fetch, answers ready at the server", fetch, "s")
        _say("analysis, answers ready at the server", analysis, "s")
        _say("analysis / bare fetch, answers ready", analysis / fetch, "times")
        _say("bare fetch, processor time of the client", fetch_cpu, "s")
        _say("analysis, processor time of the client", analysis_cpu, "s")
        await _compared(cluster, "compressed anew", bare, analyse)
        cluster.ask("encode")
        analysis = await _compared(cluster, "encoded and compressed anew", bare, analyse, most=1.3)
        await connector.close()
    return analysis


async def _compared(
    cluster: Served,
    how: str,
    bare: Callable[[], Awaitable[object]],
    analyse: Callable[[], Awaitable[object]],
    *,
    most: float | None = None,
) -> float:
    """Of answers that the server makes for each request; returns the seconds of an analysis."""
    (fetch, _), (analysis, _) = await _timed(bare, analyse, before=lambda: cluster.ask("touch"))
    _say(f"bare fetch, answers {how}", fetch, "s")
    _say(f"analysis, answers {how}", analysis, "s")
    _say(f"analysis / bare fetch, {how}", analysis / fetch, "times", most=most)
    return analysis


def _judge(cluster: Served, report: Report, size: int) -> None:
    """Say how much was read, and compare what was found with what was injected."""
    findings = [finding for entry in report.problems_with_solutions for finding in entry.problem.findings]
    found = {(item.kind, item.namespace, item.name, item.code) for item in findings}
    right = found & cluster.expected
    _say("bytes fetched", size / 1e6, "MB")
    _say("objects read", report.objects_read, "")
    _say("faults injected", cluster.place["faults"], "")
    _say("findings that they cause", len(cluster.expected), "")
    _say("recall", len(right) / len(cluster.expected), "", least=1)
    _say("precision", len(right) / max(1, len(found)), "", least=1)
    for word, told in (("not found", cluster.expected - found), ("false", found - cluster.expected)):
        for item in sorted(told)[:10]:
            sys.stdout.write(f"    {word}: {' '.join(item)}\n")


async def _analysis_time(cluster: Served) -> float:
    async with Kubecfg(PATIENT) as kubecfg:
        cluster.ask("encode")
        await kubecfg.analyze_target(cluster.target)
        ((found, _),) = await _timed(
            lambda: kubecfg.analyze_target(cluster.target), before=lambda: cluster.ask("touch")
        )
    return found


async def _fetch(gateway: KubeGateway, lists: list[Resource[Any]]) -> int:
    answers = await asyncio.gather(*(gateway.list(resource) for resource in lists))
    return sum(len(page) for answer in answers for page in answer.pages)


async def _timed(
    *works: Callable[[], Awaitable[object]], before: Callable[[], object] = lambda: None
) -> list[tuple[float, float]]:
    """The median of each work, by the clock and by the processor; they take turns, so that a disturbance hits all."""
    times: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, found in zip(works, times, strict=True):
            before()
            start, used = time.perf_counter(), time.process_time()
            await work()
            found.append((time.perf_counter() - start, time.process_time() - used))
    return [(median(wall for wall, _ in found), median(used for _, used in found)) for found in times]


def _kubectl(cluster: Served) -> float:
    """Seconds of the real kubectl; it asks for a table, of which the server makes every row."""
    command = which("kubectl")
    if command is None:
        raise SystemExit("There is no kubectl to compare with.")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "kubeconfig"
        path.write_text(cluster.place["kubeconfig"])
        start = time.perf_counter()
        command_line = [command, "--kubeconfig", str(path), "get", "pods", "--all-namespaces"]
        subprocess.run(command_line, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


def _help_time() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "kubecfg_cli", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _p99(found: list[float]) -> float:
    return quantiles(found, n=100)[98]


def _say(what: str, figure: float, unit: str, *, most: float | None = None, least: float | None = None) -> None:
    shown = f"{figure:10.2f}" if isinstance(figure, float) else f"{figure:>10}"
    goal = f"at most {most}" if most is not None else f"at least {least}" if least is not None else ""
    missed = (most is not None and figure > most) or (least is not None and figure < least)
    if missed:
        _missed.append(what)
    verdict = f"  ({goal}: {'MISSED' if missed else 'met'})" if goal else ""
    sys.stdout.write(f"{what:<46}{shown} {unit}{verdict}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
