"""API servers that are mean on purpose, byte by byte, and a listener that tells whether anybody was sent to it."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import trustme

MIB: Final = 1024 * 1024
Behaviour = Callable[[asyncio.StreamWriter, str], Awaitable[None]]
"""Answers one request on the writer; the text is the port of the listener elsewhere."""

_BOMB: Final = gzip.compress(b"0" * (200 * MIB))
_NODES: Final = {"name": "nodes", "kind": "Node", "namespaced": False, "verbs": ["get", "list"]}
_HONEST: Final[dict[str, dict[str, Any]]] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [_NODES]},
}


def answer(head: str, body: bytes = b"") -> Behaviour:
    """Give exactly this and close; `{port}` in the head is the port of the listener elsewhere."""

    async def behave(writer: asyncio.StreamWriter, port: str) -> None:
        lines = head.replace("{port}", port).replace("\n", "\r\n")
        writer.write(f"HTTP/1.1 {lines}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return behave


async def endless(writer: asyncio.StreamWriter, _: str) -> None:
    """A body without an end, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not writer.is_closing():  # asyncio takes what nobody reads any more, and warns of each write
        writer.write(b'{"metadata":{"name":"again"}},' * 1000)
        await writer.drain()


async def silent(_: asyncio.StreamWriter, __: str) -> None:
    """Take the request and never answer."""
    await asyncio.Event().wait()


async def stuck(writer: asyncio.StreamWriter, _: str) -> None:
    """Promise a body, begin it, and never go on."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"kind":')
    await writer.drain()
    await asyncio.Event().wait()


async def switching(writer: asyncio.StreamWriter, _: str) -> None:
    """Leave HTTP behind, unasked."""
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n\x80\x03\x00\x01"
    )
    await writer.drain()


async def headers_without_end(writer: asyncio.StreamWriter, _: str) -> None:
    """One header after the other."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        await writer.drain()


REDIRECTS: Final[dict[str, Behaviour]] = {
    f"{code} to {scheme}://{host}": answer(f"{code} Go\nLocation: {scheme}://{host}:{{port}}/stolen")
    for code, scheme, host in (
        *(
            (code, scheme, host)
            for code in (302, 307)
            for scheme in ("http", "https")
            for host in ("127.0.0.1", "localhost")
        ),
        *((code, "https", "127.0.0.1") for code in (300, 301, 303, 308)),
    )
}
UNENDING: Final[dict[str, Behaviour]] = {"never answers": silent, "hangs in the body": stuck}
MEAN: Final[dict[str, Behaviour]] = {
    **REDIRECTS,
    "endless body": endless,
    "gzip bomb": answer("200 OK\nContent-Type: application/json\nContent-Encoding: gzip", _BOMB),
    "challenge": answer('401 No\nWWW-Authenticate: Basic realm="internal"\nWWW-Authenticate: Negotiate', b"internal"),
    "challenge of a proxy": answer('407 No\nProxy-Authenticate: Basic realm="internal"', b"internal"),
    "huge header": answer("200 OK\nX-Huge: " + "x" * MIB, b"{}"),
    "headers without end": headers_without_end,
    "switching protocols": switching,
    "refresh": answer('500 No\nRefresh: 0; url=http://127.0.0.1:{port}/\nAlt-Svc: h2=":{port}"', b"internal"),
    "not HTTP": answer("", b""),
}


@asynccontextmanager
async def hostile(behave: Behaviour, authority: trustme.CA, *, port: int, honest: bool = False) -> AsyncIterator[str]:
    """The URL of a server that behaves so; an `honest` one tells first that it has nodes. `port` lies elsewhere."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    open_now: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ")[1].partition("?")[0]
            told = _HONEST.get(path) if honest else None
            truth = answer("200 OK\nContent-Type: application/json", json.dumps(told).encode())
            await (truth if told else behave)(writer, str(port))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            open_now.discard(task)

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


class Elsewhere:
    """A listener where nobody should ever come; `heard` is what those said who did."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[bytes] = []

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note who comes."""
        with suppress(OSError):
            self.heard.append(await reader.read(4096))
        writer.close()


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    """Listen for the block."""
    place = Elsewhere()
    server = await asyncio.start_server(place.listen, "127.0.0.1", 0)
    place.port = server.sockets[0].getsockname()[1]
    try:
        yield place
    finally:
        server.close()
