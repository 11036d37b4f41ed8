"""Switchable misbehaviour, by path prefix: what a client must survive and a healthy cluster never does."""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum

import msgspec
from aiohttp import web

_CHUNK = b'{"metadata":{"name":"endless"}},' * 2048


class Mode(StrEnum):
    """What goes wrong."""

    DELAY = "delay"  # answers properly after `seconds`
    SILENT = "silent"  # accepts the request and never answers
    STATUS = "status"  # answers `status` with `body`
    TRUNCATE = "truncate"  # promises a length and closes after half the body
    RESET = "reset"  # closes the connection without an answer
    REDIRECT = "redirect"  # 302 to `location`
    ENDLESS = "endless"  # a 200 whose body never ends
    GARBAGE = "garbage"  # a 200 whose body is not JSON


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault; it hits paths that start with `prefix`, `times` times (None: always)."""

    mode: Mode
    prefix: str = "/"
    seconds: float = 0.0
    status: int = 503
    body: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = {}
    location: str = "https://127.0.0.1:1/stolen"
    times: int | None = None


class Faults:
    """The faults in force; the longest prefix that fits a path wins."""

    def __init__(self) -> None:
        self._active: dict[str, Fault] = {}
        self._hits: dict[str, int] = {}
        self._ended = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Put a fault in force, in place of one with the same prefix."""
        self._active[fault.prefix], self._hits[fault.prefix] = fault, 0

    def clear(self) -> None:
        """Behave again. Requests held in silence stay held."""
        self._active.clear()

    def begin(self) -> None:
        """Hold requests again, after an earlier end."""
        self._ended.clear()

    def end(self) -> None:
        """Let go of every held request: the server stops."""
        self._ended.set()

    def due(self, path: str) -> Fault | None:
        """The fault that hits this request, counted."""
        fitting = [fault for prefix, fault in self._active.items() if path.startswith(prefix)]
        fault = max(fitting, key=lambda fault: len(fault.prefix), default=None)
        if fault is None:
            return None
        self._hits[fault.prefix] += 1
        return fault if fault.times is None or self._hits[fault.prefix] <= fault.times else None

    async def strike(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Misbehave; None means: go on and answer properly."""
        if fault.mode in {Mode.DELAY, Mode.SILENT}:
            await self._hold(fault.seconds if fault.mode is Mode.DELAY else None)
            return None if fault.mode is Mode.DELAY else _cut(request)
        if fault.mode is Mode.TRUNCATE:
            return await _truncated(request)
        if fault.mode is Mode.ENDLESS:
            return await self._endless(request)
        return _cut(request) if fault.mode is Mode.RESET else _short(fault)

    async def _hold(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[')
        with contextlib.suppress(ConnectionError):
            while not self._ended.is_set():
                await response.write(_CHUNK)
                await asyncio.sleep(0)
        return response


async def _truncated(request: web.Request) -> web.StreamResponse:
    body = b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":['
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(2 * len(body))})
    await response.prepare(request)
    await response.write(body)
    if request.transport is not None:
        request.transport.close()
    return response


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _short(fault: Fault) -> web.Response:
    if fault.mode is Mode.REDIRECT:
        return web.Response(status=302, headers={"Location": fault.location})
    if fault.mode is Mode.GARBAGE:
        return web.Response(body=b"<html>proxy says hello", content_type="application/json")
    return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type, headers=fault.headers)
