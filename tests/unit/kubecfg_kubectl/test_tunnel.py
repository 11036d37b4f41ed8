import asyncio
import base64
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from kubecfg_kubectl.address import Route
from kubecfg_kubectl.tunnel import tunnel


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"echo " + await reader.read(100))
    writer.close()
    await writer.wait_closed()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


def route(port: int, *addresses: str) -> Route:
    return Route(host="api.example", port=port, path="", addresses=addresses or ("127.0.0.1",))


async def ask(proxy: str, line: str, *, password: str | None = None, then: bytes = b"") -> bytes:
    """Send a request line to a proxy as kubectl does, then bytes, and read to the end."""
    url = urlsplit(proxy)
    credential = base64.b64encode(f"kubectl:{url.password if password is None else password}".encode()).decode()
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(f"{line}\r\nProxy-Authorization: Basic {credential}\r\n\r\n".encode() + then)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_bytes_reach_the_server_and_come_back(port: int) -> None:
    async with tunnel(route(port)) as proxy:
        answer = await ask(proxy, f"CONNECT api.example:{port} HTTP/1.1", then=b"hello")

    assert answer == b"HTTP/1.1 200 OK\r\n\r\necho hello"


@pytest.mark.parametrize(
    "line",
    [
        "CONNECT evil.example:443 HTTP/1.1",
        "CONNECT api.example:1 HTTP/1.1",
        "GET http://api.example/ HTTP/1.1",
        "GET http://169.254.169.254/latest HTTP/1.1",
        "nonsense",
    ],
)
async def test_nothing_else_can_be_reached(port: int, line: str) -> None:
    async with tunnel(route(port)) as proxy:
        answer = await ask(proxy, line)

    assert answer.startswith(b"HTTP/1.1 403 the server sends kubectl to another address")


async def test_a_stranger_without_the_password_is_not_let_in(port: int) -> None:
    async with tunnel(route(port)) as proxy:
        answer = await ask(proxy, f"CONNECT api.example:{port} HTTP/1.1", password="guess")

    assert answer.startswith(b"HTTP/1.1 407 ")


async def test_a_server_that_is_not_there_is_named(unused_tcp_port: int) -> None:
    async with tunnel(route(unused_tcp_port)) as proxy:
        answer = await ask(proxy, f"CONNECT api.example:{unused_tcp_port} HTTP/1.1")

    assert f"502 the connection to api.example:{unused_tcp_port} was refused".encode() in answer


async def test_the_next_address_is_tried_where_one_is_dead(port: int) -> None:
    async with tunnel(route(port, "127.0.0.99", "127.0.0.1")) as proxy:
        answer = await ask(proxy, f"CONNECT api.example:{port} HTTP/1.1", then=b"x")

    assert answer.endswith(b"echo x")


async def test_an_endless_head_is_cut_off(port: int) -> None:
    async with tunnel(route(port)) as proxy:
        url = urlsplit(proxy)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(b"x" * 100_000)

        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)

        writer.close()


async def test_open_connections_end_with_the_tunnel(port: int) -> None:
    async with tunnel(route(port)) as proxy:
        url = urlsplit(proxy)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        await asyncio.sleep(0.01)

    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


async def test_nobody_listens_afterwards(port: int) -> None:
    async with tunnel(route(port)) as proxy:
        url = urlsplit(proxy)

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(url.hostname, url.port)
