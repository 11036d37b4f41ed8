"""Serves a large simulated cluster in a process of its own, so that the client's time and memory are the client's."""

import asyncio
import json
import sys

from kubecfg_demo import Simulator
from tests.bench.cluster import large_cluster


async def main(pods: int) -> None:
    """Print where it listens as one line of JSON, then serve until standard input is closed."""
    async with Simulator(large_cluster(pods)).serve() as running:
        place = {"url": running.url, "token": running.admin_token, "ca_data": running.ca_data}
        sys.stdout.write(json.dumps(place) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
