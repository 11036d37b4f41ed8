"""The service runs until it is told to stop, and finishes what it has begun."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from kubecfg_core.errors import SettingsError
from kubecfg_http import run
from tests.fakes.http_service import World


@asynccontextmanager
async def running(app: web.Application, number: signal.Signals = signal.SIGTERM) -> AsyncIterator[str]:
    """Run it, and tell it to stop by this signal."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(run(app, "127.0.0.1", 0, ready=url.set_result))
    yield await url
    os.kill(os.getpid(), number)
    await asyncio.wait_for(task, 5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it(number: signal.Signals) -> None:
    async with (
        running(World().app(), number) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/healthz") as response,
    ):
        assert response.status == 200


async def test_an_open_request_is_answered_before_the_end() -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        entered.set()
        await leave.wait()
        return web.Response(text="done")

    app = web.Application()
    app.router.add_get("/slow", slow)
    async with aiohttp.ClientSession() as session:
        async with running(app) as url:
            asked = asyncio.create_task(session.get(f"{url}/slow"))
            await entered.wait()
            asyncio.get_running_loop().call_later(0.1, leave.set)
        async with await asked as response:
            assert await response.text() == "done"


async def test_an_address_in_use_is_a_wrong_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SettingsError, match=f"KUBECFG_PORT: cannot listen on 127.0.0.1:{port}"):
            await run(World().app(), "127.0.0.1", port)


async def answer_to(sent: bytes) -> bytes:
    """Everything that comes back on a connection of its own."""
    async with running(World().app()) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(sent)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
    return answer


async def test_not_even_what_is_no_http_learns_which_server_this_is() -> None:
    answer = await answer_to(b"BREW / HTTP/1.1\r\n\r\n")

    assert [line for line in answer.split(b"\r\n") if line.startswith(b"Server:")] == [b"Server: kubecfg"]


@pytest.mark.parametrize("path", [b"/healthz", b"/nowhere"])
async def test_an_expectation_that_nobody_knows_is_refused_in_the_same_shape(path: bytes) -> None:
    answer = await answer_to(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: tea\r\n\r\n" % path)

    assert answer.split(b"\r\n")[0].endswith(b" 417 Expectation Failed")
    assert answer.endswith(b'{"detail":"Of Expect, only 100-continue is understood."}')


async def test_a_body_that_cannot_be_unpacked_leaves_no_trace_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    head = b"Host: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\n"

    answer = await answer_to(b"POST /auth/login HTTP/1.1\r\n" + head + b"s3cret")

    assert b"The body is not what its headers say" in answer
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nAuthorization: Bearer s3cret\x00\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nAuthorization: Bearer s3cret" + b"x" * 10_000 + b"\r\n\r\n",
        b"BREW /s3cret HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01 s3cret\r\n\r\n",
    ],
    ids=["control-character", "long-header", "odd-method", "no-http"],
)
async def test_what_is_no_http_is_answered_in_the_same_shape_and_not_logged(
    head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await answer_to(head)

    assert answer.split(b"\r\n")[0].endswith(b" 400 Bad Request")
    assert answer.endswith(b'{"detail":"The request is not valid HTTP, or a header is too long."}')
    assert "s3cret" not in caplog.text
