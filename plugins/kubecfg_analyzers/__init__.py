"""The built-in analyzers, one module a kind, loaded through the same hook as anybody's."""

from kubecfg_core import Analyzer, hookimpl

__all__ = ["register_analyzers"]


@hookimpl
def register_analyzers() -> list[Analyzer]:
    """The seven documented analyzers, in the order of the documentation, those of further kinds, hygiene."""
    from kubecfg_analyzers import (
        controllers,
        deployments,
        hygiene,
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
    further = [analyzer for group in groups for analyzer in group.ANALYZERS]
    return [*(module.ANALYZER for module in modules), *further, hygiene.ANALYZER]
