"""The analyzers of what everything stands on: nodes, volumes, quotas, configuration, accounts."""

from typing import Final

from kubecfg_core import Analyzer

ANALYZERS: Final[tuple[Analyzer, ...]] = ()
