"""The application: the table of operations made into routes, around the use cases that it is given."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import msgspec
from aiohttp import web

from kubecfg_core.egress import Network
from kubecfg_core.services import Services
from kubecfg_http.beside import operations_beside
from kubecfg_http.binding import Binder
from kubecfg_http.keys import CALLER, LIMITS, METRICS, ROUTES, SERVICES, Answering, Limits
from kubecfg_http.metrics import HttpMetrics
from kubecfg_http.middleware import answer_errors, guard, observe, prepare
from kubecfg_http.operations import BASE, JSON, Call, Operation
from kubecfg_http.routes import OPERATIONS


def create_app(
    services: Services,
    *,
    max_body_bytes: int = 1024 * 1024,
    request_timeout: float = 130.0,
    analysis_timeout: float = 120.0,
    trusted_proxies: tuple[Network, ...] = (),
) -> web.Application:
    """The REST service over these use cases. Limits are bytes of a body, and seconds of a request.

    `trusted_proxies` are believed when they say in `X-Forwarded-For` whom a request came from.
    """
    app = web.Application(middlewares=[observe, answer_errors, guard], client_max_size=max_body_bytes)
    app[SERVICES] = services
    app[METRICS] = HttpMetrics()
    if services.llm is not None:
        app[METRICS].watch(services.llm)
    app[LIMITS] = Limits(
        max_body_bytes=max_body_bytes,
        request_timeout=request_timeout,
        analysis_timeout=analysis_timeout,
        trusted_proxies=trusted_proxies,
    )
    operations = (*OPERATIONS, *operations_beside(app[METRICS], OPERATIONS, version=version("kubecfg")))
    app[ROUTES] = {
        route: operation
        for operation in operations
        for route in _add_routes(app.router, operation, _endpoint(operation, max_body_bytes))
    }
    app.on_response_prepare.append(prepare)
    return app


def _endpoint(operation: Operation[Any, Any], max_body: int) -> Answering:
    """The operation as aiohttp calls it."""
    binder = Binder(operation, max_body)
    encoder = msgspec.json.Encoder()

    async def endpoint(request: web.Request) -> web.StreamResponse:
        call = Call(
            services=request.app[SERVICES],
            params=binder.params(request),
            body=await binder.body(request),
            path=request.path,
            caller=request.get(CALLER),
        )
        answer = await operation.handler(call)
        if isinstance(answer, web.Response):
            return answer
        return web.Response(status=operation.status, body=encoder.encode(answer), content_type=JSON)

    return endpoint


def _add_routes(
    router: web.UrlDispatcher, operation: Operation[Any, Any], endpoint: Answering
) -> Iterator[web.AbstractRoute]:
    """Every spelling of the path is served, since a redirect would lose a POST's body, or carry a token elsewhere."""
    for path in spellings(operation.path):
        resource = router.add_resource(path)
        yield resource.add_route(operation.method, endpoint)
        if operation.method == "GET":
            yield resource.add_route("HEAD", endpoint)


def spellings(path: str) -> list[str]:
    """The path with and without a slash at its end, and below a base URL that was configured with one."""
    below = [path.replace(f"{BASE}/", f"{BASE}//", 1)] if path.startswith(f"{BASE}/") else []
    return [spelling for one in (path, *below) for spelling in (one, f"{one}/")]
