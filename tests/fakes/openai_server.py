"""A chat-completions server that misbehaves on demand."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GOOD: dict[str, Any] = {
    "solution_summary": "The container ends because its configuration is missing.",
    "detailed_solution": "It reads a file that no ConfigMap provides.",
    "remediation_steps": [
        {
            "step_id": 7,
            "action_type": "INVESTIGATE",
            "description": "Read the log.",
            "command": "kubectl logs -n shop api-1 --previous",
            "expected_outcome": "The missing file is named.",
        }
    ],
    "confidence_score": 0.9,
    "estimated_time_mins": 5,
    "additional_notes": "",
}


class FakeOpenAI:
    """Answers by `mode`; keeps the bodies and headers of every request it got."""

    def __init__(self, mode: str = "ok", content: str | None = None) -> None:
        self.mode = mode
        self.content = content if content is not None else json.dumps(GOOD)
        self.usage: dict[str, int] | None = None
        self.retry_after = "3600"
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._handle)
        self._server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self._server.make_url("/v1"))

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.headers.append(dict(request.headers))
        modes: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "ok": self._ok,
            "429": self._busy,
            "429-then-ok": self._busy_once,
            "slow": self._slow,
            "closes": self._closes,
            "500": lambda r: self._status(r, 500),
            "400": lambda r: self._status(r, 400),
            "401": lambda r: self._status(r, 401),
            "never": self._never,
            "broken-json": lambda _: self._say('{"solution_summary": "half an ans'),
            "broken-once": self._broken_once,
            "wrong-schema": lambda _: self._say(json.dumps({"answer": 42})),
            "only-json-object": lambda r: self._only(r, "json_object"),
            "only-text": lambda r: self._only(r, None),
            "huge": self._huge,
            "huge-error": self._huge,
            "1MB": lambda _: self._say(json.dumps(GOOD | {"detailed_solution": "x" * 1_000_000})),
            "gzip": self._gzip,
            "redirect": self._redirect,
            "not-openai": self._html,
            "refusal": lambda _: self._message({"content": None, "refusal": "no"}),
        }
        return await modes[self.mode](request)

    async def _ok(self, _: web.Request) -> web.StreamResponse:
        return await self._say(self.content)

    async def _say(self, content: str) -> web.StreamResponse:
        return await self._message({"role": "assistant", "content": content})

    async def _message(self, message: dict[str, Any]) -> web.StreamResponse:
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        answer = {"id": "x", "object": "chat.completion", "created": 1, "choices": [choice]}
        return web.json_response(answer | ({"usage": self.usage} if self.usage else {}))

    async def _status(self, request: web.Request, status: int) -> web.StreamResponse:
        # Some proxies repeat what they were sent.
        error = {"message": f"refused: {request.headers.get('Authorization')}", "type": "x"}
        return web.json_response({"error": error}, status=status)

    async def _busy(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": "busy"}}, status=429, headers={"Retry-After": self.retry_after})

    async def _slow(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return await self._ok(request)

    async def _closes(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
        await response.prepare(request)
        await response.write(b'{"choices": [{"message": {"content": "half an ')
        assert request.transport
        request.transport.close()
        return response

    async def _busy_once(self, request: web.Request) -> web.StreamResponse:
        return await (self._status(request, 429) if len(self.bodies) == 1 else self._ok(request))

    async def _broken_once(self, request: web.Request) -> web.StreamResponse:
        return await (self._say("I think that") if len(self.bodies) == 1 else self._ok(request))

    async def _only(self, request: web.Request, wanted: str | None) -> web.StreamResponse:
        asked = (self.bodies[-1].get("response_format") or {}).get("type")
        if asked != wanted:
            return await self._status(request, 400)
        return await self._say(f"<think>hm {{</think>Here it is:\n```json\n{self.content}\n```")

    async def _never(self, _: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("the client waited")

    async def _huge(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500 if self.mode == "huge-error" else 200)
        await response.prepare(request)
        for _ in range(64):
            await response.write(b" " * 65536)
        return response

    async def _gzip(self, _: web.Request) -> web.StreamResponse:
        response = web.Response(body=b"{}" * 100)
        response.headers["Content-Encoding"] = "gzip"
        return response

    async def _redirect(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": "/v1/elsewhere"})

    async def _html(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>welcome</html>", content_type="text/html")
