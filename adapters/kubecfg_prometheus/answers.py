"""What Prometheus answers: its envelope, its samples, and its refusals in our words."""

import math
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import msgspec

from kubecfg_core.errors import UpstreamError, UpstreamRefused, UpstreamTimeout
from kubecfg_core.metrics import Sample

_REDIRECTION: Final = 3  # the hundreds of the status


class _Series(msgspec.Struct):
    values: list[tuple[float, str]] = []


class _Data(msgspec.Struct):
    resultType: str = ""
    result: list[_Series] = []


class _Envelope(msgspec.Struct):
    status: str = ""
    data: _Data | None = None


class _Failure(msgspec.Struct):
    errorType: str = ""


def samples(body: bytes) -> list[Sample]:
    """The samples of a range query that sums: at most one series. Values that are no figures are left out.

    Raises `UpstreamRefused` where the body is not such an answer.
    """
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        if envelope.status != "success" or envelope.data is None or envelope.data.resultType != "matrix":
            raise UpstreamRefused("Prometheus gave an answer that is none to a range query.")
        pairs = [pair for series in envelope.data.result for pair in series.values]
        figures = [(at, float(text)) for at, text in pairs]
        return [
            Sample(timestamp=datetime.fromtimestamp(at, UTC), usage=value)
            for at, value in sorted(figures)
            if math.isfinite(value)
        ]
    except (msgspec.DecodeError, ValueError, OverflowError, OSError) as error:
        raise UpstreamRefused("The server at PROMETHEUS_URL does not answer like Prometheus.") from error


def refusal(status: int, body: bytes) -> UpstreamError:
    """The error for an answer that is not a 200. It names the kind of failure, never the server's own words."""
    try:
        kind = msgspec.json.decode(body, type=_Failure).errorType
    except msgspec.DecodeError:
        kind = ""
    if kind == "timeout" or status == HTTPStatus.GATEWAY_TIMEOUT:
        return UpstreamTimeout("Prometheus did not answer in time.")
    if status // 100 == _REDIRECTION:
        return UpstreamRefused("Prometheus redirects elsewhere, which is not followed.", status=status)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return UpstreamRefused(f"Prometheus wants other credentials ({status}).", status=status)
    known = f", {kind}" if kind in ("bad_data", "execution", "internal", "unavailable", "canceled") else ""
    return UpstreamRefused(f"Prometheus refused the query ({status}{known}).", status=status)
