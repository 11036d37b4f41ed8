from datetime import UTC, datetime
from typing import Any

import pytest

from kubecfg_core.errors import InvalidInput, NotConfigured
from kubecfg_core.metrics import Metric, Sample, belongs_to
from kubecfg_core.testing.metrics_source import FixedMetrics
from kubecfg_core.usecases.usage import Usage

from .world import World, new_cluster

SAMPLE = Sample(timestamp=datetime(2024, 1, 15, 10, 0, tzinfo=UTC), usage=0.45)


def pod_metrics(name: str, cpu: str = "250m", memory: str = "1Mi") -> dict[str, Any]:
    return {
        "apiVersion": "metrics.k8s.io/v1beta1",
        "kind": "PodMetrics",
        "metadata": {"name": name, "namespace": "default"},
        "timestamp": "2024-01-15T10:29:30Z",
        "containers": [{"name": "app", "usage": {"cpu": cpu, "memory": memory}}],
    }


def usage(world: World, source: FixedMetrics | None = None) -> Usage:
    return Usage(source, world.repo, world.connector, world.clock)


async def test_prometheus_is_asked_where_it_is_configured() -> None:
    world = World()
    source = FixedMetrics({("john", "default", Metric.CPU): [SAMPLE]})

    assert await usage(world, source).usage(world.ann, username="john", metric=Metric.CPU) == [SAMPLE]


async def test_without_prometheus_the_pods_current_figures_are_summed() -> None:
    world = World()
    await world.onboarded()
    world.cluster.objects += [pod_metrics("john-1"), pod_metrics("web-john-2"), pod_metrics("mary-1")]

    samples = await usage(world).usage(world.ann, username="john", metric=Metric.CPU)

    assert [sample.usage for sample in samples] == [0.5]


async def test_memory_is_in_bytes() -> None:
    world = World()
    await world.onboarded()
    world.cluster.objects += [pod_metrics("john-1")]

    samples = await usage(world).usage(world.ann, username="john", metric=Metric.MEMORY)

    assert [sample.usage for sample in samples] == [1048576]


async def test_no_pods_are_no_samples() -> None:
    world = World()
    await world.onboarded()

    assert await usage(world).usage(world.ann, username="john", metric=Metric.CPU) == []


async def test_the_selected_one_of_several_clusters_is_asked() -> None:
    world = World()
    await world.onboarded()
    other = await world.clusters.onboard(world.ann, new_cluster("other"))
    await world.clusters.select(world.ann, other.id)
    world.cluster.objects += [pod_metrics("john-1")]

    assert len(await usage(world).usage(world.ann, username="john", metric=Metric.CPU)) == 1


async def test_several_clusters_and_none_selected_is_an_error_that_says_what_to_do() -> None:
    world = World()
    await world.onboarded()
    await world.clusters.onboard(world.ann, new_cluster("other"))

    with pytest.raises(NotConfigured, match="PROMETHEUS_URL"):
        await usage(world).usage(world.ann, username="john", metric=Metric.CPU)


async def test_a_cluster_without_metrics_server_is_an_error_that_says_so() -> None:
    world = World()
    await world.onboarded()
    world.cluster.absent.add("pods.metrics.k8s.io")

    with pytest.raises(NotConfigured, match="metrics-server"):
        await usage(world).usage(world.ann, username="john", metric=Metric.CPU)


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ("username", {"username": ""}),
        ("username", {"username": "a\nb"}),
        ("namespace", {"namespace": 'default"} or vector(1) or up{x="'}),
        ("namespace", {"namespace": "Default"}),
        ("namespace", {"namespace": ""}),
        ("duration", {"duration": -1}),
        ("duration", {"duration": 0}),
        ("duration", {"duration": 10**9}),
        ("step", {"step": 0}),
        ("step", {"step": -5}),
        ("step", {"step": 10**9}),
        ("step", {"duration": 86400, "step": 1}),
    ],
)
async def test_an_unfit_parameter_is_refused_by_its_name(parameter: str, values: dict[str, Any]) -> None:
    world = World()
    fields = {"username": "john", "metric": Metric.CPU, **values}

    with pytest.raises(InvalidInput, match=parameter):
        await usage(world, FixedMetrics()).usage(world.ann, **fields)


@pytest.mark.parametrize(
    ("pod", "username", "expected"),
    [
        ("john-doe-0", "john.doe", True),
        ("web-john-doe-7d9f", "John.Doe", True),
        ("john", "john", True),
        ("johnny-0", "john", False),
        ("littlejohn", "john", False),
        ("web-0", "...", False),
    ],
)
def test_a_pod_is_a_users_when_their_name_stands_in_its_name(pod: str, username: str, expected: bool) -> None:  # noqa: FBT001 - a test's parameter
    assert belongs_to(pod, username) is expected
