"""What every request goes through: a name and a measure, errors in one shape, and the door."""

import asyncio
import logging
import re
import time
from typing import Final
from uuid import uuid4

import msgspec
import structlog
from aiohttp import web

from kubecfg_core.audit import Origin, origin
from kubecfg_core.errors import KubecfgError, Unauthenticated, UpstreamTimeout
from kubecfg_core.users import User
from kubecfg_http.address import client_address
from kubecfg_http.errors import INTERNAL, answer_error, answer_http, failure, frames
from kubecfg_http.keys import CALLER, LIMITS, METRICS, REQUEST_ID, ROUTES, SERVICES, Answering
from kubecfg_http.operations import PUBLIC

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TOKEN: Final = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
_CLIENT_LEFT: Final = 499
_SECURITY_HEADERS: Final = {
    "Server": "kubecfg",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_log = logging.getLogger("kubecfg.http")


@web.middleware
async def observe(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Give the request an id, measure it, and write a line about it: never its query, headers or body."""
    given = request.headers.get("X-Request-ID", "")
    request[REQUEST_ID] = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    metrics = request.app[METRICS]
    status, start = _CLIENT_LEFT, time.perf_counter()
    came = origin.set(
        Origin(
            auth_method="password",
            address=client_address(request, request.app[LIMITS].trusted_proxies),
            request_id=request[REQUEST_ID],
        )
    )
    with structlog.contextvars.bound_contextvars(request_id=request[REQUEST_ID]), metrics.in_flight.track_inprogress():
        try:
            response = await handler(request)
            status = response.status
            return response
        finally:
            seconds = time.perf_counter() - start
            metrics.observe(request.method, route_of(request), status, seconds)
            _write_line(request, status, seconds)
            origin.reset(came)


@web.middleware
async def answer_errors(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Turn every error into `{"detail": ...}` with its status."""
    try:
        return await handler(request)
    except KubecfgError as error:
        response = answer_error(error)
        if response.status == web.HTTPInternalServerError.status_code:
            _log_defect(request, error)
        return response
    except web.HTTPException as error:
        return answer_http(error)
    except Exception as error:  # noqa: BLE001 - the last line: whatever it was, the caller learns nothing of it
        _log_defect(request, error)
        return failure(500, INTERNAL)


@web.middleware
async def guard(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Let in who may come in, for as long as it may take. A route that is not in the table is open to nobody.

    The role is that of the account as it is now, in the database: a token has none.
    """
    if request.match_info.http_exception is not None:
        return await handler(request)  # no such path or method: that is said to everybody
    operation = request.app[ROUTES].get(request.match_info.route)
    limits = request.app[LIMITS]
    seconds = limits.analysis_timeout if operation and operation.slow else limits.request_timeout
    deadline = asyncio.timeout(seconds)
    try:
        async with deadline:
            if operation is None:
                raise Unauthenticated
            if operation.needs != PUBLIC:
                caller = request[CALLER] = await authenticate(request)
                method = "external token" if caller.issuer else "token"
                origin.set(msgspec.structs.replace(origin.get(), auth_method=method))
                await request.app[SERVICES].accounts.permit(caller, operation.needs, action=operation.action)
            return await handler(request)
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise UpstreamTimeout(f"It was not done within {seconds:g} seconds.") from error


async def authenticate(request: web.Request) -> User:
    """Whose token the Authorization header holds: the only place where one is looked for."""
    headers = request.headers.getall("Authorization", [])
    token = _TOKEN.fullmatch(headers[0].strip()) if len(headers) == 1 else None
    if token is None:
        raise Unauthenticated("A token is required: `Authorization: Bearer <token>`; POST /auth/login gives one.")
    return await request.app[SERVICES].accounts.authenticate(token[1])


async def prepare(request: web.Request, response: web.StreamResponse) -> None:
    """Headers that every answer carries, and the request's id."""
    secure(response)
    if REQUEST_ID in request:
        response.headers["X-Request-ID"] = request[REQUEST_ID]


def secure(response: web.StreamResponse) -> None:
    """Tell the client to be careful. What is not said to be cacheable is not: it is somebody's data."""
    for name, value in _SECURITY_HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")


def route_of(request: web.Request) -> str:
    """The route's template, or `unmatched`."""
    operation = request.app[ROUTES].get(request.match_info.route)
    return operation.path if operation else "unmatched"


def _write_line(request: web.Request, status: int, seconds: float) -> None:
    caller = request.get(CALLER)
    facts = {
        "method": request.method[:16],
        "route": route_of(request),
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
        "request_id": request[REQUEST_ID],
        "user_id": caller.id if caller else None,
    }
    level = logging.WARNING if status >= web.HTTPInternalServerError.status_code else logging.INFO
    _log.log(
        level, "%s %s %d", facts["method"], facts["route"], status, extra={"event": "http.request", "facts": facts}
    )


def _log_defect(request: web.Request, error: Exception) -> None:
    facts = {"request_id": request[REQUEST_ID], "route": route_of(request), "where": frames(error)}
    _log.error("Defect: %s", facts["where"], extra={"event": "http.defect", "facts": facts})
