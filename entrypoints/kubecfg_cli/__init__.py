"""The `kubecfg` command."""

from kubecfg_cli.app import main

__all__ = ["main"]
