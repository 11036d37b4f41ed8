"""The image cannot be built by the tests; what can be is the wheel, from the files that the Dockerfile copies."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from kubecfg_runtime.settings import Settings

ROOT: Final = Path(__file__).parents[2]
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text()
INSTRUCTIONS: Final = [
    line for line in re.sub(r"\\\n(\s*#.*\n)*", "", DOCKERFILE).splitlines() if line and line[0] != "#"
]


def copied() -> list[str]:
    words = [line.split() for line in INSTRUCTIONS if line.startswith("COPY ") and "--from" not in line]
    return [source for _, *sources, _ in words for source in sources]


def test_the_wheel_is_whole_when_built_from_what_is_copied(tmp_path: Path) -> None:
    for name in copied():
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    [wheel] = (tmp_path / "dist").glob("*.whl")
    packages = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist() if name.endswith("/py.typed")}
    assert packages == {path.parent.name for path in [*ROOT.glob("*/py.typed"), *ROOT.glob("*/*/py.typed")]}


def test_what_is_copied_is_sent_to_the_engine() -> None:
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    assert sorted(sent) == sorted(copied())


def test_the_settings_of_the_image_exist() -> None:
    names = re.findall(r"\b(KUBECFG_[A-Z_]+)=", DOCKERFILE)

    assert names
    assert {name.lower() for name in names} <= {field.name for field in msgspec.structs.fields(Settings)}


def test_the_image_does_not_run_as_root() -> None:
    assert [line for line in INSTRUCTIONS if line.startswith("USER ")] == ["USER 10001:10001"]


@pytest.mark.parametrize(("status", "expected"), [(200, 0), (503, 1)])
async def test_the_health_check_asks_the_service(status: int, expected: int) -> None:
    [line] = [line for line in INSTRUCTIONS if line.startswith("HEALTHCHECK ")]
    _, *code = json.loads(line[line.index("[") :])
    app = web.Application()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app.router.add_get("/healthz", answer)
    async with TestServer(app) as server:
        done = await exit_status([sys.executable, *code], str(server.port))

    assert done == expected


async def exit_status(command: list[str], port: str) -> int:
    process = await asyncio.create_subprocess_exec(
        *command, env={"KUBECFG_PORT": port}, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()
