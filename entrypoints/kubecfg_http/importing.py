"""`POST /kubeconfig/import-kubeconfig`: the clusters of a kubeconfig, as data."""

from typing import Annotated

import msgspec
from msgspec import Meta

from kubecfg_core.grants import Access
from kubecfg_http.answers import ClusterSummary
from kubecfg_http.operations import Call
from kubecfg_http.requests import OnboardParams

_ContextName = Annotated[str, Meta(min_length=1, max_length=253)]


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kubeconfig as its YAML or JSON text, and which of its contexts are wanted: all without `contexts`."""

    kubeconfig: Annotated[str, Meta(min_length=1, max_length=512 * 1024)]
    contexts: Annotated[list[_ContextName], Meta(min_length=1, max_length=64)] | None = None

    def __repr__(self) -> str:
        return f"ImportRequest(contexts={self.contexts!r})"


class ImportedContext(msgspec.Struct, frozen=True, kw_only=True):
    """A context, and the cluster that it became."""

    context: str
    cluster: ClusterSummary


class RefusedContext(msgspec.Struct, frozen=True, kw_only=True):
    """A context that was not taken in, and why."""

    context: str
    reason: str


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every context that was asked for is in one of the two lists."""

    imported: list[ImportedContext]
    refused: list[RefusedContext]


async def import_kubeconfig(call: Call[OnboardParams, ImportRequest]) -> ImportAnswer:
    """A cluster for each context that can be taken in."""
    taken = await call.services.importing.take_in(
        call.user, call.body.kubeconfig, only=call.body.contexts, verify=call.params.verify
    )
    return ImportAnswer(
        imported=[
            ImportedContext(
                context=cluster.context_name,
                cluster=ClusterSummary.of(Access(cluster=cluster, role=call.user.role)),
            )
            for cluster in taken.clusters
        ],
        refused=[RefusedContext(context=one.context, reason=one.reason) for one in taken.refused],
    )
