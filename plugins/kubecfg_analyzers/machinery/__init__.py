"""The analyzers of what extends the API server and keeps it together."""

from typing import Final

from kubecfg_analyzers.machinery import (
    apiservices,
    customresources,
    definitions,
    leases,
    namespaces,
    signings,
    webhooks,
)
from kubecfg_core import Analyzer

__all__ = ["ANALYZERS"]

ANALYZERS: Final[tuple[Analyzer, ...]] = (
    webhooks.VALIDATING_ANALYZER,
    webhooks.MUTATING_ANALYZER,
    apiservices.ANALYZER,
    definitions.ANALYZER,
    namespaces.ANALYZER,
    leases.ANALYZER,
    signings.ANALYZER,
    customresources.ANALYZER,
)
