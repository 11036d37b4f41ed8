"""What a pod asks of a node, counted as the scheduler counts it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kubecfg_analyzers.quantities import amount_of
from kubecfg_core.kinds.pods import Container, PodSpec

Amounts = Mapping[str, Decimal]

SLOT: Final = "pods"
"""The resource of which every pod takes one."""

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)


def asked(spec: PodSpec) -> Amounts:
    """Cores, bytes or pieces by resource, for the moment at which the pod needs the most of each.

    Init containers run one after another, beside the sidecars that were started before them; then all sidecars run
    beside the containers. What is asked for the pod as a whole stands in for that; the overhead comes on top.
    """
    if not (spec.initContainers or spec.overhead or spec.resources.requests):  # most pods: this is asked of every one
        return _simply(tuple(map(_written, spec.containers)))
    sidecars: dict[str, Decimal] = {}
    peak: dict[str, Decimal] = {}
    for container in spec.initContainers:
        if container.restartPolicy == "Always":
            sidecars = total((sidecars, of(container)))
            peak = _most(peak, sidecars)
        else:
            peak = _most(peak, total((sidecars, of(container))))
    running = total((sidecars, *(of(container) for container in spec.containers)))
    whole = {name: value for name, value in amounts(spec.resources.requests).items() if _of_pods(name)}
    return total((_most(peak, running) | whole, amounts(spec.overhead), {SLOT: _ONE}))


def of(container: Container) -> dict[str, Decimal]:
    """What one container asks for. A limit without a request is a request too, as the API server has it."""
    return amounts(container.resources.limits) | amounts(container.resources.requests)


def amounts(quantities: Mapping[str, str | int | float]) -> dict[str, Decimal]:
    """The numbers that quantities stand for, without those that are none."""
    read = {name: _amount(quantity) for name, quantity in quantities.items()}
    return {name: value for name, value in read.items() if value is not None}


def total(parts: Iterable[Amounts]) -> dict[str, Decimal]:
    """The sum by resource."""
    together: dict[str, Decimal] = {}
    for part in parts:
        for name, value in part.items():
            together[name] = together.get(name, _ZERO) + value
    return together


_Written = tuple[tuple[tuple[str, str | int | float], ...], ...]


def _written(container: Container) -> _Written:
    """What a container asks for, as it is written: few ways of that are in a cluster, and many pods."""
    resources = container.resources
    return tuple(resources.limits.items()), tuple(resources.requests.items())


@lru_cache(maxsize=8192)
def _simply(containers: tuple[_Written, ...]) -> Amounts:
    each = (amounts(dict(limits)) | amounts(dict(wanted)) for limits, wanted in containers)
    return total((*each, {SLOT: _ONE}))


def _most(left: Amounts, right: Amounts) -> dict[str, Decimal]:
    return {name: max(left.get(name, _ZERO), right.get(name, _ZERO)) for name in {**left, **right}}


def _of_pods(resource: str) -> bool:
    """Whether a pod as a whole can ask for it."""
    return resource in ("cpu", "memory") or resource.startswith("hugepages-")


@lru_cache(maxsize=8192)
def _amount(quantity: str | float) -> Decimal | None:
    return amount_of(quantity)
