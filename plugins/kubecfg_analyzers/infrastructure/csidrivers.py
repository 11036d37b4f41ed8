"""The analyzer of CSIDrivers: those that are not on the nodes where pods wait for their volumes."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.infrastructure.pods_by import claims_of, live, ready
from kubecfg_analyzers.report import ERROR, counted, found, listed, older
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.attachments import CSINODES
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.storage import CLAIMS, CSIDRIVERS, VOLUMES

PATIENCE: Final = timedelta(minutes=5)

_DOC: Final = "concepts/storage/volumes/#csi"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Find the drivers that pods wait for; one that no pod needs may run nowhere."""
    if not view.all(CSIDRIVERS) or not view.all(CSINODES):
        return
    waiting = _waiting(view)
    for item in view.all(CSIDRIVERS):
        pods = waiting.get(item.name, [])
        if not pods:
            continue
        nodes = sorted({pod.spec.nodeName for pod in pods})
        somewhere = any(driver.name == item.name for node in view.all(CSINODES) for driver in node.spec.drivers)
        yield found(
            CSIDRIVERS,
            item,
            "csidriver.not_on_node",
            f"The driver is not registered on {listed(nodes, 3)}, where {counted(len(pods), 'pod')} "
            f"{'waits' if len(pods) == 1 else 'wait'} for its volumes, as {pods[0].namespace}/{pods[0].name}.",
            severity=ERROR,
            cause="It is on other nodes: its pod on this one does not run, or the node was left out."
            if somewhere
            else "It is on no node: the pods that bring it to the nodes do not run.",
            doc=_DOC,
            facts={
                "driver": item.name,
                "node": nodes[0],
                "pod": pods[0].name,
                "pod_namespace": pods[0].namespace,
                "pods": len(pods),
            },
        )


def _waiting(view: ClusterView) -> dict[str, list[Pod]]:
    """The pods that have waited for a while on nodes without the driver of one of their volumes, by that driver."""
    waiting: dict[str, list[Pod]] = defaultdict(list)
    for pod in live(view):
        node = view.get(CSINODES, "", pod.spec.nodeName)
        if node is None or ready(pod) or pod.status.podIP or not _old(view, pod):
            continue
        there = {driver.name for driver in node.spec.drivers}
        for driver in sorted({driver for name in claims_of(pod) if (driver := _driver(view, pod, name))} - there):
            waiting[driver].append(pod)
    return waiting


def _old(view: ClusterView, pod: Pod) -> bool:
    return older(view.now, pod.metadata.creationTimestamp, PATIENCE)


def _driver(view: ClusterView, pod: Pod, claim_name: str) -> str:
    claim = view.get(CLAIMS, pod.namespace, claim_name)
    volume = view.get(VOLUMES, "", claim.spec.volumeName) if claim else None
    return volume.spec.csi.driver if volume and volume.spec.csi else ""


ANALYZER: Final = Analyzer(
    name="csidrivers",
    reads=(CSIDRIVERS, CSINODES, CLAIMS, VOLUMES, PODS),
    analyze=analyze,
    summary="Storage drivers that are missing on the nodes where pods wait for them.",
)
