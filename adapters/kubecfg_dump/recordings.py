"""Recorded exchanges with an API server: `{"request": {...}, "response": {...}}`, as our own test data are kept."""

from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from kubecfg_core.resources import ReadState

_FORBIDDEN, _NOT_FOUND = 403, 404


class _Request(msgspec.Struct, frozen=True):
    method: str
    path: str


class _Response(msgspec.Struct, frozen=True):
    status: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class Recording(msgspec.Struct, frozen=True):
    """One exchange."""

    request: _Request
    response: _Response


class Route(NamedTuple):
    """What a path asks for: a list, in one namespace or (empty) in all. `whole`: nothing narrows it."""

    api_version: str
    plural: str
    namespace: str
    whole: bool


class Refusal(NamedTuple):
    """A list that was not given."""

    state: ReadState
    reason: str


class _Status(msgspec.Struct, frozen=True):
    kind: str = ""
    message: str = ""


_HARMLESS: Final = frozenset({"resourceVersion", "resourceVersionMatch", "timeoutSeconds", "pretty"})


def recording_of(document: bytes) -> Recording | None:
    """The exchange that a document is, if it is one."""
    try:
        return msgspec.json.decode(document, type=Recording)
    except msgspec.MsgspecError:
        return None


def route_of(request: _Request) -> Route | None:
    """What was listed; `None` for a single object, a subresource, a watch, and whatever is not a GET."""
    split = urlsplit(request.path)
    match [part for part in split.path.split("/") if part]:
        case ["api", version, *rest] | ["apis", _, version, *rest]:
            group = split.path.split("/")[2] if split.path.startswith("/apis/") else ""
        case _:
            return None
    match rest:
        case [plural]:
            namespace = ""
        case ["namespaces", namespace, plural]:
            pass
        case _:
            return None
    options = {name for name, _ in parse_qsl(split.query, keep_blank_values=True)}
    if request.method != "GET" or "watch" in options:
        return None
    return Route(f"{group}/{version}" if group else version, plural, namespace, options <= _HARMLESS)


def refusal_of(recording: Recording) -> Refusal | None:
    """What a refused list says of its kind: forbidden, or that there is no such API."""
    status, body = recording.response.status, bytes(recording.response.body)
    if status == _NOT_FOUND and b"404 page not found" in body:
        return Refusal(ReadState.ABSENT, "The cluster had no such API.")
    if status == _FORBIDDEN:
        try:
            return Refusal(ReadState.FORBIDDEN, msgspec.json.decode(body, type=_Status).message)
        except msgspec.MsgspecError:
            return Refusal(ReadState.FORBIDDEN, "It was forbidden.")
    return None
