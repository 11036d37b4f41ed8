"""The only way from a kubectl process to its cluster: an HTTP server on loopback that adds the credential.

kubectl is told of a server at `http://127.0.0.1:PORT/RANDOM`, and holds no credential that it could lose. Each command
has a random path of its own, which ends with it.
"""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp import web

from kubecfg_core.errors import KubecfgError, UpstreamTimeout
from kubecfg_core.ports.kubectl_runner import ApiRequest
from kubecfg_kubectl import blanking, guard
from kubecfg_kubectl.discovery import MOST_BYTES_EACH, Memory
from kubecfg_kubectl.upstream import Upstream

# What a server may answer to one command, decompressed: ten times the pods of a large cluster, and not an endless body.
MOST_BYTES: Final = 256 * 1024**2
MOST_REQUESTS: Final = 200

_LONGEST_PATH: Final = 300
# Whatever is not named here stays behind: credentials, cookies, impersonation, and what concerns one connection only.
_ASKS_WITH: Final = ("Accept", "Content-Type", "User-Agent", "Kubectl-Command", "Kubectl-Session")
_ANSWERS_WITH: Final = ("Content-Type", "Retry-After", "Warning")
_OK: Final = 200


class Way:
    """What one command may do, and what it did: `requests` in order, `failure` where the server could not be asked."""

    def __init__(self, upstream: Upstream, memory: Memory, key: str, *, changes: bool) -> None:
        self.name = secrets.token_urlsafe(16)
        self.requests: list[ApiRequest] = []
        self.failure: KubecfgError | None = None
        self.remembered = 0
        self.asked = 0
        self._upstream = upstream
        self._memory = memory
        self._key = key
        self._changes = changes
        self._left = MOST_BYTES
        self._under_way: set[asyncio.Task[object]] = set()

    async def answer(self, request: web.BaseRequest, target: str) -> web.StreamResponse:
        """Answer one request of kubectl for `target` (path and query), and note it."""
        task, began, status = asyncio.current_task(), time.monotonic(), 0
        path, _, query = target.partition("?")
        if task is not None:
            self._under_way.add(task)
        try:
            response = await self._answered(request, path, query)
            status = response.status
            return response
        finally:
            if task is not None:
                self._under_way.discard(task)
            if len(self.requests) < MOST_REQUESTS:
                took = round((time.monotonic() - began) * 1000)
                self.requests.append(
                    ApiRequest(method=request.method[:10], path=path[:_LONGEST_PATH], status=status, ms=took)
                )

    async def close(self) -> None:
        """End what is still under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _answered(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        refused = guard.refusal(request.method, path, query, changes=self._changes)
        if refused is not None:
            return _status(403, "Forbidden", f"kubecfg did not pass on the request: {refused}")
        if self.failure is not None:
            return _trouble(self.failure)
        question = _question(request, path, query) if guard.is_discovery(request.method, path) else None
        known = self._memory.find(self._key, question) if question else None
        if known is not None:
            self.remembered += 1
            return web.Response(body=known.body, headers={"Content-Type": known.content_type})
        self.asked += 1
        return await self._asked(request, path, query, question)

    async def _asked(self, request: web.BaseRequest, path: str, query: str, question: str | None) -> web.StreamResponse:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _status(413, "RequestEntityTooLarge", "kubecfg did not pass on the request: its body is too large")
        headers = {name: request.headers[name] for name in _ASKS_WITH if name in request.headers}
        secret, watching = guard.is_secret(path), "watch=" in query
        if secret:
            headers["Accept"] = blanking.accept(headers.get("Accept", ""), watching=watching)
        try:
            answer = await self._upstream.ask(request.method, f"{path}?{query}" if query else path, headers, body)
        except (aiohttp.ClientError, OSError) as error:  # also TimeoutError, which is an OSError
            self.failure = self._upstream.trouble(error)
            return _trouble(self.failure)
        async with answer:
            if not 200 <= answer.status < 600 or 300 <= answer.status < 400:  # noqa: PLR2004 - HTTP
                return _odd(answer.status)
            if secret and not watching:
                return await self._without_content(answer)
            return await self._passed_on(request, answer, question)

    async def _without_content(self, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        """An answer about Secrets, read as a whole."""
        body = bytearray()
        try:
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > blanking.MOST_BYTES:
                    return _status(502, "BadGateway", "the answer about Secrets is too large to be checked")
        except (aiohttp.ClientError, OSError) as error:
            self.failure = self._upstream.trouble(error)
            return _trouble(self.failure)
        blanked = blanking.blanked(bytes(body))
        if blanked is None:
            return _status(502, "BadGateway", "the answer about Secrets cannot be checked: it is not JSON")
        return web.Response(status=answer.status, body=blanked, content_type="application/json")

    async def _passed_on(
        self, request: web.BaseRequest, answer: aiohttp.ClientResponse, question: str | None
    ) -> web.StreamResponse:
        response = _begun(answer)
        await response.prepare(request)
        try:
            body = await self._pumped(answer, response, keep=question is not None and answer.status == _OK)
        except (aiohttp.ClientError, OSError):
            _break_off(request)
            return response
        if question and body is not None:
            kind = answer.headers.get("Content-Type", "application/json")
            self._memory.keep(self._key, question, content_type=kind, body=body)
        return response

    async def _pumped(
        self, answer: aiohttp.ClientResponse, response: web.StreamResponse, *, keep: bool
    ) -> bytes | None:
        """Pass the body on as it comes; give it back where it is to be kept and not too large for that."""
        kept = bytearray()
        async for chunk in answer.content.iter_any():
            self._left -= len(chunk)
            if self._left < 0:
                raise ConnectionAbortedError("more than is taken for one command")
            await response.write(chunk)
            keep = keep and len(kept) + len(chunk) <= MOST_BYTES_EACH
            if keep:
                kept += chunk
        await response.write_eof()
        return bytes(kept) if keep else None


class Proxy:
    """The listener that all commands share, opened with the first of them; it knows only paths that are in use."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._ways: dict[str, Way] = {}
        self._runner: web.ServerRunner | None = None
        self._address = ""
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def way(self, upstream: Upstream, key: str, *, changes: bool) -> AsyncIterator[tuple[Way, str]]:
        """A way for one command until the block ends, and the URL that leads to it."""
        address = await self._opened()
        way = Way(upstream, self.memory, key, changes=changes)
        self._ways[way.name] = way
        try:
            yield way, f"{address}/{way.name}"
        finally:
            del self._ways[way.name]
            await way.close()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _opened(self) -> str:
        async with self._opening:
            if self._runner is None:
                # A caller's disconnection ends its request to the cluster too.
                server = web.Server(self._serve, handler_cancellation=True, access_log=None)
                runner = web.ServerRunner(server, shutdown_timeout=1.0)
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                self._runner, self._address = runner, f"http://127.0.0.1:{runner.addresses[0][1]}"
            return self._address

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        name, _, rest = request.raw_path.removeprefix("/").partition("/")
        way = self._ways.get(name)
        return web.Response(status=404) if way is None else await way.answer(request, f"/{rest}")


