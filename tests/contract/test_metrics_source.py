"""The contract of the metrics port: over the twin, the adapter on a fake server, and the adapter on a real one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from kubecfg_core.errors import InvalidInput
from kubecfg_core.metrics import Metric, Sample, UsageQuery
from kubecfg_core.testing.metrics_source import FixedMetrics
from kubecfg_prometheus import PrometheusMetrics
from tests.fakes.prometheus_server import END, real_prometheus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from kubecfg_core.ports.metrics_source import MetricsSource

QUERY = UsageQuery(
    username="john.doe", metric=Metric.CPU, namespace="shop", duration=1800, step=300, end=END - timedelta(seconds=30)
)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with real_prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        yield url


@pytest.fixture(params=["twin", "prometheus"])
async def source(request: pytest.FixtureRequest) -> AsyncIterator[MetricsSource]:
    """A source that knows 0.75 cores and 1500 bytes of john.doe in `shop`, over the hour before `END`."""
    if request.param == "twin":
        moments = [QUERY.end - timedelta(seconds=300 * n) for n in range(10)]
        laid_down = {Metric.CPU: 0.75, Metric.MEMORY: 1500.0}
        yield FixedMetrics(
            {
                ("john.doe", "shop", metric): [Sample(timestamp=moment, usage=value) for moment in moments]
                for metric, value in laid_down.items()
            }
        )
        return
    metrics = PrometheusMetrics(request.getfixturevalue("prometheus"))
    yield metrics
    await metrics.close()


async def test_cpu_is_the_sum_of_the_users_containers_in_cores(source: MetricsSource) -> None:
    samples = await source.usage(QUERY)

    assert [sample.usage for sample in samples] == pytest.approx([0.75] * 7)


async def test_memory_is_the_sum_of_the_users_containers_in_bytes(source: MetricsSource) -> None:
    samples = await source.usage(msgspec.structs.replace(QUERY, metric=Metric.MEMORY))

    assert [sample.usage for sample in samples] == [1500.0] * 7


async def test_samples_are_a_step_apart_oldest_first_and_end_with_the_query(source: MetricsSource) -> None:
    samples = await source.usage(QUERY)

    assert [sample.timestamp for sample in samples] == [
        QUERY.end - timedelta(seconds=300 * n) for n in range(6, -1, -1)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        ".*",
        "doe|.*",
        'x"} or vector(1) or up{x="',
        'john.doe",pod=~".*',
        "a\\",
        'a"\n',
        ".*|secret",
        '{__name__=~".+"}',
        "$(id)",
        "{username}",
    ],
)
async def test_a_name_selects_its_own_pods_alone(source: MetricsSource, name: str) -> None:
    answers = [
        await source.usage(msgspec.structs.replace(QUERY, username=name)),
        await source.usage(msgspec.structs.replace(QUERY, namespace=name)),
    ]

    assert answers == [[], []]


async def test_no_data_in_that_time_is_an_empty_answer(source: MetricsSource) -> None:
    assert await source.usage(msgspec.structs.replace(QUERY, end=END - timedelta(days=30))) == []


@pytest.mark.parametrize(("duration", "step"), [(0, 60), (60, 0), (-1, 60), (60, -1), (12_000, 1)])
async def test_a_range_out_of_bounds_is_invalid(source: MetricsSource, duration: int, step: int) -> None:
    with pytest.raises(InvalidInput):
        await source.usage(msgspec.structs.replace(QUERY, duration=duration, step=step))


async def test_it_answers_a_ping(source: MetricsSource) -> None:
    await source.ping()


async def test_closing_twice_is_no_error(source: MetricsSource) -> None:
    await source.close()

    await source.close()
