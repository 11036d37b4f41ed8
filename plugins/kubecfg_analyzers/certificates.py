"""Certificates and keys from Secrets: the only module that needs `cryptography`, which is imported late."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cryptography import x509

_MOST_CERTIFICATES: Final = 20
_LARGEST: Final = 1_500_000
_MOST_KNOWN: Final = 8192
_known: Final[dict[bytes, list["Certificate"]]] = {}


class Unparsable(ValueError):
    """The data is no PEM that can be read. Never holds any of the data."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says: whom it is for, who made it, and when it holds (UTC). `key` is its public key in DER."""

    names: tuple[str, ...]
    issuer: str
    self_signed: bool
    starts: datetime
    ends: datetime
    key: bytes

    @property
    def host(self) -> str:
        """The first name that it is for."""
        return self.names[0] if self.names else ""

    def covers(self, host: str) -> bool:
        """Whether it is good for that host; a `*` stands for one label."""
        wild = f"*.{host.partition('.')[2]}"
        return any(name.lower() in (host.lower(), wild.lower()) for name in self.names)


def available() -> bool:
    """Whether certificates can be read at all here; where not, nothing is said of them."""
    try:
        import cryptography  # noqa: F401 - optional, and asked for only when there is a certificate
    except ImportError:
        return False
    return True


def chain(data: str) -> list[Certificate]:
    """The certificates of a Secret's value (base64 of PEM), the leaf first. Raises `Unparsable`.

    They are remembered by their digest: they are public, seldom change, and to read them takes longer than to look.
    """
    digest = sha256(data.encode()).digest()
    found = _known.get(digest)
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[digest] = bundle(_decoded(data))
    return found


def bundle(pem: bytes) -> list[Certificate]:
    """The certificates of a PEM text, in its order, and no more than twenty. Raises `Unparsable`."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificates = x509.load_pem_x509_certificates(pem)
        return [_read(certificate) for certificate in certificates[:_MOST_CERTIFICATES]]
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise Unparsable("It holds no certificate in PEM that can be read.") from error


def public_key(data: str) -> bytes:
    """The public key, in DER, that belongs to the private key in a Secret's value. Raises `Unparsable`."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_decoded(data), password=None, unsafe_skip_rsa_key_validation=True)
        return _der(key.public_key())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unparsable("It holds no private key in PEM that can be read without a passphrase.") from error


def trusts(bundle: str, data: str) -> bool:
    """Whether a bundle (base64 of PEM) has the certificate itself, or signed one of its chain. Raises `Unparsable`."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        roots = x509.load_pem_x509_certificates(_decoded(bundle))[:_MOST_CERTIFICATES]
        shown = x509.load_pem_x509_certificates(_decoded(data))[:_MOST_CERTIFICATES]
    except (ValueError, TypeError) as error:
        raise Unparsable("It holds no certificate in PEM that can be read.") from error
    for certificate, root in product(shown, roots):
        if certificate == root:
            return True
        try:
            certificate.verify_directly_issued_by(root)
        except (ValueError, TypeError, InvalidSignature):
            continue  # by somebody else
        except UnsupportedAlgorithm:
            return True  # it cannot be told, so nothing is said
        return True
    return False


def weakest(certificates: Sequence[Certificate]) -> Certificate:
    """The one that ends first; roots at the end of a chain do not count, since clients bring their own."""
    counted = [item for position, item in enumerate(certificates) if position == 0 or not item.self_signed]
    return min(counted, key=lambda item: item.ends)


def _decoded(data: str) -> bytes:
    if len(data) > _LARGEST:
        raise Unparsable("It is larger than any Secret.")
    try:
        return b64decode(data)
    except ValueError as error:
        raise Unparsable("It is no base64.") from error


def _read(certificate: "x509.Certificate") -> Certificate:
    return Certificate(
        names=_names(certificate),
        issuer=certificate.issuer.rfc4514_string()[:200],
        self_signed=certificate.issuer == certificate.subject,
        starts=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        key=_der(certificate.public_key()),
    )


def _names(certificate: "x509.Certificate") -> tuple[str, ...]:
    """The names that clients compare; the common name only where there are no others."""
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = [str(name) for name in extension.value.get_values_for_type(x509.DNSName)]
        names += [str(address) for address in extension.value.get_values_for_type(x509.IPAddress)]
    except x509.ExtensionNotFound:
        attributes = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        names = [str(attribute.value) for attribute in attributes]
    return tuple(names)


def _der(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
