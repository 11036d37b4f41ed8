from __future__ import annotations

import subprocess
import sys
import time
import traceback
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from kubecfg_core.errors import SettingsError, UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.metrics import Metric, UsageQuery
from kubecfg_core.secret import Secret
from kubecfg_prometheus import PodSelection, PrometheusMetrics
from tests.fakes.prometheus_server import END, FakePrometheus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

QUERY = UsageQuery(username="john.doe", metric=Metric.CPU, namespace="shop", duration=600, step=60, end=END)


@asynccontextmanager
async def served(mode: str, **kwargs: Any) -> AsyncIterator[tuple[FakePrometheus, PrometheusMetrics]]:
    async with FakePrometheus(mode) as server:
        source = PrometheusMetrics(server.url, **kwargs)
        try:
            yield server, source
        finally:
            await source.close()


async def test_samples_come_in_the_order_of_time() -> None:
    async with served("ok") as (_, source):
        samples = await source.usage(QUERY)

    assert [(sample.timestamp - END + timedelta(minutes=10), sample.usage) for sample in samples] == [
        (timedelta(0), 0.25),
        (timedelta(minutes=1), 0.5),
    ]


async def test_the_range_and_the_deadline_are_sent() -> None:
    async with served("empty", timeout=7) as (server, source):
        await source.usage(QUERY)

    form = server.forms[0]
    assert float(form["end"]) == END.timestamp()
    assert float(form["start"]) == END.timestamp() - 600
    assert (form["step"], form["timeout"]) == ("60", "7s")


async def test_values_that_are_no_figures_are_left_out() -> None:
    async with served("odd") as (_, source):
        samples = await source.usage(QUERY)

    assert [(sample.timestamp, sample.usage) for sample in samples] == [(datetime.fromtimestamp(4, UTC), 1000.0)]


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("bad-data", UpstreamRefused),
        ("denied", UpstreamRefused),
        ("broken", UpstreamRefused),
        ("redirect", UpstreamRefused),
        ("html", UpstreamRefused),
        ("vector", UpstreamRefused),
        ("words", UpstreamRefused),
        ("far-future", UpstreamRefused),
        ("huge", UpstreamRefused),
        ("bomb", UpstreamRefused),
        ("timeout", UpstreamTimeout),
        ("never", UpstreamTimeout),
    ],
)
async def test_a_failure_is_told_in_our_words(mode: str, error: type[UpstreamError]) -> None:
    async with served(mode, timeout=0.5 if mode == "never" else 10) as (_, source):
        start = time.monotonic()
        with pytest.raises(error) as caught:
            await source.usage(QUERY)

    assert type(caught.value) is error
    assert "canary" not in str(caught.value)
    assert time.monotonic() - start < 5


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    source = PrometheusMetrics("http://127.0.0.1:9")
    with pytest.raises(UpstreamUnreachable):
        await source.ping()
    await source.close()


async def test_a_redirect_is_not_followed() -> None:
    async with served("redirect") as (server, source):
        with pytest.raises(UpstreamRefused):
            await source.ping()

        assert len(server.forms) == 1


async def test_a_user_in_the_url_is_sent_and_never_shown() -> None:
    async with FakePrometheus("denied") as server:
        source = PrometheusMetrics(server.url.replace("://", "://me:canary@"))
        with pytest.raises(UpstreamRefused) as caught:
            await source.ping()
        await source.close()

    assert server.headers[0]["Authorization"].startswith("Basic ")
    assert "canary" not in "".join(traceback.format_exception(caught.value)) + repr(vars(source))


async def test_a_token_is_sent_as_a_bearers() -> None:
    async with served("empty", token=Secret("t")) as (server, source):
        await source.usage(QUERY)

    assert server.headers[0]["Authorization"] == "Bearer t"


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    async with served("empty") as (server, source):
        await source.usage(QUERY)

    assert len(server.forms) == 1


@pytest.mark.parametrize("url", ["", "prometheus:9090", "ftp://p", "http://", "http://me:canary/x@p", "http://p/?q=1"])
def test_an_address_that_is_none_is_a_setting_error_that_does_not_quote_it(url: str) -> None:
    with pytest.raises(SettingsError, match="PROMETHEUS_URL") as caught:
        PrometheusMetrics(url)

    assert "canary" not in "".join(traceback.format_exception(None, caught.value, None))


def test_the_rate_spans_four_scrapes_at_least() -> None:
    source = PrometheusMetrics("http://p", scrape_interval=15)

    assert "[60s]" in source.promql(QUERY)
    assert "[600s]" in source.promql(msgspec.structs.replace(QUERY, step=600))


def test_a_label_selects_where_one_is_set() -> None:
    source = PrometheusMetrics("http://p", selection=PodSelection.parse(label="label_user"))

    assert source.promql(msgspec.structs.replace(QUERY, metric=Metric.MEMORY)) == (
        'sum(container_memory_working_set_bytes{namespace="shop",label_user="john.doe",container!="",container!="POD"})'
    )


def test_importing_the_package_does_not_import_aiohttp() -> None:
    code = "import kubecfg_prometheus, sys; sys.exit('aiohttp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
