"""A certificate authority of one's own, made in memory: what a cluster has in its PKI folder."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LOOPBACK = ("127.0.0.1", "::1")
_DAY = dt.timedelta(days=1)


class Authority:
    """One certificate authority and what it signs. Its keys are elliptic curves, since tests make many."""

    def __init__(self, name: str = "kubecfg-simulated-ca") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        builder = _builder(self._name, self._name, self._key, valid=(-_DAY, 365 * _DAY))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
        )
        self._certificate = builder.sign(self._key, hashes.SHA256())
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM)

    def server(self, *names: str, valid: tuple[dt.timedelta, dt.timedelta] = (-_DAY, 90 * _DAY)) -> tuple[bytes, bytes]:
        """A server's certificate for DNS names and addresses, valid from/until (relative to now); with its key, PEM."""
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        return self._issue(_named(names[0]), ExtendedKeyUsageOID.SERVER_AUTH, valid, alternatives)

    def client(self, user: str, groups: tuple[str, ...] = ()) -> tuple[bytes, bytes]:
        """A client's certificate and its key, both PEM, as Kubernetes reads them: CN is the user, each O a group."""
        return self._issue(_named(user, groups), ExtendedKeyUsageOID.CLIENT_AUTH, (-_DAY, 30 * _DAY), None)

    def server_context(self, *names: str) -> ssl.SSLContext:
        """A server-side context for the loopback names and more; a client certificate is asked for, not demanded."""
        certificate, key = self.server("localhost", *_LOOPBACK, *names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The ssl module loads a key from a file only, so it lies there, private, for a moment.
        with tempfile.TemporaryDirectory(prefix="kubecfg-demo-") as folder:
            path = Path(folder, "server.pem")
            path.touch(mode=0o600)
            path.write_bytes(certificate + key)
            context.load_cert_chain(path)
        context.load_verify_locations(cadata=self.pem.decode())
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def _issue(
        self,
        subject: x509.Name,
        purpose: x509.ObjectIdentifier,
        valid: tuple[dt.timedelta, dt.timedelta],
        alternatives: x509.SubjectAlternativeName | None,
    ) -> tuple[bytes, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(subject, self._name, key, valid=valid)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(authority_key, critical=False)
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM), _key_pem(key)


def _named(name: str, groups: tuple[str, ...] = ()) -> x509.Name:
    # Subjects longer than 64 characters are legal in a SAN only, so the CN is cut.
    organizations = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    return x509.Name([*organizations, x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    valid: tuple[dt.timedelta, dt.timedelta],
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + valid[0])
        .not_valid_after(now + valid[1])
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
