"""What a change makes of objects, put into a view in place of what was read: the cluster as it would be."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from kubecfg_core.decoding import decode_pages
from kubecfg_core.kinds.config import Secret
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.kinds.pods import PODS, PodStatus
from kubecfg_core.problems import ObjectRef, Problem
from kubecfg_core.redaction import MARK, redact
from kubecfg_core.resources import ReadState, Resource
from kubecfg_core.view import ClusterView, Reading

Json = Mapping[str, Any]

MISSING: Final = "missing"
"""In the codes of references to what is not there: no controller has a say in that."""

_MOST_FIELDS: Final = 30
_LONGEST_VALUE: Final = 200
# What the server keeps count of, and what controllers write: no part of a change.
_NOT_TOLD: Final = {
    "": ("status", "apiVersion", "kind"),
    "metadata": ("resourceVersion", "generation", "managedFields", "creationTimestamp", "uid", "selfLink"),
    "metadata.annotations": ("kubectl.kubernetes.io/last-applied-configuration",),
}


class Action(StrEnum):
    """What becomes of an object."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field: its path (`spec.template.spec.containers[web].image`) and its values, null where there is none."""

    path: str
    old: str | None
    new: str | None


class ObjectChange(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one object, at most 30 fields of it. A Secret's content is not shown."""

    kind: str
    namespace: str
    name: str
    action: Action
    fields: list[FieldChange] = []


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One object before and after, as the API has it; `None` where it is not there.

    `sealed` has the keys of a Secret whose new values are not known here.
    """

    group: str
    kind: str
    namespace: str
    name: str
    before: Json | None = None
    after: Json | None = None
    cascades: bool = True
    sealed: frozenset[str] = frozenset()

    @property
    def change(self) -> ObjectChange:
        """The effect in short."""
        action = Action.DELETED if self.after is None else Action.CHANGED
        if self.before is None and self.after is not None:
            action = Action.CREATED
        fields = self._fields() if action is Action.CHANGED else []
        return ObjectChange(
            kind=self.kind, namespace=self.namespace, name=self.name, action=action, fields=fields[:_MOST_FIELDS]
        )

    @property
    def moves(self) -> bool:
        """Whether it is more than a label or a note on an object that is there."""
        change = self.change
        return change.action is not Action.CHANGED or any(
            not field.path.startswith("metadata.") for field in change.fields
        )

    def is_of(self, resource: Resource[Any]) -> bool:
        """Whether it is about an object of that kind."""
        return (resource.group, resource.kind) == (self.group, self.kind)

    def _fields(self) -> list[FieldChange]:
        if self.before is None or self.after is None:
            return []
        if self.sealed:
            return [FieldChange(path=f"data[{key}]", old=None, new=MARK) for key in sorted(self.sealed)]
        return list(_differences(self.before, self.after, ""))


def applied(view: ClusterView, effects: Iterable[Effect]) -> ClusterView:
    """The view with the effects in it. What belongs to a deleted object goes with it, as the garbage collector has it.

    A kind that was not read stays so.
    """
    effects = list(effects)
    readings: dict[Resource[Any], Reading] = {}
    gone: set[str] = set()
    for resource in view.resources:
        mine = [effect for effect in effects if effect.is_of(resource) and view.covers(resource, effect.namespace)]
        if not mine:
            continue
        places = {(effect.namespace, effect.name): effect for effect in mine}
        kept = [item for item in view.all(resource) if (item.namespace, item.name) not in places]
        old = {(item.namespace, item.name): item for item in view.all(resource)}
        gone |= {
            old[place].metadata.uid
            for place, effect in places.items()
            if effect.after is None and effect.cascades and place in old
        }
        made = [_decoded(effect, resource, old.get(place)) for place, effect in places.items() if effect.after]
        objects = [*kept, *(item for item in made if item is not None)]
        readings[resource] = Reading(state=ReadState.LISTED, objects=tuple(objects))
    return _collected(view.replacing(readings), gone - {""})


def retried(view: ClusterView, problem: Problem) -> ClusterView:
    """The view without what the kubelet says of the problem's pods, where they wait for something that is missing.

    It says so until it tries again; whether the thing is missing still is told by the references.
    """
    waiting = {finding.ref for finding in problem.findings if finding.kind == "Pod" and MISSING in finding.code}
    if not waiting or view.reading(PODS).state is not ReadState.LISTED:
        return view
    pods = tuple(
        msgspec.structs.replace(pod, status=PodStatus(phase="Pending"))
        if ObjectRef(kind="Pod", name=pod.name, namespace=pod.namespace) in waiting
        else pod
        for pod in view.all(PODS)
    )
    return view.replacing({PODS: msgspec.structs.replace(view.reading(PODS), objects=pods, indexes=())})


def _collected(view: ClusterView, gone: set[str]) -> ClusterView:
    """The view without what the objects with these uids own, and what that owns."""
    while gone:
        readings: dict[Resource[Any], Reading] = {}
        orphans: set[str] = set()
        for resource in view.resources:
            items: list[KubeObject] = list(view.all(resource))
            lost = {item.metadata.uid for item in items if any(o.uid in gone for o in item.metadata.ownerReferences)}
            if lost:
                left = tuple(item for item in items if item.metadata.uid not in lost)
                readings[resource] = Reading(state=view.state(resource), objects=left)
                orphans |= lost
        view, gone = view.replacing(readings), orphans - {""}
    return view


def _decoded(effect: Effect, resource: Resource[Any], old: KubeObject | None) -> Any:
    """The object as this kind's struct; `None` where it is too odd.

    It keeps the generation: what the controllers have seen of the new one is no finding.
    """
    after = dict(effect.after or {})
    metadata = {**after.get("metadata", {}), "name": effect.name, "namespace": effect.namespace}
    if old is not None:
        metadata |= {"generation": old.metadata.generation, "uid": old.metadata.uid}
    page = msgspec.json.encode({"items": [{**after, "metadata": metadata}]})
    [objects, _] = decode_pages((page,), resource.struct)
    if not objects:
        return None
    if isinstance(objects[0], Secret) and isinstance(old, Secret):
        known = {key: value for key, value in old.data.items() if key not in effect.sealed}
        return msgspec.structs.replace(objects[0], data={key: known.get(key, "") for key in objects[0].data})
    return objects[0]


def _differences(old: Any, new: Any, path: str) -> Iterator[FieldChange]:
    pair = _entries(old), _entries(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            if key not in _NOT_TOLD.get(path, ()) and old.get(key) != new.get(key):
                yield from _differences(old.get(key), new.get(key), _below(path, str(key)))
    elif pair[0] is not None and pair[1] is not None:
        for name in dict.fromkeys([*pair[0], *pair[1]]):
            if pair[0].get(name) != pair[1].get(name):
                yield from _differences(pair[0].get(name), pair[1].get(name), f"{path}[{name}]")
    elif old != new:
        yield FieldChange(path=path, old=_shown(path, old), new=_shown(path, new))


def _below(path: str, key: str) -> str:
    if "." in key or "/" in key:
        return f"{path}[{key}]"
    return f"{path}.{key}".removeprefix(".")


def _entries(items: Any) -> dict[str, Any] | None:
    """The entries of a list by their names, where each has one of its own, else by their places."""
    if not isinstance(items, list):
        return None
    names = [str(item.get("name", "")) if isinstance(item, Mapping) else "" for item in items]
    if all(names) and len(set(names)) == len(names):
        return dict(zip(names, items, strict=True))
    return {str(place): item for place, item in enumerate(items)}


def _blanked(value: Any) -> Any:
    """The value without those of environment variables: whatever has a name and a value."""
    if isinstance(value, Mapping):
        secret = "name" in value and isinstance(value.get("value"), str)
        return {key: MARK if secret and key == "value" else _blanked(entry) for key, entry in value.items()}
    return [_blanked(entry) for entry in value] if isinstance(value, list) else value


def _shown(path: str, value: Any) -> str | None:
    """A value in a line, without what looks like a credential."""
    if value is None:
        return None
    if path.endswith("].value"):
        return MARK  # of an environment variable, by its name
    text = value if isinstance(value, str) else msgspec.json.encode(_blanked(value)).decode()
    name = path.rpartition("[")[2].partition("]")[0] or path
    whole = redact(f"{name}={text}").partition("=")[2]
    return whole if len(whole) <= _LONGEST_VALUE else f"{whole[: _LONGEST_VALUE - 1]}…"
