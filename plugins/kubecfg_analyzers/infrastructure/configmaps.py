"""The analyzer of ConfigMaps: certificates in them that have ended or soon will."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import certificates
from kubecfg_analyzers.certificates import Certificate, Unparsable
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.config import CERTIFICATEMAPS, CertificateMap

SOON: Final = timedelta(days=30)
VERY_SOON: Final = timedelta(days=7)

_DOC: Final = "tasks/administer-cluster/certificates/"
_LARGEST: Final = 1_100_000


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Find each certificate that ends, once: the cluster's own is in a ConfigMap of every namespace."""
    if not certificates.available():
        return
    copies: dict[str, list[tuple[CertificateMap, str]]] = defaultdict(list)
    for item in view.all(CERTIFICATEMAPS):
        for key, value in item.data.items():
            if len(value) <= _LARGEST:
                copies[value].append((item, key))
    for pem, places in copies.items():
        yield from _dates(view, pem, sorted(places, key=lambda place: (place[0].namespace, place[0].name, place[1])))


def _dates(view: ClusterView, pem: str, places: list[tuple[CertificateMap, str]]) -> Iterator[Finding]:
    last = _deciding(pem)
    if last is None or last.ends - view.now > SOON:
        return
    (item, key), others = places[0], len(places) - 1
    days, host = abs(last.ends - view.now).days, last.host or last.issuer
    day = f"{last.ends:%Y-%m-%d}"
    also = f" {counted(others, 'other ConfigMap')} {'holds' if others == 1 else 'hold'} the same." if others else ""
    facts: Facts = {"key": key, "days": days, "host": host, "copies": len(places)}
    if last.ends <= view.now:
        yield found(
            CERTIFICATEMAPS,
            item,
            "configmap.certificate_expired",
            f'The certificate in "{key}" for {host} ended on {day}, {counted(days, "day")} ago.',
            severity=WARNING,
            cause=f"Whoever trusts it, or shows it, is refused.{also}",
            doc=_DOC,
            facts={**facts, "ended": day},
        )
    else:
        yield found(
            CERTIFICATEMAPS,
            item,
            "configmap.certificate_expiring",
            f'The certificate in "{key}" for {host} ends on {day}, in {counted(days, "day")}.',
            severity=ERROR if last.ends - view.now <= VERY_SOON else WARNING,
            cause=f"Whoever trusts it, or shows it, is refused from then on.{also}",
            doc=_DOC,
            facts={**facts, "ends": day},
        )


def _deciding(pem: str) -> Certificate | None:
    """The certificate whose end matters: among roots that are trusted the last to end, else the first, the leaf."""
    try:
        chain = certificates.bundle(pem.encode())
    except Unparsable:
        return None  # nobody promised that it can be read
    if not chain:
        return None
    return max(chain, key=lambda item: item.ends) if chain[0].self_signed else chain[0]


ANALYZER: Final = Analyzer(
    name="configmaps",
    reads=(CERTIFICATEMAPS,),
    analyze=analyze,
    summary="Certificates in ConfigMaps that have ended or soon will.",
)
