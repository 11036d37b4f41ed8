"""The only way out of a kubectl process: a proxy on loopback that leads to one API server and to nowhere else.

It passes on bytes that it cannot read, TLS being between kubectl and the server; what it decides is where they go. A
redirect to another host, to another port or to plain http ends here, and a name server is not asked a second time.
"""

import asyncio
import base64
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from kubecfg_kubectl.address import Route

CONNECT_SECONDS: Final = 10.0
HEAD_SECONDS: Final = 5.0

# What a server may answer to one connection: ten times the pods of a large cluster, and not an endless body.
MOST_BYTES: Final = 256 * 1024**2

_HEAD_BYTES: Final = 16 * 1024
_CHUNK: Final = 64 * 1024
_ELSEWHERE: Final = "403 the server sends kubectl to another address, and that is not allowed"


@asynccontextmanager
async def tunnel(route: Route) -> AsyncIterator[str]:
    """Open the way to the route's addresses for the block, and give the URL of the proxy, password included."""
    way = _Way(route)
    server = await asyncio.start_server(way.serve, "127.0.0.1", 0, limit=_HEAD_BYTES)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http://kubectl:{way.password}@127.0.0.1:{port}"
    finally:
        server.close()
        await way.close()


class _Way:
    """The connections of one tunnel. The password keeps other users of the machine out."""

    def __init__(self, route: Route) -> None:
        self.password = secrets.token_urlsafe(16)
        self._route = route
        self._target = f"CONNECT {route.netloc} HTTP/1.1"
        self._open: set[asyncio.Task[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to answer one connection of kubectl."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """End every connection."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answer(reader, writer)
        finally:
            await _close(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        if not self._knows_the_password(head):
            await _say(writer, "407 Proxy Authentication Required")
        elif head[0] != self._target:
            await _say(writer, _ELSEWHERE)
        else:
            await self._connect(reader, writer)

    def _knows_the_password(self, head: list[str]) -> bool:
        expected = base64.b64encode(f"kubectl:{self.password}".encode()).decode()
        given = (line.partition(":")[2].strip() for line in head if line.lower().startswith("proxy-authorization:"))
        return any(hmac.compare_digest(value.encode(), f"Basic {expected}".encode()) for value in given)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                far_reader, far_writer = await self._first_that_answers()
        except TimeoutError:
            await _say(writer, f"504 no connection to {self._route.netloc} within {CONNECT_SECONDS:g} seconds")
            return
        except OSError:
            await _say(
                writer, f"502 the connection to {self._route.netloc} was refused - is it the right host or port?"
            )
            return
        try:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
        finally:
            await _close(far_writer)

    async def _first_that_answers(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        *earlier, last = self._route.addresses
        for address in earlier:
            with suppress(OSError):
                async with asyncio.timeout(CONNECT_SECONDS / 2):
                    return await asyncio.open_connection(address, self._route.port)
        return await asyncio.open_connection(last, self._route.port)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    left = MOST_BYTES
    while left > 0 and (data := await reader.read(min(_CHUNK, left))):
        left -= len(data)
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def _say(writer: asyncio.StreamWriter, status: str) -> None:
    # kubectl prints the words after the number, or the body of what it takes for the server's answer.
    words = status.partition(" ")[2]
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(words)}\r\nConnection: close"
    writer.write(f"{head}\r\n\r\n{words}".encode())
    await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
