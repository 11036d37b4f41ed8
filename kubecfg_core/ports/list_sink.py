"""Where a gateway puts a list while it comes."""

from abc import ABC, abstractmethod

import msgspec


class PageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says beside its items: its `kind` (`PodList`), and the `token` to go on with, empty at the end."""

    kind: str = ""
    token: str = ""


class ListSink(ABC):
    """Takes the pages of one list: for each page `begin`, any number of chunks, and `end`."""

    @abstractmethod
    def begin(self) -> None:
        """A page begins."""

    @abstractmethod
    def take(self, chunk: bytes) -> None:
        """Part of a page: decompressed JSON, cut anywhere."""

    @abstractmethod
    def end(self) -> PageInfo | None:
        """The page is complete. `None` where it is no JSON document with `items`: it counts as not taken."""

    @abstractmethod
    def drop(self) -> None:
        """What came since the page began does not count, also where it has ended."""

    @abstractmethod
    def clear(self) -> None:
        """The list is begun anew."""
