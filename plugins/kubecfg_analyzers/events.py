"""Warning events, found by the object that they are about."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Final

from kubecfg_core import ClusterView, KubeObject, Resource
from kubecfg_core.kinds.events import WARNINGS, Event

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_STATIC_UID: Final = "kubernetes.io/config.hash"


def when(event: Event) -> datetime:
    """When the event came last; long ago where it does not say."""
    at = event.at
    return _NEVER if at is None else at if at.tzinfo else at.replace(tzinfo=UTC)


class Warnings:
    """The warnings of a view. Kind, namespace, name and uid must all fit: an event of a namesake is not this one's."""

    def __init__(self, view: ClusterView) -> None:
        self._by_object: dict[tuple[str, str, str], list[Event]] = defaultdict(list)
        for event in view.all(WARNINGS):
            about = event.involvedObject
            self._by_object[about.kind, about.namespace, about.name].append(event)

    def of(self, resource: Resource[Any], item: KubeObject) -> list[Event]:
        """The warnings about an object, the latest first."""
        events = self._by_object.get((resource.kind, item.namespace, item.name), [])
        uid = item.metadata.uid
        # Of a static pod the kubelet tells by the uid that it gave it itself; the API server's copy has another one.
        own = ("", uid, item.metadata.annotations.get(_STATIC_UID, uid))
        mine = [event for event in events if not uid or event.involvedObject.uid in own]
        return sorted(mine, key=when, reverse=True)


def latest(events: list[Event], *reasons: str, text: str = "") -> Event | None:
    """The latest warning with one of the reasons whose message holds the text."""
    return next((event for event in events if event.reason in reasons and text in event.message), None)
