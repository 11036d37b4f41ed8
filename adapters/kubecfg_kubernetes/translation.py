"""What a client's error or a server's refusal means, said in the core's errors and in words that give nothing away."""

import errno
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import msgspec

from kubecfg_core.errors import UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.redaction import redact

_MESSAGE_MAX: Final = 300
_ERRNO: Final = {
    errno.ECONNREFUSED: "refused: nothing listens there",
    errno.EHOSTUNREACH: "no_route: the host cannot be reached",
    errno.ENETUNREACH: "no_route: the network cannot be reached",
    errno.ECONNRESET: "reset: the connection was closed while it was made",
}


class Status(msgspec.Struct, frozen=True):
    """Kubernetes' own answer to a request that failed."""

    kind: str = ""
    message: str = ""
    reason: str = ""


def status_of(body: bytes) -> Status | None:
    """The Status object in a body; `None` where there is none, as from a proxy or a web server."""
    try:
        status = msgspec.json.decode(body, type=Status)
    except msgspec.MsgspecError:
        return None
    return status if status.kind == "Status" else None


def clean(text: str) -> str:
    """One line of at most 300 characters, without control characters or credentials: what others wrote."""
    shown = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text[: 4 * _MESSAGE_MAX])
    return redact(" ".join(shown.split()))[:_MESSAGE_MAX]


def not_kubernetes(server: str, status: int | None = None) -> UpstreamRefused:
    """The error for a server that answers, but not as a Kubernetes API server does."""
    return UpstreamRefused(f"{server} answers, but does not look like a Kubernetes API server.", status=status)


def refusal(server: str, status: int, body: bytes) -> UpstreamRefused:
    """The error for a status that no caller can use. Of the body, only Kubernetes' own reason (a word) is shown."""
    if status == 401:  # noqa: PLR2004 - HTTP
        return UpstreamRefused(f"The cluster at {server} did not accept the token (401).", status=status)
    if 300 <= status < 400:  # noqa: PLR2004 - HTTP
        return UpstreamRefused(f"{server} answered with a redirect ({status}): it is not followed.", status=status)
    found = status_of(body)
    reason = f", {found.reason}" if found and found.reason.isalpha() and len(found.reason) <= 40 else ""  # noqa: PLR2004
    return UpstreamRefused(f"The cluster at {server} answered with an error ({status}{reason}).", status=status)


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Turn the errors of aiohttp, ssl and the sockets into `UpstreamUnreachable` or `UpstreamTimeout`.

    `server` is what the caller named (host and port). Resolved addresses, headers and bodies are in no message.
    """
    try:
        yield
    except TimeoutError as error:
        raise UpstreamTimeout(f"{server} did not answer in time.") from error
    except (aiohttp.ClientError, OSError) as error:
        raise UpstreamUnreachable(f"{server} cannot be reached: {_why(error)}.") from error


def _why(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        found = error.certificate_error
        detail = found.verify_message if isinstance(found, ssl.SSLCertVerificationError) else ""
        return f"tls_verify_failed: its certificate is not trusted ({clean(detail) or 'no reason given'})"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns_failed: the name cannot be resolved"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return "tls_failed: no TLS connection could be made"
    if isinstance(error, aiohttp.ClientConnectorError):
        return _ERRNO.get(error.os_error.errno or 0, "no_connection: a connection could not be made")
    if isinstance(error, aiohttp.ClientResponseError):
        return "not_http: its answer is not valid HTTP"
    return "broken_off: the connection ended before the answer did"
