"""The body of an answer on its way to whoever takes it: decompressed, bounded, and mostly beside the event loop."""

import asyncio
import io
from collections.abc import Callable
from typing import Final

import aiohttp

from kubecfg_core.errors import TooLarge
from kubecfg_kubernetes.inflating import inflater

Take = Callable[[bytes], object]

_REFUSAL_MAX: Final = 64 * 1024
_LITTLE: Final = 8 * 1024


async def read(response: aiohttp.ClientResponse, limit: int, turn: asyncio.Lock) -> bytes:
    """The whole body. Raises `TooLarge`."""
    body = io.BytesIO()
    await feed(response, limit, body.write, turn)
    return body.getvalue()


async def beginning(response: aiohttp.ClientResponse, turn: asyncio.Lock) -> bytes:
    """The body of a refusal; what is too long for one is no Status object, and is left."""
    try:
        return await read(response, _REFUSAL_MAX, turn)
    except TooLarge:
        return b""


async def feed(response: aiohttp.ClientResponse, limit: int, take: Take, turn: asyncio.Lock) -> None:
    """The body, piece by piece, to `take`: in a thread where it is more than a little, and when it has its turn.

    Raises `TooLarge` beyond `limit` bytes. When this returns or raises, `take` is called no more.
    """
    body = _Body(response.headers.get("Content-Encoding", ""), limit, take)
    async for chunk in response.content.iter_any():
        if len(chunk) <= _LITTLE:
            body.feed(chunk)
            continue
        async with turn:
            await _done(asyncio.ensure_future(asyncio.to_thread(body.feed, chunk)))
    body.inflate.end()


async def _done(work: "asyncio.Future[None]") -> None:
    """Wait for a thread, also where that is cancelled: a thread cannot be, and would go on unseen."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        work.exception()  # nobody else will ask
        raise


class _Body:
    """What becomes of one body."""

    def __init__(self, encoding: str, limit: int, take: Take) -> None:
        self.inflate = inflater(encoding)
        self._left = self._limit = limit
        self._take = take

    def feed(self, chunk: bytes) -> None:
        """Pass a chunk on. Raises `TooLarge`, and `ClientPayloadError` for what is not encoded as it says."""
        for piece in self.inflate.pieces(chunk):
            self._left -= len(piece)
            if self._left < 0:
                raise TooLarge(f"the answer is larger than {self._limit / 2**20:,.0f} MiB")
            self._take(piece)
