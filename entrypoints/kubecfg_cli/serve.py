"""`kubecfg serve`: the REST service, until it is told to stop."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number


async def serve(
    *,
    host: str | None = None,
    port: Annotated[int | None, Parameter(validator=Number(gte=0, lte=65535))] = None,
) -> None:
    """Run the REST service. Every setting comes from the environment (docs/configuration.md).

    Without any setting: SQLite, an in-process event bus, playbooks, metrics-server.

    Parameters
    ----------
    host
        The address to listen on, if not KUBECFG_HOST (127.0.0.1).
    port
        The port to listen on, if not KUBECFG_PORT (8000); 0 takes a free one.

    """
    import logging
    import os

    from kubecfg_cli import logs
    from kubecfg_http import create_app, run
    from kubecfg_runtime import Kubecfg, Settings, startup
    from kubecfg_runtime.settings import forget_secrets
    from kubecfg_runtime.settling import settle

    settings = Settings.from_environment()
    forget_secrets(os.environ)
    logs.configure(settings.kubecfg_log_level)
    log = logging.getLogger("kubecfg")
    async with Kubecfg(settings) as kubecfg:
        services = await kubecfg.services()
        for warning in await startup.warnings(services.health):
            log.warning(warning)
        app = create_app(
            services,
            max_body_bytes=settings.kubecfg_max_body_bytes,
            analysis_timeout=settings.kubecfg_analysis_timeout,
            trusted_proxies=settings.trusted_proxies,
        )
        settle("kubecfg_kubernetes.gateway")
        await run(
            app,
            host if host is not None else settings.kubecfg_host,
            port if port is not None else settings.kubecfg_port,
            ready=lambda url: log.info("Listening on %s, API at %s/kubeconfig, documents at %s/docs", url, url, url),
        )
