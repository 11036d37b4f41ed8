"""What stands beside the documented API: health, metrics, the document and the page that shows it."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from aiohttp import web

from kubecfg_core.usecases.health import PartHealth, Readiness
from kubecfg_http.answers import Alive
from kubecfg_http.metrics import CONTENT_TYPE, HttpMetrics
from kubecfg_http.openapi import build_document
from kubecfg_http.operations import JSON, PUBLIC, Call, NoParams, Operation

_ASSETS: Final = {
    "swagger-ui.css": ("vendor/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("vendor/swagger-ui-bundle.js", "text/javascript"),
    "start.js": ("start.js", "text/javascript"),
}
# The page loads its own files alone; its images lie inside the style sheet.
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_CACHEABLE: Final = {"Cache-Control": "public, max-age=3600"}
_NothingToSay = Call[NoParams, None]


class NotReady(msgspec.Struct, frozen=True, kw_only=True):
    """Which parts are not well: `detail` names the essential ones among them."""

    detail: str
    ready: bool
    parts: dict[str, PartHealth]


async def get_health(call: _NothingToSay) -> Alive:  # noqa: ARG001 - every handler is given its call
    """The process lives: nothing is asked."""
    return Alive()


async def get_readiness(call: _NothingToSay) -> msgspec.Struct | web.Response:
    """Whether the parts are well: 503 where an essential one is not."""
    readiness = await call.services.health.check()
    if readiness.ready:
        return readiness
    unwell = ", ".join(name for name, part in readiness.parts.items() if part.essential and not part.ok)
    answer = NotReady(detail=f"Not ready: {unwell}.", ready=False, parts=readiness.parts)
    return web.Response(status=503, body=msgspec.json.encode(answer), content_type=JSON)


def operations_beside(
    metrics: HttpMetrics, documented: Sequence[Operation[Any, Any]], *, version: str
) -> tuple[Operation[Any, Any], ...]:
    """The table of what stands beside the API, all of it public. The document shows `documented` and these."""

    @cache
    def document() -> bytes:
        return msgspec.json.encode(build_document((*documented, *rows), version=version))

    async def get_metrics(call: _NothingToSay) -> web.Response:  # noqa: ARG001 - every handler is given its call
        return web.Response(body=metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})

    async def get_openapi(call: _NothingToSay) -> web.Response:  # noqa: ARG001 - every handler is given its call
        return web.Response(body=document(), content_type=JSON, headers={"Cache-Control": "no-cache"})

    rows: list[Operation[Any, Any]] = [
        _row("/healthz", get_health, "Whether the process lives", answer=Alive),
        _row("/readyz", get_readiness, "Whether every part is well", answer=Readiness, also={503: NotReady}),
        _row("/metrics", get_metrics, "How the service does, for Prometheus", media_type="text/plain"),
        _row("/openapi.json", get_openapi, "This document", answer=dict[str, Any]),
        _row("/docs", get_docs, "This document as a page", media_type="text/html"),
    ]
    return (*rows, *(_asset(name, *found) for name, found in _ASSETS.items()))


async def get_docs(call: _NothingToSay) -> web.Response:
    """The page. Its links are relative, so that it also works under a proxy's prefix."""
    inside = call.path.endswith("/")
    page = files("kubecfg_http").joinpath("static/docs.html").read_text(encoding="utf-8")
    page = page.replace("{base}", "" if inside else "docs/")
    page = page.replace("{document}", "../openapi.json" if inside else "openapi.json")
    headers = {"Content-Security-Policy": _PAGE_POLICY, **_CACHEABLE}
    return web.Response(text=page, content_type="text/html", headers=headers)


def _asset(name: str, file: str, media_type: str) -> Operation[Any, Any]:
    async def get_asset(call: _NothingToSay) -> web.Response:  # noqa: ARG001 - every handler is given its call
        body = files("kubecfg_http").joinpath("static", file).read_bytes()
        response = web.Response(body=body, content_type=media_type, charset="utf-8", headers=_CACHEABLE)
        response.enable_compression()
        return response

    return _row(f"/docs/{name}", get_asset, "A file of the page", media_type=media_type, documented=False)


def _row(path: str, handler: Any, summary: str, **more: Any) -> Operation[Any, Any]:
    return Operation(
        method="GET", path=path, handler=handler, summary=summary, tag="Service", params=NoParams, needs=PUBLIC, **more
    )
