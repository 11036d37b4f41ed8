"""Prove steps on onboarded clusters: for whoever may run them there, and with a record of it."""

import msgspec

from kubecfg_core.clusters import Cluster
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.rules import DEFAULTS, Rules
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.kube_gateway import KubeConnector
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.usecases.announcing import Announcer, Fact
from kubecfg_core.usecases.diagnosis import ClusterDiagnosis
from kubecfg_core.usecases.proving import Permission, Proof, Prover, Wish, as_told
from kubecfg_core.users import User


class ClusterProofs:
    """Proves steps on a user's onboarded clusters."""

    def __init__(
        self,
        prover: Prover,
        diagnosis: ClusterDiagnosis,
        repo: ClusterRepo,
        *,
        connector: KubeConnector,
        runner: KubectlRunner,
        outbox: Outbox,
        announcer: Announcer,
        rules: Rules = DEFAULTS,
    ) -> None:
        self._prover = prover
        self._diagnosis = diagnosis
        self._repo = repo
        self._outbox = outbox
        self._connector = connector
        self._runner = runner
        self._announcer = announcer
        self._rules = rules

    async def verify(self, user: User, cluster_id: int, wish: Wish) -> tuple[Cluster, Proof]:
        """The proof of a step on one of the user's clusters, for whoever may run it there.

        Raises `NotFound` (also the cluster), what `Access.one_namespace` raises, and what `Prover.prove` raises.
        """
        asked: dict[str, Fact] = {"cluster_id": cluster_id, "problem_id": wish.problem_id, "command": wish.command}
        async with self._announcer.attempt("solution.verified", user, **asked) as attempt:
            access = await self._repo.access(user.id, user.role, cluster_id)
            cluster, target = access.cluster, access.cluster.target
            attempt.knows(subject=cluster, role=access.role.value)
            wish = msgspec.structs.replace(wish, namespace=access.one_namespace(wish.namespace))
            if self._diagnosis.asks and wish.step_id is not None and wish.command is None:
                wish = await self._looked_up(user, cluster_id, wish)
            permission = Permission(role=access.role, namespaces=access.namespaces, rules=self._rules)

            async def run(plan: Plan) -> CommandResult:
                return await self._runner.run(plan, target, caller=str(user.id))

            async with self._connector.connect(target) as gateway:
                proof = await self._prover.prove(gateway, run, wish, permission)
            event = self._announcer.about(
                "solution.verified",
                user,
                cluster,
                role=access.role.value,
                problem_id=wish.problem_id,
                command=proof.command,
                proof=proof.verdict.value,
                accepted=proof.accepted,
            )
            await self._outbox.add(event)
        return cluster, proof

    async def _looked_up(self, user: User, cluster_id: int, wish: Wish) -> Wish:
        """The wish with the command of its step in the solution that an analysis gives: answers of a model are kept."""
        report = await self._diagnosis.analyze(user, cluster_id, types=wish.types, namespace=wish.namespace)
        return as_told(wish, report)
