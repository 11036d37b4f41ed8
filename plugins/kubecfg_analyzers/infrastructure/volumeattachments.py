"""The analyzer of VolumeAttachments: volumes that do not get to their node, or not away from it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.infrastructure.pods_by import Index, by_claim, ready
from kubecfg_analyzers.nodes import complaint
from kubecfg_analyzers.report import ERROR, WARNING, clip, found, minutes, older, sentence, span_since
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.attachments import VOLUMEATTACHMENTS, VolumeAttachment
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.storage import VOLUMES

GRACE: Final = timedelta(minutes=2)

_DOC: Final = "reference/kubernetes-api/config-and-storage-resources/volume-attachment-v1/"
_DEAD_NODE_DOC: Final = "concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every attachment (of a namespace, with those of its pods): one finding, the deepest cause."""
    users = view.once(by_claim)
    for item in view.all(VOLUMEATTACHMENTS):
        pods = _pods(view, item, users)
        if view.namespace is not None and not pods:
            continue
        if view.lacks(NODES, "", item.spec.nodeName) and older(view.now, item.metadata.creationTimestamp, GRACE):
            yield _no_node(view, item, pods)
        elif item.metadata.deletionTimestamp is not None:
            yield from _detaching(view, item, pods)
        elif item.status.attachError is not None and not item.status.attached:
            yield from _attaching(view, item, pods)
        else:
            yield from _held(view, item, pods)


def _pods(view: ClusterView, item: VolumeAttachment, users: Index) -> list[Pod]:
    """The live pods that use the volume."""
    volume = view.get(VOLUMES, "", item.spec.source.persistentVolumeName)
    claim = volume.spec.claimRef if volume else None
    return users.get((claim.namespace, claim.name), []) if claim else []


def _found(
    view: ClusterView,
    item: VolumeAttachment,
    code: str,
    text: str,
    *,
    cause: str,
    pod: Pod | None,
    severity: Severity = ERROR,
    doc: str = _DOC,
    message: str = "",
) -> Finding:
    return found(
        VOLUMEATTACHMENTS,
        item,
        code,
        text,
        cause=cause,
        severity=severity,
        doc=doc,
        facts={
            "node": item.spec.nodeName,
            "volume": item.spec.source.persistentVolumeName or "(inline)",
            "driver": item.spec.attacher,
            "message": clip(message),
            "minutes": minutes(view.now, item.metadata.deletionTimestamp or item.metadata.creationTimestamp),
            "pod": pod.name if pod else None,
            "pod_namespace": pod.namespace if pod else None,
        },
    )


def _volume(item: VolumeAttachment) -> str:
    name = item.spec.source.persistentVolumeName
    return f"Volume {name}" if name else "A volume"


def _no_node(view: ClusterView, item: VolumeAttachment, pods: list[Pod]) -> Finding:
    waiting = next((pod for pod in pods if not ready(pod)), None)
    return _found(
        view,
        item,
        "volumeattachment.node_missing",
        f'{_volume(item)} is attached to node "{item.spec.nodeName}", which does not exist.',
        cause=f"Pod {waiting.name} waits until it is detached."
        if waiting
        else "Until it is detached, no pod on another node can have it.",
        severity=ERROR if waiting else WARNING,
        pod=waiting,
    )


def _detaching(view: ClusterView, item: VolumeAttachment, pods: list[Pod]) -> Iterator[Finding]:
    error = item.status.detachError
    if error is None or not older(view.now, item.metadata.deletionTimestamp, GRACE):
        return
    yield _found(
        view,
        item,
        "volumeattachment.detach_error",
        f"{_volume(item)} cannot be detached from node {item.spec.nodeName} "
        f"since {span_since(view.now, item.metadata.deletionTimestamp)}: {sentence(error.message)}",
        cause=f"The driver {item.spec.attacher} says so, and tries again; no other node gets the volume meanwhile.",
        pod=next((pod for pod in pods if not ready(pod)), None),
        message=error.message,
    )


def _attaching(view: ClusterView, item: VolumeAttachment, pods: list[Pod]) -> Iterator[Finding]:
    error = item.status.attachError
    if error is None or not older(view.now, item.metadata.creationTimestamp, GRACE):
        return
    yield _found(
        view,
        item,
        "volumeattachment.attach_error",
        f"{_volume(item)} cannot be attached to node {item.spec.nodeName}: {sentence(error.message)}",
        cause=f"The driver {item.spec.attacher} says so, and tries again.",
        pod=next((pod for pod in pods if pod.spec.nodeName == item.spec.nodeName), None),
        message=error.message,
    )


def _held(view: ClusterView, item: VolumeAttachment, pods: list[Pod]) -> Iterator[Finding]:
    """A node that is not ready keeps its volumes; that matters once a pod elsewhere needs one."""
    node = view.get(NODES, "", item.spec.nodeName)
    waiting = next((pod for pod in pods if pod.spec.nodeName not in ("", item.spec.nodeName) and not ready(pod)), None)
    if node is None or node.ready or waiting is None or not item.status.attached:
        return
    yield _found(
        view,
        item,
        "volumeattachment.node_not_ready",
        f"{_volume(item)} is held by node {node.name}, which is not ready, and pod {waiting.name} on "
        f"{waiting.spec.nodeName} waits for it.",
        cause=f"{complaint(node)}: Kubernetes does not detach a volume that the node may still write to.",
        doc=_DEAD_NODE_DOC,
        pod=waiting,
    )


ANALYZER: Final = Analyzer(
    name="volumeattachments",
    reads=(VOLUMEATTACHMENTS, NODES, VOLUMES, PODS),
    analyze=analyze,
    summary="Volumes that cannot be attached or detached, or hang on a node that is gone.",
)
