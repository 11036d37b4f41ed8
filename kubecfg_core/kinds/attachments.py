"""What joins volumes and storage drivers to nodes, as far as kubecfg reads it."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.kinds.pods import Named
from kubecfg_core.resources import Resource


class AttachmentSource(msgspec.Struct, frozen=True, gc=False):
    """The volume; empty for one that is written into the pod."""

    persistentVolumeName: str = ""


class AttachmentSpec(msgspec.Struct, frozen=True, gc=False):
    """Which volume goes to which node, and by which driver."""

    attacher: str = ""
    nodeName: str = ""
    source: AttachmentSource = AttachmentSource()


class AttachmentError(msgspec.Struct, frozen=True, gc=False):
    """What the driver said the last time, and when."""

    time: datetime | None = None
    message: str = ""


class AttachmentStatus(msgspec.Struct, frozen=True, gc=False):
    """How far it came."""

    attached: bool = False
    attachError: AttachmentError | None = None
    detachError: AttachmentError | None = None


class VolumeAttachment(KubeObject, frozen=True, gc=False):
    """A volume at a node, or on its way there; one that is being deleted is on its way back."""

    spec: AttachmentSpec = AttachmentSpec()
    status: AttachmentStatus = AttachmentStatus()


class NodeDrivers(msgspec.Struct, frozen=True, gc=False):
    """The drivers that have registered with the kubelet of a node."""

    drivers: tuple[Named, ...] = ()


class CSINode(KubeObject, frozen=True, gc=False):
    """The storage drivers of the node of the same name."""

    spec: NodeDrivers = NodeDrivers()


VOLUMEATTACHMENTS = Resource(
    "storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", VolumeAttachment, namespaced=False
)
CSINODES = Resource("storage.k8s.io", "v1", "csinodes", "CSINode", CSINode, namespaced=False)
