"""What bounds the pods of a namespace, and what ranks them, as far as kubecfg reads it."""

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.resources import Resource

Quantities = dict[str, str | int | float]


class QuotaStatus(msgspec.Struct, frozen=True, gc=False):
    """What there may be, and what there is, by resource."""

    hard: Quantities = {}
    used: Quantities = {}


class ResourceQuota(KubeObject, frozen=True, gc=False):
    """The most that the objects of a namespace may use together."""

    status: QuotaStatus = QuotaStatus()


class Limit(msgspec.Struct, frozen=True, gc=False):
    """The bounds and defaults for one kind of thing: `Container`, `Pod` or `PersistentVolumeClaim`."""

    type: str = ""
    min: Quantities = {}
    max: Quantities = {}
    default: Quantities = {}
    defaultRequest: Quantities = {}


class LimitRangeSpec(msgspec.Struct, frozen=True, gc=False):
    """All of the bounds."""

    limits: tuple[Limit, ...] = ()


class LimitRange(KubeObject, frozen=True, gc=False):
    """Bounds and defaults for each container, pod or claim of a namespace."""

    spec: LimitRangeSpec = LimitRangeSpec()


class PriorityClass(KubeObject, frozen=True, gc=False):
    """A rank for pods; the `globalDefault` is that of pods which name none."""

    value: int = 0
    globalDefault: bool = False


RESOURCEQUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota", ResourceQuota)
LIMITRANGES = Resource("", "v1", "limitranges", "LimitRange", LimitRange)
PRIORITYCLASSES = Resource(
    "scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", PriorityClass, namespaced=False
)
