"""TLS as a cluster's target asks for it, with no certificate or key left on a disk."""

import base64
import binascii
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import InvalidInput


def ssl_context(target: ClusterTarget) -> ssl.SSLContext:
    """TLS 1.2 or later; the target's own CA, else the machine's; its client certificate, if it has one.

    Raises `InvalidInput` that names the field which is no base64 or no PEM.
    """
    context = _trusting(target.ca_data)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 began to refuse CA certificates without key identifiers; kubectl accepts them, and clusters have them.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not target.verify_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if target.tls_cert and target.tls_key:
        _present(context, _pem("tls_cert", target.tls_cert), _pem("tls_key", target.tls_key.reveal()))
    return context


def _trusting(ca_data: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=_pem("ca_data", ca_data).decode("ascii") if ca_data else None)
    except (ssl.SSLError, UnicodeDecodeError) as error:
        raise InvalidInput("ca_data: it holds no certificate that can be read.") from error


def _present(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    # An encrypted key would make OpenSSL ask on the terminal: an empty password makes it fail instead.
    try:
        with _unnamed_file(certificate + b"\n" + key) as path:
            context.load_cert_chain(path, password="")
    except (ssl.SSLError, OSError) as error:
        raise InvalidInput("tls_cert, tls_key: not a certificate and the unencrypted key that fits it.") from error


def _pem(field: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{field}: it is not base64.") from error


@contextmanager
def _unnamed_file(content: bytes) -> Iterator[str]:
    """A path to the content that no directory holds: `ssl` loads certificates from paths alone."""
    descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
