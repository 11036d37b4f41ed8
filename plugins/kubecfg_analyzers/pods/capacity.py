"""A resource of which no node has enough: true shortage or scattered rests, and the smallest change that helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

import msgspec

from kubecfg_analyzers.pods import requests
from kubecfg_analyzers.pods.case import CONTAINER, Case
from kubecfg_analyzers.pods.placing import Fit, in_words
from kubecfg_analyzers.pods.requests import SLOT
from kubecfg_analyzers.quantities import rounded, show
from kubecfg_core import ClusterView
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.pods import Container, Pod

Facts = dict[str, str | int | None]

_WORTH: Final = Decimal("0.25")
"""A request that would have to shrink to less than this share of itself, or of the node, is no advice."""


@dataclass(frozen=True)
class Shortage:
    """What a pod asks for of one resource, and the nodes that nothing else keeps it off."""

    case: Case
    resource: str
    asked: Decimal
    open: tuple[Fit, ...]

    @classmethod
    def of(cls, case: Case, resource: str, fits: Sequence[Fit]) -> "Shortage | None":
        """None where the pod's containers ask for nothing of it."""
        asked = requests.asked(case.pod.spec).get(resource)
        if not resource or asked is None:
            return None
        return cls(case, resource, asked, tuple(fit for fit in fits if fit.reasons <= {"resources"}))

    @cached_property
    def largest(self) -> Decimal | None:
        """The most that a node offers in all: of those that it may use, where they are known."""
        every = [fit.room.offered for fit in self.open] or self.case.view.once(_offered)
        return max((offered[self.resource] for offered in every if self.resource in offered), default=None)

    @cached_property
    def widest(self) -> Fit | None:
        """The node with the most left."""
        return max(self.open, key=lambda fit: fit.room.free(self.resource), default=None)

    @cached_property
    def free(self) -> Decimal:
        """What the nodes have left, together."""
        return sum((max(fit.room.free(self.resource), Decimal(0)) for fit in self.open), Decimal(0))

    @cached_property
    def almost(self) -> Fit | None:
        """The node that is large enough, lacks this resource alone, and lacks the least of it."""
        able = [fit for fit in self.open if set(fit.lacking) == {self.resource}]
        able = [fit for fit in able if fit.room.offered.get(self.resource, Decimal(0)) >= self.asked]
        return min(able, key=lambda fit: fit.lacking[self.resource], default=None)

    @cached_property
    def lowered(self) -> tuple[Fit, Container, Decimal] | None:
        """The node, the container and its new request with which the pod would fit, where that is no joke."""
        able = [fit for fit in self.open if set(fit.lacking) == {self.resource}]
        fit = min(able, key=lambda fit: fit.lacking[self.resource], default=None)
        containers = self.case.pod.spec.containers
        biggest = max(containers, key=self._of, default=None)
        if fit is None or biggest is None or self.resource == SLOT:
            return None
        amount = rounded(self._of(biggest) - fit.lacking[self.resource], self.resource)
        less = requests.asked(_with_request(self.case.pod, biggest, self.resource, amount).spec)
        enough = not fit.room.lacks(less)
        # Whoever asks for more than a whole node has often meant another unit: what a node has is advice enough.
        sensible = min(self._of(biggest), fit.room.offered.get(self.resource, Decimal(0))) * _WORTH
        return (fit, biggest, amount) if enough and amount >= sensible else None

    def _of(self, container: Container) -> Decimal:
        return requests.of(container).get(self.resource, Decimal(0))

    def said(self, amount: Decimal) -> str:
        """An amount of it, as people write it, rounded down."""
        return show(rounded(max(amount, Decimal(0)), self.resource), self.resource)


def explain(shortage: Shortage) -> str:
    """What is asked for against what there is: too much for any node, too little left, or left in pieces."""
    resource, largest = shortage.resource, shortage.largest
    if resource == SLOT:
        return _slots(shortage)
    request = f"It asks for {show(shortage.asked, resource)} {resource}"
    if largest is None:
        return f"{request}; no node offers any." if shortage.case.view.covers(NODES) else f"{request}."
    offers = f"{request}; the largest node{_usable(shortage, largest)} offers {show(largest, resource)}"
    if shortage.asked > largest:
        return f"{offers} in all, so it fits nowhere, even on an empty node."
    return f"{offers}, {_left(shortage)}."


