"""Look at a cluster once and say what is wrong: read every kind once, then let pure functions judge."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kubecfg_core.decoding import ListDecoder
from kubecfg_core.errors import NotFound, UpstreamError
from kubecfg_core.folding import concerning, fold
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.problems import Analysis, AnalyzerFailure, AnalyzerTrace, Finding, ordered, to_problems
from kubecfg_core.resources import RawList, ReadState, Resource
from kubecfg_core.skew import judged_by
from kubecfg_core.view import ClusterView, Reading

_MAX_NOTES: Final = 50
_CONCURRENT_LISTS: Final = 8
_MAX_FURTHER_KINDS: Final = 200

_Readings = dict[Resource[Any], Reading]


async def analyze(
    gateway: KubeGateway,
    analyzers: Sequence[Analyzer],
    *,
    clock: Clock,
    namespace: str | None = None,
    folded: bool = False,
    hygiene: Sequence[Analyzer] = (),
) -> Analysis:
    """Run the analyzers over one reading of the cluster.

    As many lists are fetched as there are kinds to read, whatever the number of analyzers and objects. The problems are
    one a cause where they are to be `folded`, and one an object otherwise. What the analyzers of `hygiene` find is no
    problem, and goes into a list of its own.

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
    )
    _ = asyncio.get_running_loop().run_in_executor(None, view.forget)  # the answer need not wait for that
    return analysis


async def read(
    gateway: KubeGateway, analyzers: Sequence[Analyzer], *, now: datetime, namespace: str | None
) -> tuple[ClusterView, list[str]]:
    """Fetch each kind that any of the analyzers reads, once, side by side; decode beside the event loop.

    Then, once, the further kinds that analyzers ask for when they have seen these (`Analyzer.expand`). `now` is our
    time; the view's is the cluster's, where it tells.
    """
    resources = list(dict.fromkeys(resource for analyzer in analyzers for resource in analyzer.reads))
    readings, notes = await _fetch(gateway, resources, namespace)
    now, skewed = judged_by(now, (reading.served_at for reading in readings.values()))
    notes += skewed
    view = ClusterView(readings, now=now, namespace=namespace)
    further, odd = await asyncio.to_thread(_further, view, analyzers, set(resources))
    if further:
        more, odder = await _fetch(gateway, further, namespace, strict=False)
        view = ClusterView(readings | more, now=now, namespace=namespace)
        odd += odder
    return view, notes + odd


async def _fetch(
    gateway: KubeGateway, resources: Sequence[Resource[Any]], namespace: str | None, *, strict: bool = True
) -> tuple[_Readings, list[str]]:
    """Read some kinds, each decoded while it comes. One that fails ends it, or is `unread` if that is not strict."""
    lists: dict[tuple[str, ...], list[Resource[Any]]] = {}
    for resource in resources:
        lists.setdefault(resource.key, []).append(resource)
    places = asyncio.Semaphore(_CONCURRENT_LISTS)

    async def fetch(wanted: list[Resource[Any]]) -> tuple[_Readings, list[str]]:
        async with places:
            return await _read(gateway, wanted, namespace, strict=strict)

    tasks = [asyncio.ensure_future(fetch(wanted)) for wanted in lists.values()]
    try:
        parts = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()  # one that failed has ended the analysis: the others need not go on
    found = {resource: reading for readings, _ in parts for resource, reading in readings.items()}
    return {resource: found[resource] for resource in resources}, [note for _, notes in parts for note in notes]


async def _read(
    gateway: KubeGateway, wanted: Sequence[Resource[Any]], namespace: str | None, *, strict: bool
) -> tuple[_Readings, list[str]]:
    """One list, into the struct of each resource that reads it."""
    decoder = ListDecoder(*(resource.struct for resource in wanted))
    try:
        answer = await gateway.read(wanted[0], namespace if wanted[0].namespaced else None, decoder)
    except UpstreamError as error:
        if strict:
            raise
        answer = RawList(state=ReadState.UNREAD, reason=error.message)
    readings = {
        resource: Reading(
            state=answer.state,
            objects=tuple(objects),
            reason=answer.reason,
            requests=max(decoder.pages, 1),
            size=decoder.size,
            served_at=answer.served_at,
        )
        for resource, objects in zip(wanted, decoder.objects, strict=True)
    }
    return readings, [f"{wanted[0].full_name}: {note}" for note in decoder.notes]


def _further(
    view: ClusterView, analyzers: Sequence[Analyzer], known: set[Resource[Any]]
) -> tuple[list[Resource[Any]], list[str]]:
    """The kinds that analyzers ask for besides. One that raises goes without them, and a note says so."""
    asked: dict[Resource[Any], None] = {}
    notes: list[str] = []
    for analyzer in analyzers:
        try:
            asked |= dict.fromkeys(analyzer.expand(view) if analyzer.expand else ())
        except Exception as error:  # noqa: BLE001 - anybody's code; the answer says so, and the rest goes on
            notes.append(f"{analyzer.name} could not say what else to read: {type(error).__name__}: {error}")
    further = [resource for resource in asked if resource not in known]
    if len(further) > _MAX_FURTHER_KINDS:
        notes.append(f"Of {len(further)} further kinds the first {_MAX_FURTHER_KINDS} were read.")
    return further[:_MAX_FURTHER_KINDS], notes


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
