"""Programs that stand in for kubectl: each answers the version question, and otherwise does what its body says."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kubecfg_core.egress import EgressPolicy
from kubecfg_kubectl import KubectlProcess

LOCAL = EgressPolicy.parse(allow=["127.0.0.0/8", "::1/128"])
VERSION = '{"clientVersion": {"gitVersion": "%s"}}'


def fake_kubectl(folder: Path, body: str, *, version: str = "v1.37.1") -> str:
    """Write an executable program with a Python body, and give its path."""
    path = folder / "kubectl"
    path.write_text(
        f"#!{sys.executable} -IS\n"
        "import json, os, signal, subprocess, sys, time\n"
        "if '--client' in sys.argv:\n"
        f"    print('''{VERSION % version}''')\n"
        "    sys.exit()\n"
        f"{body}\n"
    )
    path.chmod(0o700)
    return str(path)


class Kubectls:
    """Makes runners that may reach this machine, and closes them all at the end."""

    def __init__(self) -> None:
        self._made: list[KubectlProcess] = []

    def __call__(self, **given: Any) -> KubectlProcess:
        runner = KubectlProcess(**{"egress": LOCAL, **given})
        self._made.append(runner)
        return runner

    async def close(self) -> None:
        """Close what was made."""
        while self._made:
            await self._made.pop().close()


@asynccontextmanager
async def kubectls() -> AsyncIterator[Kubectls]:
    """A maker of runners for the block."""
    maker = Kubectls()
    try:
        yield maker
    finally:
        await maker.close()
