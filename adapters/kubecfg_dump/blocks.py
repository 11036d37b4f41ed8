"""Lists that follow each other in one file: `kubectl cluster-info dump` prints its namespaces one after the other."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from kubecfg_dump.places import Place


class _Meta(msgspec.Struct, frozen=True):
    namespace: str = ""


class _Item(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()


class _Head(msgspec.Struct, frozen=True):
    kind: str = ""
    items: list[_Item] | None = None

    @property
    def typed(self) -> bool:
        """Whether it is a list of one kind."""
        return self.kind.endswith("List") and self.kind != "List"

    @property
    def namespaces(self) -> set[str]:
        """Where its objects are; the empty text for those in no namespace."""
        return {item.metadata.namespace for item in self.items or ()}


def places_in(documents: Sequence[bytes], place: Place) -> list[Place | None]:
    """The place of each document of a file; `None` for a list of nobody knows what.

    Where a kind of list comes again, a new namespace begins. All lists up to there are of the namespace that any of
    them shows, the empty ones too.
    """
    if len(documents) < 2:  # noqa: PLR2004 - nothing can follow
        return [place] * len(documents)
    heads = [_head(document) for document in documents]
    if max(Counter(head.kind for head in heads if head.typed).values(), default=0) < 2:  # noqa: PLR2004
        return [place] * len(documents)
    places: list[Place | None] = []
    for block in _blocks(heads):
        shown = set().union(*(head.namespaces for head in block if head.typed)) - {""}
        of_block = Place(None, shown.pop(), certain=True) if len(shown) == 1 else None
        places += [of_block if head.typed and "" not in head.namespaces else place for head in block]
    return places


def _blocks(heads: list[_Head]) -> list[list[_Head]]:
    blocks: list[list[_Head]] = [[]]
    for head in heads:
        if head.typed and any(head.kind == earlier.kind for earlier in blocks[-1]):
            blocks.append([])
        blocks[-1].append(head)
    return blocks


def _head(document: bytes) -> _Head:
    try:
        return msgspec.json.decode(document, type=_Head)
    except (msgspec.MsgspecError, RecursionError):
        return _Head()
