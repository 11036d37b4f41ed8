"""Look at a cluster once and say what is wrong: read every kind once, then let pure functions judge."""

import asyncio
import time
from collections.abc import Collection, Sequence
from typing import Final

from kubecfg_core.errors import NotFound
from kubecfg_core.folding import concerning, fold
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.naming import Names
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.problems import (
    WORKLOADS,
    Analysis,
    AnalyzerFailure,
    AnalyzerTrace,
    Finding,
    ordered,
    to_problems,
)
from kubecfg_core.usecases.fetching import read
from kubecfg_core.view import ClusterView

_MAX_NOTES: Final = 50

NAMED: Final = WORKLOADS | {
    *("ConfigMap", "Gateway", "HTTPRoute", "HorizontalPodAutoscaler", "Ingress", "IngressClass", "Namespace"),
    *("NetworkPolicy", "Node", "PriorityClass", "ResourceQuota", "StorageClass"),
    *("PersistentVolume", "PersistentVolumeClaim", "Pod", "PodDisruptionBudget", "Secret", "Service", "ServiceAccount"),
}
"""The kinds whose names are their owner's, and not Kubernetes' or a vendor's."""
# Seconds until a view is let go of: that takes a thread a while, and the answer is more urgent.
_LINGER: Final = 0.2


async def analyze(
    gateway: KubeGateway,
    analyzers: Sequence[Analyzer],
    *,
    clock: Clock,
    namespace: str | None = None,
    folded: bool = False,
    hygiene: Sequence[Analyzer] = (),
    unnamed: Collection[str] | None = None,
) -> Analysis:
    """Run the analyzers over one reading of the cluster.

    As many lists are fetched as there are kinds to read, whatever the number of analyzers and objects. The problems are
    one a cause where they are to be `folded`, and one an object otherwise. What the analyzers of `hygiene` find is no
    problem, and goes into a list of its own. Where `unnamed` is given, the names of what was read are listed too, but
    for these words, in lower case.

    Raises `NotFound` for a namespace that does not exist, and what the gateway raises.
    """
    if namespace is not None and await gateway.exists(NAMESPACES, None, namespace) is False:
        raise NotFound(f"There is no namespace {namespace!r} in the cluster.")
    began = clock.now()
    view, notes = await read(gateway, [*analyzers, *hygiene], now=began, namespace=namespace)
    trace: list[AnalyzerTrace] = []
    findings, failures = await asyncio.to_thread(judge, view, analyzers, trace)
    if namespace is not None:
        every, findings = len(findings), concerning(findings, namespace)
        if apart := every - len(findings):
            left_out = f"Left out: findings about the cluster itself that hurt nothing in the namespace ({apart})."
            notes = [left_out, *notes]
    better, odd = await asyncio.to_thread(judge, view, hygiene, trace)
    problems = await asyncio.to_thread(fold, findings, view) if folded else to_problems(findings)
    names = None if unnamed is None else await asyncio.to_thread(names_of, view, unnamed)
    analysis = Analysis(
        namespace=namespace,
        analyzed_resource_types=[analyzer.name for analyzer in analyzers],
        problems=problems,
        unreadable=view.unreadable,
        failures=failures + odd,
        notes=notes[:_MAX_NOTES],
        objects=view.size,
        taken_at=began,
        kinds=view.kinds,
        trace=trace,
        hygiene=ordered(problem for finding in better for problem in to_problems([finding])),
        names=names,
    )
    loop = asyncio.get_running_loop()
    loop.call_later(_LINGER, loop.run_in_executor, None, view.forget)
    return analysis


def judge(
    view: ClusterView, analyzers: Sequence[Analyzer], trace: list[AnalyzerTrace] | None = None
) -> tuple[list[Finding], list[AnalyzerFailure]]:
    """What the analyzers find in the view. One that raises costs its own results alone.

    What each of them cost is added to `trace`, if that is given.
    """
    findings: list[Finding] = []
    failures: list[AnalyzerFailure] = []
    for analyzer in analyzers:
        began, before = time.perf_counter(), len(findings)
        try:
            findings += list(analyzer.analyze(view))
        except Exception as error:  # noqa: BLE001 - anybody's code; the answer says so, and the rest goes on
            failures.append(AnalyzerFailure(analyzer=analyzer.name, reason=f"{type(error).__name__}: {error}"))
        if trace is not None:
            trace.append(_traced(view, analyzer, time.perf_counter() - began, len(findings) - before))
    return findings, failures


def names_of(view: ClusterView, but: Collection[str]) -> Names:
    """What the owner named in the cluster, as far as it was read."""
    names = Names()
    for resource in view.resources:
        if resource.kind in NAMED:
            kind = resource.kind.lower()
            for item in view.all(resource):
                if item.name not in but:
                    names.add(item.name, kind)
                names.add(item.namespace, "namespace")
    return names


def _traced(view: ClusterView, analyzer: Analyzer, seconds: float, findings: int) -> AnalyzerTrace:
    readings = [view.reading(resource) for resource in {resource.key: resource for resource in analyzer.reads}.values()]
    return AnalyzerTrace(
        analyzer=analyzer.name,
        kinds=[resource.full_name for resource in analyzer.reads],
        requests=sum(reading.requests for reading in readings),
        bytes=sum(reading.size for reading in readings),
        objects=sum(len(reading.objects) for reading in readings),
        milliseconds=round(seconds * 1000, 3),
        findings=findings,
    )
