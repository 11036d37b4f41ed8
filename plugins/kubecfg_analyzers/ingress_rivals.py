"""Hosts and paths that two Ingresses claim at the same door."""

from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.report import WARNING, found
from kubecfg_core import ClusterView, Finding
from kubecfg_core.kinds.network import INGRESSES, Ingress

Claim = tuple[str, str, str, tuple[str, ...]]

_DOC: Final = "concepts/services-networking/ingress/"
_CANARY: Final = "nginx.ingress.kubernetes.io/canary"
# What tells requests apart besides host and path: two Ingresses that differ in one of these may share them.
_ALSO: Final = (
    "traefik.ingress.kubernetes.io/router.entrypoints",
    "konghq.com/methods",
    "konghq.com/protocols",
    "haproxy-ingress.github.io/http-header-match",
)


class Rivals:
    """The oldest Ingresses for each class, host and path, one for each door that requests come in by."""

    def __init__(self, view: ClusterView) -> None:
        self._claims: dict[Claim, list[Ingress]] = {}
        for ingress in sorted(view.all(INGRESSES), key=_made):
            for claim in _claims(ingress):
                holders = self._claims.setdefault(claim, [])
                if not any(_meet(holder, ingress) for holder in holders):
                    holders.append(ingress)

    def check(self, ingress: Ingress) -> Iterator[Finding]:
        """Said once of each younger Ingress."""
        for claim in _claims(ingress):
            first = next((holder for holder in self._claims[claim] if _meet(holder, ingress)), ingress)
            if first is not ingress:
                yield _contested(ingress, first, claim[1], claim[2].partition(" ")[2])
                return


def _claims(ingress: Ingress) -> list[Claim]:
    """What an Ingress claims; a canary nothing, since it shares a path on purpose.

    A rule for all hosts is left out: it is a fallback, which several may give.
    """
    annotations = ingress.metadata.annotations
    if _CANARY in annotations:
        return []
    also = tuple(annotations.get(name, "") for name in _ALSO)
    paths = [(rule.host, path) for rule in ingress.spec.rules for path in (rule.http.paths or () if rule.http else ())]
    claims = [(ingress.class_name, host, f"{path.pathType} {path.path or '/'}", also) for host, path in paths if host]
    return list(dict.fromkeys(claims))


def _meet(one: Ingress, other: Ingress) -> bool:
    """Whether requests can reach both at one address: clouds give each Ingress, or group of them, its own."""
    here, there = one.status.addresses, other.status.addresses
    return one is other or not here or not there or not here.isdisjoint(there)


def _contested(ingress: Ingress, first: Ingress, host: str, path: str) -> Finding:
    return found(
        INGRESSES,
        ingress,
        "ingress.duplicate_path",
        f"{host}{path} is claimed by the Ingress {first.namespace}/{first.name} too, which is older.",
        severity=WARNING,
        cause="Which of the two is served is up to the controller; most keep the older one.",
        doc=_DOC,
        facts={
            "host": host,
            "path": path,
            "other": f"{first.namespace}/{first.name}",
            "other_name": first.name,
            "other_namespace": first.namespace,
        },
    )


def _made(ingress: Ingress) -> tuple[str, str, str]:
    at = ingress.metadata.creationTimestamp
    return (at.isoformat() if at else "", ingress.namespace, ingress.name)
