"""Look at a cluster once and say what is wrong: read every kind once, then let pure functions judge."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kubecfg_core.decoding import decode_pages
from kubecfg_core.errors import NotFound
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.problems import Analysis, AnalyzerFailure, Finding, to_problems
from kubecfg_core.resources import RawList, Resource
from kubecfg_core.view import ClusterView, Reading

_MAX_NOTES: Final = 50
_CONCURRENT_LISTS: Final = 8


async def analyze(
    gateway: KubeGateway, analyzers: Sequence[Analyzer], *, clock: Clock, namespace: str | None = None
) -> Analysis:
    """Run the analyzers over one reading of the cluster.

    As many lists are fetched as there are kinds to read, whatever the number of analyzers and objects. Raises
    `NotFound` for a namespace that does not exist, and what the gateway raises.
    """
    if namespace is not None and await gateway.exists(NAMESPACES, None, namespace) is False:
        raise NotFound(f"There is no namespace {namespace!r} in the cluster.")
    view, notes = await read(gateway, analyzers, now=clock.now(), namespace=namespace)
    findings, failures = await asyncio.to_thread(judge, view, analyzers)
    return Analysis(
        namespace=namespace,
        analyzed_resource_types=[analyzer.name for analyzer in analyzers],
        problems=to_problems(findings),
        unreadable=view.unreadable,
        failures=failures,
        notes=notes[:_MAX_NOTES],
        objects=view.size,
        taken_at=view.now,
    )


async def read(
    gateway: KubeGateway, analyzers: Sequence[Analyzer], *, now: datetime, namespace: str | None
) -> tuple[ClusterView, list[str]]:
    """Fetch each kind that any of the analyzers reads, once, side by side; decode beside the event loop."""
    resources = list(dict.fromkeys(resource for analyzer in analyzers for resource in analyzer.reads))
    lists = {resource.key: resource for resource in resources}
    places = asyncio.Semaphore(_CONCURRENT_LISTS)

    async def fetch(resource: Resource[Any]) -> RawList:
        async with places:
            return await gateway.list(resource, namespace if resource.namespaced else None)

    tasks = [asyncio.ensure_future(fetch(resource)) for resource in lists.values()]
    try:
        raw = dict(zip(lists, await asyncio.gather(*tasks), strict=True))
    finally:
        for task in tasks:
            task.cancel()  # one that failed has ended the analysis: the others need not go on
    return await asyncio.to_thread(_decode, resources, raw, now, namespace)


def _decode(
    resources: list[Resource[Any]], raw: dict[Any, RawList], now: datetime, namespace: str | None
) -> tuple[ClusterView, list[str]]:
    readings: dict[Resource[Any], Reading] = {}
    notes: list[str] = []
    for resource in resources:
        answer = raw[resource.key]
        objects, odd = decode_pages(answer.pages, resource.struct)
        notes += [f"{resource.full_name}: {note}" for note in odd]
        readings[resource] = Reading(state=answer.state, objects=tuple(objects), reason=answer.reason)
    return ClusterView(readings, now=now, namespace=namespace), notes


def judge(view: ClusterView, analyzers: Sequence[Analyzer]) -> tuple[list[Finding], list[AnalyzerFailure]]:
    """What the analyzers find in the view. One that raises costs its own results alone."""
    findings: list[Finding] = []
    failures: list[AnalyzerFailure] = []
    for analyzer in analyzers:
        try:
            findings += list(analyzer.analyze(view))
        except Exception as error:  # noqa: BLE001 - anybody's code; the answer says so, and the rest goes on
            failures.append(AnalyzerFailure(analyzer=analyzer.name, reason=f"{type(error).__name__}: {error}"))
    return findings, failures
