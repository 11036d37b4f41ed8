"""What stands beside the documented API."""

import re
from importlib.resources import files

import pytest

from kubecfg_core.errors import StorageUnavailable, UpstreamTimeout
from kubecfg_core.llm_counts import LlmCounts
from kubecfg_core.ports.llm import Usage
from kubecfg_core.usecases.health import Part
from kubecfg_http.metrics import HttpMetrics
from tests.fakes.http_service import Client, World, serving


async def well() -> str:
    return "fine"


async def unwell() -> str:
    raise StorageUnavailable("The database cannot be reached.")


async def test_the_process_lives(client: Client) -> None:
    async with client.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_the_service_is_ready_when_every_essential_part_is() -> None:
    world = World(options={"parts": {"database": Part(well), "bus": Part(unwell, essential=False)}})
    async with serving(world) as client, client.get("/readyz") as response:
        answer = await response.json()

    assert (response.status, answer["ready"]) == (200, True)
    assert answer["parts"]["bus"] == {"ok": False, "essential": False, "detail": "The database cannot be reached."}


async def test_the_service_is_not_ready_without_an_essential_part() -> None:
    world = World(options={"parts": {"database": Part(unwell), "kubectl": Part(well)}})
    async with serving(world) as client, client.get("/readyz") as response:
        answer = await response.json()

    assert response.status == 503
    assert (answer["detail"], answer["ready"]) == ("Not ready: database.", False)
    assert answer["parts"]["kubectl"] == {"ok": True, "essential": True, "detail": "fine"}


async def test_metrics_count_requests_by_template(client: Client, headers: dict[str, str]) -> None:
    for cluster_id in (5, 6):
        async with client.get(f"/kubeconfig/get-namespaces/{cluster_id}", headers=headers):
            pass
    async with client.request("PROPFIND", "/whatever"):
        pass

    async with client.get("/metrics") as response:
        text = await response.text()

    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    route = 'route="/kubeconfig/get-namespaces/{cluster_id}"'
    assert f'kubecfg_http_requests_total{{method="GET",{route},status="404"}} 2.0' in text
    assert 'kubecfg_http_requests_total{method="OTHER",route="unmatched",status="404"} 1.0' in text
    assert "kubecfg_http_requests_in_flight 1.0" in text


async def test_two_services_in_one_process_count_for_themselves() -> None:
    async with serving(World()) as one, serving(World()) as other:
        async with one.get("/healthz"):
            pass
        async with other.get("/metrics") as response:
            assert 'route="/healthz"' not in await response.text()


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
async def test_everything_that_the_page_refers_to_is_served_from_here(client: Client, path: str) -> None:
    async with client.get(path) as response:
        page = await response.text()
    links = re.findall(r'(?:src|href|data-url)="([^"]+)"', page)

    assert len(links) == 6
    for link in set(links) - {"data:,"}:
        async with client.get(str(response.url.join(response.url.__class__(link)).path)) as found:
            assert found.status == 200


async def test_the_page_may_load_nothing_from_elsewhere(client: Client) -> None:
    async with client.get("/docs") as response:
        policy = response.headers["Content-Security-Policy"]

    assert "http" not in policy
    assert "script-src 'self';" in policy


async def test_the_vendored_files_come_with_their_licence() -> None:
    vendored = files("kubecfg_http").joinpath("static/vendor")

    assert "Apache License" in vendored.joinpath("LICENSE").read_text(encoding="utf-8")
    assert "swagger-ui-dist" in vendored.joinpath("README.md").read_text(encoding="utf-8")


async def test_metrics_tell_what_a_language_model_took() -> None:
    counts = LlmCounts(price_in=2.0, price_out=8.0)
    counts.add(Usage(tokens_in=1000, tokens_out=250))
    counts.fail(UpstreamTimeout())
    counts.cache_hits = 3
    metrics = HttpMetrics()
    metrics.watch(counts)
    text = metrics.exposition().decode()

    assert "kubecfg_llm_requests_total 1.0" in text
    assert 'kubecfg_llm_tokens_total{direction="out"} 250.0' in text
    assert 'kubecfg_llm_failures_total{reason="timeout"} 1.0' in text
    assert 'kubecfg_llm_failures_total{reason="budget"} 0.0' in text
    assert "kubecfg_llm_cache_hits_total 3.0" in text
    assert "kubecfg_llm_cost_total 0.004" in text


async def test_without_a_language_model_there_is_nothing_to_tell_of_it(client: Client) -> None:
    async with client.get("/metrics") as response:
        assert "kubecfg_llm" not in await response.text()
