"""How much a pod asks for, and the most that any node offers."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from kubecfg_analyzers.pods.case import INIT, Case, Part
from kubecfg_analyzers.quantities import amount_of, show
from kubecfg_core.kinds.cluster import NODES


def explain(case: Case, lacking: str) -> str:
    """What is asked for against the largest node: too much for any of them, or only for what is free."""
    if not lacking or lacking == "pods":
        return "The nodes run as many pods as they may." if lacking else ""
    asked, largest = requested(case, lacking), offered(case, lacking)
    if asked is None:
        return ""
    request = f"It asks for {show(asked, lacking)} {lacking}"
    if largest is None:
        return f"{request}." if not case.view.covers(NODES) else f"{request}; no node offers any."
    most = show(largest, lacking)
    if asked > largest:
        return f"{request}; the largest node offers {most} in all, so it fits nowhere, even on an empty node."
    return f"{request}; the largest node offers {most}, but other pods have asked for too much of it."


def facts(case: Case, lacking: str) -> dict[str, str | int | None]:
    """The same as evidence."""
    asked, largest = requested(case, lacking), offered(case, lacking)
    return {
        "lacking": lacking,
        "request": show(asked, lacking) if asked is not None else None,
        "largest": show(largest, lacking) if largest is not None else None,
    }


def requested(case: Case, resource: str) -> Decimal | None:
    """What the pod asks for in all: its containers together, or its largest init container, if that is more."""
    parts = list(case.parts())
    together = _total((part for part in parts if part.type != INIT), resource, sum)
    alone = _total((part for part in parts if part.type == INIT), resource, max)
    return max((amount for amount in (together, alone) if amount is not None), default=None)


def _total(parts: Iterable[Part], resource: str, fold: Callable[[list[Decimal]], Decimal | int]) -> Decimal | None:
    amounts = [amount_of(part.spec.resources.requests.get(resource)) for part in parts]
    known = [amount for amount in amounts if amount is not None]
    return Decimal(fold(known)) if known else None


def offered(case: Case, resource: str) -> Decimal | None:
    """The most that any node offers to pods in all."""
    amounts = (amount_of(node.status.allocatable.get(resource)) for node in case.view.all(NODES))
    return max((amount for amount in amounts if amount is not None), default=None)
