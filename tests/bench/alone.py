"""One analysis in a process of its own: takes the place of the cluster from standard input, tells what it cost."""

import asyncio
import json
import resource
import sys
import time

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.secret import Secret
from kubecfg_runtime import Kubecfg, Settings


async def main() -> None:
    """Print seconds and MiB as one line of JSON."""
    place = json.loads(sys.stdin.readline())
    target = ClusterTarget(
        name="bench", server_url=place["url"], token=Secret(place["token"]), ca_data=place["ca_data"]
    )
    async with Kubecfg(Settings(kubecfg_cluster_timeout=60.0).for_own_machine()) as kubecfg:
        start = time.perf_counter()
        await kubecfg.analyze_target(target)
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": memory}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
