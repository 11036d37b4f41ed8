"""`kubecfg import`: the clusters of a kubeconfig into the service's database, as data."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kubecfg_core.clusters import Cluster, NewCluster
    from kubecfg_core.kubeconfigs import Described, Refusal


async def import_(
    file: Annotated[Path, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    context: Annotated[list[str] | None, Parameter(negative=())] = None,
    owner: Annotated[str | None, Parameter(name="--as")] = None,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    verify: bool = True,
) -> int:
    """Take in the clusters of a kubeconfig, one for each context. What it describes is taken as data.

    No program that it names is run (exec, auth-provider) and no file is read (tokenFile, client-key): such contexts are
    refused, with the reason. Exit status: 0 when every context was taken in, 2 when one was not.

    Parameters
    ----------
    file
        The kubeconfig, - for standard input.
    context
        Only this context; may be repeated.
    owner
        The user whose clusters they become.
    dry_run
        Show what would be taken in, and do nothing: neither the database nor a cluster is asked.
    verify
        Ask each cluster before it is stored.

    """
    from kubecfg_cli.app import FAILED
    from kubecfg_core.errors import InvalidInput
    from kubecfg_core.kubeconfigs import described
    from kubecfg_kubernetes import read_document

    text = _read(file)
    if dry_run:
        found = described(await asyncio.to_thread(read_document, text), only=context)
        found = _within_egress(found)
        _show(found.clusters, found.refused, done="would be taken in")
        return FAILED if found.refused else 0
    if owner is None:
        raise InvalidInput("--as USER is needed: it says whose clusters they become.")
    from kubecfg_runtime import Kubecfg

    async with Kubecfg() as kubecfg:
        services = await kubecfg.services()
        user = await services.accounts.named(owner)
        taken = await services.importing.take_in(user, text, only=context, verify=verify)
    _show(taken.clusters, taken.refused, done="taken in")
    return FAILED if taken.refused else 0


def _within_egress(found: "Described") -> "Described":
    """What is left of it by the egress policy of the settings, as far as that needs no name server."""
    from kubecfg_core.errors import AddressRefused
    from kubecfg_core.kubeconfigs import Described, Refusal
    from kubecfg_runtime.settings import Settings

    policy = Settings.from_environment().egress
    clusters, refused = [], list(found.refused)
    for cluster in found.clusters:
        try:
            policy.check_literal(cluster.target.server_url)
        except AddressRefused as error:
            refused.append(Refusal(context=cluster.context_name, reason=error.message))
        else:
            clusters.append(cluster)
    return Described(clusters=tuple(clusters), refused=tuple(refused))


def _read(file: Path) -> str:
    from kubecfg_core.errors import InvalidInput
    from kubecfg_kubernetes.documents import LARGEST

    try:
        if str(file) == "-":
            return sys.stdin.read(LARGEST + 1)
        with file.open(encoding="utf-8") as stream:
            return stream.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is not UTF-8.") from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error


def _show(clusters: "Sequence[Cluster | NewCluster]", refused: "Sequence[Refusal]", *, done: str) -> None:
    from rich.table import Table

    from kubecfg_cli.console import out, plain

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("CONTEXT", "CLUSTER", "SERVER", "OUTCOME"):
        table.add_column(heading, overflow="fold")
    for cluster in clusters:
        url = plain(cluster.target.server_url)
        table.add_row(plain(cluster.context_name), plain(cluster.cluster_name), url, done)
    for one in refused:
        table.add_row(plain(one.context), "-", "-", f"refused: {plain(one.reason)}")
    out().print(table)
