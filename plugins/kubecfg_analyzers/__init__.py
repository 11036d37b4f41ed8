"""The built-in analyzers, one module a kind, loaded through the same hook as anybody's."""

from kubecfg_core import Analyzer, hookimpl

__all__ = ["register_analyzers"]


@hookimpl
def register_analyzers() -> list[Analyzer]:
    """The seven documented analyzers, in the order of the documentation."""
    from kubecfg_analyzers import (
        deployments,
        ingress,
        pods,
        pvc,
        secrets,
        services,
        storageclasses,
    )

    modules = (pods, deployments, services, secrets, storageclasses, ingress, pvc)
    return [module.ANALYZER for module in modules]
