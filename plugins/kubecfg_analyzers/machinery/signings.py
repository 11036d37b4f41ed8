"""The analyzer of CertificateSigningRequests: certificates that nodes and others wait for."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.report import WARNING, counted, found, minutes, older, sentence, span_since
from kubecfg_core import Analyzer, ClusterView, Finding, ObjectRef
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.signing import SIGNINGS, CertificateSigningRequest

PATIENCE: Final = timedelta(minutes=10)

_DOC: Final = "reference/access-authn-authz/certificate-signing-requests/"
_NODE: Final = "system:node:"
# People approve these by hand, whenever they come to it.
_BY_HAND: Final = "kubernetes.io/kube-apiserver-client"
_EFFECTS: Final = {
    "kubernetes.io/kubelet-serving": "Logs, exec and metrics of the node fail once it has no valid certificate.",
    "kubernetes.io/kube-apiserver-client-kubelet": "A node that has no valid certificate cannot join, or is lost.",
}


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Requests that nobody has decided on: the oldest of each asker and signer; and those that the signer failed."""
    waiting: dict[tuple[str, str], list[CertificateSigningRequest]] = defaultdict(list)
    for item in view.all(SIGNINGS):
        failed = find_condition(item.status.conditions, "Failed")
        if failed is not None:
            yield _failed(item, sentence(failed.message))
        elif not item.status.conditions and _late(view, item):
            waiting[item.spec.signerName, item.spec.username].append(item)
    for every in waiting.values():
        yield _pending(view, every)


def _late(view: ClusterView, item: CertificateSigningRequest) -> bool:
    return item.spec.signerName != _BY_HAND and older(view.now, item.metadata.creationTimestamp, PATIENCE)


def _pending(view: ClusterView, every: list[CertificateSigningRequest]) -> Finding:
    item = min(every, key=_made)
    signer = item.spec.signerName
    return found(
        SIGNINGS,
        item,
        "csr.pending",
        f"{counted(len(every), 'request')} of {item.spec.username} to {signer} for a certificate "
        f"{'has' if len(every) == 1 else 'have'} waited for {span_since(view.now, item.metadata.creationTimestamp)}: "
        "nobody approves or denies.",
        cause=f"What approves these requests does not run, or does not know it. {_EFFECTS.get(signer, '')}".strip(),
        severity=WARNING,
        doc=_DOC,
        facts={**_facts(item), "minutes": minutes(view.now, item.metadata.creationTimestamp), "count": len(every)},
        names=(item.spec.username,),
        culprit=ObjectRef(kind="Signer", name=signer),
    )


def _made(item: CertificateSigningRequest) -> tuple[str, str]:
    at = item.metadata.creationTimestamp
    return (at.isoformat() if at else "", item.name)


def _failed(item: CertificateSigningRequest, message: str) -> Finding:
    return found(
        SIGNINGS,
        item,
        "csr.failed",
        f"The signer {item.spec.signerName} could not issue the certificate that {item.spec.username} asked for.",
        cause=message or "It gives no reason.",
        severity=WARNING,
        doc=_DOC,
        facts=_facts(item),
        names=(item.spec.username,),
    )


def _facts(item: CertificateSigningRequest) -> dict[str, str | int | None]:
    asker = item.spec.username
    node = asker.removeprefix(_NODE) if asker.startswith(_NODE) else None
    return {"signer": item.spec.signerName, "asker": asker, "node": node}


ANALYZER: Final = Analyzer(
    name="certificatesigningrequests",
    reads=(SIGNINGS,),
    analyze=analyze,
    summary="Certificates that nodes and others have asked for, and do not get.",
)
