"""The embeddable Python API: analyse a cluster in five lines, or run all use cases inside another program."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.policy import judge
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.event_bus import EventBus
from kubecfg_core.ports.kube_gateway import KubeConnector
from kubecfg_core.ports.kubectl_runner import CommandResult, KubectlRunner
from kubecfg_core.report import Report
from kubecfg_core.services import Services
from kubecfg_core.usecases.diagnosis import Diagnosis
from kubecfg_core.usecases.proving import Permission, Proof, Prover, Wish, as_told
from kubecfg_core.usecases.solving import Solver
from kubecfg_runtime import compose
from kubecfg_runtime.clock import StoppedClock, SystemClock
from kubecfg_runtime.settings import Settings


class Kubecfg:
    """kubecfg inside your program: an async context manager.

    The `analyze_*` methods need no database and no account. With `fold` what suffers from one cause is one problem,
    without it each object is; `trace` adds what each analyzer cost; with `prompts` no language model is asked, and
    the report holds what it would have been sent. `services()` opens the database and gives every
    use case of the REST service. What is opened is opened at its first use, and closed at the end of the block.

    Errors are those of `kubecfg_core.errors`; a missing extra is an `ImportError` that names the module.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = Settings.from_environment() if settings is None else settings
        self.plugins: Plugins = compose.make_plugins(self.settings)
        self.bus: EventBus = compose.make_bus(self.settings)
        self._stack = AsyncExitStack()
        self._connector: KubeConnector | None = None
        self._diagnosis: Diagnosis | None = None
        self._runner: KubectlRunner | None = None
        self._services: Services | None = None

    async def __aenter__(self) -> Self:
        self._stack.push_async_callback(self.bus.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def services(self) -> Services:
        """Every use case of the service, on the database of the settings (by default a SQLite file)."""
        if self._services is None:
            opened = compose.open_services(self.settings, self.plugins, self.bus)
            self._services = await self._stack.enter_async_context(opened)
        return self._services

    async def analyze_target(
        self,
        target: ClusterTarget,
        *,
        types: Sequence[str] | None = None,
        namespace: str | None = None,
        fold: bool = True,
        trace: bool = False,
        hygiene: bool = False,
        prompts: bool = False,
    ) -> Report:
        """Analyse the cluster at that address, with that credential."""
        async with self._connects().connect(target) as gateway:
            return await self._diagnose().diagnose(
                gateway,
                cluster_name=target.name,
                types=types,
                namespace=namespace,
                server_url=target.server_url,
                fold=fold,
                trace=trace,
                hygiene=hygiene,
                prompts=prompts,
            )

    async def analyze_kubeconfig(
        self,
        context: str | None = None,
        *,
        path: str | None = None,
        types: Sequence[str] | None = None,
        namespace: str | None = None,
        fold: bool = True,
        trace: bool = False,
        hygiene: bool = False,
        prompts: bool = False,
    ) -> Report:
        """Analyse the cluster of a kubeconfig context: the current one of `$KUBECONFIG` or `~/.kube/config` by default.

        The file is taken for the caller's own: its `exec` credential plugins are run. Never pass one that somebody
        else wrote.
        """
        target = await self.target(context, path=path)
        return await self.analyze_target(
            target, types=types, namespace=namespace, fold=fold, trace=trace, hygiene=hygiene, prompts=prompts
        )

    async def analyze_dump(
        self,
        path: str | Path,
        *,
        types: Sequence[str] | None = None,
        namespace: str | None = None,
        fold: bool = True,
        trace: bool = False,
        hygiene: bool = False,
        prompts: bool = False,
    ) -> Report:
        """Analyse files: a folder or archive of `kubectl get -o json|yaml`, `cluster-info dump`, a support bundle."""
        from kubecfg_dump import open_dump

        dump = await asyncio.to_thread(open_dump, path)
        report = await self._diagnose().diagnose(
            dump,
            cluster_name=Path(path).name,
            types=types,
            namespace=namespace or dump.only_namespace,
            clock=StoppedClock(dump.taken_at) if dump.taken_at else None,
            fold=fold,
            trace=trace,
            hygiene=hygiene,
            prompts=prompts,
        )
        return msgspec.structs.replace(report, notes=[*dump.notes, *report.notes])

    async def verify_target(self, target: ClusterTarget, wish: Wish) -> Proof:
        """Prove a step on the cluster at that address: whether it would clear its problem. Nothing is changed.

        A problem is found by its `id`, in an analysis of the same types and namespace.
        """
        if self._diagnose().asks and wish.step_id is not None and wish.command is None:
            wish = as_told(wish, await self.analyze_target(target, types=wish.types, namespace=wish.namespace))

        async def run(plan: Plan) -> CommandResult:
            return await self._runs().run(plan, target)

        prover = Prover(self.plugins, Solver(self.plugins, None), SystemClock())
        async with self._connects().connect(target) as gateway:
            return await prover.prove(gateway, run, wish, self._permission())

    async def verify_kubeconfig(self, wish: Wish, context: str | None = None, *, path: str | None = None) -> Proof:
        """Prove a step on the cluster of a kubeconfig context, as `analyze_kubeconfig` finds it."""
        return await self.verify_target(await self.target(context, path=path), wish)

    async def execute_target(self, target: ClusterTarget, command: str, *, confirmed: bool = False) -> CommandResult:
        """Run a kubectl command on the cluster at that address, with the rights of an admin in the policy.

        Raises `CommandRefused`, and `ConfirmationNeeded` where it loses something and is not `confirmed`.
        """
        permission = self._permission()
        plan = judge(command, role=permission.role, confirmed=confirmed, rules=permission.rules)
        return await self._runs().run(plan, target)

    async def target(self, context: str | None = None, *, path: str | None = None) -> ClusterTarget:
        """The cluster of a kubeconfig context. The file's `exec` credential plugins are run."""
        from kubecfg_kubernetes.kubeconfig import target_from_kubeconfig

        # An exec plugin may ask a cloud, so it must not hold the event loop.
        return await asyncio.to_thread(target_from_kubeconfig, path, context, allow_exec=True)

    def _permission(self) -> Permission:
        return Permission(rules=compose.make_kubectl_rules(self.settings))

    def _connects(self) -> KubeConnector:
        if self._connector is None:
            self._connector = compose.make_connector(self.settings)
            self._stack.push_async_callback(self._connector.close)
        return self._connector

    def _runs(self) -> KubectlRunner:
        if self._runner is None:
            self._runner = compose.make_kubectl(self.settings)
            self._stack.push_async_callback(self._runner.close)
        return self._runner

    def _diagnose(self) -> Diagnosis:
        if self._diagnosis is None:
            llm = compose.make_llm(self.settings)
            if llm is not None:
                self._stack.push_async_callback(llm.close)
            self._diagnosis = Diagnosis(
                self.plugins,
                Solver(self.plugins, llm),
                SystemClock(),
                privacy=self.settings.kubecfg_llm_privacy,
                prompt=compose.make_prompt,
            )
        return self._diagnosis
