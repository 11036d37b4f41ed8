"""Warning events, as far as kubecfg reads them. They live for an hour or so: none is no proof of health."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.resources import Resource


class InvolvedObject(msgspec.Struct, frozen=True, gc=False):
    """What an event is about. `fieldPath` may name a container: `spec.containers{app}`."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    fieldPath: str = ""


class EventSeries(msgspec.Struct, frozen=True, gc=False):
    """When an event that came many times came last."""

    lastObservedTime: datetime | None = None


class Event(KubeObject, frozen=True, gc=False):
    """A warning. Its times are spread over four fields, three of which are null, depending on who wrote it."""

    involvedObject: InvolvedObject = InvolvedObject()
    reason: str = ""
    message: str = ""
    lastTimestamp: datetime | None = None
    eventTime: datetime | None = None
    series: EventSeries | None = None

    @property
    def at(self) -> datetime | None:
        """When it came last, as far as it says so."""
        latest = self.series.lastObservedTime if self.series else None
        return latest or self.lastTimestamp or self.eventTime or self.metadata.creationTimestamp


WARNINGS = Resource("", "v1", "events", "Event", Event, field_selector="type=Warning")
