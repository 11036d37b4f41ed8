"""Serve an application until the process is told to stop, then let what runs come to its end."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Final

from aiohttp import web

from kubecfg_core.errors import SettingsError
from kubecfg_http.errors import INTERNAL, answer_http, failure, frames
from kubecfg_http.middleware import secure

_STOP: Final = (signal.SIGTERM, signal.SIGINT)
_DEFECT: Final = {500: INTERNAL}
_NOT_HTTP: Final = "The request is not valid HTTP, or a header is too long."
_log = logging.getLogger("kubecfg.http")


async def run(
    app: web.Application,
    host: str,
    port: int,
    *,
    ready: Callable[[str], None] | None = None,
    shutdown_timeout: float = 20.0,
) -> None:
    """Serve until SIGTERM or SIGINT, as `listening` does. `ready` is called with the URL once it listens."""
    async with listening(app, host, port, shutdown_timeout=shutdown_timeout) as url:
        if ready is not None:
            ready(url)
        await until_stopped()


@contextlib.asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, *, shutdown_timeout: float = 20.0
) -> AsyncIterator[str]:
    """Serve within the block, at the URL that it gives; port 0 takes a free one.

    At the end no new connection is taken, and open requests get `shutdown_timeout` seconds. Raises `SettingsError`
    where the address cannot be listened on.
    """
    runner = web.AppRunner(app, shutdown_timeout=shutdown_timeout)
    await runner.setup()
    try:
        listener = await _listen(runner, host, port)
        try:
            yield _url(host, listener.sockets[0].getsockname()[1])
        finally:
            listener.close()
    finally:
        await runner.cleanup()


class _Protocol(web.RequestHandler):
    """One connection. What fails outside the application is answered in the same shape as what fails inside.

    aiohttp would answer with plain text, and log the bytes that it stumbled over: a credential may be among them.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        del message
        if request.writer.output_size > 0:
            raise ConnectionError("The answer has begun; it can only be broken off.")
        if status in _DEFECT and exc is not None:
            _log.error("Defect: %s", frames(exc))
        response = failure(status, _DEFECT.get(status, _NOT_HTTP))
        secure(response)
        response.force_close()
        return response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        answer = answer_http(resp) if isinstance(resp, web.HTTPException) else resp
        return await super().finish_response(request, answer, start_time)

    def log_exception(self, *_args: object, **_more: object) -> None:
        error = sys.exception()
        _log.warning("A connection broke off: %s", frames(error) if error else "no reason is known")


async def _listen(runner: web.AppRunner, host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    server = runner.server
    if server is None:
        raise RuntimeError("the runner was not set up")
    try:
        return await loop.create_server(lambda: _Protocol(server, loop=loop, access_log=None), host, port)  # type: ignore[arg-type]  # None is how aiohttp is told to write no access log
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"KUBECFG_HOST, KUBECFG_PORT: cannot listen on {host}:{port}: {reason}.") from error


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def until_stopped() -> None:
    """Return at the first SIGTERM or SIGINT. A second one ends the process in the usual way."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopped.set()
        for number in _STOP:
            loop.remove_signal_handler(number)

    for number in _STOP:
        loop.add_signal_handler(number, stop)
    try:
        await stopped.wait()
    finally:
        for number in _STOP:
            loop.remove_signal_handler(number)
