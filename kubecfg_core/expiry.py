"""When a credential ends: read out of the token and the client certificate, verified by nobody."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from kubecfg_core.clusters import ClusterTarget

_PEM: Final = (b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----")
_SEQUENCE, _VERSION, _UTC_TIME, _LONG_TIME = 0x30, 0xA0, 0x17, 0x18
_FIELDS_BEFORE_VALIDITY: Final = 3  # serial number, signature algorithm, issuer
_CENTURY: Final = 50  # RFC 5280: a UTCTime of 50 and above is of the last century


class _Claims(msgspec.Struct, frozen=True):
    exp: Annotated[float, Meta(gt=0, lt=253402300800)] | None = None  # year 10000, where datetime ends


def expiry_of(target: ClusterTarget) -> datetime | None:
    """When the credential stops working, in UTC: the earlier of its token's and its certificate's end.

    `None` where it has no end, or none that can be read: a token may be any text.
    """
    ends = [
        token_expiry(target.token.reveal()) if target.token else None,
        certificate_expiry(target.tls_cert) if target.tls_cert else None,
    ]
    return min((end for end in ends if end is not None), default=None)


def token_expiry(token: str) -> datetime | None:
    """The `exp` of a JWT, as a service account's token is one; `None` for any other text."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    try:
        decoded = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = msgspec.json.decode(decoded, type=_Claims)
    except (ValueError, RecursionError):  # a ValidationError and a binascii.Error are ValueErrors
        return None
    return None if claims.exp is None else datetime.fromtimestamp(int(claims.exp), UTC)


def certificate_expiry(data: str) -> datetime | None:
    """The `notAfter` of the first certificate in a PEM text in base64; `None` where there is none to read."""
    try:
        pem = base64.b64decode(data, validate=True)
        body = pem.partition(_PEM[0])[2].partition(_PEM[1])[0]
        return _not_after(base64.b64decode(body))
    except (ValueError, binascii.Error, StopIteration, IndexError):
        return None


def _not_after(der: bytes) -> datetime:
    """Walk to the end of the validity. Raises `ValueError`, `IndexError` or `StopIteration` where it is not one."""
    [(_, certificate)] = _elements(der)
    _, signed = next(_elements(certificate))
    fields = [element for element in _elements(signed) if element[0] != _VERSION]
    tag, validity = fields[_FIELDS_BEFORE_VALIDITY]
    if tag != _SEQUENCE:
        raise ValueError("not a validity")
    _, (tag, text) = _elements(validity)
    return _time(tag, text.decode("ascii"))


def _time(tag: int, text: str) -> datetime:
    if tag == _UTC_TIME:
        text = ("19" if int(text[:2]) >= _CENTURY else "20") + text
    elif tag != _LONG_TIME:
        raise ValueError("not a time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and the content of each DER element."""
    while der:
        tag, length, start = der[0], der[1], 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[2:start], "big")
        if start + length > len(der):
            raise ValueError("cut off")
        yield tag, der[start : start + length]
        der = der[start + length :]
