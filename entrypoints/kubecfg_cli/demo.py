"""`kubecfg demo`: a simulated cluster, the real service, and a tour of it over its own API."""

import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from rich.console import Console

    from kubecfg_runtime import Settings

_USER: Final = "demo"
_CLUSTER: Final = "demo-shop"


async def demo(
    *,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 8000,
    once: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Try kubecfg on a simulated cluster of a small shop, in which a dozen things are broken.

    Starts the simulated API server and the service on this machine, makes a user, onboards the cluster, analyses it,
    and goes on serving until interrupted. Everything it keeps is in a temporary folder.

    Parameters
    ----------
    port
        Where the service listens; a free port is taken if this one is not.
    once
        Stop after the tour.

    """
    from aiohttp import ClientSession, ClientTimeout

    from kubecfg_cli.console import out
    from kubecfg_demo import shop_simulator
    from kubecfg_http import until_stopped

    console = out()
    password = secrets.token_urlsafe(12)
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(shop_simulator().serve())
        console.print(f"A SIMULATED Kubernetes API server listens on {cluster.url}", style="dim")
        folder = stack.enter_context(TemporaryDirectory(prefix="kubecfg-demo-"))
        url = await _serve(stack, _settings(Path(folder), password), port)
        console.print(f"The service listens on {url}, its documents are at {url}/docs", style="dim")
        async with ClientSession(timeout=ClientTimeout(total=60)) as session:
            await _Tour(console, session, url, password).take(cluster.url, cluster.admin_token, cluster.ca_data)
        if not once:
            console.print("\nServing until you press Ctrl+C.", style="dim")
            await until_stopped()


def _settings(folder: Path, password: str) -> "Settings":
    """The embedded defaults, whatever the environment says: the demo touches nobody's database."""
    from kubecfg_core.secret import Secret
    from kubecfg_runtime import Settings

    return Settings(
        kubecfg_data_dir=folder, kubecfg_admin_username=_USER, kubecfg_admin_password=Secret(password)
    ).for_own_machine()


async def _serve(stack: AsyncExitStack, settings: "Settings", port: int) -> str:
    """The service's URL: at that port, or at a free one where somebody else is."""
    from kubecfg_core.errors import SettingsError
    from kubecfg_http import create_app, listening
    from kubecfg_runtime import Kubecfg

    kubecfg = await stack.enter_async_context(Kubecfg(settings))
    services = await kubecfg.services()
    try:
        return await stack.enter_async_context(listening(create_app(services), settings.kubecfg_host, port))
    except SettingsError:
        return await stack.enter_async_context(listening(create_app(services), settings.kubecfg_host, 0))


class _Tour:
    """What a newcomer would do by hand, over HTTP."""

    def __init__(self, console: "Console", session: "ClientSession", url: str, password: str) -> None:
        self._console = console
        self._session = session
        self._url = url
        self._password = password

    async def take(self, server_url: str, cluster_token: str, ca_data: str) -> None:
        """Log in, onboard, analyse, count nodes; then say how to go on."""
        import msgspec

        from kubecfg_cli.rendering import nodes_table, print_report
        from kubecfg_core.report import Report
        from kubecfg_core.usecases.clusters import NodeCount

        login = await self._call("POST", "/auth/login", {"username": _USER, "password": self._password})
        token = login["access_token"]
        new = {
            "cluster_name": _CLUSTER,
            "server_url": server_url,
            "token": cluster_token,
            "ca_data": ca_data,
            "provider_name": "kubecfg simulator",
            "tags": ["demo"],
        }
        cluster = await self._call("POST", "/kubeconfig/onboard-cluster", new, token)
        self._console.print(f"{cluster['message']}: {_CLUSTER}\n", style="dim")
        analysis = f"/kubeconfig/analyze-k8s-with-solutions/{cluster['id']}"
        print_report(self._console, msgspec.convert(await self._call("POST", analysis, None, token), Report))
        nodes = await self._call("GET", "/kubeconfig/nodes/status/all-clusters", None, token)
        self._console.print()
        self._console.print(nodes_table(msgspec.convert(nodes["clusters"], dict[str, NodeCount])))
        self._go_on(cluster["id"], token)

    def _go_on(self, cluster_id: int, token: str) -> None:
        path = f"{self._url}/kubeconfig/execute-kubectl-direct/{cluster_id}"
        self._console.print(f"\nGo on with curl (user {_USER}, password {self._password}):", style="bold")
        lines = (
            f"  TOKEN={token}",
            f"  curl -s {path} -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\",
            '    -d \'{"command": "kubectl get pods -A"}\'',
        )
        for line in lines:
            self._console.print(line, soft_wrap=True)

    async def _call(self, method: str, path: str, body: Any, token: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._session.request(method, self._url + path, json=body, headers=headers) as response:
            answer = await response.json()
            if not response.ok:
                from kubecfg_core.errors import UpstreamRefused

                raise UpstreamRefused(f"{method} {path}: {answer['detail']}", status=response.status)
            return answer
