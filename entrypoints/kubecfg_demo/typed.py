"""The objects that `kubectl create` sends as protobuf: Secrets, ConfigMaps, Services and ServiceAccounts.

Field numbers are those of k8s.io/api/core/v1 and of k8s.io/apimachinery. What no `kubectl create` sets is left out.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from kubecfg_demo.protobuf import fields, unwrapped
from kubecfg_demo.status import bad_request

Object = dict[str, Any]
_Read = Callable[[Any], Any]
_Schema = dict[int, tuple[str, _Read, str]]  # the field's JSON name, its reader, and what it is: one, a list, a map


def _text(value: bytes) -> str:
    return value.decode()


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _message(schema: _Schema) -> _Read:
    return lambda value: _decoded(value, schema)


def _int_or_string(value: bytes) -> int | str:
    found = dict(fields(value))
    text = found.get(3, b"")
    return text.decode() if found.get(1) and isinstance(text, bytes) else int(found.get(2, 0))


_META: _Schema = {
    1: ("name", _text, "one"), 2: ("generateName", _text, "one"), 3: ("namespace", _text, "one"),
    11: ("labels", _text, "map"), 12: ("annotations", _text, "map"),
}  # fmt: skip
_PORT: _Schema = {
    1: ("name", _text, "one"), 2: ("protocol", _text, "one"), 3: ("port", int, "one"),
    4: ("targetPort", _int_or_string, "one"), 5: ("nodePort", int, "one"),
}  # fmt: skip
_SERVICE: _Schema = {
    1: ("ports", _message(_PORT), "list"), 2: ("selector", _text, "map"), 3: ("clusterIP", _text, "one"),
    4: ("type", _text, "one"), 10: ("externalName", _text, "one"),
}  # fmt: skip
_KINDS: dict[tuple[str, str], _Schema] = {
    ("v1", "Secret"): {2: ("data", _bytes, "map"), 3: ("type", _text, "one"), 4: ("stringData", _text, "map")},
    ("v1", "ConfigMap"): {2: ("data", _text, "map"), 3: ("binaryData", _bytes, "map")},
    ("v1", "Service"): {2: ("spec", _message(_SERVICE), "one")},
    ("v1", "ServiceAccount"): {},
}


def decoded(body: bytes) -> Object | None:
    """The object; `None` for a kind that is not read here. 400: it is no such message."""
    try:
        api_version, kind, message = unwrapped(body)
        schema = _KINDS.get((api_version, kind))
        if schema is None:
            return None
        found = _decoded(message, {1: ("metadata", _message(_META), "one"), **schema})
    except (IndexError, ValueError, AttributeError, TypeError) as error:
        raise bad_request(f"error decoding protobuf: {error}") from error
    return {"apiVersion": api_version, "kind": kind, **found}


def _decoded(message: bytes, schema: _Schema) -> Object:
    found: Object = {}
    for number, value in fields(message):
        if number not in schema:
            continue
        name, read, shape = schema[number]
        if shape == "map":
            entry = dict(fields(value if isinstance(value, bytes) else b""))
            found.setdefault(name, {})[_text(_raw(entry.get(1)))] = read(_raw(entry.get(2)))
        elif shape == "list":
            found.setdefault(name, []).append(read(value))
        elif value not in (b"", 0):
            found[name] = read(value)
    return found


def _raw(value: bytes | int | None) -> bytes:
    return value if isinstance(value, bytes) else b""
