"""A TLS server that answers every request by one handler: the fake for an API server that misbehaves."""

import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler, authority: trustme.CA, *hosts: str, tls: bool = True) -> AsyncIterator[str]:
    """The URL of a server on the loopback interface, with a certificate for `hosts`.

    Without `tls` it speaks plain HTTP, at a URL that promises otherwise.
    """
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, host="127.0.0.1", scheme="https" if tls else "http")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*(hosts or ("127.0.0.1", "localhost"))).configure_cert(context)
    await server.start_server(ssl=context if tls else None, access_log=None)
    try:
        yield f"https://127.0.0.1:{server.port}"
    finally:
        await server.close()


def ca_data(authority: trustme.CA) -> str:
    """The authority's certificate as a kubeconfig has it."""
    return base64.b64encode(authority.cert_pem.bytes()).decode()
