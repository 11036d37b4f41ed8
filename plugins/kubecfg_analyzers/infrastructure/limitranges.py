"""The analyzer of LimitRanges: bounds and defaults of a namespace that no pod can meet together."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from kubecfg_analyzers.quantities import amount_of
from kubecfg_analyzers.report import ERROR, WARNING, found
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.limits import LIMITRANGES, Limit, LimitRange

_DOC: Final = "concepts/policy/limit-range/"


class Bound(NamedTuple):
    """One figure of a LimitRange: `what` names its list as people know it."""

    item: LimitRange
    type: str
    what: str
    written: str
    amount: Decimal


# The first must be no larger than the second; where not, is every object of the type refused, or such alone as
# leave the figure to the default?
_ORDER: Final = (
    ("min", "max", True),
    ("default request", "default limit", False),
    ("default request", "max", False),
    ("default limit", "max", False),
    ("min", "default request", False),
    ("min", "default limit", False),
)


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What contradicts itself, within a LimitRange or between two of a namespace."""
    for namespace in dict.fromkeys(item.namespace for item in view.all(LIMITRANGES)):
        bounds = [bound for item in view.within(LIMITRANGES, namespace) for bound in _bounds(item)]
        for kind, resource in dict.fromkeys((bound.type, name) for name, bound in bounds):
            mine = [bound for name, bound in bounds if (bound.type, name) == (kind, resource)]
            yield from _contradiction(kind, resource, mine)


def _bounds(item: LimitRange) -> Iterator[tuple[str, Bound]]:
    for limit in item.spec.limits:
        for what, figures in _lists(limit).items():
            for resource, written in figures.items():
                amount = amount_of(written)
                if amount is not None:
                    yield resource, Bound(item, limit.type, what, str(written), amount)


def _lists(limit: Limit) -> Mapping[str, Mapping[str, str | int | float]]:
    return {
        "min": limit.min,
        "max": limit.max,
        "default limit": limit.default,
        "default request": limit.defaultRequest,
    }


def _contradiction(kind: str, resource: str, bounds: list[Bound]) -> Iterator[Finding]:
    """The worst contradiction of a type and resource; all LimitRanges of a namespace hold together."""
    for small, large, for_all in _ORDER:
        low = max((bound for bound in bounds if bound.what == small), key=lambda bound: bound.amount, default=None)
        high = min((bound for bound in bounds if bound.what == large), key=lambda bound: bound.amount, default=None)
        if low is None or high is None or low.amount <= high.amount:
            continue
        other = "" if low.item is high.item else f" of LimitRange {high.item.name}"
        yield found(
            LIMITRANGES,
            low.item,
            "limitrange.contradiction",
            f"For each {kind}, the {small} of {resource} is {low.written}, above the {large}{other}, {high.written}.",
            severity=ERROR if for_all else WARNING,
            cause=f"No {kind} can meet both: each one that asks for {resource} is refused."
            if for_all
            else f"Each {kind} that leaves its {resource} to the defaults is refused, or gets what was not meant.",
            doc=_DOC,
            facts={
                "type": kind,
                "resource_name": resource,
                "least": low.written,
                "most": high.written,
                "other_name": high.item.name if other else None,
            },
        )
        return


ANALYZER: Final = Analyzer(
    name="limitranges",
    reads=(LIMITRANGES,),
    analyze=analyze,
    summary="Limits and defaults of a namespace that contradict each other.",
)
