"""Analyzers that ask for more kinds once they have seen the first ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubecfg_core import Analyzer, ClusterView, KubeObject, ReadState, Resource
from kubecfg_core.errors import UpstreamError, UpstreamRefused
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.resources import RawList
from kubecfg_core.testing import InMemoryCluster
from kubecfg_core.testing.views import NOON
from kubecfg_core.usecases import fetching


def kind(plural: str) -> Resource[KubeObject]:
    return Resource("example.com", "v1", plural, plural.title(), KubeObject)


WIDGETS, GADGETS = kind("widgets"), kind("gadgets")
WIDGET = {"apiVersion": "example.com/v1", "kind": "Widgets", "metadata": {"name": "left", "namespace": "shop"}}


def asking(*further: Resource[Any], name: str = "asks") -> Analyzer:
    return Analyzer(name=name, reads=(NAMESPACES,), analyze=lambda _: (), expand=lambda _: further)


async def read(cluster: InMemoryCluster, *analyzers: Analyzer) -> tuple[ClusterView, list[str]]:
    return await fetching.read(cluster, analyzers, now=NOON, namespace=None)


async def test_what_is_asked_for_besides_is_in_the_view_with_what_was_read_first() -> None:
    view, _ = await read(InMemoryCluster([WIDGET]), asking(WIDGETS))

    assert [item.name for item in view.all(WIDGETS)] == ["left"]
    assert view.state(NAMESPACES) is ReadState.LISTED


async def test_what_several_ask_for_is_read_once() -> None:
    cluster = InMemoryCluster()

    await read(cluster, asking(WIDGETS, NAMESPACES), asking(WIDGETS, GADGETS, name="other"))

    assert len(cluster.requests) == len(set(cluster.requests)) == 3


async def test_at_most_two_hundred_further_kinds_are_read_and_a_note_says_so() -> None:
    cluster = InMemoryCluster()

    _, notes = await read(cluster, asking(*(kind(f"kind{number}") for number in range(250))))

    assert (len(cluster.requests), notes) == (201, ["Of 250 further kinds the first 200 were read."])


async def test_one_that_raises_goes_without_and_stops_nobody() -> None:
    def broken(view: ClusterView) -> Iterable[Resource[Any]]:
        raise LookupError("oops")

    bad = Analyzer(name="bad", reads=(NAMESPACES,), analyze=lambda _: (), expand=broken)

    view, notes = await read(InMemoryCluster([WIDGET]), bad, asking(WIDGETS))

    assert len(view.all(WIDGETS)) == 1
    assert notes == ["bad could not say what else to read: LookupError: oops"]


class Unconvertible(InMemoryCluster):
    """A cluster that cannot list one kind: its conversion webhook is down."""

    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        if resource == GADGETS:
            error: UpstreamError = UpstreamRefused("conversion webhook failed", status=500)
            raise error
        return await super().list(resource, namespace)


async def test_a_further_kind_that_cannot_be_listed_is_unread_and_costs_nothing_else() -> None:
    view, _ = await read(Unconvertible([WIDGET]), asking(GADGETS, WIDGETS))

    assert len(view.all(WIDGETS)) == 1
    assert [(gap.resource, gap.state) for gap in view.unreadable] == [("gadgets.example.com", ReadState.UNREAD)]
