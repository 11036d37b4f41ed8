"""The analyzer of EndpointSlices: endpoints whose pod is gone, and nodes on which a Service is not served."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from kubecfg_analyzers.owners import owner_of
from kubecfg_analyzers.report import WARNING, counted, found, listed, older
from kubecfg_core import Analyzer, ClusterView, Finding, LabelSelector
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.network import ENDPOINTSLICES, SERVICES, Endpoint, EndpointSlice, Service
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.workloads import JOBS, REPLICASETS

GRACE: Final = timedelta(minutes=2)

_DOC: Final = "concepts/services-networking/endpoint-slices/"
_LOCAL_DOC: Final = "concepts/services-networking/service-traffic-policy/"
_MANAGED: Final = "endpointslice.kubernetes.io/managed-by"
_CONTROLLER: Final = "endpointslice-controller.k8s.io"
_CHANGED: Final = "endpoints.kubernetes.io/last-change-trigger-time"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Slices that lead to pods that are gone, and Services that are for the own node only and miss some nodes."""
    by_service: dict[tuple[str, str], list[EndpointSlice]] = defaultdict(list)
    for item in view.all(ENDPOINTSLICES):
        by_service[item.namespace, item.service].append(item)
        if item.metadata.deletionTimestamp is None and item.metadata.labels.get(_MANAGED) == _CONTROLLER:
            yield from _stale(view, item)
    for service in view.all(SERVICES):
        if service.spec.internalTrafficPolicy == "Local" and service.spec.selector:
            yield from _unserved(view, service, by_service[service.namespace, service.name])


def _stale(view: ClusterView, item: EndpointSlice) -> Iterator[Finding]:
    """A slice that was changed just now is ahead of the list of pods, which was read beside it."""
    if not older(view.now, _changed(item), GRACE):
        return
    gone = [name for endpoint in item.endpoints or () if (name := _gone(view, item, endpoint))]
    if gone:
        yield found(
            ENDPOINTSLICES,
            item,
            "endpointslice.pod_gone",
            f"It sends requests for the Service {item.service} to {counted(len(gone), 'pod')} that no longer "
            f"{'exists' if len(gone) == 1 else 'exist'}: {listed(gone)}.",
            severity=WARNING,
            cause="The endpoint slice controller has not noticed: it does not run, or does not keep up.",
            doc=_DOC,
            facts={"service": item.service, "pod": gone[0], "count": len(gone)},
            names=gone,
        )


def _changed(item: EndpointSlice) -> datetime | None:
    text = item.metadata.annotations.get(_CHANGED, "")
    try:
        return datetime.fromisoformat(text) if text else item.metadata.creationTimestamp
    except ValueError:
        return None


def _gone(view: ClusterView, item: EndpointSlice, endpoint: Endpoint) -> str:
    """The pod that a ready endpoint leads to, if it certainly does not exist."""
    target = endpoint.targetRef
    if target is None or target.kind != "Pod" or endpoint.conditions.ready is False:
        return ""
    return target.name if view.lacks(PODS, item.namespace, target.name) else ""


def _unserved(view: ClusterView, service: Service, slices: list[EndpointSlice]) -> Iterator[Finding]:
    """Where an own-node Service has pods on some nodes alone, by no intent: a DaemonSet chooses its nodes."""
    endpoints = [
        endpoint for item in slices for endpoint in item.endpoints or () if endpoint.conditions.ready is not False
    ]
    served = {endpoint.nodeName for endpoint in endpoints if endpoint.nodeName}
    pods = view.selected(PODS, service.namespace, LabelSelector(matchLabels=service.spec.selector))
    if not served or not pods or _everywhere(view, pods[0]) or not view.covers(ENDPOINTSLICES, service.namespace):
        return
    nodes = sorted(node.name for node in view.all(NODES) if node.ready and not node.spec.unschedulable)
    used = {pod.spec.nodeName for pod in view.within(PODS, service.namespace) if not pod.finished}
    missing = [name for name in nodes if name not in served and name in used]
    if missing:
        yield found(
            SERVICES,
            service,
            "service.local_unserved",
            f"It serves the own node only (internalTrafficPolicy: Local), and {counted(len(missing), 'node')} with "
            f"pods of the namespace {'has' if len(missing) == 1 else 'have'} no pod of it: {listed(missing)}.",
            severity=WARNING,
            cause="Requests from there are dropped, although pods elsewhere are ready.",
            doc=_LOCAL_DOC,
            facts={"node": missing[0], "count": len(missing), "ready": len(endpoints)},
            names=missing,
        )


def _everywhere(view: ClusterView, pod: Pod) -> bool:
    owner = owner_of(view, pod)
    return owner is not None and owner.kind == "DaemonSet"


ANALYZER: Final = Analyzer(
    name="endpointslices",
    reads=(ENDPOINTSLICES, SERVICES, PODS, NODES, REPLICASETS, JOBS),
    analyze=analyze,
    summary="Endpoints whose pod is gone, and nodes on which an own-node Service is not served.",
)
