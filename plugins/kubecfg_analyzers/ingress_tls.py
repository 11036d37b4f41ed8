"""The certificates that an Ingress names: there, of the right kind, still good, and for its hosts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import certificates
from kubecfg_analyzers.certificates import Certificate, Unparsable
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found, listed, nearest, older, suggestion
from kubecfg_core import ClusterView, Finding, Severity
from kubecfg_core.kinds.config import SECRETS, Secret
from kubecfg_core.kinds.network import INGRESSES, Ingress, IngressTls

ISSUING: Final = timedelta(minutes=10)

_DOC: Final = "concepts/services-networking/ingress/#tls"
_CLOUD_CERTIFICATES: Final = frozenset(
    {"alb.ingress.kubernetes.io/certificate-arn", "appgw.ingress.kubernetes.io/appgw-ssl-certificate"}
)
_ISSUERS: Final = frozenset(
    {"cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme"}
    | {"cert-manager.io/common-name", "certmanager.k8s.io/cluster-issuer", "certmanager.k8s.io/issuer"}
)


def check(view: ClusterView, ingress: Ingress) -> Iterator[Finding]:
    """Each TLS entry that names a Secret. One without a name asks for the controller's own certificate."""
    for entry in () if _from_elsewhere(ingress) else ingress.spec.tls:
        if entry.secretName:
            secret = view.get(SECRETS, ingress.namespace, entry.secretName)
            if secret is not None:
                yield from _content(view, ingress, entry, secret)
            elif view.lacks(SECRETS, ingress.namespace, entry.secretName) and not _being_issued(view, ingress):
                yield _no_secret(view, ingress, entry)


def _from_elsewhere(ingress: Ingress) -> bool:
    """Whether its certificates are the cloud's own, or Secrets of another namespace (as with Istio)."""
    return ingress.class_name == "istio" or not _CLOUD_CERTIFICATES.isdisjoint(ingress.metadata.annotations)


def _being_issued(view: ClusterView, ingress: Ingress) -> bool:
    """Whether an issuer is to make the Secret, and has not had long."""
    asked = not _ISSUERS.isdisjoint(ingress.metadata.annotations)
    made = ingress.metadata.creationTimestamp
    return asked and made is not None and not older(view.now, made, ISSUING)


def _found(ingress: Ingress, code: str, text: str, *, cause: str, severity: Severity = ERROR, facts: Facts) -> Finding:
    return found(INGRESSES, ingress, code, text, cause=cause, severity=severity, doc=_DOC, facts=facts)


def _hosts(ingress: Ingress, entry: IngressTls) -> list[str]:
    """The hosts of the entry; where it names none, those of the rules."""
    return list(entry.hosts or dict.fromkeys(rule.host for rule in ingress.spec.rules if rule.host))


def _no_secret(view: ClusterView, ingress: Ingress, entry: IngressTls) -> Finding:
    close = nearest(entry.secretName, (item.name for item in view.within(SECRETS, ingress.namespace)))
    issued = not _ISSUERS.isdisjoint(ingress.metadata.annotations)
    issuer = " Its issuer has not made it." if issued else ""
    return _found(
        ingress,
        "ingress.tls_secret_missing",
        f'The TLS Secret "{entry.secretName}" does not exist in namespace {ingress.namespace}.',
        cause=f"Clients get the controller's own certificate, or no connection.{issuer}{suggestion(close)}",
        facts={
            "secret": entry.secretName,
            "host": next(iter(_hosts(ingress, entry)), None),
            "nearest": close,
            # cert-manager names the Certificate that it makes for an Ingress after the Secret.
            "certificate": entry.secretName if issued else None,
        },
    )


def _content(view: ClusterView, ingress: Ingress, entry: IngressTls, secret: Secret) -> Iterator[Finding]:
    absent = next((key for key in ("tls.crt", "tls.key") if key not in secret.data), "")
    if absent:
        yield _unusable(ingress, secret, absent, f'It is of type {secret.type} and has no "{absent}".')
        return
    if not secret.data["tls.crt"] or not certificates.available():
        return  # emptied while decoding, or nothing to read it with: cannot tell
    try:
        chain = certificates.chain(secret.data["tls.crt"])
    except Unparsable as error:
        yield _unusable(ingress, secret, "tls.crt", str(error))
        return
    weakest = certificates.weakest(chain)
    if weakest.ends <= view.now:
        yield _ended(view, ingress, secret, weakest)
    yield from _mismatch(ingress, entry, chain[0])


def _unusable(ingress: Ingress, secret: Secret, key: str, why: str) -> Finding:
    return _found(
        ingress,
        "ingress.tls_secret_unusable",
        f'The TLS Secret "{secret.name}" cannot be used.',
        cause=why,
        facts={"secret": secret.name, "type": secret.type, "key": key},
    )


def _ended(view: ClusterView, ingress: Ingress, secret: Secret, weakest: Certificate) -> Finding:
    days = (view.now - weakest.ends) // timedelta(days=1)
    return _found(
        ingress,
        "ingress.tls_expired",
        f'The certificate in Secret "{secret.name}" ended on {weakest.ends:%Y-%m-%d}, {counted(days, "day")} ago.',
        cause=f"Clients that ask for {weakest.host} refuse the connection.",
        facts={
            "secret": secret.name,
            "days": days,
            "ended": f"{weakest.ends:%Y-%m-%d}",
            "host": weakest.host,
            "certificate": secret.metadata.annotations.get("cert-manager.io/certificate-name"),
        },
    )


def _mismatch(ingress: Ingress, entry: IngressTls, leaf: Certificate) -> Iterator[Finding]:
    for host in _hosts(ingress, entry):
        if not leaf.covers(host):
            yield _found(
                ingress,
                "ingress.tls_host_mismatch",
                f'The certificate in Secret "{entry.secretName}" does not cover the host {host}.',
                cause=f"It is for {listed(leaf.names)}." if leaf.names else "It names no host.",
                severity=WARNING,
                facts={"secret": entry.secretName, "host": host, "names": ",".join(leaf.names[:20])},
            )
