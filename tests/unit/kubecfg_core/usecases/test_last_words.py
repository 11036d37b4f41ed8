from __future__ import annotations

import asyncio

import pytest

from kubecfg_core import Finding, Severity
from kubecfg_core.errors import UpstreamTimeout
from kubecfg_core.problems import Problem, to_problems
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.usecases.last_words import LastWords


def make_problem(code: str = "pod.crashloop", *, kind: str = "Pod", name: str = "api-1") -> Problem:
    finding = Finding(
        code=code,
        kind=kind,
        name=name,
        namespace="shop",
        text="It crashes.",
        severity=Severity.ERROR,
        evidence={"container": "app"},
    )
    return to_problems([finding])[0]


@pytest.fixture
def cluster() -> InMemoryCluster:
    cluster = InMemoryCluster()
    cluster.texts["shop", "api-1", "app", True] = "start\n\nno such file: /etc/app.yaml\n"
    cluster.texts["shop", "api-1", "app", False] = "job failed\n"
    return cluster


async def test_a_container_that_crashes_is_quoted_from_its_run_before(cluster: InMemoryCluster) -> None:
    assert await LastWords(cluster).of(make_problem()) == ("start", "no such file: /etc/app.yaml")


async def test_a_container_that_ended_for_good_is_quoted_from_its_only_run(cluster: InMemoryCluster) -> None:
    assert await LastWords(cluster).of(make_problem("pod.container_failed")) == ("job failed",)


@pytest.mark.parametrize(
    "problem",
    [make_problem("pod.unschedulable"), make_problem(kind="Deployment")],
    ids=["nothing ran", "no pod"],
)
async def test_what_did_not_crash_is_not_asked_for_its_log(cluster: InMemoryCluster, problem: Problem) -> None:
    assert await LastWords(cluster).of(problem) == ()
    assert cluster.requests == []


async def test_only_so_many_logs_are_read(cluster: InMemoryCluster) -> None:
    words = LastWords(cluster, most=2)
    for number in range(5):
        await words.of(make_problem(name=f"api-{number}"))

    assert len(cluster.requests) == 2


async def test_a_cluster_that_fails_has_no_log(cluster: InMemoryCluster) -> None:
    cluster.error = UpstreamTimeout()

    assert await LastWords(cluster).of(make_problem()) == ()


async def test_a_node_that_does_not_answer_is_not_waited_for() -> None:
    class Silent(InMemoryCluster):
        async def logs(self, *_: object, **__: object) -> str:
            await asyncio.sleep(30)
            return "too late"

    assert await LastWords(Silent(), seconds=0.05).of(make_problem()) == ()


async def test_no_more_lines_are_kept_than_a_model_is_sent(cluster: InMemoryCluster) -> None:
    cluster.texts["shop", "api-1", "app", True] = "x\n" * 500

    assert len(await LastWords(cluster).of(make_problem())) == 40
