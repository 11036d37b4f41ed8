"""Proofs over twins: what is asked of kubectl, and whose step it is."""

import json

import pytest

from kubecfg_core.errors import InvalidInput, NotFound, UpstreamTimeout
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.kubectl_runner import CommandResult
from kubecfg_core.problems import Finding, Severity, SolvedProblem, to_problems
from kubecfg_core.proving import Answer
from kubecfg_core.report import Report
from kubecfg_core.solutions import Solution, Step
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.testing.llm import ScriptedLLM
from kubecfg_core.testing.services import in_memory_services
from kubecfg_core.usecases.analysis import analyze
from kubecfg_core.usecases.proving import Permission, Proof, Prover, Wish, as_told
from kubecfg_core.usecases.solving import Solver
from kubecfg_core.users import Role
from tests.unit.kubecfg_core.usecases.world import URL, new_cluster

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"selector": {"app": "old"}, "ports": [{"port": 80}]},
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web"}},
    "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
}
CHANGED = {**SERVICE, "spec": {**SERVICE["spec"], "selector": {"app": "web"}}}  # type: ignore[dict-item]  # a dict in a dict
PATCH = 'kubectl patch service web -n shop -p \'{"spec":{"selector":{"app":"web"}}}\''
TYPES = ("services",)


class Kubectl:
    """Answers a dry run with the changed Service and a look with the one that there is; keeps what it was asked."""

    def __init__(self, dry: CommandResult | None = None) -> None:
        self.plans: list[Plan] = []
        self._dry = dry or CommandResult(stdout=json.dumps(CHANGED), stderr="", return_code=0)

    async def __call__(self, plan: Plan) -> CommandResult:
        self.plans.append(plan)
        if plan.verb == "get":
            return CommandResult(stdout=json.dumps(SERVICE), stderr="", return_code=0)
        return self._dry


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return Plugins.load()


@pytest.fixture
def cluster() -> InMemoryCluster:
    return InMemoryCluster([SERVICE, POD])


async def problem_id(cluster: InMemoryCluster, plugins: Plugins) -> str:
    analysis = await analyze(cluster, plugins.select(TYPES), clock=FakeClock(), folded=True)
    return next(problem.id for problem in analysis.problems if problem.code == "service.no_matching_pods")


async def proved(cluster: InMemoryCluster, plugins: Plugins, kubectl: Kubectl, command: str = PATCH) -> Proof:
    wish = Wish(problem_id=await problem_id(cluster, plugins), command=command, types=TYPES)
    prover = Prover(plugins, Solver(plugins, None), FakeClock())
    return await prover.prove(cluster, kubectl, wish, Permission(role=Role.OPERATOR))


async def test_nothing_but_dry_runs_and_looks_reaches_kubectl(cluster: InMemoryCluster, plugins: Plugins) -> None:
    kubectl = Kubectl()

    proof = await proved(cluster, plugins, kubectl)

    assert proof.verdict is Answer.CLEARS
    assert all("--dry-run=server" in plan.argv or not plan.changes for plan in kubectl.plans)
    assert [plan.verb for plan in kubectl.plans] == ["patch", "get"]


@pytest.mark.parametrize("output", ["", "not json", "{}", '{"kind":"List"}', "[1]", '{"kind":1,"metadata":{}}'])
async def test_odd_output_of_kubectl_proves_nothing(cluster: InMemoryCluster, plugins: Plugins, output: str) -> None:
    proof = await proved(cluster, plugins, Kubectl(CommandResult(stdout=output, stderr="", return_code=0)))

    assert proof.verdict is not Answer.CLEARS


async def test_output_that_was_cut_off_proves_nothing(cluster: InMemoryCluster, plugins: Plugins) -> None:
    whole = CommandResult(stdout=json.dumps(CHANGED), stderr="", return_code=0, truncated=True)

    assert (await proved(cluster, plugins, Kubectl(whole))).verdict is Answer.CANNOT_TELL


