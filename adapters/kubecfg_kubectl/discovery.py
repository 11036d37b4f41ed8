"""What servers can do, remembered between commands: in memory, for one caller at one target, and not too much of it.

kubectl would keep it in files, told apart by host and port alone: two owners' clusters behind one address would share
what one of them says.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

SECONDS: Final = 600.0
MOST_BYTES: Final = 64 * 1024**2
MOST_BYTES_EACH: Final = 8 * 1024**2


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: its type and body, and when (on the memory's clock) it is forgotten."""

    content_type: str
    body: bytes
    until: float


class Memory:
    """Answers by (key of caller and target, what was asked). The ones used the longest time ago go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Known] = OrderedDict()
        self._bytes = 0

    def find(self, key: str, question: str) -> Known | None:
        """The answer to it, where there is one that is not too old."""
        known = self._known.get((key, question))
        if known is None or known.until <= self._clock():
            return None
        self._known.move_to_end((key, question))
        return known

    def keep(self, key: str, question: str, *, content_type: str, body: bytes) -> None:
        """Remember an answer, in place of the one before."""
        self._drop((key, question))
        self._known[key, question] = Known(content_type=content_type, body=body, until=self._clock() + SECONDS)
        self._bytes += len(body)
        while self._bytes > MOST_BYTES:
            self._drop(next(iter(self._known)))

    def forget(self, key: str) -> None:
        """Drop all that was kept for this key."""
        for entry in [entry for entry in self._known if entry[0] == key]:
            self._drop(entry)

    def _drop(self, entry: tuple[str, str]) -> None:
        known = self._known.pop(entry, None)
        self._bytes -= len(known.body) if known else 0
