"""The typed keys of what the application and a request carry."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from kubecfg_core.egress import Network
from kubecfg_core.services import Services
from kubecfg_core.users import User
from kubecfg_http.metrics import HttpMetrics
from kubecfg_http.operations import Operation

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a request may cost: bytes of its body, and seconds for an analysis and for everything else.

    `trusted_proxies` are believed when they say whom a request came from.
    """

    max_body_bytes: int = 1024 * 1024
    request_timeout: float = 130.0
    analysis_timeout: float = 120.0
    trusted_proxies: tuple[Network, ...] = ()


SERVICES = web.AppKey("services", Services)
METRICS = web.AppKey("metrics", HttpMetrics)
LIMITS = web.AppKey("limits", Limits)
ROUTES: web.AppKey[Mapping[web.AbstractRoute, Operation[Any, Any]]] = web.AppKey("routes")
REQUEST_ID = web.RequestKey("request_id", str)
CALLER = web.RequestKey("caller", User)
