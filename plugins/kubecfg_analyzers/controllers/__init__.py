"""The analyzers of what makes and scales pods, beside Deployments."""

from typing import Final

from kubecfg_analyzers.controllers import (
    cronjobs,
    daemonsets,
    horizontalpodautoscalers,
    jobs,
    poddisruptionbudgets,
    replicasets,
    statefulsets,
)
from kubecfg_core import Analyzer

ANALYZERS: Final[tuple[Analyzer, ...]] = (
    replicasets.ANALYZER,
    statefulsets.ANALYZER,
    daemonsets.ANALYZER,
    jobs.ANALYZER,
    cronjobs.ANALYZER,
    horizontalpodautoscalers.ANALYZER,
    poddisruptionbudgets.ANALYZER,
)
