"""A Prometheus that misbehaves on demand, and a real one with known figures where the binary is installed."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.request import urlopen

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

END = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
MATRIX = '{"status":"success","data":{"resultType":"matrix","result":[%s]}}'
HUGE = 9 * 1024 * 1024

# pod, container, cores, bytes: the second and third rows count the first once more, as cAdvisor does.
FIGURES = (
    ("john-doe-0", "app", 0.5, 1000.0),
    ("john-doe-0", "", 0.5, 1000.0),
    ("john-doe-0", "POD", 0.25, 10.0),
    ("notebook-john-doe-1", "app", 0.25, 500.0),
    ("john-doering-0", "app", 4.0, 1e9),
    ("bjohn-doe", "app", 4.0, 1e9),
)


class FakePrometheus:
    """Answers by `mode`; keeps the forms and headers of every request it got."""

    def __init__(self, mode: str = "ok") -> None:
        self.mode = mode
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        app = web.Application()
        app.router.add_post("/prefix/api/v1/{call}", self._handle)
        self._server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self._server.make_url("/prefix/"))

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _handle(self, request: web.Request) -> web.Response:
        self.forms.append({key: str(value) for key, value in (await request.post()).items()})
        self.headers.append(dict(request.headers))
        start = float(self.forms[-1].get("start", 0))
        series = f'{{"metric":{{}},"values":[[{start + 60},"0.5"],[{start},"0.25"]]}}'
        odd = '{"metric":{},"values":[[1,"NaN"],[2,"+Inf"],[3,"-Inf"],[4,"1e3"]]}'
        bodies = {
            "ok": (200, MATRIX % series),
            "empty": (200, MATRIX % ""),
            "odd": (200, MATRIX % odd),
            "words": (200, MATRIX % '{"metric":{},"values":[[1,"many"]]}'),
            "far-future": (200, MATRIX % '{"metric":{},"values":[[1e300,"1"]]}'),
            "vector": (200, '{"status":"success","data":{"resultType":"vector","result":[]}}'),
            "html": (200, "<html>welcome</html>"),
            "huge": (200, " " * HUGE),
            "bad-data": (400, '{"status":"error","errorType":"bad_data","error":"canary at 10.1.2.3"}'),
            "timeout": (503, '{"status":"error","errorType":"timeout","error":"canary"}'),
            "denied": (401, "canary"),
            "broken": (500, "canary"),
        }
        if self.mode == "never":
            await asyncio.sleep(30)
        if self.mode == "redirect":
            return web.Response(status=302, headers={"Location": "/prefix/api/v1/elsewhere"})
        if self.mode == "bomb":
            return web.Response(body=gzip.compress(b" " * 8 * HUGE), headers={"Content-Encoding": "gzip"})
        status, body = bodies[self.mode]
        return web.Response(status=status, text=body)


@contextmanager
def real_prometheus(folder: Path) -> Iterator[str]:
    """The URL of a real server that holds `FIGURES` for the hour before `END`. Skips where it is not installed."""
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        reason = "prometheus is not installed (apt-get install prometheus)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    (folder / "figures").write_text(_openmetrics())
    (folder / "prometheus.yml").write_text("global: {}\n")
    load = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(folder / "figures"), str(folder / "data")]
    subprocess.run(load, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "data",
        "storage.tsdb.retention.time": "100y",
        "web.listen-address": address,
    }
    command = ["prometheus", *(f"--{name}={value}" for name, value in options.items())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://{address}/-/ready")
            yield f"http://{address}"
        finally:
            process.terminate()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _openmetrics() -> str:
    counters = [_series("container_cpu_usage_seconds_total", pod, box, cores, 0.0) for pod, box, cores, _ in FIGURES]
    gauges = [_series("container_memory_working_set_bytes", pod, box, 0.0, size) for pod, box, _, size in FIGURES]
    return "".join(
        [
            "# TYPE container_cpu_usage_seconds counter\n",
            *counters,
            "# TYPE container_memory_working_set_bytes gauge\n",
            *gauges,
            "# EOF\n",
        ]
    )


def _series(metric: str, pod: str, container: str, slope: float, level: float) -> str:
    start = int(END.timestamp()) - 3600
    labels = f'{{namespace="shop",pod="{pod}",container="{container}"}}'
    return "".join(f"{metric}{labels} {slope * at + level} {start + at}\n" for at in range(0, 3601, 30))
