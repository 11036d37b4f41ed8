"""What may be onboarded: names, addresses and certificates, checked before anything is stored or connected to."""

import base64
import binascii
import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from kubecfg_core.clusters import ClusterTarget, NewCluster
from kubecfg_core.errors import InvalidInput

_NAME_MAX: Final = 253
_URL_MAX: Final = 2048
_TOKEN_MAX: Final = 16 * 1024
_PEM_MAX: Final = 256 * 1024
_TEXT_MAX: Final = 253
_TAGS_MAX: Final = 50
_USERNAME_MAX: Final = 128
_PASSWORD_LENGTH: Final = (12, 128)
_DNS_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def checked(new: NewCluster) -> NewCluster:
    """The cluster, if all of it is valid. Raises `InvalidInput` that names the field."""
    check_name(new.cluster_name)
    check_target(new.target)
    check_labels(new.context_name, new.provider_name, new.tags)
    return new


def check_target(target: ClusterTarget) -> None:
    """Raise `InvalidInput` unless it has an address to connect to, and a whole credential."""
    check_server_url(target.server_url)
    _check_credential(target)


def check_labels(context_name: str, provider_name: str, tags: tuple[str, ...]) -> None:
    """Raise `InvalidInput` for what is too long, too much, or cannot be printed."""
    for field, value in (("context_name", context_name), ("provider_name", provider_name)):
        _check_text(field, value)
    if len(tags) > _TAGS_MAX:
        raise InvalidInput(f"tags: at most {_TAGS_MAX} are allowed.")
    for tag in tags:
        _check_text("tags", tag)


def check_name(name: str) -> None:
    """Raise `InvalidInput` unless it can name a cluster: 1 to 253 printable characters without a slash."""
    if not name.strip() or len(name) > _NAME_MAX or "/" in name or not _printable(name):
        raise InvalidInput(f"cluster_name: 1 to {_NAME_MAX} printable characters without a slash are needed.")


def check_namespace(namespace: str) -> None:
    """Raise `InvalidInput` unless it is an RFC 1123 label, as a namespace's name must be."""
    if not _DNS_LABEL.fullmatch(namespace):
        raise InvalidInput("namespace: 1 to 63 of a-z, 0-9 and '-' are needed, with a letter or digit at both ends.")


def check_username(username: str) -> None:
    """Raise `InvalidInput` unless it can name a user: 1 to 128 printable characters without spaces."""
    printable = all(unicodedata.category(char)[0] not in "CZ" for char in username)
    if not username or len(username) > _USERNAME_MAX or not printable:
        raise InvalidInput(f"A user name has 1 to {_USERNAME_MAX} printable characters and no spaces.")


def check_password(password: str) -> None:
    """Raise `InvalidInput` for a password that is too short, or so long that it is dear to hash."""
    shortest, longest = _PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise InvalidInput(f"A password has {shortest} to {longest} characters; this one has {len(password)}.")


def check_server_url(url: str) -> None:
    """Raise `InvalidInput` unless it is `https://host[:port][/path]` and nothing more.

    Plain http is refused: kubectl sends no token over it, and nobody should.
    """
    if len(url) > _URL_MAX or any(char.isspace() or char == "\\" for char in url) or not _printable(url):
        raise InvalidInput(
            f"server_url: at most {_URL_MAX} characters, without spaces, backslashes or control characters."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput(f"server_url: {error}.") from error
    if parts.scheme != "https":
        raise InvalidInput("server_url: it must begin with https://")
    if not parts.hostname or port == 0:
        raise InvalidInput("server_url: it must name a host, and a port from 1 to 65535 if any.")
    if "@" in parts.netloc:
        raise InvalidInput("server_url: user information (user@host) is not allowed; the token has a field of its own.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise InvalidInput("server_url: a query or fragment is not allowed.")


def _check_credential(target: ClusterTarget) -> None:
    token = target.token.reveal() if target.token else ""
    if not token and not (target.tls_cert and target.tls_key):
        raise InvalidInput("token: it must not be empty, unless tls_cert and tls_key are given.")
    if len(token) > _TOKEN_MAX or not all("!" <= char <= "~" for char in token):
        raise InvalidInput(f"token: at most {_TOKEN_MAX} printable ASCII characters without spaces.")
    if bool(target.tls_cert) != bool(target.tls_key):
        raise InvalidInput("tls_cert and tls_key go together: one without the other is of no use.")
    key = target.tls_key.reveal() if target.tls_key else None
    for field, value in (("ca_data", target.ca_data), ("tls_cert", target.tls_cert), ("tls_key", key)):
        if value:
            _check_pem(field, value)


def _check_pem(field: str, value: str) -> None:
    if len(value) > _PEM_MAX:
        raise InvalidInput(f"{field}: at most {_PEM_MAX} characters are allowed.")
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{field}: it is not base64.") from error
    if b"-----BEGIN " not in decoded:
        raise InvalidInput(f"{field}: it is base64, but not of a PEM text (-----BEGIN ...).")


def _check_text(field: str, value: str) -> None:
    if len(value) > _TEXT_MAX or not _printable(value):
        raise InvalidInput(f"{field}: at most {_TEXT_MAX} printable characters are allowed.")


def _printable(text: str) -> bool:
    return all(not unicodedata.category(char).startswith("C") for char in text)