def _left(shortage: Shortage) -> str:
    """What other pods have left of it: true shortage, or enough of it in pieces that are too small."""
    others, widest = "but other pods have asked for too much of it", shortage.widest
    if widest is None:
        return others
    most, every = widest.room.free(shortage.resource), shortage.said(shortage.free)
    if most >= shortage.asked:
        return f"of which {shortage.said(most)} is free on {widest.name} by now"
    if shortage.free >= shortage.asked:
        pieces = f"in pieces: at most {shortage.said(most)} on one node ({widest.name})"
        return f"{others}: {every} is free in all, but {pieces}"
    part = f", {shortage.said(most)} of it on {widest.name}" if len(shortage.open) > 1 else f" ({widest.name})"
    return f"{others}: only {every} is free in all{part}"


def advise(shortage: Shortage) -> str:
    """The smallest request that would fit, and what would have to be freed where."""
    ways = []
    if lower := shortage.lowered:
        fit, container, amount = lower
        who = "it" if len(shortage.case.pod.spec.containers) == 1 else f"container {container.name}"
        ways.append(f"on {fit.name} if {who} asks for at most {show(amount, shortage.resource)}")
    if (almost := shortage.almost) and shortage.resource != SLOT:
        missing = in_words(almost.lacking[shortage.resource], shortage.resource)
        where = "there" if lower and lower[0].name == almost.name else f"on {almost.name}"
        ways.append(f"{where} if {missing} is freed" if where != "there" else f"if {missing} is freed there")
    return f"It fits {', or '.join(ways)}." if ways else ""


def facts(shortage: Shortage, *, sure: bool) -> Facts:
    """The same as evidence. Only where the survey is `sure`, it names the change that helps."""
    largest, widest, resource = shortage.largest, shortage.widest, shortage.resource
    told: Facts = {
        "lacking": resource,
        "request": show(shortage.asked, resource),
        "largest": show(largest, resource) if largest is not None else None,
    }
    if widest is not None:
        told |= {"largest_free": shortage.said(widest.room.free(resource)), "free_total": shortage.said(shortage.free)}
    lower = shortage.lowered if sure else None
    if lower:
        fit, container, amount = lower
        told |= {"fits_node": fit.name, "fits_request": show(amount, resource)}
        told |= {"container": container.name, "container_type": CONTAINER}
    elif resource != SLOT and (widest is None or widest.room.free(resource) < shortage.asked):
        told["lower_below"] = show(shortage.asked, resource)
    if sure and (almost := shortage.almost):
        told |= {"freed_node": almost.name, "shortage": in_words(almost.lacking[resource], resource).split()[0]}
    return told


def _slots(shortage: Shortage) -> str:
    full = [fit for fit in shortage.open if SLOT in fit.lacking]
    most = [f"{fit.room.offered[SLOT]:f} on {fit.name}" for fit in full[:3]]
    return f"The nodes run as many pods as they may{': ' if most else ''}{', '.join(most)}."


def _usable(shortage: Shortage, largest: Decimal) -> str:
    """A word more where another node is larger, and something else keeps the pod off it."""
    every = (offered.get(shortage.resource, largest) for offered in shortage.case.view.once(_offered))
    return " that it may use" if shortage.open and max(every, default=largest) > largest else ""


def _offered(view: ClusterView) -> list[requests.Amounts]:
    """What each node offers in all."""
    return [requests.amounts(node.status.allocatable) for node in view.all(NODES)]


def _with_request(pod: Pod, container: Container, resource: str, amount: Decimal) -> Pod:
    """The pod as it would be with another request."""
    resources = msgspec.structs.replace(
        container.resources, requests={**container.resources.requests, resource: f"{amount:f}"}
    )
    changed = msgspec.structs.replace(container, resources=resources)
    containers = tuple(changed if item is container else item for item in pod.spec.containers)
    return msgspec.structs.replace(pod, spec=msgspec.structs.replace(pod.spec, containers=containers))
