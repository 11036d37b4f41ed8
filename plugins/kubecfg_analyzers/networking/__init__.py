"""The analyzers of how traffic finds its way, beside Services and Ingresses."""

from typing import Final

from kubecfg_core import Analyzer

ANALYZERS: Final[tuple[Analyzer, ...]] = ()
