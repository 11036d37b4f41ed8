"""The port that plugins fill: a check of one part of a cluster."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from kubecfg_core.indexing import Index
from kubecfg_core.problems import Finding
from kubecfg_core.resources import Resource
from kubecfg_core.view import ClusterView


@dataclass(frozen=True, slots=True)
class Analyzer:
    """What to read, and a pure function over what was read.

    `name` is what callers ask for (`pods`); `reads` are all the kinds that `analyze` looks at. `analyze` makes no
    request and awaits nothing; it yields findings. One that raises costs its own results, and the answer says so.

    `expand` is for kinds that only the cluster knows, such as custom resources: it is given the view of what was read
    first, and names what to read besides. What it names is read once more, at most 200 kinds in all; a kind that
    cannot be read then is `unread` in the view. `analyze` has to name the same kinds again to find them.

    `indexes` are those that `analyze` takes from the view and that may grow while their list comes. To leave one out
    costs time and nothing else.

    `stream` is `health` for what is broken, or `hygiene` for what is well today and could be better. The second runs
    only where it is asked for, and is never mixed with problems.
    """

    name: str
    reads: tuple[Resource[Any], ...]
    analyze: Callable[[ClusterView], Iterable[Finding]]
    summary: str = ""
    expand: Callable[[ClusterView], Iterable[Resource[Any]]] | None = None
    stream: Literal["health", "hygiene"] = "health"
    indexes: tuple[type[Index[Any]], ...] = ()