async def test_without_the_object_as_it_is_nothing_is_proved(cluster: InMemoryCluster, plugins: Plugins) -> None:
    class Forgetful(Kubectl):
        async def __call__(self, plan: Plan) -> CommandResult:
            found = await super().__call__(plan)
            return CommandResult(stdout="", stderr="gone", return_code=1) if plan.verb == "get" else found

    assert (await proved(cluster, plugins, Forgetful())).verdict is Answer.CANNOT_TELL


async def test_a_refusal_of_the_cluster_is_the_reason(cluster: InMemoryCluster, plugins: Plugins) -> None:
    refused = CommandResult(stdout="", stderr="admission webhook said no", return_code=1)

    proof = await proved(cluster, plugins, Kubectl(refused))

    assert (proof.accepted, proof.verdict, "said no" in proof.reason) == (False, Answer.REMAINS, True)


async def test_a_cluster_that_does_not_answer_is_no_proof(cluster: InMemoryCluster, plugins: Plugins) -> None:
    name = await problem_id(cluster, plugins)
    cluster.error = UpstreamTimeout()
    wish = Wish(problem_id=name, command=PATCH, types=TYPES)

    with pytest.raises(UpstreamTimeout):
        await Prover(plugins, Solver(plugins, None), FakeClock()).prove(cluster, Kubectl(), wish, Permission())


async def test_an_unfolded_problem_is_found_by_its_id_too(cluster: InMemoryCluster, plugins: Plugins) -> None:
    analysis = await analyze(cluster, plugins.select(TYPES), clock=FakeClock(), folded=False)
    [flat] = [problem for problem in analysis.problems if problem.code == "service.no_matching_pods"]
    wish = Wish(problem_id=flat.id, command=PATCH, types=TYPES)

    proof = await Prover(plugins, Solver(plugins, None), FakeClock()).prove(cluster, Kubectl(), wish, Permission())

    assert proof.verdict is Answer.CLEARS


def report(command: str) -> Report:
    finding = Finding(code="a.b", kind="Pod", name="a", namespace="b", text="c", severity=Severity.ERROR)
    [problem] = to_problems([finding])
    step = Step(step_id=1, action_type="PATCH", description="", command=command, expected_outcome="")
    solution = Solution(
        solution_summary="", detailed_solution="", remediation_steps=[step], confidence_score=1.0, estimated_time_mins=1
    )
    return Report(
        cluster_id=1, cluster_name="", server_url="", provider_name="", namespace=None, analyzed_resource_types=[],
        total_problems=1, problems_with_solutions=[SolvedProblem(problem=problem, solution=solution)], kinds=[],
        unreadable=[], failures=[], notes=[], objects_read=0,
    )  # fmt: skip


async def test_a_models_step_is_proved_by_the_command_that_the_model_gave(
    cluster: InMemoryCluster, plugins: Plugins
) -> None:
    answer = report("kubectl label service web tier=front -n shop").problems_with_solutions[0].solution
    runner, llm = RecordingKubectl(), ScriptedLLM([answer])
    connector = InMemoryConnector({URL: cluster})
    services = in_memory_services(connector=connector, runner=runner, llm=llm, plugins=plugins)
    user = await services.accounts.add("ann", "correct horse battery", Role.OPERATOR)
    onboarded = await services.clusters.onboard(user, new_cluster())
    name = await problem_id(cluster, plugins)

    _, proof = await services.proofs.verify(user, onboarded.id, Wish(problem_id=name, step_id=1, types=TYPES))

    assert [ran.plan.verb for ran in runner.ran] == ["label"]
    assert proof.command.startswith("kubectl label ")


def test_a_step_that_a_model_told_is_the_one_in_the_report() -> None:
    told = report("label pod a b=c")
    name = told.problems_with_solutions[0].problem.id

    assert as_told(Wish(problem_id=name, step_id=1), told) == Wish(problem_id=name, command="label pod a b=c")


def test_a_step_that_is_not_in_the_report_is_not_found() -> None:
    told = report("")
    name = told.problems_with_solutions[0].problem.id

    with pytest.raises(NotFound):
        as_told(Wish(problem_id="other", step_id=1), told)
    with pytest.raises(NotFound):
        as_told(Wish(problem_id=name, step_id=2), told)
    with pytest.raises(InvalidInput):
        as_told(Wish(problem_id=name, step_id=1), told)
