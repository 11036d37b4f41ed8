"""The analyzer of Secrets: certificates that end, and data that does not fit the type."""

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers import certificates
from kubecfg_analyzers.certificates import Certificate, Unparsable
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.config import DOCKER_CONFIGS, SECRETS, TLS, Secret

SOON: Final = timedelta(days=30)
VERY_SOON: Final = timedelta(days=7)

_TYPES: Final = "concepts/configuration/secret/#secret-types"
_TLS_DOC: Final = "concepts/configuration/secret/#tls-secrets"
_PULL_DOC: Final = "tasks/configure-pod-container/pull-image-private-registry/"
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
    if weakest.starts > view.now:
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
    elif left <= SOON:
        yield _found(
            secret,
            "secret.tls_expiring",
            f"The certificate for {weakest.host} ends on {day}, in {counted(left.days, 'day')}.",
            severity=ERROR if left <= VERY_SOON else WARNING,
            cause=_renewal(manager),
            facts={**facts, "days": left.days, "ends": day},
        )


def _renewal(manager: str) -> str:
    if manager:
        return f"cert-manager's Certificate {manager} makes it, and has not renewed it."
    return "It names no cert-manager Certificate: it seems to be renewed by hand."


def _docker(secret: Secret) -> Iterator[Finding]:
    key = DOCKER_CONFIGS[secret.type]
    why = _docker_trouble(secret.data.get(key, ""), key)
    if why:
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
    return "" if isinstance(auths, dict) and auths else "names no registry"


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
    """Certificates in Secrets of other types: only the first of each value, since bundles hold old roots."""
    for key, value in sorted(secret.data.items()):
        try:
            first = certificates.chain(value)[0] if value else None
        except Unparsable:
            continue  # of another type: nobody promised that it can be read
        if first is not None and first.ends <= view.now:
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
