"""Claims, volumes, classes and drivers, as far as kubecfg reads them."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject
from kubecfg_core.kinds.placement import NodeSelector
from kubecfg_core.resources import Resource

Quantities = dict[str, str | int | float]


class ClaimResources(msgspec.Struct, frozen=True, gc=False):
    """How much a claim asks for."""

    requests: Quantities = {}


class ClaimSpec(msgspec.Struct, frozen=True, gc=False):
    """What a claim asks for. A `storageClassName` of `None` means the default class, an empty one means none."""

    storageClassName: str | None = None
    volumeName: str = ""
    resources: ClaimResources = ClaimResources()


class ClaimStatus(msgspec.Struct, frozen=True, gc=False):
    """What a claim got."""

    phase: str = ""
    capacity: Quantities = {}
    conditions: tuple[Condition, ...] = ()


class PersistentVolumeClaim(KubeObject, frozen=True, gc=False):
    """A claim of storage."""

    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()

    @property
    def class_name(self) -> str | None:
        """The class that it names, by field or by the old annotation; `None` for the default one."""
        old = self.metadata.annotations.get("volume.beta.kubernetes.io/storage-class")
        return self.spec.storageClassName if old is None else old


class ClaimRef(msgspec.Struct, frozen=True, gc=False):
    """The claim that a volume is bound to, or was: it stays after the claim is gone."""

    namespace: str = ""
    name: str = ""
    uid: str = ""


class CSISource(msgspec.Struct, frozen=True, gc=False):
    """The driver that serves a volume."""

    driver: str = ""


class VolumeNodeAffinity(msgspec.Struct, frozen=True, gc=False):
    """From which nodes a volume can be used."""

    required: NodeSelector | None = None


class VolumeSpec(msgspec.Struct, frozen=True, gc=False):
    """What a volume offers."""

    storageClassName: str = ""
    persistentVolumeReclaimPolicy: str = ""
    accessModes: tuple[str, ...] = ()
    capacity: Quantities = {}
    claimRef: ClaimRef | None = None
    csi: CSISource | None = None
    nodeAffinity: VolumeNodeAffinity | None = None


class VolumeStatus(msgspec.Struct, frozen=True, gc=False):
    """`phase` is `Available`, `Bound`, `Released` or `Failed`; `message` says why it is the last."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    lastPhaseTransitionTime: datetime | None = None


class PersistentVolume(KubeObject, frozen=True, gc=False):
    """A volume."""

    spec: VolumeSpec = VolumeSpec()
    status: VolumeStatus = VolumeStatus()


_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


class StorageClass(KubeObject, frozen=True, gc=False):
    """A class of storage."""

    provisioner: str = ""
    volumeBindingMode: str = "Immediate"

    @property
    def default(self) -> bool:
        """Whether claims that name no class get this one."""
        return any(self.metadata.annotations.get(name) == "true" for name in _DEFAULT)

    @property
    def waits(self) -> bool:
        """Whether it makes a volume only once a pod needs it."""
        return self.volumeBindingMode == "WaitForFirstConsumer"


class CSIDriver(KubeObject, frozen=True, gc=False):
    """A storage driver that is installed."""


CLAIMS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", PersistentVolumeClaim)
VOLUMES = Resource("", "v1", "persistentvolumes", "PersistentVolume", PersistentVolume, namespaced=False)
STORAGECLASSES = Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", StorageClass, namespaced=False)
CSIDRIVERS = Resource("storage.k8s.io", "v1", "csidrivers", "CSIDriver", CSIDriver, namespaced=False)
