"""Indexes that grow while a list comes: the download is when an analysis has time."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from kubecfg_core.resources import Resource

K = TypeVar("K", bound=msgspec.Struct)


class Index(ABC, Generic[K]):
    """What can be told of a kind's objects one after another, each by itself: `ClusterView.index` has it whole.

    A subclass names its `resource`, is made without arguments, and looks at nothing but the objects that it is given,
    each once, in the order of the server. An analyzer that lists it in `indexes` has it grown while the list comes.
    """

    resource: ClassVar[Resource[Any]]

    @abstractmethod
    def add(self, item: K) -> None:
        """Take in the next object. Some microseconds: it runs on the event loop."""


class Growth:
    """An index beside the list that it is of; begun anew where part of that was dropped, given up where it raises."""

    def __init__(self, kind: type[Index[Any]]) -> None:
        self._kind = kind
        self._seen = 0
        self.index: Index[Any] | None = kind()

    def catch_up(self, objects: Sequence[Any]) -> None:
        """Take in what has come since the last time."""
        if len(objects) < self._seen:
            self._seen, self.index = 0, self._kind()
        new, self._seen = objects[self._seen :], len(objects)
        if self.index is None:
            return
        try:
            for item in new:
                self.index.add(item)
        except Exception:  # noqa: BLE001 - anybody's code: whoever asks the view for the index gets the error again
            self.index = None
