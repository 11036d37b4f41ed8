"""The command's tree, and what its exit statuses mean.

0: done, and nothing is broken. 1: `analyze` found something broken. 2: it could not be done. 130: interrupted.
"""

import os
import sys
from importlib.metadata import version
from typing import Final

from kubecfg_core.audit import Origin, origin
from kubecfg_core.errors import KubecfgError

BROKEN: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130

# The extra that brings each module that may be missing.
_EXTRAS: Final = {
    "aiohttp": "http", "aiosqlite": "sql", "alembic": "sql", "argon2": "crypto", "asyncpg": "postgres",
    "cryptography": "crypto", "cyclopts": "cli", "jwt": "crypto", "kombu": "bus", "kubernetes_asyncio": "kubernetes",
    "openai": "llm", "prometheus_client": "http", "rich": "cli", "sqlalchemy": "sql", "structlog": "http",
    "yaml": "dump",
}  # fmt: skip


def main() -> int:
    """Run the command that `sys.argv` names and give its exit status."""
    try:
        return _run()
    except KubecfgError as error:
        return _fail(error.message)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        return _fail(f"{error.name} is not installed: pip install 'kubecfg[{extra}]'")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left (`kubecfg analyze | head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return FAILED


def _run() -> int:
    from cyclopts import App

    # A command's module is imported when it is run or its help is shown, so each keeps its imports light.
    app = App(
        name="kubecfg",
        help="Find what is wrong in Kubernetes clusters, and what to do about it.",
        version=version("kubecfg"),
        result_action="return_value",
    )
    app.command("kubecfg_cli.demo:demo", name="demo", help="Try it all on a simulated cluster.")
    app.command("kubecfg_cli.analyze:analyze", name="analyze", help="Find what is wrong in a cluster or a dump of one.")
    app.command("kubecfg_cli.fix:fix", name="fix", help="Go through the problems of a cluster, and fix what you will.")
    app.command("kubecfg_cli.serve:serve", name="serve", help="Run the REST service.")
    app.command("kubecfg_cli.users:app", name="user", help="Manage the accounts of the service.")
    app.command("kubecfg_cli.keys:app", name="keys", help="Look at the keys of the stored credentials; rotate them.")
    app.command("kubecfg_cli.importing:import_", name="import", help="Take in the clusters of a kubeconfig.")
    app.command("kubecfg_cli.audit:audit", name="audit", help="Show who did what to which cluster.")
    app.command("kubecfg_cli.plugins:app", name="plugins", help="Look at the installed plugins.")
    origin.set(Origin(auth_method="cli", actor=f"os:{_os_user()}"))
    result = app(exit_on_error=True)
    return result if isinstance(result, int) else 0


def _os_user() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (OSError, KeyError):  # in a container, an id without a name
        return str(os.getuid())


def _fail(message: str) -> int:
    sys.stderr.write(f"kubecfg: {message}\n")
    return FAILED
