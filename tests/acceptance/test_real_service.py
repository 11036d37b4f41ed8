"""The whole service on its real adapters, against the simulator loaded with the recorded objects of a real cluster."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from kubecfg_core.inprocess import InProcessBus
from kubecfg_core.secret import Secret
from kubecfg_demo import Rule, Running
from kubecfg_http import create_app, listening
from kubecfg_runtime import Kubecfg, Settings
from tests.integration.simulated import RECORDED_AT, RECORDINGS, recorded_simulator
from tests.postgres import require_server, temporary_database
from tests.unit.kubecfg_analyzers.test_culprits import CAUSES

PASSWORD = "correct horse battery"


@dataclass
class Service:
    session: ClientSession
    kubecfg: Kubecfg
    cluster: Running
    folder: Path
    headers: dict[str, str]

    async def call(self, method: str, path: str, body: Any = None, status: int = 200, **params: Any) -> Any:
        async with self.session.request(
            method, f"/kubeconfig{path}", json=body, params=params, headers=self.headers
        ) as response:
            answer = await response.json()
            assert response.status == status, answer
            return answer

    async def onboard(self, **changes: Any) -> Any:
        new = {
            "cluster_name": "recorded",
            "server_url": self.cluster.url,
            "token": self.cluster.admin_token,
            "ca_data": self.cluster.ca_data,
        }
        return await self.call("POST", "/onboard-cluster", {**new, **changes}, status=201)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest) -> AsyncIterator[Secret | None]:
    if request.param == "sqlite":
        yield None
        return
    async with temporary_database(await asyncio.to_thread(require_server)) as url:
        yield Secret(url)


@pytest.fixture
async def service(database_url: Secret | None, tmp_path: Path) -> AsyncIterator[Service]:
    settings = Settings(
        database_url=database_url,
        kubecfg_data_dir=tmp_path,
        kubecfg_admin_username="ann",
        kubecfg_admin_password=Secret(PASSWORD),
    ).for_own_machine()
    async with recorded_simulator(clock=lambda: RECORDED_AT).serve() as cluster, Kubecfg(settings) as kubecfg:
        app = create_app(await kubecfg.services())
        async with listening(app, "127.0.0.1", 0) as url, ClientSession(url) as session:
            async with session.post("/auth/login", json={"username": "ann", "password": PASSWORD}) as response:
                token = (await response.json())["access_token"]
            yield Service(session, kubecfg, cluster, tmp_path, {"Authorization": f"Bearer {token}"})


async def test_the_service_finds_in_the_cluster_what_the_command_finds_in_its_dump(service: Service) -> None:
    cluster = await service.onboard()

    answer = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}")

    dump = await service.kubecfg.analyze_dump(RECORDINGS / "http")
    found = {_identity(entry["problem"]) for entry in answer["problems_with_solutions"]}
    recorded = {
        (p.problem.code, p.problem.kind, p.problem.namespace, p.problem.name) for p in dump.problems_with_solutions
    }
    assert found == recorded


async def test_the_flat_list_has_an_entry_for_each_object_that_the_folded_one_names(service: Service) -> None:
    cluster = await service.onboard()

    folded = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}")
    flat = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}", fold="false")

    problems = [entry["problem"] for entry in folded["problems_with_solutions"]]
    told = {_place(item) for problem in problems for item in (problem, *problem["members"], *problem["symptoms"])}
    assert folded["total_problems"] < flat["total_problems"]
    assert {_place(entry["problem"]) for entry in flat["problems_with_solutions"]} <= told


async def test_hygiene_is_a_list_of_its_own_where_it_is_asked_for(service: Service) -> None:
    cluster = await service.onboard()

    plain = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}")
    both = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}", include="hygiene")

    assert "hygiene" not in plain
    assert both["total_problems"] == plain["total_problems"]
    assert {entry["problem"]["code"].partition(".")[0] for entry in both["hygiene"]} == {"hygiene"}


async def test_what_a_model_would_be_sent_is_shown_under_pseudonyms(service: Service) -> None:
    cluster = await service.onboard()

    path = f"/analyze-k8s-with-solutions/{cluster['id']}"
    answers = [await service.call("POST", path, include="prompts", resource_types="all") for _ in range(2)]

    first, again = [[json.loads(prompt.splitlines()[1]) for prompt in answer["prompts"]] for answer in answers]
    assert len(first) == answers[0]["total_problems"]
    assert "api-6dc84ffc9c" not in str(first)
    assert [told["problem"]["name"] for told in first] == [told["problem"]["name"] for told in again]


async def test_every_kind_is_told_with_its_state(service: Service) -> None:
    cluster = await service.onboard()

    answer = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}", resource_types="services")

    kinds = {kind["resource"]: (kind["state"], kind["objects"] > 0) for kind in answer["kinds"]}
    assert kinds["pods"] == kinds["services"] == ("listed", True)


async def test_every_problem_comes_with_a_solution_that_has_steps(service: Service) -> None:
    cluster = await service.onboard()

    answer = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}")

    assert all(entry["solution"]["remediation_steps"] for entry in answer["problems_with_solutions"])


async def test_kubectl_through_the_service_prints_what_kubectl_prints(service: Service) -> None:
    cluster = await service.onboard()
    recorded = json.loads((RECORDINGS / "kubectl" / "17-get-pods-n-crashloop-o-jsonpath-items-me.json").read_text())

    answer = await service.call("POST", f"/execute-kubectl-direct/{cluster['id']}", {"command": recorded["command"]})

    assert (answer["success"], answer["output"]) == (True, recorded["stdout"])


async def test_a_command_that_fails_is_an_answer(service: Service) -> None:
    cluster = await service.onboard()

    answer = await service.call(
        "POST", f"/execute-kubectl-direct/{cluster['id']}", {"command": "get pod absent -n crashloop"}
    )

    assert (answer["success"], answer["return_code"], "NotFound" in answer["error"]) == (False, 1, True)


async def test_nodes_of_all_clusters_are_counted(service: Service) -> None:
    await service.onboard()

    answer = await service.call("GET", "/nodes/status/all-clusters")

    assert answer["totals"] == {"ready": 2, "not_ready": 1, "total": 3}


async def test_a_wrong_token_is_refused_by_the_cluster_and_nothing_is_stored(service: Service) -> None:
    body = {
        "cluster_name": "x",
        "server_url": service.cluster.url,
        "token": "wrong",
        "ca_data": service.cluster.ca_data,
    }

    await service.call("POST", "/onboard-cluster", body, status=502)

    assert (await service.call("GET", "/clusters"))["clusters"] == []


async def test_a_server_whose_certificate_is_not_trusted_is_refused(service: Service) -> None:
    body = {"cluster_name": "x", "server_url": service.cluster.url, "token": service.cluster.admin_token}

    answer = await service.call("POST", "/onboard-cluster", body, status=502)

    assert "certificate" in answer["detail"].lower()


async def test_a_server_without_verification_is_accepted_where_it_is_asked_for(service: Service) -> None:
    cluster = await service.onboard(ca_data=None, use_secure_tls=False)

    assert len((await service.call("GET", f"/get-namespaces/{cluster['id']}"))["namespaces"]) == 17


async def test_a_token_that_may_list_nothing_gets_no_missing_objects(service: Service) -> None:
    service.cluster.add_token("nobody", user="nobody", allow=())
    cluster = await service.onboard(token="nobody")

    answer = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}")

    assert (answer["total_problems"], {gap["state"] for gap in answer["unreadable"]}) == (0, {"forbidden"})


async def test_a_token_that_may_list_pods_alone_gets_what_pods_tell_and_nothing_is_called_missing(
    service: Service,
) -> None:
    service.cluster.add_token("pods", user="pods", allow=(Rule(verbs=("list",), groups=("",), resources=("pods",)),))
    every = await service.onboard()
    alone = await service.onboard(cluster_name="pods", token="pods")

    whole = await service.call("POST", f"/analyze-k8s-with-solutions/{every['id']}", resource_types="all")
    answer = await service.call("POST", f"/analyze-k8s-with-solutions/{alone['id']}", resource_types="all")

    states = {kind["resource"]: kind["state"] for kind in answer["kinds"]}
    assert states.pop("pods") == "listed"
    assert set(states.values()) <= {"forbidden", "absent"}
    assert {gap["resource"] for gap in answer["unreadable"]} == {
        name for name, state in states.items() if state == "forbidden"
    }
    assert _codes_of_pods(answer) == _codes_of_pods(whole)
    found = [item for entry in answer["problems_with_solutions"] for item in entry["problem"]["findings"]]
    missing = [(item["namespace"], item["code"]) for item in found if "missing" in item["code"]]
    assert missing == [("missing-secret-env", "pod.missing_secret")], "the kubelet says it; nobody else may"
    assert {item["kind"] for item in found} == {"Pod"}


async def test_the_recorded_cluster_has_one_problem_for_each_cause_with_every_analyzer(service: Service) -> None:
    cluster = await service.onboard()

    answer = await service.call("POST", f"/analyze-k8s-with-solutions/{cluster['id']}", resource_types="all")

    found = [_identity(entry["problem"]) for entry in answer["problems_with_solutions"]]
    assert sorted(found) == sorted((code, kind, namespace, name) for namespace, kind, name, code in CAUSES)


async def test_events_of_changes_reach_the_bus(service: Service) -> None:
    bus = service.kubecfg.bus
    assert isinstance(bus, InProcessBus)
    awaited = {"cluster.onboarded", "cluster.removed"}
    with bus.subscribe() as events:
        cluster = await service.onboard()
        await service.call("DELETE", f"/remove-cluster/{cluster['id']}")
        async with asyncio.timeout(20):
            async for event in events:
                awaited.discard(event.type)
                if not awaited:
                    break

    assert not awaited


async def test_the_service_is_ready(service: Service) -> None:
    async with service.session.get("/readyz") as response:
        assert (response.status, (await response.json())["parts"]["kubectl"]["ok"]) == (200, True)


async def test_no_credential_lies_in_the_data_folder_in_clear(service: Service) -> None:
    await service.onboard()

    found = b"".join(path.read_bytes() for path in service.folder.rglob("*") if path.is_file())

    assert [secret in found for secret in (service.cluster.admin_token.encode(), PASSWORD.encode())] == [False, False]


def _identity(problem: Any) -> tuple[str, str, str, str]:
    return (problem["code"], problem["kind"], problem["namespace"], problem["name"])


def _codes_of_pods(answer: Any) -> set[tuple[str, str, str]]:
    found = [item for entry in answer["problems_with_solutions"] for item in entry["problem"]["findings"]]
    return {(item["namespace"], item["name"], item["code"]) for item in found if item["kind"] == "Pod"}


def _place(item: Any) -> tuple[str, str, str]:
    return (item["kind"], item["namespace"], item["name"])
