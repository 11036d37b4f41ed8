"""Bodies as they are sent, turned into pieces that are short enough to be worked on between two other things."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final

import aiohttp

_PIECE: Final = 512 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


class Inflater(ABC):
    """Decompresses one body, chunk by chunk."""

    @abstractmethod
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What the chunk gives, in pieces of at most 512 KB. Raises `ClientPayloadError` for what is not so encoded."""

    @abstractmethod
    def end(self) -> None:
        """The body is complete. Raises `ClientPayloadError` where it is not."""


class _Plain(Inflater):
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        for start in range(0, len(chunk), _PIECE):
            yield chunk[start : start + _PIECE]

    def end(self) -> None:
        pass


class _Gzip(Inflater):
    """Any number of gzip members, one after another (RFC 1952)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._begun = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        full = False  # a piece that was full may have left something inside
        while chunk or full:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(chunk, _PIECE)
            except zlib.error as error:
                raise aiohttp.ClientPayloadError("The body is not gzip, as its header says.") from error
            self._begun = True
            chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            full = len(piece) == _PIECE and not self._member.eof
            if piece:
                yield piece

    def end(self) -> None:
        if self._begun and not self._member.eof:
            raise aiohttp.ClientPayloadError("The body breaks off.")


def inflater(encoding: str) -> Inflater:
    """For a Content-Encoding. Raises `ClientPayloadError` for one that was not asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
    raise aiohttp.ClientPayloadError("The body is in an encoding that was not asked for.")
