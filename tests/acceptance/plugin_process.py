"""A process of its own in which plugins are loaded: what is installed there does not reach the test run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

_SCRIPT: Final = """
import asyncio, json, sys
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.usecases.analysis import analyze
from kubecfg_runtime.compose import make_plugins
from kubecfg_runtime.settings import Settings
import msgspec

objects, types = json.load(sys.stdin)
plugins = make_plugins(Settings.from_environment())
known = [analyzer.name for analyzer in plugins.analyzers]
chosen = plugins.select([name for name in types if name in known])
analysis = asyncio.run(analyze(InMemoryCluster(objects), chosen, clock=FakeClock()))
answer = {"infos": plugins.infos, "codes": [playbook.code for playbook in plugins.playbooks], "analysis": analysis}
print(msgspec.json.encode(answer).decode())
"""


def run(installed: Path, *, objects: list[Any] | None = None, types: tuple[str, ...] = (), blocked: str = "") -> Any:
    """Load all plugins with `installed` on the path, analyse the objects by these types, and say what came of it."""
    path = os.pathsep.join(part for part in (str(installed), os.environ.get("PYTHONPATH")) if part)
    environment = {**os.environ, "PYTHONPATH": path, "KUBECFG_PLUGINS_BLOCKED": blocked}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        input=json.dumps([objects or [], types]),
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        cwd=installed,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
