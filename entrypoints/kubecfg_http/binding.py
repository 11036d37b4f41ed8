"""From a request to a validated call: path, query and body through the structs that the document shows."""

import asyncio
import re
from typing import Any, Final, Generic, TypeVar

import msgspec
from aiohttp import web
from msgspec import inspect as shapes

from kubecfg_core.errors import InvalidInput, TooLarge
from kubecfg_http.errors import NotJson
from kubecfg_http.operations import Operation

P = TypeVar("P", bound=msgspec.Struct)
B = TypeVar("B", bound=msgspec.Struct | None)

_BODY_SECONDS: Final = 30.0
_ENCODINGS: Final = ("identity", "gzip", "deflate")  # any other would be taken for what it packs
_WHERE: Final = re.compile(r"(?P<what>.*) - at `(?:key in )?\$\.?(?P<where>.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<field>[^`]*)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)


class Binder(Generic[P, B]):
    """Reads the parameters and the body of one operation. Every `InvalidInput` that it raises names the field."""

    def __init__(self, operation: Operation[P, B], max_body: int) -> None:
        self._operation = operation
        self._variables = path_variables(operation.path)
        self._lists = {field.encode_name for field in _fields(operation.params) if _is_list(field.type)}
        self._names = {field.encode_name for field in _fields(operation.params)}
        self._decoder = msgspec.json.Decoder(operation.body)
        self._max_body = min(max_body, operation.max_body or max_body)

    def params(self, request: web.Request) -> P:
        """Path and query. A parameter that nobody declared is not looked at: proxies and caches add some."""
        given: dict[str, Any] = {name: request.match_info[name] for name in self._variables}
        for name in (self._names - set(self._variables)) & set(request.query):
            values = request.query.getall(name)
            if name in self._lists:
                given[name] = [word.strip() for value in values for word in value.split(",")]
            elif len(values) > 1:
                raise InvalidInput(f"{name}: it is given {len(values)} times, and can be given once.")
            else:
                given[name] = values[0]
        try:
            return msgspec.convert(given, self._operation.params, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidInput(explain(error)) from None  # the cause would quote what was sent

    async def body(self, request: web.Request) -> B:
        """The body. Raises `NotJson`, `TooLarge`, `InvalidInput` (where it breaks, or which field is wrong)."""
        if not self._operation.has_body:
            return None  # type: ignore[return-value]  # B is None where there is no body
        if request.content_type != "application/json" and not request.content_type.endswith("+json"):
            raise NotJson
        if request.headers.get("Content-Encoding", "identity").lower() not in _ENCODINGS:
            raise NotJson("Of Content-Encoding, only gzip and deflate are understood.")
        raw = await self._read(request)
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as error:
            raise InvalidInput(explain(error)) from None
        except msgspec.DecodeError as error:
            broken = f"{error} (byte {len(raw)})" if "truncated" in str(error) else str(error)
            raise InvalidInput(f"The body is not valid JSON: {broken}.") from None
        except UnicodeDecodeError:
            raise InvalidInput("The body is not valid JSON: it is not UTF-8.") from None
        except RecursionError:
            raise InvalidInput("The body is nested too deeply.") from None

    async def _read(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > self._max_body:
            raise self._too_large()
        raw = bytearray()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for chunk in request.content.iter_any():
                    raw += chunk  # counted after any Content-Encoding was undone
                    if len(raw) > self._max_body:
                        raise self._too_large()
        except TimeoutError as error:
            raise InvalidInput(f"The body did not arrive within {_BODY_SECONDS:.0f} seconds.") from error
        except (web.PayloadAccessError, web.RequestPayloadError, ConnectionError) as error:
            raise InvalidInput("The body is not what its headers say, or broke off.") from error
        return bytes(raw)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The body is larger than the {self._max_body} bytes that are allowed here.")


def path_variables(path: str) -> list[str]:
    """The names in braces."""
    return re.findall(r"{(\w+)}", path)


def explain(error: msgspec.ValidationError) -> str:
    """The decoder's sentence, with the field's name first: `duration: Expected int >= 1.`."""
    text = str(error)
    located = _WHERE.fullmatch(text)
    where, what = (located["where"], located["what"]) if located else ("", text)
    for pattern, says in ((_MISSING, "it is required"), (_UNKNOWN, "there is no such field")):
        found = pattern.fullmatch(what)
        if found:
            where, what = f"{where}.{found['field']}".removeprefix("."), says
    if "matching regex" in what:
        what = "it holds a character that is not allowed"
    return f"{where or 'body'}: {what.replace('`', '')}."


def _fields(struct: type[msgspec.Struct]) -> tuple[shapes.Field, ...]:
    described = shapes.type_info(struct)
    return described.fields if isinstance(described, shapes.StructType) else ()


def _is_list(kind: shapes.Type) -> bool:
    if isinstance(kind, shapes.UnionType):
        return any(_is_list(option) for option in kind.types)
    if isinstance(kind, shapes.Metadata):
        return _is_list(kind.type)
    return isinstance(kind, shapes.ListType | shapes.VarTupleType)
