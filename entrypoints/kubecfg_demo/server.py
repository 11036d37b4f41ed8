"""The request pipeline: identify, route, authorise, answer. Every answer says that it is simulated."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections import OrderedDict
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from kubecfg_demo import discovery, logs, openapi, protobuf, reading, reviews, scaling, typed, watching, writing
from kubecfg_demo.access import User
from kubecfg_demo.routing import Shape, Target, check_method, is_resource_path, shape, target, wants_aggregated
from kubecfg_demo.status import PageNotFound, Refusal, bad_request, forbidden, forbidden_path, method_not_allowed

if TYPE_CHECKING:
    from kubecfg_demo.simulator import Simulator

HEADERS = {"X-Kubecfg-Simulated": "true", "Cache-Control": "no-cache, private"}
MAX_BODY = 3 * 1024 * 1024

_GZIP_FROM = 128 * 1024
_ZIPPED_KEPT = 32
_HEALTH = {"livez", "readyz", "healthz"}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the request log."""

    method: str
    path: str
    user: str
    user_agent: str


class Server:
    """Answers requests from a simulator's state."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._writer = writing.Writer(simulator.store, simulator.catalog)
        self._zipped: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()

    def application(self) -> web.Application:
        """The aiohttp application; it decides about paths and methods itself, since a Status must answer them."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        app.on_response_prepare.append(self._mark)
        return app

    async def _mark(self, _request: web.Request, response: web.StreamResponse) -> None:
        """As an API server does, and with the time on the cluster's clock."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Date"] = format_datetime(self._simulator.now().astimezone(UTC), usegmt=True)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            user = self._simulator.access.identify(request)
        except Refusal as refusal:
            self._log(request, "")
            return _json(refusal.body, refusal.code)
        self._log(request, user.name)
        fault = self._simulator.faults.due(request.path)
        struck = await self._simulator.faults.strike(fault, request) if fault else None
        if struck is not None:
            return struck
        try:
            return await self._answer(request, user)
        except Refusal as refusal:
            return _json(refusal.body, refusal.code)
        except PageNotFound:
            return web.Response(status=404, text="404 page not found\n")
        except web.HTTPRequestEntityTooLarge:
            too_large = Refusal(413, "RequestEntityTooLarge", f"Request entity too large: limit is {MAX_BODY}", {})
            return _json(too_large.body, too_large.code)

    def _log(self, request: web.Request, user: str) -> None:
        agent = request.headers.get("User-Agent", "")
        line = Seen(method=request.method, path=request.raw_path, user=user, user_agent=agent)
        self._simulator.requests.append(line)

    async def _answer(self, request: web.Request, user: User) -> web.StreamResponse:
        parts = [part for part in request.path.split("/") if part]
        if not is_resource_path(parts):
            return self._document(request, user, parts)
        asked = target(self._simulator.catalog, request.method, parts, request.query)
        where = asked.namespace
        if not user.may(asked.verb, asked.resource.group, asked.plural, where):
            raise forbidden(
                user.name, asked.verb, asked.resource, subresource=asked.subresource, namespace=where, name=asked.name
            )
        if asked.subresource == "log":
            return self._log_answer(request, asked)
        check_method(asked)
        if request.method not in {"GET", "HEAD"}:
            return await self._write(request, user, asked)
        return await self._read(request, asked)

    def _document(self, request: web.Request, user: User, parts: list[str]) -> web.Response:
        if not user.may_read(request.path.rstrip("/") or "/"):
            raise forbidden_path(user.name, request.method.lower(), request.path)
        if request.method not in {"GET", "HEAD"}:
            raise method_not_allowed()
        if parts and parts[0] in _HEALTH:
            return web.Response(text=discovery.health(request.path, verbose="verbose" in request.query))
        aggregated = parts in (["api"], ["apis"]) and wants_aggregated(request.headers.get("Accept", ""))
        if aggregated:
            found: Any = discovery.aggregated(self._simulator.catalog, core=parts == ["api"])
            # The type is set by hand, since its parameters are what tells the client which form this is.
            return web.Response(body=msgspec.json.encode(found), headers={"Content-Type": discovery.AGGREGATED_TYPE})
        found = self._discovered(request, parts)
        if found is None:
            raise PageNotFound
        return _json(found)

    def _discovered(self, request: web.Request, parts: list[str]) -> Any:
        catalog = self._simulator.catalog
        found: Any = None
        match parts:
            case ["version"]:
                found = discovery.VERSION
            case ["api"]:
                found = discovery.core_versions(request.host)
            case ["apis"]:
                found = discovery.group_list(catalog)
            case ["api", version]:
                found = discovery.resource_list(catalog, "", version)
            case ["apis", group]:
                found = discovery.group(catalog, group)
            case ["apis", group, version]:
                found = discovery.resource_list(catalog, group, version)
            case ["openapi", "v3", *rest]:
                found = openapi.document(catalog, "/".join(rest))
        return found

    def _log_answer(self, request: web.Request, asked: Target) -> web.Response:
        if asked.verb != "get":
            raise method_not_allowed()
        simulator = self._simulator
        pod = reading.single(simulator.store, asked)
        body = logs.answer(pod, request.query, simulator.logs, simulator.store, simulator.catalog)
        return web.Response(body=body, content_type="text/plain")

    async def _read(self, request: web.Request, asked: Target) -> web.StreamResponse:
        simulator, wanted = self._simulator, shape(request.headers.get("Accept", ""))
        if asked.verb == "watch":
            return await self._watch(request, asked, wanted)
        if asked.verb == "get":
            entry = reading.single(simulator.store, asked)
            if asked.subresource == "scale":
                return _json(scaling.shown(entry))
            include = request.query.get("includeObject", "")
            return _json(reading.represented(entry, wanted, simulator.now(), include))
        anew = simulator.encodes_anew
        body = reading.listed(simulator.store, asked, request.query, wanted, simulator.now(), anew=anew)
        if len(body) < _GZIP_FROM or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return _json(body)
        packed = await self._packed(request, body, keep=wanted is not Shape.TABLE)
        return web.Response(body=packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})

    async def _packed(self, request: web.Request, body: bytes, *, keep: bool) -> bytes:
        """A compressed body; the same list of the same revision is compressed once, since benchmarks ask often."""
        key = (request.raw_path, request.headers.get("Accept", ""), self._simulator.store.revision)
        if key not in self._zipped:
            packed = await asyncio.to_thread(gzip.compress, body, 1)
            if not keep:
                return packed
            self._zipped[key] = packed
            while len(self._zipped) > _ZIPPED_KEPT:
                self._zipped.popitem(last=False)
        return self._zipped[key]

    async def _watch(self, request: web.Request, asked: Target, wanted: Shape) -> web.StreamResponse:
        watching.check(request.query)
        simulator = self._simulator
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        lines = watching.events(simulator.store, asked, request.query, wanted, simulator.now)
        # A client that hangs up ends its watch; that is no error of anybody's.
        with contextlib.suppress(ConnectionError):
            async with contextlib.aclosing(lines):
                async for line in lines:
                    await response.write(line)
            await response.write_eof()
        return response

    async def _write(self, request: web.Request, user: User, asked: Target) -> web.Response:
        body = await request.read()
        dry_run = request.query.get("dryRun") == "All"
        if asked.verb in {"delete", "deletecollection"}:
            return _json(self._writer.delete(asked, request.query, dry_run=dry_run))
        if request.content_type == protobuf.MEDIA_TYPE and asked.resource.group.startswith("auth"):
            return self._review(user, asked, protobuf.review(body))
        found = typed.decoded(body) if request.content_type == protobuf.MEDIA_TYPE and asked.verb == "create" else None
        if found is None:
            found = writing.decoded(body, request.content_type, patch=asked.verb == "patch")
        if asked.verb == "patch":
            return _json(self._writer.patch(asked, found, request.content_type, dry_run=dry_run))
        if not isinstance(found, dict):
            raise bad_request("the object provided is unrecognized: json: cannot unmarshal into Go value")
        if asked.resource.group.startswith("auth"):
            return self._review(user, asked, found)
        if asked.verb == "create":
            return _json(self._writer.create(asked, found, dry_run=dry_run), 201)
        return _json(self._writer.replace(asked, found, dry_run=dry_run))

    def _review(self, user: User, asked: Target, body: dict[str, Any]) -> web.Response:
        created = self._simulator.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return _json(reviews.review(user, asked, body, created), 201)


def _json(found: bytes | dict[str, Any], status: int = 200) -> web.Response:
    body = found if isinstance(found, bytes) else msgspec.json.encode(found)
    return web.Response(body=body, status=status, content_type="application/json")
