"""Analyse a cluster and say what to do: the analysis and the solver, put together."""

from collections.abc import Callable, Sequence

import msgspec

from kubecfg_core.masking import Level, Privacy
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.kube_gateway import KubeConnector, KubeGateway
from kubecfg_core.ports.llm import Brief
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.report import Report, to_report
from kubecfg_core.usecases.analysis import analyze
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.last_words import LastWords
from kubecfg_core.usecases.sharing import SingleFlight
from kubecfg_core.usecases.solving import Solver
from kubecfg_core.users import User
from kubecfg_core.validation import check_namespace


class Diagnosis:
    """Finds problems and their solutions, on any gateway.

    `privacy` is what a language model may see of a cluster that has no level of its own; `prompt` words a brief as the
    model gets it.
    """

    def __init__(
        self,
        plugins: Plugins,
        solver: Solver,
        clock: Clock,
        *,
        privacy: Level = Level.NAMES,
        prompt: Callable[[Brief], str] = str,
    ) -> None:
        self._plugins = plugins
        self._solver = solver
        self._clock = clock
        self._privacy = privacy
        self._prompt = prompt

    @property
    def asks(self) -> bool:
        """Whether a language model answers, where it can."""
        return self._solver.asks

    def privacy(self, level: Level | None, scope: str) -> Privacy | None:
        """What leaves at that level, or the usual one, under the pseudonyms of that scope; None where nothing does."""
        return Privacy(level=level or self._privacy, scope=scope) if self._solver.asks else None

    async def diagnose(
        self,
        gateway: KubeGateway,
        *,
        cluster_name: str,
        types: Sequence[str] | None = None,
        namespace: str | None = None,
        clock: Clock | None = None,
        cluster_id: int = 0,
        server_url: str = "",
        provider_name: str = "",
        fold: bool = True,
        trace: bool = False,
        hygiene: bool = False,
        user_id: int = 0,
        privacy: Privacy | None = None,
        prompts: bool = False,
    ) -> Report:
        """Analyse what the gateway shows. `types` as in `Plugins.select`; `clock` where the cluster's time is not ours.

        A problem is a cause with all that suffers from it; without `fold` it is an object. `trace` tells what each
        analyzer cost. `hygiene` adds what is well and could be better, in a list of its own. A language model is asked
        for the user of `user_id`, and sees what `privacy` lets it. With `prompts` it is not asked, and the report holds
        what it would have been sent.

        Raises `InvalidInput` (an unknown type, no name for a namespace), `NotFound` (the namespace), `UpstreamError`.
        """
        if namespace is not None:
            check_namespace(namespace)
        analyzers = self._plugins.select(types)
        analysis = await analyze(
            gateway,
            analyzers,
            clock=clock or self._clock,
            namespace=namespace,
            folded=fold,
            hygiene=self._plugins.hygiene if hygiene else (),
            unnamed=self._solver.vocabulary if self._solver.asks or prompts else None,
        )
        privacy = privacy or Privacy(level=self._privacy)
        told: list[Brief] = []
        if prompts:
            told = await self._solver.briefs(
                analysis.problems, privacy=privacy, names=analysis.names, words=LastWords(gateway)
            )
            solved = await self._solver.by_the_book(analysis.problems)
        else:
            solved = await self._solver.solve(
                analysis.problems, privacy=privacy, names=analysis.names, user_id=user_id, words=LastWords(gateway)
            )
        return to_report(
            analysis,
            solved,
            cluster_name=cluster_name,
            cluster_id=cluster_id,
            server_url=server_url,
            provider_name=provider_name,
            traced=trace,
            hygiene=await self._solver.by_the_book(analysis.hygiene) if hygiene else None,
            prompts=[self._prompt(brief) for brief in told] if prompts else None,
        )


class ClusterDiagnosis:
    """Diagnoses a user's onboarded clusters."""

    def __init__(
        self,
        diagnosis: Diagnosis,
        repo: ClusterRepo,
        outbox: Outbox,
        connector: KubeConnector,
        announcer: Announcer,
    ) -> None:
        self._diagnosis = diagnosis
        self._repo = repo
        self._outbox = outbox
        self._connector = connector
        self._announcer = announcer
        self._analyses: SingleFlight[Report] = SingleFlight()

    @property
    def asks(self) -> bool:
        """Whether a language model answers, where it can."""
        return self._diagnosis.asks

    async def analyze(
        self,
        user: User,
        cluster_id: int,
        *,
        types: Sequence[str] | None = None,
        namespace: str | None = None,
        fold: bool = True,
        hygiene: bool = False,
        prompts: bool = False,
    ) -> Report:
        """Analyse one of the user's clusters, or one that is shared with them, within the namespaces of the grant.

        Raises `NotFound`, what `Access.one_namespace` raises, and what `Diagnosis.diagnose` raises.

        Equal analyses with one credential that overlap are one: whoever comes later gets what is under way.
        """
        access = await self._repo.access(user.id, user.role, cluster_id)
        cluster, namespace = access.cluster, access.one_namespace(namespace)
        privacy = self._diagnosis.privacy(cluster.llm_privacy, f"{cluster.user_id}/{cluster.id}")

        async def look() -> Report:
            async with self._connector.connect(cluster.target) as gateway:
                return await self._diagnosis.diagnose(
                    gateway,
                    cluster_name=cluster.cluster_name,
                    types=types,
                    namespace=namespace,
                    server_url=cluster.target.server_url,
                    fold=fold,
                    hygiene=hygiene,
                    user_id=user.id,
                    privacy=privacy,
                    prompts=prompts,
                )

        key = (cluster.target.key, None if types is None else tuple(types), namespace, fold, hygiene, prompts, privacy)
        shared = await self._analyses.run(key, look)
        report = msgspec.structs.replace(
            shared, cluster_id=cluster.id, cluster_name=cluster.cluster_name, provider_name=cluster.provider_name
        )
        await self._outbox.add(
            self._announcer.about(
                "analysis.completed",
                user,
                cluster,
                namespace=namespace,
                resource_types=report.analyzed_resource_types,
                total_problems=report.total_problems,
            )
        )
        return report
