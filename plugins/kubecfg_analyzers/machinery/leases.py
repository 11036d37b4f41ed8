"""The analyzer of Leases: signs of life that have stopped, of nodes and of the control plane's controllers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from kubecfg_analyzers.report import ERROR, WARNING, found, span
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.machinery import LEASES, Lease

TIMES: Final = 10
"""By how many times its duration a lease must be late."""

_NODE_DOC: Final = "concepts/architecture/leases/#node-heart-beats"
_LEADER_DOC: Final = "concepts/architecture/leases/#leader-election"
_HEARTBEATS: Final = "kube-node-lease"
_SYSTEM: Final = "kube-system"
_LEADERS: Final = {
    "kube-controller-manager": "Deployments, Jobs, endpoints and garbage are no longer looked after.",
    "kube-scheduler": "New pods are put on no node.",
    "cloud-controller-manager": "Load balancers and new nodes are no longer looked after.",
}


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Leases that ran out long ago, by the clock of the cluster: the newest renewal that there is."""
    renewed = [at for item in view.all(LEASES) if (at := _renewed(item)) is not None and at <= view.now]
    now = max(renewed, default=view.now)
    for item in view.all(LEASES):
        at = _renewed(item)
        limit = TIMES * timedelta(seconds=min(max(item.spec.leaseDurationSeconds, 1), 86_400))
        if at is None or now - at <= limit or not item.spec.holderIdentity:
            continue
        if item.namespace == _HEARTBEATS:
            yield from _node(view, item, now - at)
        elif item.namespace == _SYSTEM and item.name in _LEADERS:
            yield _leader(item, now - at)


def _renewed(item: Lease) -> datetime | None:
    at = item.spec.renewTime
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _node(view: ClusterView, item: Lease, late: timedelta) -> Iterator[Finding]:
    """A node that is known not to be ready has its own finding; this is for one that still looks well."""
    node = view.get(NODES, "", item.name)
    if node is not None and node.ready:
        yield found(
            LEASES,
            item,
            "lease.node_stale",
            f"Node {item.name} says that it is ready, but has shown no sign of life for {span(late)}.",
            cause="Its kubelet has stopped or cannot reach the API server, and nobody has marked the node yet.",
            severity=ERROR,
            doc=_NODE_DOC,
            facts={"node": item.name, "minutes": int(late.total_seconds() // 60)},
        )


def _leader(item: Lease, late: timedelta) -> Finding:
    return found(
        LEASES,
        item,
        "lease.leader_stale",
        f"{item.name} has had no leader for {span(late)}: {item.spec.holderIdentity} does not renew the lease.",
        cause=f"None of its replicas runs. {_LEADERS[item.name]}",
        severity=WARNING if item.name == "cloud-controller-manager" else ERROR,
        doc=_LEADER_DOC,
        facts={"component": item.name, "holder": item.spec.holderIdentity, "minutes": int(late.total_seconds() // 60)},
        names=(item.spec.holderIdentity,),
    )


ANALYZER: Final = Analyzer(
    name="leases",
    reads=(LEASES, NODES),
    analyze=analyze,
    summary="Nodes and control plane controllers that have stopped showing signs of life.",
)
