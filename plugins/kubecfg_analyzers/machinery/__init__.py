"""The analyzers of the API itself: admission, aggregated APIs, custom resources, namespaces, leases."""

from typing import Final

from kubecfg_core import Analyzer

ANALYZERS: Final[tuple[Analyzer, ...]] = ()
