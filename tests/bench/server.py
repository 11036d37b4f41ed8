"""Serves a large simulated cluster in a process of its own, so that the client's time and memory are the client's.

It prints one line of JSON once it listens, and answers each line on its standard input with another; at the end of
that input it stops.
"""

import asyncio
import json
import sys
from typing import Any

from kubecfg_demo import Running, Simulator
from tests.bench.cluster import LargeCluster
from tests.bench.shapes import made


async def main(pods: int) -> None:
    """`touch` changes an object, so that no list is as it was; `requests` tells of those since it was last asked.

    From `encode` on, the objects of a list are encoded for each request, as an API server does.
    """
    cluster = LargeCluster(pods)
    async with Simulator(cluster.objects()).serve() as running:
        place = {"url": running.url, "token": running.admin_token, "ca_data": running.ca_data}
        expected = {"must": sorted(cluster.expected.must), "faults": cluster.faults}
        _say({**place, **expected, "kubeconfig": running.kubeconfig()})
        while command := (await asyncio.to_thread(sys.stdin.readline)).strip():
            _say(_done(running, command))


def _done(running: Running, command: str) -> Any:
    if command == "touch":
        running.simulator.put(made("v1", "ConfigMap", "clock", "team-0", data={}))
        return None
    if command == "encode":
        running.simulator.encodes_anew = True
        return None
    paths = [seen.path for seen in running.requests]
    running.requests.clear()
    return paths


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
