"""A change through a plan does what the typed one does: each on a cluster of its own, from the same start."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl import judge
from kubecfg_core.secret import Secret
from kubecfg_core.users import Role
from kubecfg_demo import Running, shop_simulator
from kubecfg_kubectl import KubectlProcess, binary
from tests.fakes.kubectl import Kubectls, kubectls
from tests.integration.test_kubectl_faithful import alike
from tests.unit.kubecfg_core.kubectl.commands import ADMINS, CONFIRMED, OPERATORS


@pytest.fixture
async def kubectl() -> AsyncIterator[Kubectls]:
    async with kubectls() as maker:
        yield maker


async def typed(command: str, config: Path) -> tuple[str, str, int | None]:
    """What kubectl gives to the person who types the command."""
    child = await asyncio.create_subprocess_exec(
        binary.locate(None),
        *shlex.split(command)[1:],
        env={"KUBECONFIG": str(config), "HOME": "/nonexistent", "KUBECACHEDIR": "/dev/null/none", "TZ": "UTC"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    out, err = await asyncio.wait_for(child.communicate(), 30)
    return alike(out.decode()), alike(err.decode()), child.returncode


async def planned(command: str, cluster: Running, runner: KubectlProcess) -> tuple[str, str, int | None]:
    """What the plan of the command gives."""
    target = ClusterTarget(
        name="shop",
        server_url=cluster.url.replace("127.0.0.1", "localhost"),
        token=Secret(cluster.admin_token),
        ca_data=cluster.ca_data,
    )
    given = await runner.run(judge(command, role=Role.ADMIN, confirmed=True), target)
    return alike(given.stdout), alike(given.stderr), given.return_code


def writes(cluster: Running) -> list[tuple[str, str]]:
    """What was written, without the queries."""
    return [(seen.method, seen.path.partition("?")[0]) for seen in cluster.requests if seen.method != "GET"]


@pytest.mark.timeout(240)
async def test_every_everyday_change_does_what_kubectl_does(kubectl: Kubectls, tmp_path: Path) -> None:
    runner, config, different = kubectl(), tmp_path / "config", []
    async with shop_simulator().serve() as one, shop_simulator().serve() as other:
        config.write_text(one.kubeconfig())
        for command in (*OPERATORS, *ADMINS, *CONFIRMED):
            asked, given = await asyncio.gather(typed(command, config), planned(command, other, runner))
            if (asked, writes(one)) != (given, writes(other)):
                different.append((command, asked, given, writes(one)[-3:], writes(other)[-3:]))
            one.requests.clear()
            other.requests.clear()

    assert different == []


def shown(command: str) -> str:
    """The command, so that it prints the object which it would send: kubectl sends it in a form that is not text."""
    before, dashes, container = command.partition(" -- ")
    return f"{before} --dry-run=client -o json{dashes}{container}"


CREATED = [
    command
    for command in (*OPERATORS, *ADMINS)
    if command.startswith("kubectl create ") and "dry-run" not in command and " token " not in command
]


@pytest.mark.timeout(240)
async def test_everything_that_is_created_is_what_kubectl_creates(kubectl: Kubectls, tmp_path: Path) -> None:
    runner, config, different = kubectl(), tmp_path / "config", []
    async with shop_simulator().serve() as cluster:
        config.write_text(cluster.kubeconfig())
        for command in map(shown, CREATED):
            asked, given = await asyncio.gather(typed(command, config), planned(command, cluster, runner))
            if asked != given or (asked[2] != 0 and "absent" not in command):
                different.append((command, asked, given))

    assert different == []
