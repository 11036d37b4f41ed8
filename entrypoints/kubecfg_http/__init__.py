"""The REST service on aiohttp: thin functions between HTTP and the use cases."""

from kubecfg_http.app import create_app
from kubecfg_http.serving import listening, run, until_stopped

__all__ = ["create_app", "listening", "run", "until_stopped"]