def _question(request: web.BaseRequest, path: str, query: str) -> str:
    """What decides the answer; how long kubectl would wait does not."""
    parts = [part for part in query.split("&") if not part.startswith("timeout=")]
    return "\n".join((path, *parts, request.headers.get("Accept", "")))


def _begun(answer: aiohttp.ClientResponse) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status)
    for name in _ANSWERS_WITH:
        for value in answer.headers.getall(name, ()):
            response.headers.add(name, value)
    if answer.content_length is not None and "Content-Encoding" not in answer.headers:
        response.content_length = answer.content_length
    return response


def _break_off(request: web.BaseRequest) -> None:
    """End the connection without an end of the body, so that kubectl does not take a part for the whole."""
    if request.transport is not None:
        request.transport.abort()


def _odd(status: int) -> web.Response:
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP
        return _status(502, "BadGateway", f"the server sends kubectl to another address ({status}): not followed")
    return _status(502, "BadGateway", f"the server wants to speak another protocol ({status})")


def _trouble(error: KubecfgError) -> web.Response:
    return _status(504 if isinstance(error, UpstreamTimeout) else 502, "BadGateway", error.message)


def _status(code: int, reason: str, message: str) -> web.Response:
    """What Kubernetes answers where something failed; kubectl prints its message."""
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code}
    return web.Response(
        status=code, body=json.dumps({**status, "message": message}).encode(), content_type="application/json"
    )
