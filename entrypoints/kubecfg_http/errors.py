"""From an error of the core to an answer: the one table, and the shape that all failures have."""

import math
from collections.abc import Mapping
from types import TracebackType
from typing import Final

import msgspec
from aiohttp import web

from kubecfg_core.errors import (
    AlreadyExists,
    CommandRefused,
    ConfirmationNeeded,
    Conflict,
    InvalidInput,
    KubecfgError,
    NotConfigured,
    NotFound,
    PermissionDenied,
    StorageUnavailable,
    TooLarge,
    TooMany,
    Unauthenticated,
    UpstreamError,
    UpstreamTimeout,
)
from kubecfg_http.operations import JSON, Failure

# The first class on an error's line of descent that stands here decides. What is missing is a defect: a 500.
STATUS: Final[Mapping[type[KubecfgError], int]] = {
    InvalidInput: 400,
    Unauthenticated: 401,
    PermissionDenied: 403,
    NotFound: 404,
    AlreadyExists: 409,
    Conflict: 409,
    ConfirmationNeeded: 409,
    TooLarge: 413,
    TooMany: 429,
    UpstreamError: 502,
    NotConfigured: 503,
    StorageUnavailable: 503,
    UpstreamTimeout: 504,
}
INTERNAL: Final = "Internal error"
BAD_MEDIA_TYPE: Final = 415


class NotJson(InvalidInput):
    """The body must be JSON: send it with `Content-Type: application/json`."""


def status_of(error: KubecfgError) -> int:
    """The status that says this error; 500 for one that no caller should ever meet."""
    if isinstance(error, NotJson):
        return BAD_MEDIA_TYPE
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def failure(status: int, detail: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer in the shape of all failures."""
    return web.Response(
        status=status, body=msgspec.json.encode(Failure(detail=detail)), content_type=JSON, headers=headers
    )


def answer_error(error: KubecfgError) -> web.Response:
    """The answer to an error of the core."""
    status = status_of(error)
    if status == BAD_MEDIA_TYPE:
        return failure(status, error.message)
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return failure(status, INTERNAL if status == 500 else _detail(error), headers)  # noqa: PLR2004 - HTTP's own number


def answer_http(error: web.HTTPException) -> web.Response:
    """The answer to what aiohttp's router raises: an unknown path, a wrong method."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return failure(405, f"{error.method} is not allowed here, only {allowed}.", {"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return failure(404, "There is no such path; /openapi.json lists them all.")
    if isinstance(error, web.HTTPExpectationFailed):
        return failure(error.status, "Of Expect, only 100-continue is understood.")
    return failure(error.status, error.reason)


def frames(error: BaseException) -> str:
    """Where an unexpected error came from, and its causes: class names and code, none of the messages.

    A message may quote what somebody sent, a credential among it; a log must not.
    """
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        parts.append(f"{type(seen).__qualname__} at {' < '.join(_places(seen.__traceback__))}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "; from ".join(parts)


def _places(trace: TracebackType | None) -> list[str]:
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}.{code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[::-1]


def _detail(error: KubecfgError) -> str:
    if isinstance(error, CommandRefused) and error.rule not in error.message:
        return f"{error.message} (rule {error.rule})"
    return error.message
