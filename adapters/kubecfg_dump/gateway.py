"""The gateway to a dump."""

from datetime import datetime
from typing import Any

import msgspec

from kubecfg_core.errors import InvalidInput
from kubecfg_core.field_selector import matches_fields
from kubecfg_core.ports.kube_gateway import ClusterInfo, KubeGateway
from kubecfg_core.resources import RawList, ReadState, Resource
from kubecfg_dump.catalog import Catalog
from kubecfg_dump.places import Kind

_NAMESPACE = Kind("v1", "Namespace")


class DumpGateway(KubeGateway):
    """A cluster as a dump has it. It never changes, and asks nobody.

    A kind of which the dump holds no list is `unread`; one of which it holds the lists of some namespaces, or single
    objects, is `partial`, and `listed` when asked for one of those namespaces.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._whole = self._listed_namespaces()

    @property
    def notes(self) -> list[str]:
        """What could not be read, and what had to be guessed, for people; at most 50."""
        return list(self._catalog.notes)

    @property
    def taken_at(self) -> datetime | None:
        """About when the dump was taken: the newest time in it. Ages are right only when reckoned from here."""
        return self._catalog.newest

    @property
    def only_namespace(self) -> str | None:
        """The one namespace that the dump is of, if it is: an analysis of just that one can tell what is missing."""
        names = self._catalog.namespaces
        whole = any(coverage.whole and kind != _NAMESPACE for kind, coverage in self._catalog.coverage.items())
        return names.pop() if len(names) == 1 and not whole else None

    async def info(self) -> ClusterInfo:
        """What the dump says of the cluster; empty where it does not. Groups include those of its objects."""
        known = {kind.api_version.rpartition("/")[0] for kind in (*self._catalog.objects, *self._catalog.coverage)}
        return ClusterInfo(
            version=self._catalog.version, user=self._catalog.user, groups=self._catalog.groups | (known - {""})
        )

    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        """The objects of the kind, as one page."""
        namespace = namespace if resource.namespaced else None
        state, reason = self._state(resource, namespace)
        if state not in (ReadState.LISTED, ReadState.PARTIAL):
            return RawList(state=state, reason=reason)
        objects = self._catalog.objects.get(_kind(resource), {}).values()
        items = [item.raw for item in objects if namespace in (None, item.namespace)]
        if resource.field_selector:
            items = [raw for raw in items if _selected(resource.field_selector, raw)]
        return RawList(state=state, pages=(b'{"items":[' + b",".join(items) + b"]}",), reason=reason)

    async def exists(self, resource: Resource[Any], namespace: str | None, name: str) -> bool | None:
        """Whether the object is in the dump; `None` where the dump cannot know of it."""
        namespace = (namespace or "") if resource.namespaced else ""
        if (namespace, name) in self._catalog.objects.get(_kind(resource), {}):
            return True
        state, _ = self._state(resource, namespace or None)
        if state in (ReadState.LISTED, ReadState.ABSENT):
            return False
        # Without the list of namespaces, one that holds anything exists.
        return True if _kind(resource) == _NAMESPACE and name in self._catalog.namespaces else None

    def _state(self, resource: Resource[Any], namespace: str | None) -> tuple[ReadState, str]:
        kind = _kind(resource)
        coverage = self._catalog.coverage.get(kind)
        if coverage is not None:
            if coverage.whole or not resource.namespaced:
                return ReadState.LISTED, ""
            if coverage.namespaces and (
                coverage.namespaces >= (self._whole or {""}) or namespace in coverage.namespaces
            ):
                return ReadState.LISTED, ""
            return ReadState.PARTIAL, f"The dump has it of {_names(coverage.namespaces)} only."
        if self._catalog.objects.get(kind):
            return ReadState.PARTIAL, "The dump has single objects of it, and no list."
        refusal = self._catalog.refusals.get((resource.api_version, resource.plural))
        if refusal is not None:
            return refusal.state, refusal.reason
        return ReadState.UNREAD, self._elsewhere(kind) or "It is not in the dump."

    def _elsewhere(self, kind: Kind) -> str:
        """Whether the dump has the kind in another version, whose fields may mean something else."""
        group = kind.api_version.rpartition("/")[0]
        others = [
            other.api_version
            for other in self._catalog.objects
            if other.name == kind.name and other.api_version.rpartition("/")[0] == group
        ]
        return f"The dump has it only as {', '.join(sorted(others))}." if others else ""

    def _listed_namespaces(self) -> set[str]:
        """Every namespace of the cluster, where the dump has the list of them; else none."""
        coverage = self._catalog.coverage.get(_NAMESPACE)
        if coverage is None or not (coverage.whole or coverage.loose):
            return set()
        return {item.name for item in self._catalog.objects.get(_NAMESPACE, {}).values()}


def _kind(resource: Resource[Any]) -> Kind:
    return Kind(resource.api_version, resource.kind)


def _names(namespaces: set[str]) -> str:
    shown = sorted(namespaces)[:5]
    more = f" and {len(namespaces) - len(shown)} more" if len(namespaces) > len(shown) else ""
    return f"namespace {', '.join(shown)}{more}"


def _selected(selector: str, raw: bytes) -> bool:
    try:
        return matches_fields(selector, msgspec.json.decode(raw))
    except ValueError as error:
        raise InvalidInput(f"field selector: {error}.") from error
