"""The built-in analyzers, one module a kind, loaded through the same hook as anybody's."""

from kubecfg_core import Analyzer, hookimpl

__all__ = ["register_analyzers"]


@hookimpl
def register_analyzers() -> list[Analyzer]:
    """The seven documented analyzers, in the order of the documentation, then those of further kinds."""
    from kubecfg_analyzers import (
        controllers,
        deployments,
        infrastructure,
        ingress,
        machinery,
        networking,
        pods,
        pvc,
        secrets,
        services,
        storageclasses,
    )

    modules = (pods, deployments, services, secrets, storageclasses, ingress, pvc)
    groups = (controllers, networking, infrastructure, machinery)
    return [module.ANALYZER for module in modules] + [analyzer for group in groups for analyzer in group.ANALYZERS]
