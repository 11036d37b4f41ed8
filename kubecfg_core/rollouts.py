"""Which change broke it: what tells the revision that fails from the one that still serves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import DEPLOYMENTS, REPLICASETS, ReplicaSet
from kubecfg_core.problems import Finding, ObjectRef
from kubecfg_core.view import ClusterView

_CONTAINER_FIELDS: Final = (
    *("command", "args", "ports", "resources", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle"),
    *("envFrom", "volumeMounts", "securityContext", "imagePullPolicy", "workingDir"),
)
_POD_FIELDS: Final = (
    *("serviceAccountName", "imagePullSecrets", "volumes", "nodeSelector", "affinity", "tolerations"),
    *("topologySpreadConstraints", "securityContext", "priorityClassName", "runtimeClassName", "hostNetwork"),
)
_MOST_CHANGES: Final = 8

_Json = Mapping[str, Any]


def with_change(head: Finding, roots: Sequence[Finding], view: ClusterView) -> Finding:
    """The finding with `changed` and `rollback_revision` as evidence, and a sentence of it in its cause.

    Only where a Deployment's newest revision has the trouble, and an older one still serves. Values of variables and
    arguments are not told: they may be secrets. Where there is no other revision at all, `only_revision` is evidence.
    """
    if head.owner.kind != "Deployment" or "changed" in head.evidence:
        return head
    revisions = _revisions(view, head.owner)
    if len(revisions) == 1 and view.covers(REPLICASETS, head.owner.namespace):
        return msgspec.structs.replace(head, evidence={**head.evidence, "only_revision": True})
    serving = [item for item in revisions[:-1] if item.status.availableReplicas > 0]
    if not serving or not _has_trouble(view, revisions[-1], roots):
        return head
    before = serving[-1]
    changes = list(_changes(_spec(before), _spec(revisions[-1])))
    if not changes:
        return head
    more = f" and {len(changes) - _MOST_CHANGES} more" if len(changes) > _MOST_CHANGES else ""
    changed = ", ".join(words for words, _ in changes[:_MOST_CHANGES]) + more
    since = f"Changed since revision {before.revision}, which still serves: {changed}."
    names = [name for _, named in changes for name in named]
    return msgspec.structs.replace(
        head,
        cause=f"{head.cause} {since}".strip(),
        evidence={**head.evidence, "changed": changed, "rollback_revision": before.revision},
        sensitive=tuple(dict.fromkeys([*head.sensitive, *names])),
    )


def _revisions(view: ClusterView, owner: ObjectRef) -> list[ReplicaSet]:
    deployment = view.get(DEPLOYMENTS, owner.namespace, owner.name)
    if deployment is None or not deployment.metadata.uid:
        return []
    return sorted(view.owned_by(REPLICASETS, deployment.metadata.uid), key=lambda item: (item.revision, item.name))


def _has_trouble(view: ClusterView, newest: ReplicaSet, roots: Sequence[Finding]) -> bool:
    """Whether every pod in trouble is of that revision: else the change is not what broke them."""
    pods = [view.get(PODS, finding.namespace, finding.name) for finding in roots if finding.kind == "Pod"]
    makers = {pod.controller.name for pod in pods if pod is not None and pod.controller is not None}
    return makers == {newest.name}


def _spec(item: ReplicaSet) -> _Json:
    raw = item.spec.template.spec
    return _mapping(msgspec.json.decode(raw)) if bytes(raw) else {}


def _changes(old: _Json, new: _Json) -> Iterator[tuple[str, list[str]]]:
    """Each field that differs, in words, with the names in them that are the owner's."""
    for field in ("initContainers", "containers"):
        before, after = _named(old.get(field)), _named(new.get(field))
        for name in dict.fromkeys([*before, *after]):
            if name in before and name in after:
                yield from _of_container(name, before[name], after[name])
            else:
                yield f"container {name} is {'new' if name in after else 'gone'}", [name]
    yield from ((field, []) for field in _POD_FIELDS if old.get(field) != new.get(field))


def _of_container(name: str, old: _Json, new: _Json) -> Iterator[tuple[str, list[str]]]:
    if old.get("image") != new.get("image"):
        images = [str(old.get("image", "")), str(new.get("image", ""))]
        yield f"image of {name} from {' to '.join(images)}", [name, *images]
    before, after = _named(old.get("env")), _named(new.get("env"))
    for variable in dict.fromkeys([*before, *after]):
        if before.get(variable) != after.get(variable):
            yield f"variable {variable} of {name}", [name, variable]
    yield from ((f"{field} of {name}", [name]) for field in _CONTAINER_FIELDS if old.get(field) != new.get(field))


def _named(items: object) -> dict[str, _Json]:
    """A list of named mappings by name; whatever is odd in it is left out."""
    entries = [_mapping(item) for item in items] if isinstance(items, list) else []
    return {str(entry["name"]): entry for entry in entries if "name" in entry}


def _mapping(value: object) -> _Json:
    return value if isinstance(value, dict) else {}
