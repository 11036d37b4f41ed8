"""From the bytes of a list to structs: fast where the objects are as they should be, patient where one is not."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

_SLICE: Final = 256 * 1024
_HEAD: Final = 4096
_ITEMS: Final = b'"items":['
_BETWEEN: Final = b'},{"metadata":{'


class _RawItems(msgspec.Struct):
    items: list[msgspec.Raw] | None = None


def decode_pages(pages: tuple[bytes, ...], struct: type[T]) -> tuple[list[T], list[str]]:
    """The objects of all pages, and a note for each object that could not be decoded.

    A page is a JSON document with `items`. One odd object costs that object, never its list; a page that is no JSON
    costs the page.
    """
    objects: list[T] = []
    notes: list[str] = []
    for page in pages:
        try:
            decoded = [item for part in _slices(page) for item in _decoder(struct).decode(part).items]
        except (msgspec.MsgspecError, RecursionError):
            _decode_each(page, struct, objects, notes)
        else:
            objects += decoded
    return objects, notes


def _slices(page: bytes) -> Iterator[bytes]:
    """A long page as shorter ones, cut between two objects as API servers write them; whole where none is found.

    While it decodes, msgspec lets no other thread run: a list of 80 MB at once would stop the event loop for 200 ms.
    The pattern can begin in no string, and a cut inside an object leaves brackets open: what is decoded is right.
    """
    start = page.find(_ITEMS, 0, _HEAD) if len(page) > _SLICE else -1
    if start < 0:
        yield page
        return
    start += len(_ITEMS)
    while (cut := page.find(_BETWEEN, start + _SLICE)) >= 0:
        yield b"".join((b'{"items":[', page[start : cut + 1], b"]}"))
        start = cut + 2
    yield b'{"items":[' + page[start:]


@cache
def _decoder(struct: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    page = msgspec.defstruct("Page", [("items", list[struct], msgspec.field(default_factory=list))])  # type: ignore[valid-type]  # the type is made at run time
    return msgspec.json.Decoder(page)


def _decode_each(page: bytes, struct: type[T], objects: list[T], notes: list[str]) -> None:
    try:
        items = msgspec.json.decode(page, type=_RawItems).items or []
    except (msgspec.MsgspecError, RecursionError) as error:
        notes.append(f"A page could not be decoded: {error}")
        return
    for position, item in enumerate(items):
        try:
            objects.append(_lenient(bytes(item), struct))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            notes.append(f"{_label(bytes(item), position)} could not be decoded: {error}")


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
