"""`tox run -e bench`: what an analysis of a large cluster costs, against the bare fetch of the same lists."""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.resources import Resource
from kubecfg_core.secret import Secret
from kubecfg_kubernetes import KubernetesConnector
from kubecfg_runtime import Kubecfg, Settings

ROUNDS = 3


def main() -> None:
    """Print the figures; quote them with the line that names the machine."""
    options = argparse.ArgumentParser()
    options.add_argument("--pods", type=int, default=10_000)
    pods = options.parse_args().pods
    sys.stdout.write(f"{os.cpu_count()} cores, {pods} pods, median of {ROUNDS} rounds, over TLS on loopback\n")
    with _served(pods) as target:
        asyncio.run(_measure(target))
    _say("kubecfg --help", median(_help_time() for _ in range(ROUNDS)), "s")


async def _measure(target: ClusterTarget) -> None:
    settings = Settings().for_own_machine()
    async with Kubecfg(settings) as kubecfg:
        lists = {read.key: read for analyzer in kubecfg.plugins.select(None) for read in analyzer.reads}
        connector = KubernetesConnector(egress=settings.egress)
        async with connector.connect(target) as gateway:
            size = await _fetch(gateway, list(lists.values()))  # warm: imports, connections, the server's own caches
            fetch = await _timed(lambda: _fetch(gateway, list(lists.values())))
        await connector.close()
        report = await kubecfg.analyze_target(target)
        analysis = await _timed(lambda: kubecfg.analyze_target(target))
    _say("lists fetched, one request each", len(lists), "")
    _say("bytes fetched", size / 1e6, "MB")
    _say("objects read", report.objects_read, "")
    _say("problems found in a healthy cluster", report.total_problems, "")
    _say("bare fetch of the lists", fetch, "s")
    _say("analysis", analysis, "s")
    _say("analysis / bare fetch", analysis / fetch, "times")
    _say("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


async def _fetch(gateway: KubeGateway, lists: list[Resource]) -> int:  # type: ignore[type-arg]  # of any kind
    answers = await asyncio.gather(*(gateway.list(resource) for resource in lists))
    return sum(len(page) for answer in answers for page in answer.pages)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await work()
        times.append(time.perf_counter() - start)
    return median(times)


def _help_time() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "kubecfg_cli", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


@contextmanager
def _served(pods: int) -> Iterator[ClusterTarget]:
    command = [sys.executable, "-m", "tests.bench.server", str(pods)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        place = json.loads(process.stdout.readline())
        yield ClusterTarget(
            name="bench", server_url=place["url"], token=Secret(place["token"]), ca_data=place["ca_data"]
        )
        process.stdin.close()


def _say(what: str, figure: float, unit: str) -> None:
    shown = f"{figure:10.2f}" if isinstance(figure, float) else f"{figure:>10}"
    sys.stdout.write(f"{what:<40}{shown} {unit}\n")


if __name__ == "__main__":
    main()
