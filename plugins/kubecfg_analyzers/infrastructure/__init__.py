"""The analyzers of what everything stands on: nodes, volumes, quotas, configuration, accounts."""

from typing import Final

from kubecfg_analyzers.infrastructure import (
    bindings,
    configmaps,
    csidrivers,
    limitranges,
    nodes,
    persistentvolumes,
    priorityclasses,
    resourcequotas,
    serviceaccounts,
    volumeattachments,
)
from kubecfg_core import Analyzer

ANALYZERS: Final[tuple[Analyzer, ...]] = (
    nodes.ANALYZER,
    persistentvolumes.ANALYZER,
    volumeattachments.ANALYZER,
    csidrivers.ANALYZER,
    resourcequotas.ANALYZER,
    limitranges.ANALYZER,
    configmaps.ANALYZER,
    serviceaccounts.ANALYZER,
    bindings.ROLEBINDING_ANALYZER,
    bindings.CLUSTERROLEBINDING_ANALYZER,
    priorityclasses.ANALYZER,
)
