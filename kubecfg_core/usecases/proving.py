"""Prove a step of a solution before anybody runs it: try it at the server, and judge the cluster as it would be.

Nothing is changed in the cluster.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from kubecfg_core.effects import Effect, ObjectChange, applied, retried
from kubecfg_core.errors import InvalidInput, NotFound
from kubecfg_core.folding import concerning, fold
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kubectl.kinds import SECRETS
from kubecfg_core.kubectl.placeholders import placeholders
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.policy import judge as allow
from kubecfg_core.kubectl.rules import DEFAULTS, Rules
from kubecfg_core.kubectl.trying import Trial, trial
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.ports.kubectl_runner import CommandResult
from kubecfg_core.problems import Finding, Problem, to_problems
from kubecfg_core.proving import Answer, Consequence, Outcome, actors, outcome
from kubecfg_core.report import Report
from kubecfg_core.solutions import Solution
from kubecfg_core.usecases.analysis import judge
from kubecfg_core.usecases.fetching import read
from kubecfg_core.usecases.foretelling import foretold, makes, named, printed
from kubecfg_core.usecases.solving import Solver
from kubecfg_core.users import Role
from kubecfg_core.validation import check_namespace
from kubecfg_core.view import ClusterView

_LONGEST_REASON: Final = 500
_MOST_OBJECTS: Final = 20
_GONE: Final = "There is no problem with this id now. It may be solved; analyse the cluster again."

Run = Callable[[Plan], Awaitable[CommandResult]]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to prove: a step of the problem's solution, or a command in its place.

    `types` and `namespace` are those of the analysis that told of the problem.
    """

    problem_id: str
    step_id: int | None = None
    command: str | None = None
    types: Sequence[str] | None = None
    namespace: str | None = None


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """What the one who asks may do to the cluster, as the kubectl policy takes it."""

    role: Role = Role.ADMIN
    namespaces: frozenset[str] | None = None
    rules: Rules = DEFAULTS


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a command would do to a problem; nothing was changed.

    `command` is the one that was judged, in canonical form. `accepted` says whether the server took it as a dry run,
    and is null where it could not be asked. `changes` are the objects as they would be, in short.
    """

    problem: Problem
    command: str
    accepted: bool | None
    verdict: Answer
    reason: str
    waits_for: list[str]
    changes: list[ObjectChange]
    cleared: list[Consequence]
    new_problems: list[Consequence]
    verified_at: datetime


def as_told(wish: Wish, report: Report) -> Wish:
    """The wish with the command of its step in a report. Raises `NotFound`, and `InvalidInput` where it has none."""
    solutions = {entry.problem.id: entry.solution for entry in report.problems_with_solutions}
    if wish.problem_id not in solutions:
        raise NotFound(_GONE)
    command = _command(solutions[wish.problem_id], wish.step_id)
    return msgspec.structs.replace(wish, step_id=None, command=command)


def _command(solution: Solution, step_id: int | None) -> str:
    steps = solution.remediation_steps
    step = next((step for step in steps if step.step_id == step_id), None)
    if step is None:
        raise NotFound(f"The solution has no step {step_id}; it has {len(steps)}.")
    if not step.command:
        raise InvalidInput(f"Step {step_id} has no command; send the one that you mean as command.")
    return step.command


class Prover:
    """Proves steps on any gateway, with a kubectl that leads to the same cluster.

    A step is one of the playbook's solution; that of a model's has to be looked up first (`as_told`).
    """

    def __init__(self, plugins: Plugins, solver: Solver, clock: Clock) -> None:
        self._plugins = plugins
        self._solver = solver
        self._clock = clock

    async def prove(self, gateway: KubeGateway, run: Run, wish: Wish, permission: Permission) -> Proof:
        """The proof.

        Raises `InvalidInput` (neither a step nor a command, or one that changes nothing), `NotFound` (the problem, the
        step, the namespace), `CommandRefused` (by the policy), and what the gateway and the runner raise.
        """
        if (wish.step_id is None) is (wish.command is None):
            raise InvalidInput("Give either step_id or command.")
        if wish.namespace is not None:
            check_namespace(wish.namespace)
        tried = _judged(wish.command, permission) if wish.command is not None else None
        look, problem = await self._find(gateway, wish)
        if tried is None:
            tried = _judged(await self._step(problem, wish.step_id), permission)
        accepted, found, effects = await _tried(look, problem, tried, run, permission)
        _ = asyncio.get_running_loop().run_in_executor(None, look.view.forget)  # the answer need not wait for that
        return Proof(
            problem=problem,
            command=tried.command,
            accepted=accepted,
            verdict=found.answer,
            reason=found.reason,
            waits_for=found.waits_for,
            changes=[effect.change for effect in effects],
            cleared=found.cleared,
            new_problems=found.new,
            verified_at=self._clock.now(),
        )

    async def _find(self, gateway: KubeGateway, wish: Wish) -> tuple["_Look", Problem]:
        """The problem, among all that is wrong, or else among what could be better."""
        for analyzers in (self._plugins.select(wish.types), self._plugins.hygiene):
            look = _Look(analyzers, wish.namespace)
            await look.at(gateway, self._clock)
            problem = await asyncio.to_thread(look.problem, wish.problem_id)
            if problem is not None:
                return look, problem
        raise NotFound(_GONE)

    async def _step(self, problem: Problem, step_id: int | None) -> str:
        [solved] = await self._solver.by_the_book([problem])
        return _command(solved.solution, step_id)


def _judged(command: str, permission: Permission) -> Trial:
    """How to try the command. Raises `InvalidInput` where a word stands for a value that has to be chosen first."""
    tried = trial(command, role=permission.role, namespaces=permission.namespaces, rules=permission.rules)
    missing = placeholders(command)
    fills_a_secret = tried.call.verb.path[:2] == ("create", "secret") or tried.call.types & SECRETS
    if missing and not fills_a_secret:
        words = ", ".join(missing)
        raise InvalidInput(f"{words} stands for a value that you have to choose; send it as command: {command}")
    return tried


class _Look:
    """One reading of the cluster, and what the analyzers find in it."""

    def __init__(self, analyzers: Sequence[Analyzer], namespace: str | None) -> None:
        self._analyzers = analyzers
        self._namespace = namespace
        self.view: ClusterView
        self.findings: list[Finding]

    async def at(self, gateway: KubeGateway, clock: Clock) -> None:
        """Read it."""
        namespace = self._namespace
        if namespace is not None and await gateway.exists(NAMESPACES, None, namespace) is False:
            raise NotFound(f"There is no namespace {namespace!r} in the cluster.")
        self.view, _ = await read(gateway, self._analyzers, now=clock.now(), namespace=namespace)
        self.findings = await asyncio.to_thread(self._judge, self.view)

    def problem(self, name: str) -> Problem | None:
        """The problem of that id: a cause, an object, or a single finding."""
        single = (problem for finding in self.findings for problem in to_problems([finding]))
        every = (*fold(self.findings, self.view), *to_problems(self.findings), *single)
        return next((problem for problem in every if problem.id == name), None)

    async def again(self, problem: Problem, effects: Sequence[Effect]) -> Outcome:
        """What is found of it with the effects."""

        def foresee() -> Outcome:
            after = self._judge(retried(applied(self.view, effects), problem))
            return outcome(problem, effects, before=self.findings, after=after, view=self.view)

        return await asyncio.to_thread(foresee)

    def _judge(self, view: ClusterView) -> list[Finding]:
        findings, _ = judge(view, self._analyzers)
        return findings if self._namespace is None else concerning(findings, self._namespace)


_Tried = tuple[bool | None, Outcome, list[Effect]]


async def _tried(look: _Look, problem: Problem, tried: Trial, run: Run, permission: Permission) -> _Tried:
    """Whether the cluster takes the change, what comes of it for the problem, and for the objects."""
    if tried.dry is None:
        why = f"'kubectl {tried.call.verb.name}' has no dry run: what comes of it shows when it has run."
        return None, Outcome(answer=Answer.CANNOT_TELL, reason=why, waits_for=actors(tried.call.types)), []
    result = await run(tried.dry)
    if result.return_code != 0:
        said = " ".join(result.stderr.split())[:_LONGEST_REASON]
        return False, Outcome(answer=Answer.REMAINS, reason=f"The cluster does not take the change: {said}"), []
    if tried.prints and not result.stdout.strip():
        return True, Outcome(answer=Answer.REMAINS, reason="It changes nothing: the object is like that already."), []
    effects = await _effects(look.view, tried, result, run, permission)
    if not effects:
        why = "The cluster takes the change; the dry run does not show what it makes of the objects."
        return True, Outcome(answer=Answer.CANNOT_TELL, reason=why, waits_for=actors(tried.call.types)), []
    return True, await look.again(problem, effects), effects


async def _effects(
    view: ClusterView, tried: Trial, result: CommandResult, run: Run, permission: Permission
) -> list[Effect]:
    """What the dry run would have done; nothing where that is not known."""
    if not tried.prints:
        return named(view, tried, result.stdout)
    after = printed(result.stdout)
    if result.truncated or not 0 < len(after) <= _MOST_OBJECTS:
        return []
    before = [] if makes(tried) else await _before(after, run, permission)
    return foretold(tried, before, after)


async def _before(after: Sequence[dict[str, Any]], run: Run, permission: Permission) -> list[dict[str, Any]]:
    """The same objects as they are."""
    found: list[dict[str, Any]] = []
    by_namespace: dict[str, list[str]] = {}
    for item in after:
        metadata = item["metadata"]
        group = item["apiVersion"].rpartition("/")[0]
        kind = f"{item['kind'].lower()}.{group}".rstrip(".")
        by_namespace.setdefault(metadata.get("namespace", ""), []).append(f"{kind}/{metadata['name']}")
    for namespace, names in by_namespace.items():
        scope = f"--namespace={namespace}" if namespace else ""
        plan = allow(
            f"get {scope} --output=json -- {' '.join(names)}",
            role=permission.role,
            namespaces=permission.namespaces,
            rules=permission.rules,
        )
        found += printed((await run(plan)).stdout)
    return found
