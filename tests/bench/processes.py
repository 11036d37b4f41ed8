"""The processes that the bench talks to: the cluster, the service, and one analysis whose memory is its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.secret import Secret

PASSWORD: Final = "correct horse battery"


@dataclass(slots=True)
class Served:
    """A cluster that is served: where it is, and what an analysis has to find there."""

    process: subprocess.Popen[str]
    place: dict[str, Any]

    @property
    def target(self) -> ClusterTarget:
        """The cluster as its administrator sees it."""
        url, token, ca_data = (self.place[key] for key in ("url", "token", "ca_data"))
        return ClusterTarget(name="bench", server_url=url, token=Secret(token), ca_data=ca_data)

    @property
    def expected(self) -> set[tuple[str, ...]]:
        """Kind, namespace, name and code of every finding that there has to be, and no other may."""
        return {tuple(told) for told in self.place["must"]}

    def ask(self, command: str) -> Any:
        """Have the server do something, and return its answer."""
        return asked(self.process, command)


def asked(process: subprocess.Popen[str], line: str = "") -> Any:
    """Write a line to a process, if there is one, and read its line of JSON."""
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    return json.loads(process.stdout.readline())


@contextmanager
def served(pods: int) -> Iterator[Served]:
    """A cluster of so many pods, until the block is left."""
    with _started("tests.bench.server", str(pods)) as process:
        yield Served(process, asked(process))


def analysis_alone(target: ClusterTarget) -> dict[str, float]:
    """Seconds and peak memory in MiB of a process that imports kubecfg, analyses once, and ends."""
    with _started("tests.bench.alone") as process:
        assert target.token is not None
        place = {"url": target.server_url, "token": target.token.reveal(), "ca_data": target.ca_data}
        found: dict[str, float] = asked(process, json.dumps(place))
        return found


@contextmanager
def service() -> Iterator[str]:
    """The REST service on SQLite, at the URL that it gives, with the administrator `bench`."""
    with TemporaryDirectory() as folder:
        settings = {
            "KUBECFG_DATA_DIR": folder,
            "KUBECFG_ADMIN_USERNAME": "bench",
            "KUBECFG_ADMIN_PASSWORD": PASSWORD,
            "KUBECFG_CLUSTER_TIMEOUT": "60",
            "KUBECFG_EGRESS_ALLOW_CIDRS": "127.0.0.0/8",
        }
        command = [sys.executable, "-m", "kubecfg_cli", "serve", "--port", "0"]
        log = Path(folder) / "log"
        with log.open("w") as output, subprocess.Popen(command, env=os.environ | settings, stderr=output) as process:
            try:
                yield _listening(log)
            finally:
                process.terminate()


def _listening(log: Path) -> str:
    for _ in range(300):
        _, found, rest = log.read_text().partition("Listening on ")
        if found and "," in rest:
            return rest.partition(",")[0]
        time.sleep(0.1)
    raise SystemExit(f"The service does not listen: {log.read_text()}")


@contextmanager
def _started(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
