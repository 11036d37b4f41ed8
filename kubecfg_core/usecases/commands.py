"""Run kubectl for a user: judged first, rebuilt, never handed to a shell."""

from datetime import datetime
from typing import Final

import msgspec

from kubecfg_core.clusters import Cluster
from kubecfg_core.events import Event
from kubecfg_core.grants import Access
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.policy import judge
from kubecfg_core.kubectl.rules import DEFAULTS, Rules
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.usecases.announcing import Announcer, Fact
from kubecfg_core.users import User

_MOST_TOLD: Final = 20


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """A command that ran: what was run, on which cluster, when (UTC), and what it printed."""

    cluster: Cluster
    plan: Plan
    result: CommandResult
    executed_at: datetime


class Commands:
    """kubectl through the policy, with what the service's owner has decided about it."""

    def __init__(
        self,
        repo: ClusterRepo,
        outbox: Outbox,
        runner: KubectlRunner,
        announcer: Announcer,
        clock: Clock,
        *,
        rules: Rules = DEFAULTS,
    ) -> None:
        self._repo = repo
        self._outbox = outbox
        self._runner = runner
        self._announcer = announcer
        self._clock = clock
        self._rules = rules

    async def execute(self, user: User, cluster_id: int, command: str, *, confirmed: bool = False) -> Execution:
        """Run a command on one of the user's clusters. One that ran and failed is an answer, not an error.

        Raises `NotFound`, `InvalidInput` (it cannot be parsed), `CommandRefused` (the policy's rule),
        `ConfirmationNeeded` (it would lose something, and is not `confirmed`), and what the runner raises.
        """
        asked: dict[str, Fact] = {"cluster_id": cluster_id, "command": command}
        async with self._announcer.attempt("kubectl.executed", user, **asked) as attempt:
            access = await self._repo.access(user.id, user.role, cluster_id)
            cluster = access.cluster
            attempt.knows(subject=cluster, role=access.role.value)
            plan = judge(
                command, role=access.role, confirmed=confirmed, namespaces=access.namespaces, rules=self._rules
            )
            attempt.knows(command=plan.command, namespace=plan.namespace)
            executed_at = self._clock.now()
            result = await self._runner.run(plan, cluster.target, caller=str(user.id))
            await self._outbox.add(self._told(user, access, plan, result))
        return Execution(cluster=cluster, plan=plan, result=result, executed_at=executed_at)

    def _told(self, user: User, access: Access, plan: Plan, result: CommandResult) -> Event:
        return self._announcer.about(
            "kubectl.executed",
            user,
            access.cluster,
            role=access.role.value,
            command=plan.command,
            namespace=plan.namespace,
            return_code=result.return_code,
            duration_ms=result.duration_ms,
            bytes=len(result.stdout.encode()) + len(result.stderr.encode()),
            truncated=result.truncated,
            requests=[f"{made.method} {made.path} {made.status}" for made in result.requests[:_MOST_TOLD]],
        )
