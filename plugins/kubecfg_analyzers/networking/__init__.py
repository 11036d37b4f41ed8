"""The analyzers of how traffic finds its way, beside Services and Ingresses."""

from typing import Final

from kubecfg_analyzers.networking import endpointslices, gateways, httproutes, ingressclasses, networkpolicies
from kubecfg_core import Analyzer

__all__ = ["ANALYZERS"]

ANALYZERS: Final[tuple[Analyzer, ...]] = (
    endpointslices.ANALYZER,
    ingressclasses.ANALYZER,
    gateways.ANALYZER,
    httproutes.ANALYZER,
    networkpolicies.ANALYZER,
)
