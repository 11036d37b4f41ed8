"""The analyzer of what is well today and asks for trouble: a stream of its own, only where it is asked for."""

from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.hygiene import containers, workloads
from kubecfg_analyzers.hygiene.case import Case
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.hygiene import ACCOUNTS, DAEMONSETS, DEPLOYMENTS, STATEFULSETS
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.scaling import BUDGETS

__all__ = ["ANALYZER", "analyze"]

# What Kubernetes itself runs there needs the node, and is not its users' to change.
_SYSTEM: Final = ("kube-system", "kube-public", "kube-node-lease")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What could be better in every Deployment, StatefulSet and DaemonSet that is meant to run."""
    for kind in (DEPLOYMENTS, STATEFULSETS, DAEMONSETS):
        for item in view.all(kind):
            if item.namespace not in _SYSTEM and (kind is DAEMONSETS or item.spec.replicas > 0):
                case = Case(view, kind, item)
                yield from containers.check(case)
                yield from workloads.check(case)


ANALYZER: Final = Analyzer(
    name="hygiene",
    reads=(DEPLOYMENTS, STATEFULSETS, DAEMONSETS, ACCOUNTS, SERVICES, BUDGETS),
    analyze=analyze,
    summary="Workloads that ask for trouble: moving tags, no requests, more rights than they need, no spare replica.",
    stream="hygiene",
)
