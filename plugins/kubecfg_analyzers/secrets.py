"""The analyzer of Secrets: certificates that end, and data that does not fit the type."""

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers import certificates, helm
from kubecfg_analyzers.certificates import Certificate, Unparsable
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found, older
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.config import DOCKER_CONFIGS, SECRETS, TLS, Secret

SOON: Final = timedelta(days=30)
VERY_SOON: Final = timedelta(days=7)
KEPT_SOON: Final = timedelta(days=14)
FILLING: Final = timedelta(minutes=10)
SKEW: Final = timedelta(minutes=5)

_TYPES: Final = "concepts/configuration/secret/#secret-types"
_TLS_DOC: Final = "concepts/configuration/secret/#tls-secrets"
_PULL_DOC: Final = "tasks/configure-pod-container/pull-image-private-registry/"
# Who renews by itself writes one of these on what it made.
_KEEPERS: Final = (
    *("cert-manager.io/", "controller.cert-manager.io/", "certmanager.k8s.io/", "cert.kyverno.io/"),
    *("auth.openshift.io/", "service.alpha.openshift.io/", "service.beta.openshift.io/", "openshift.io/owning-"),
)
# OpenShift makes a pull secret for each service account, and fills it where there is a registry of its own.
_OPENSHIFT_PULL: Final = ("openshift.io/", "kubernetes.io/service-account.name")
_NO_REGISTRY: Final = "names no registry"
_REQUIRED: Final = {"kubernetes.io/basic-auth": ("username", "password"), "kubernetes.io/ssh-auth": ("ssh-privatekey",)}


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every Secret of the view. Values are parsed, and never shown."""
    readable = certificates.available()
    for secret in view.all(SECRETS):
        if secret.type == TLS:
            yield from _tls(view, secret, readable=readable)
        elif secret.type in DOCKER_CONFIGS:
            yield from _docker(secret)
        else:
            yield from _required(secret)
            if readable:
                yield from _others(view, secret)
    yield from helm.check(view)


def _found(
    secret: Secret,
    code: str,
    text: str,
    *,
    cause: str = "",
    doc: str = _TLS_DOC,
    severity: Severity = ERROR,
    facts: Facts | None = None,
) -> Finding:
    return found(SECRETS, secret, code, text, cause=cause, doc=doc, severity=severity, facts=facts)


def _tls(view: ClusterView, secret: Secret, *, readable: bool) -> Iterator[Finding]:
    absent = [key for key in ("tls.crt", "tls.key") if not secret.data.get(key)]
    made = secret.metadata.creationTimestamp
    if absent and made is not None and not older(view.now, made, FILLING):
        return  # whoever makes the certificate may be at it
    for key in absent:
        there = key in secret.data
        yield _found(
            secret,
            "secret.tls_missing_data",
            f'The TLS Secret has {"an empty" if there else "no"} "{key}".',
            cause="Whoever makes the certificate has not filled the Secret yet, or it was made by hand.",
            facts={"key": key},
        )
    if absent or not readable:
        return
    try:
        chain = certificates.chain(secret.data["tls.crt"])
    except Unparsable as error:
        yield _unparsable(secret, "tls.crt", error)
        return
    yield from _dates(view, secret, certificates.weakest(chain))
    yield from _key(secret, chain[0])


def _unparsable(secret: Secret, key: str, error: Unparsable) -> Finding:
    return _found(
        secret,
        "secret.tls_unparsable",
        f'"{key}" of the TLS Secret cannot be read.',
        cause=str(error),
        facts={"key": key},
    )


def _key(secret: Secret, leaf: Certificate) -> Iterator[Finding]:
    try:
        fits = certificates.public_key(secret.data["tls.key"]) == leaf.key
    except Unparsable as error:
        yield _unparsable(secret, "tls.key", error)
        return
    if not fits:
        yield _found(
            secret,
            "secret.tls_key_mismatch",
            f"The private key does not belong to the certificate for {leaf.host}.",
            cause="One of the two was renewed without the other, or the first certificate of the chain is not its own.",
            facts={"host": leaf.host},
        )


def _dates(view: ClusterView, secret: Secret, weakest: Certificate) -> Iterator[Finding]:
    left = weakest.ends - view.now
    manager = secret.metadata.annotations.get("cert-manager.io/certificate-name", "")
    facts: dict[str, str | int | None] = {
        "host": weakest.host,
        "issuer": weakest.issuer,
        "certificate": manager,
    }
    day = f"{weakest.ends:%Y-%m-%d}"
    soon, very_soon = _bands(secret, weakest)
    if weakest.starts - SKEW > view.now:
        yield _found(
            secret,
            "secret.tls_not_yet_valid",
            f"The certificate for {weakest.host} does not hold before {weakest.starts:%Y-%m-%d %H:%M} UTC.",
            cause="It was made for later, or by a machine whose clock is ahead.",
            facts={**facts, "starts": f"{weakest.starts:%Y-%m-%d}"},
        )
    elif left <= timedelta():
        yield _found(
            secret,
            "secret.tls_expired",
            f"The certificate for {weakest.host} ended on {day}, {counted((-left).days, 'day')} ago.",
            cause=_renewal(manager),
            facts={**facts, "days": (-left).days, "ended": day},
        )
    elif left <= soon:
        yield _found(
            secret,
            "secret.tls_expiring",
            f"The certificate for {weakest.host} ends on {day}, in {counted(left.days, 'day')}.",
            severity=ERROR if left <= very_soon else WARNING,
            cause=_renewal(manager),
            facts={**facts, "days": left.days, "ends": day},
        )


def _bands(secret: Secret, certificate: Certificate) -> tuple[timedelta, timedelta]:
    """How long before its end a certificate is worth a warning, and an error.

    One that is renewed by itself may live for a day, or be renewed a fortnight before its end: it is late only then.
    """
    marks = (*secret.metadata.annotations, *secret.metadata.labels)
    if not any(mark.startswith(_KEEPERS) for mark in marks):
        return SOON, VERY_SOON
    life = certificate.ends - certificate.starts
    return min(KEPT_SOON, life * 0.15), min(VERY_SOON, life / 12)


def _renewal(manager: str) -> str:
    if manager:
        return f"cert-manager's Certificate {manager} makes it, and has not renewed it."
    return "It names no cert-manager Certificate: it seems to be renewed by hand."


def _docker(secret: Secret) -> Iterator[Finding]:
    key = DOCKER_CONFIGS[secret.type]
    why = _docker_trouble(secret.data.get(key, ""), key)
    unfilled = why == _NO_REGISTRY and any(mark.startswith(_OPENSHIFT_PULL) for mark in secret.metadata.annotations)
    if why and not unfilled:
        yield _found(
            secret,
            "secret.docker_config",
            f'"{key}" of the pull secret {why}.',
            cause="No image can be pulled with it.",
            doc=_PULL_DOC,
            facts={"key": key},
        )


def _docker_trouble(data: str, key: str) -> str:
    """What is wrong with a docker configuration, in words that hold none of it; empty for a good one."""
    if not data:
        return "is missing or empty"
    try:
        config: Any = json.loads(b64decode(data))
    except (binascii.Error, ValueError, RecursionError):
        return "is no JSON"
    auths = config.get("auths") if isinstance(config, dict) and key == ".dockerconfigjson" else config
    return "" if isinstance(auths, dict) and auths else _NO_REGISTRY


def _required(secret: Secret) -> Iterator[Finding]:
    """Basic authentication needs one of its two keys; the API server demands no more."""
    keys = _REQUIRED.get(secret.type, ())
    if keys and not any(key in secret.data for key in keys):
        yield _found(
            secret,
            "secret.missing_key",
            f'The Secret of type {secret.type} has no "{keys[0]}".',
            cause="What reads Secrets of this type does not find what it looks for.",
            doc=_TYPES,
            severity=WARNING,
            facts={"key": keys[0], "type": secret.type},
        )


def _others(view: ClusterView, secret: Secret) -> Iterator[Finding]:
    """Certificates in Secrets of other types: the first of each value, unless it is a bundle, which holds old roots."""
    for key, value in sorted(secret.data.items()):
        try:
            every = certificates.chain(value) if value else []
        except Unparsable:
            continue  # of another type: nobody promised that it can be read
        first = every[0] if every else None
        bundle = first is not None and first.self_signed and any(item.ends > view.now for item in every)
        if first is not None and first.ends <= view.now and not bundle:
            days = (view.now - first.ends).days
            host = first.host or first.issuer
            yield _found(
                secret,
                "secret.pem_expired",
                f'The certificate in "{key}" for {host} ended on {first.ends:%Y-%m-%d}, {counted(days, "day")} ago.',
                cause="What uses it is refused, or soon will be.",
                severity=WARNING,
                facts={"key": key, "days": days, "ended": f"{first.ends:%Y-%m-%d}", "host": host},
            )


ANALYZER: Final = Analyzer(
    name="secrets",
    reads=(SECRETS,),
    analyze=analyze,
    summary="TLS certificates that have ended or soon will, keys that do not fit, pull secrets that cannot be read.",
)
