"""`kubecfg plugins`: what is installed, what it analyses, and what is wrong with it."""

from cyclopts import App

app = App(name="plugins", help="Look at the installed plugins.")


@app.command(name="list")
def list_() -> int:
    """List the plugins, also those that are blocked (KUBECFG_PLUGINS_BLOCKED) or failed; the latter give status 2."""
    from rich.table import Table

    from kubecfg_cli.app import FAILED
    from kubecfg_cli.console import out, plain
    from kubecfg_runtime.compose import make_plugins
    from kubecfg_runtime.settings import Settings

    plugins = make_plugins(Settings.from_environment())
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("NAME", "DISTRIBUTION", "STATE", "PLAYBOOKS", "ANALYZERS"):
        table.add_column(heading)
    for info in plugins.infos:
        analyzers = plain(", ".join(info.analyzers))
        table.add_row(plain(info.name), plain(info.distribution), info.state, str(info.playbooks or ""), analyzers)
    out().print(table)
    for info in plugins.infos:
        for code in info.replaced:
            out().print(f"  {plain(info.name)}: its playbook for {plain(code)} is in the place of the built-in one")
        for problem in info.problems:
            out().print(f"! {plain(info.name)}: {plain(problem)}", style="yellow")
    return FAILED if any(info.state == "failed" for info in plugins.infos) else 0
