"""The analyzers of what makes and scales pods, beside Deployments."""

from typing import Final

from kubecfg_core import Analyzer

ANALYZERS: Final[tuple[Analyzer, ...]] = ()
