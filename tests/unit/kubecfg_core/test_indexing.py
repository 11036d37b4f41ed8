"""Indexes that grow while their list comes are the same as those made afterwards."""

from collections.abc import Iterator

from kubecfg_core import Analyzer, ClusterView, Finding, Index
from kubecfg_core.indexing import Growth
from kubecfg_core.kinds.cluster import NODES, Node
from kubecfg_core.testing import FakeClock, InMemoryCluster, view_of
from kubecfg_core.testing.views import NOON
from kubecfg_core.usecases import fetching
from kubecfg_core.usecases.analysis import analyze

OBJECTS = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in ("a", "b", "c")]


class Names(Index[Node]):
    """The names of the nodes, in order."""

    resource = NODES

    def __init__(self) -> None:
        self.names: list[str] = []

    def add(self, item: Node) -> None:
        self.names.append(item.name)


class Broken(Names):
    def add(self, item: Node) -> None:
        raise KeyError(item.name)


def reads_names(view: ClusterView) -> Iterator[Finding]:
    view.index(Names)
    yield from ()


def reads_broken(view: ClusterView) -> Iterator[Finding]:
    view.index(Broken)
    yield from ()


def node(name: str) -> Node:
    return view_of({"kind": "Node", "metadata": {"name": name}}).all(NODES)[0]


async def test_an_index_has_grown_when_the_view_is_there() -> None:
    analyzer = Analyzer(name="names", reads=(NODES,), analyze=reads_names, indexes=(Names,))

    view, _ = await fetching.read(InMemoryCluster(OBJECTS), [analyzer], now=NOON, namespace=None)

    [grown] = view.reading(NODES).indexes
    assert (view.index(Names) is grown, view.index(Names).names) == (True, ["a", "b", "c"])


def test_an_index_that_nobody_declared_is_made_when_it_is_asked_for() -> None:
    assert view_of(OBJECTS[0]).index(Names).names == ["a"]


def test_an_index_is_made_once() -> None:
    view = view_of(OBJECTS[0])

    assert view.index(Names) is view.index(Names)


def test_a_list_that_is_begun_anew_begins_its_index_anew() -> None:
    growth, nodes = Growth(Names), [node("a"), node("b")]

    growth.catch_up(nodes)
    growth.catch_up(nodes[:1])
    growth.catch_up(nodes)

    assert isinstance(growth.index, Names)
    assert growth.index.names == ["a", "b"]


async def test_an_index_that_raises_costs_the_analyzers_that_ask_for_it() -> None:
    analyzers = [
        Analyzer(name="broken", reads=(NODES,), analyze=reads_broken, indexes=(Broken,)),
        Analyzer(name="names", reads=(NODES,), analyze=reads_names, indexes=(Names,)),
    ]

    found = await analyze(InMemoryCluster(OBJECTS), analyzers, clock=FakeClock())

    assert [(failure.analyzer, failure.reason) for failure in found.failures] == [("broken", "KeyError: 'a'")]


def test_an_index_that_raises_is_not_asked_again_while_its_list_comes() -> None:
    growth = Growth(Broken)

    growth.catch_up([node("a")])
    growth.catch_up([node("a"), node("b")])

    assert growth.index is None
