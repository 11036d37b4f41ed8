"""The answer of an analysis in the documented shape, as the REST service and `kubecfg analyze -o json` give it."""

import msgspec

from kubecfg_core.problems import Analysis, AnalyzerFailure, AnalyzerTrace, SolvedProblem
from kubecfg_core.resources import KindState, Unreadable


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An analysis with its solutions.

    `cluster_id` is 0 and `server_url` empty where no onboarded cluster was analysed. The fields after the problems are
    added to the documented ones: how each kind was read, kinds that could not be read, analyzers that raised, objects
    that were too odd to decode. `trace` is there where it was asked for: its times differ from run to run. So is
    `hygiene`: what is well and could be better, which counts as no problem; and `prompts`: what a language model would
    have been sent, which then was not asked.
    """

    cluster_id: int
    cluster_name: str
    server_url: str
    provider_name: str
    namespace: str | None
    analyzed_resource_types: list[str]
    total_problems: int
    problems_with_solutions: list[SolvedProblem]
    kinds: list[KindState]
    unreadable: list[Unreadable]
    failures: list[AnalyzerFailure]
    notes: list[str]
    objects_read: int
    trace: list[AnalyzerTrace] | msgspec.UnsetType = msgspec.UNSET
    hygiene: list[SolvedProblem] | msgspec.UnsetType = msgspec.UNSET
    prompts: list[str] | msgspec.UnsetType = msgspec.UNSET


def to_report(
    analysis: Analysis,
    solved: list[SolvedProblem],
    *,
    cluster_name: str,
    cluster_id: int = 0,
    server_url: str = "",
    provider_name: str = "",
    traced: bool = False,
    hygiene: list[SolvedProblem] | None = None,
    prompts: list[str] | None = None,
) -> Report:
    """The report of an analysis and the solutions to its problems; `traced` adds what each analyzer cost."""
    return Report(
        cluster_id=cluster_id,
        cluster_name=cluster_name,
        server_url=server_url,
        provider_name=provider_name,
        namespace=analysis.namespace,
        analyzed_resource_types=analysis.analyzed_resource_types,
        total_problems=len(solved),
        problems_with_solutions=solved,
        kinds=analysis.kinds,
        unreadable=analysis.unreadable,
        failures=analysis.failures,
        notes=analysis.notes,
        objects_read=analysis.objects,
        trace=analysis.trace if traced else msgspec.UNSET,
        hygiene=msgspec.UNSET if hygiene is None else hygiene,
        prompts=msgspec.UNSET if prompts is None else prompts,
    )
