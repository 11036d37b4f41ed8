"""Certificates made for a test."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from kubecfg_core.testing.views import NOON
from tests.unit.kubecfg_analyzers.judging import Json

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    *hosts: str, days: float = 90, start: float = -10, key: Key | None = None, now: datetime = NOON, ca: str = ""
) -> str:
    """A certificate in base64 of PEM that ends so many days from now, self-signed unless `ca` names its issuer."""
    key = key or new_key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0] if hosts else "nobody")])
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ca)]) if ca else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=start))
        .not_valid_after(now + timedelta(days=days))
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return b64encode(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)).decode()


def private(key: Key, passphrase: str = "") -> str:
    """The key in base64 of PEM."""
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return b64encode(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)).decode()


def tls_secret(*hosts: str, name: str = "tls", days: float = 90, start: float = -10) -> Json:
    """A good TLS Secret for the hosts."""
    key = new_key()
    data = {"tls.crt": certificate(*hosts, days=days, start=start, key=key), "tls.key": private(key)}
    return {"kind": "Secret", "metadata": {"name": name}, "type": "kubernetes.io/tls", "data": data}
