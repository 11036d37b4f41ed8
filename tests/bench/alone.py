"""One analysis in a process of its own: takes the place of the cluster from standard input, tells what it cost."""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.secret import Secret
from kubecfg_runtime import Kubecfg, Settings
from kubecfg_runtime.settling import settle


async def main() -> None:
    """Print seconds and MiB as one line of JSON."""
    settle("kubecfg_kubernetes.gateway")
    place = json.loads(sys.stdin.readline())
    target = ClusterTarget(
        name="bench", server_url=place["url"], token=Secret(place["token"]), ca_data=place["ca_data"]
    )
    async with Kubecfg(Settings(kubecfg_cluster_timeout=60.0).for_own_machine()) as kubecfg:
        start = time.perf_counter()
        await kubecfg.analyze_target(target)
        seconds = time.perf_counter() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": _peak()}) + "\n")


def _peak() -> float:
    """MiB. Where Linux tells them: `getrusage` counts those of the process that this one was forked from, too."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    told = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return (told[0] if told else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024


if __name__ == "__main__":
    asyncio.run(main())
