"""From the bytes of a list to structs, while they come: fast where objects are as they should be, patient elsewhere."""

import json
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

from kubecfg_core.errors import TooLarge
from kubecfg_core.ports.list_sink import ListSink, PageInfo

T = TypeVar("T", bound=msgspec.Struct)

_SLICE: Final = 256 * 1024
_HEAD: Final = 4096
_ITEMS: Final = b'"items":['
_OPEN: Final = b'{"items":['
_BETWEEN: Final = (b'},{"metadata":{', b'},{"apiVersion":"')
_NEVER: Final = 2**63
_LONGEST: Final = 32 * 1024 * 1024


class _ListMeta(msgspec.Struct, frozen=True):
    next: str = msgspec.field(default="", name="continue")


class _Head(msgspec.Struct, frozen=True):
    kind: str = ""
    metadata: _ListMeta | None = None


class _RawPage(msgspec.Struct, frozen=True):
    kind: str = ""
    metadata: _ListMeta | None = None
    items: list[msgspec.Raw] | None = None


class ListDecoder(ListSink):
    """Decodes each object of a list into every one of `structs`, as its bytes come.

    `objects` has a list for each struct, in the order of the server; `notes` says what could not be decoded, and why;
    `size` counts bytes, `pages` pages. One odd object costs that object, never its list; a page that is no JSON costs
    the page.

    A long page is decoded in slices of 256 KB, cut between two objects as API servers write them: while it decodes,
    msgspec lets nobody else run, and what is decoded need not be kept as bytes too. The pattern can begin in no string,
    and a cut inside an object leaves brackets open: then the slice grows until it ends at a better place.
    """

    def __init__(self, *structs: type[msgspec.Struct]) -> None:
        self.objects: list[list[Any]] = [[] for _ in structs]
        self.notes: list[str] = []
        self.size = self.pages = 0
        self._structs = structs
        self.begin()

    def begin(self) -> None:
        """A page begins."""
        self._before = [len(objects) for objects in self.objects]
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._enough = _SLICE

    def take(self, chunk: bytes) -> None:
        """Part of a page. Raises `TooLarge` for 32 MiB that cannot be cut, unless they were given at once."""
        self.size += len(chunk)
        for start in range(0, len(chunk), _SLICE):
            self._buffer += chunk[start : start + _SLICE]
            if len(self._buffer) >= self._enough:
                self._cut()
        if len(self._buffer) > _LONGEST >= len(chunk):
            # Decoded at once it would take far more memory than its bytes, where it is many small things.
            raise TooLarge(f"{_LONGEST // 2**20} MiB of it have no end of an object that can be seen")

    def end(self) -> PageInfo | None:
        """The page is complete."""
        document = self._buffer if self._head is None else _OPEN + self._buffer
        page, reason = self._decode(bytes(document))
        if page is None:
            self.drop()
            self.notes.append(f"A page could not be decoded: {reason}")
            return None
        told = [said for said in (self._head, page) if said is not None]
        self.pages += 1
        self._buffer = bytearray()
        return PageInfo(
            kind=next((said.kind for said in told if said.kind), ""),
            token=next((said.metadata.next for said in told if said.metadata and said.metadata.next), ""),
        )

    def drop(self) -> None:
        """Forget what came since the page began."""
        for objects, before in zip(self.objects, self._before, strict=True):
            del objects[before:]
        self.begin()

    def clear(self) -> None:
        """Forget everything."""
        self._before = [0 for _ in self.objects]
        self.notes.clear()
        self.drop()

    def _cut(self) -> None:
        """Decode what is complete, if there is enough of it."""
        if self._head is None and not self._begin():
            self._enough = _NEVER  # no page as API servers write them: it is decoded when it is whole
            return
        cuts = (self._buffer.rfind(pattern) for pattern in _BETWEEN)
        cut = next((found for found in cuts if found >= 0), -1)
        if cut >= 0 and self._decode(b"".join((_OPEN, bytes(self._buffer[: cut + 1]), b"]}")))[0]:
            del self._buffer[: cut + 2]
            self._enough = _SLICE
        else:
            self._enough = 2 * len(self._buffer)

    def _begin(self) -> bool:
        """Read what the page says before its items, and leave the items."""
        start = self._buffer.find(_ITEMS, 0, _HEAD)
        if start < 0:
            return False
        try:
            self._head = msgspec.json.decode(bytes(self._buffer[:start]).rstrip(b", \n") + b"}", type=_Head)
        except msgspec.MsgspecError:
            return False
        del self._buffer[: start + len(_ITEMS)]
        return True

    def _decode(self, document: bytes) -> tuple[_Head | None, str]:
        """Keep the objects of a document with `items`, and give what it says besides; or `None`, and why."""
        try:
            pages = [_decoder(struct).decode(document) for struct in self._structs]
        except (msgspec.MsgspecError, RecursionError):
            return self._decode_each(document)
        for objects, page in zip(self.objects, pages, strict=True):
            objects.extend(page.items)
        return _Head(kind=pages[0].kind, metadata=pages[0].metadata), ""

    def _decode_each(self, document: bytes) -> tuple[_Head | None, str]:
        try:
            page = msgspec.json.decode(document, type=_RawPage)
        except (msgspec.MsgspecError, RecursionError) as error:
            return None, str(error)
        for struct, objects in zip(self._structs, self.objects, strict=True):
            for position, raw in enumerate(page.items or ()):
                item = bytes(raw)
                try:
                    objects.append(_lenient(item, struct))
                except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                    self.notes.append(f"{_label(item, position)} could not be decoded: {error}")
        return _Head(kind=page.kind, metadata=page.metadata), ""


def decode_pages(pages: tuple[bytes, ...], struct: type[T]) -> tuple[list[T], list[str]]:
    """The objects of all pages, and a note for each object that could not be decoded: `ListDecoder` at once."""
    decoder = ListDecoder(struct)
    for page in pages:
        decoder.begin()
        decoder.take(page)
        decoder.end()
    return decoder.objects[0], decoder.notes


@cache
def _decoder(struct: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    fields = [
        ("items", list[struct], msgspec.field(default_factory=list)),  # type: ignore[valid-type]  # the type is made at run time
        ("kind", str, ""),
        ("metadata", _ListMeta | None, None),
    ]
    return msgspec.json.Decoder(msgspec.defstruct("Page", fields))


def _lenient(item: bytes, struct: type[T]) -> T:
    """Decode one object; a null counts as a field that is not there, as it does to Kubernetes."""
    try:
        return msgspec.json.decode(item, type=struct)
    except msgspec.MsgspecError:
        return msgspec.convert(_without_nulls(json.loads(item)), type=struct, strict=False)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in value if entry is not None]
    return value


def _label(item: bytes, position: int) -> str:
    try:
        metadata = json.loads(item)["metadata"]
        return f"{metadata.get('namespace', '')}/{metadata['name']}".removeprefix("/")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return f"Object {position + 1}"
