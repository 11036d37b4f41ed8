"""Read what analyzers look at: each kind once, side by side, decoded and indexed while it comes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from kubecfg_core.decoding import ListDecoder
from kubecfg_core.errors import TooLarge, UpstreamError
from kubecfg_core.indexing import Growth, Index
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.ports.list_sink import PageInfo
from kubecfg_core.resources import RawList, ReadState, Resource
from kubecfg_core.skew import judged_by
from kubecfg_core.view import ClusterView, Reading

_CONCURRENT_LISTS: Final = 8
_MAX_FURTHER_KINDS: Final = 200
_MOST_OBJECTS: Final = 500_000  # of all kinds together: 10,000 pods come with 22,000 objects

T = TypeVar("T", bound=msgspec.Struct)
_Readings = dict[Resource[Any], Reading]
_Indexes = Sequence[type[Index[Any]]]


async def read(
    gateway: KubeGateway, analyzers: Sequence[Analyzer], *, now: datetime, namespace: str | None
) -> tuple[ClusterView, list[str]]:
    """Fetch each kind that any of the analyzers reads, once, side by side; decode beside the event loop.

    Then, once, the further kinds that analyzers ask for when they have seen these (`Analyzer.expand`). `now` is our
    time; the view's is the cluster's, where it tells.
    """
    resources = list(dict.fromkeys(resource for analyzer in analyzers for resource in analyzer.reads))
    indexes = list(dict.fromkeys(index for analyzer in analyzers for index in analyzer.indexes))
    held = _Held()
    readings, notes = await _fetch(gateway, resources, namespace, held, indexes)
    now, skewed = judged_by(now, (reading.served_at for reading in readings.values()))
    notes += skewed
    view = ClusterView(readings, now=now, namespace=namespace)
    further, odd = await asyncio.to_thread(_further, view, analyzers, set(resources))
    if further:
        more, odder = await _fetch(gateway, further, namespace, held, strict=False)
        view = ClusterView(readings | more, now=now, namespace=namespace)
        odd += odder
    return view, notes + odd


async def read_kind(
    gateway: KubeGateway, resource: Resource[T], namespace: str | None = None
) -> tuple[RawList, list[T]]:
    """One list by itself, decoded while it comes, and no more of it than an analysis takes."""
    decoder = _Decoder([resource], (), _Held())
    answer = await gateway.read(resource, namespace, decoder)
    return answer, decoder.objects[0]


async def _fetch(
    gateway: KubeGateway,
    resources: Sequence[Resource[Any]],
    namespace: str | None,
    held: "_Held",
    indexes: _Indexes = (),
    *,
    strict: bool = True,
) -> tuple[_Readings, list[str]]:
    """Read some kinds, each decoded while it comes. One that fails ends it, or is `unread` if that is not strict."""
    lists: dict[tuple[str, ...], list[Resource[Any]]] = {}
    for resource in resources:
        lists.setdefault(resource.key, []).append(resource)
    places = asyncio.Semaphore(_CONCURRENT_LISTS)

    async def fetch(wanted: list[Resource[Any]]) -> tuple[_Readings, list[str]]:
        async with places:
            return await _read(gateway, _Decoder(wanted, indexes, held), namespace, strict=strict)

    tasks = [asyncio.ensure_future(fetch(wanted)) for wanted in lists.values()]
    try:
        parts = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()  # one that failed has ended the analysis: the others need not go on
    found = {resource: reading for readings, _ in parts for resource, reading in readings.items()}
    return {resource: found[resource] for resource in resources}, [note for _, notes in parts for note in notes]


class _Held:
    """How many objects all lists of a reading hold: an object is far more in memory than the few bytes it came in."""

    def __init__(self) -> None:
        self.objects = 0

    def count(self, more: int) -> None:
        """Count some more, or fewer. Raises `TooLarge` for more than are taken."""
        self.objects += more
        if more > 0 and self.objects > _MOST_OBJECTS:
            raise TooLarge(f"the cluster has more than {_MOST_OBJECTS:,} objects")


class _Decoder(ListDecoder):
    """Decodes one list into the struct of each resource that reads it, and grows the indexes of these beside it."""

    def __init__(self, resources: Sequence[Resource[Any]], indexes: _Indexes, held: _Held) -> None:
        self._held = held
        self._counted = 0
        super().__init__(*(resource.struct for resource in resources))
        self.resources = resources
        self._growing = [[Growth(index) for index in indexes if index.resource == resource] for resource in resources]

    def take(self, chunk: bytes) -> None:
        """Part of a page."""
        super().take(chunk)
        self._catch_up()
        self._count()

    def end(self) -> PageInfo | None:
        """The page is complete."""
        page = super().end()
        self._count()
        return page

    def drop(self) -> None:
        """Forget what came since the page began."""
        super().drop()
        self._count()

    def indexes(self) -> list[tuple[Index[Any], ...]]:
        """Those of each resource, whole."""
        self._catch_up()
        return [tuple(item.index for item in growing if item.index is not None) for growing in self._growing]

    def _count(self) -> None:
        more, self._counted = len(self.objects[0]) - self._counted, len(self.objects[0])
        self._held.count(more)

    def _catch_up(self) -> None:
        for objects, growing in zip(self.objects, self._growing, strict=True):
            for item in growing:
                item.catch_up(objects)


async def _read(
    gateway: KubeGateway, decoder: _Decoder, namespace: str | None, *, strict: bool
) -> tuple[_Readings, list[str]]:
    """One list."""
    first = decoder.resources[0]
    try:
        answer = await gateway.read(first, namespace if first.namespaced else None, decoder)
    except UpstreamError as error:
        if strict:
            raise
        answer = RawList(state=ReadState.UNREAD, reason=error.message)
    readings = {
        resource: Reading(
            state=answer.state,
            objects=tuple(objects),
            indexes=indexes,
            reason=answer.reason,
            requests=max(decoder.pages, 1),
            size=decoder.size,
            served_at=answer.served_at,
        )
        for resource, objects, indexes in zip(decoder.resources, decoder.objects, decoder.indexes(), strict=True)
    }
    return readings, [f"{first.full_name}: {note}" for note in decoder.notes]


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
