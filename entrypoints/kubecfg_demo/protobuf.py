r"""The protobuf messages that kubectl insists on sending, read into the dicts their JSON would be.

A body is the four bytes `k8s\0` and an Unknown message: field 1 the type, field 2 the object itself. Field numbers are
those of the generated.proto files of k8s.io/api. Everything is answered in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubecfg_demo.status import bad_request

Object = dict[str, Any]

MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\0"
_LENGTH_DELIMITED, _VARINT = 2, 0
_TYPE = {1: "apiVersion", 2: "kind"}
_RESOURCE = {1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource", 7: "name"}
_PATH = {1: "path", 2: "verb"}


def review(body: bytes) -> Object:
    """A SelfSubject...Review. 400: it is no such message."""
    if not body.startswith(_MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        return _review(body.removeprefix(_MAGIC))
    except (IndexError, UnicodeDecodeError, ValueError) as error:
        raise bad_request(f"error decoding protobuf: {error}") from error


def _review(message: bytes) -> Object:
    unknown = dict(_fields(message))
    found: Object = _texts(unknown.get(1, b""), _TYPE)
    spec = dict(_fields(dict(_fields(unknown.get(2, b""))).get(2, b"")))
    match found.get("kind"):
        case "SelfSubjectAccessReview" if 1 in spec:
            found["spec"] = {"resourceAttributes": _texts(spec[1], _RESOURCE)}
        case "SelfSubjectAccessReview" if 2 in spec:  # noqa: PLR2004 - the field's number
            found["spec"] = {"nonResourceAttributes": _texts(spec[2], _PATH)}
        case "SelfSubjectRulesReview":
            found["spec"] = {"namespace": spec.get(1, b"").decode()}
    return found


def unwrapped(body: bytes) -> tuple[str, str, bytes]:
    """apiVersion, kind and message of an object. 400: it is no such message."""
    if not body.startswith(_MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    unknown = dict(_fields(body.removeprefix(_MAGIC)))
    told = _texts(unknown.get(1, b""), _TYPE)
    return told.get("apiVersion", ""), told.get("kind", ""), unknown.get(2, b"")


def _texts(message: bytes, names: dict[int, str]) -> dict[str, str]:
    return {names[number]: value.decode() for number, value in _fields(message) if number in names and value}


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The length-delimited fields by number."""
    for number, value in fields(message):
        if isinstance(value, bytes):
            yield number, value


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The fields by number, in the order of the message. Raises `ValueError` and `IndexError` where it is none."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield number, value
        elif kind == _LENGTH_DELIMITED:
            length, place = _varint(message, place)
            if place + length > len(message):
                raise ValueError("unexpected EOF")
            yield number, message[place : place + length]
            place += length
        else:
            raise ValueError(f"illegal wireType {kind}")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the continuation bit
            return value, place
        shift += 7
