"""What every `KubectlRunner` promises: the twin, and a real kubectl against the simulated cluster."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import InvalidInput
from kubecfg_core.kubectl import judge
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner
from kubecfg_core.secret import Secret
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_demo import shop_simulator
from tests.fakes.kubectl import kubectls

NOT_FOUND = CommandResult(stdout="", stderr="Error from server (NotFound): ...", return_code=1)
NAMESPACES = CommandResult(stdout="NAME STATUS AGE\ndefault Active 1d\n", stderr="", return_code=0)


@pytest.fixture(params=["twin", "process"])
async def runner_and_target(request: pytest.FixtureRequest) -> AsyncIterator[tuple[KubectlRunner, ClusterTarget]]:
    if request.param == "twin":
        answers = {"get": NAMESPACES, "describe": NOT_FOUND}
        yield RecordingKubectl(answers), ClusterTarget(name="twin", server_url="https://cluster.example:6443")
        return
    async with shop_simulator().serve() as running:
        target = ClusterTarget(
            name="shop", server_url=running.url, token=Secret(running.admin_token), ca_data=running.ca_data
        )
        async with kubectls() as kubectl:
            yield kubectl(), target


Both = tuple[KubectlRunner, ClusterTarget]


async def test_the_version_is_a_kubernetes_version(runner_and_target: Both) -> None:
    runner, _ = runner_and_target

    assert (await runner.version()).startswith("v1.")


async def test_a_command_that_works_prints_and_ends_with_zero(runner_and_target: Both) -> None:
    runner, target = runner_and_target

    result = await runner.run(judge("get namespaces"), target)

    assert (result.return_code, "default" in result.stdout, result.stderr) == (0, True, "")


async def test_a_command_that_fails_is_a_result_and_no_error(runner_and_target: Both) -> None:
    runner, target = runner_and_target

    result = await runner.run(judge("describe pod absent"), target)

    assert result.return_code == 1
    assert "NotFound" in result.stderr


async def test_a_small_answer_is_not_truncated(runner_and_target: Both) -> None:
    runner, target = runner_and_target

    assert not (await runner.run(judge("get namespaces"), target)).truncated


async def test_a_cluster_without_tls_is_refused(runner_and_target: Both) -> None:
    runner, target = runner_and_target
    plain = msgspec.structs.replace(target, server_url=target.server_url.replace("https:", "http:"))

    with pytest.raises(InvalidInput, match="https://"):
        await runner.run(judge("get namespaces"), plain)
