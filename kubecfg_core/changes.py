"""Who changed it, and when: the workload that is in trouble, and the configuration that its pods read.

Told as facts beside the cause. A change of configuration is told only where it came after the pod was made and before
the pod stopped being ready.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, ConfigMap, Secret
from kubecfg_core.kinds.meta import Write, find_condition
from kubecfg_core.kinds.pods import PODS, ConfigVolume, Container, Pod, Volume
from kubecfg_core.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS
from kubecfg_core.problems import Evidence, Finding
from kubecfg_core.resources import Resource
from kubecfg_core.view import ClusterView

RECENT: Final = timedelta(days=1)

_WORKLOADS: Final[dict[str, Resource[Any]]] = {item.kind: item for item in (DEPLOYMENTS, STATEFULSETS, DAEMONSETS)}
_CONFIG: Final[dict[str, Resource[Any]]] = {item.kind: item for item in (CONFIGMAPS, SECRETS)}
_LONGEST_NAME: Final = 60


def with_writers(head: Finding, roots: Sequence[Finding], view: ClusterView) -> Finding:
    """The finding with who changed its workload and its configuration, as evidence and in its cause.

    Facts: `workload_changed_by` and `_at`, `config`, `config_changed_by` and `_at`. A change of the workload is in the
    cause where it is less than a day old.
    """
    for_one = len({finding.owner for finding in roots}) == 1
    told = [*(_workload(head, view) if for_one else ()), *_configuration(head, view)]
    if not told:
        return head
    facts = {key: value for more, _ in told for key, value in more.items()}
    return msgspec.structs.replace(
        head,
        cause=" ".join(filter(None, [head.cause, *(words for _, words in told)])),
        evidence={**head.evidence, **facts},
        sensitive=tuple(dict.fromkeys([*head.sensitive, *(str(facts[key]) for key in ("config",) if key in facts)])),
    )


def _workload(head: Finding, view: ClusterView) -> Iterator[tuple[Evidence, str]]:
    owner = head.owner
    resource = _WORKLOADS.get(owner.kind)
    item = view.get(resource, owner.namespace, owner.name) if resource else None
    change: Write | None = item.metadata.change if item is not None else None
    if change is not None:
        recent = timedelta() <= view.now - change.at < RECENT
        words = f"{owner.kind} {owner.name} was last changed by {_by(change)} at {_read(change)}." if recent else ""
        yield {"workload_changed_by": _by(change), "workload_changed_at": _written(change)}, words


def _configuration(head: Finding, view: ClusterView) -> Iterator[tuple[Evidence, str]]:
    """The newest change of what the pod reads; where an object is at fault already, of that one."""
    pod = view.get(PODS, head.namespace, head.name) if head.kind == "Pod" else None
    if pod is None:
        return
    if head.culprit is not None:
        resource = _CONFIG.get(head.culprit.kind)
        item = view.get(resource, head.culprit.namespace, head.culprit.name) if resource else None
        if item is not None and resource is not None and item.metadata.change is not None:
            yield _told(resource.kind, item, item.metadata.change, "")
        return
    changes = list(_changed(view, pod))
    if changes:
        resource, item, write = max(changes, key=lambda change: change[2].at)
        yield _told(resource.kind, item, write, ", after the pod was made and before it stopped being ready")


def _told(kind: str, item: ConfigMap | Secret, write: Write, when: str) -> tuple[Evidence, str]:
    facts: Evidence = {"config": item.name, "config_kind": kind.lower()}
    facts |= {"config_changed_by": _by(write), "config_changed_at": _written(write)}
    return facts, f"{kind} {item.name} was last changed by {_by(write)} at {_read(write)}{when}."


def _changed(view: ClusterView, pod: Pod) -> Iterator[tuple[Resource[Any], ConfigMap | Secret, Write]]:
    """What the pod reads and was changed between its making and the time from which on it has not been ready."""
    ready = find_condition(pod.status.conditions, "Ready")
    made = pod.metadata.creationTimestamp
    if ready is None or ready.status == "True" or ready.lastTransitionTime is None or made is None:
        return
    for resource, name in dict.fromkeys(_read_by(pod)):
        item = view.get(resource, pod.namespace, name)
        write = item.metadata.change if item is not None else None
        if item is not None and write is not None and made < write.at <= ready.lastTransitionTime:
            yield resource, item, write


def _read_by(pod: Pod) -> Iterator[tuple[Resource[Any], str]]:
    for container in (*pod.spec.initContainers, *pod.spec.containers):
        yield from _of_container(container)
    for volume in pod.spec.volumes:
        yield from _of_volume(volume)


def _of_container(container: Container) -> Iterator[tuple[Resource[Any], str]]:
    for source in (variable.valueFrom for variable in container.env if variable.valueFrom):
        if source.configMapKeyRef:
            yield CONFIGMAPS, source.configMapKeyRef.name
        if source.secretKeyRef:
            yield SECRETS, source.secretKeyRef.name
    for every in container.envFrom:
        if every.configMapRef:
            yield CONFIGMAPS, every.configMapRef.name
        if every.secretRef:
            yield SECRETS, every.secretRef.name


def _of_volume(volume: Volume) -> Iterator[tuple[Resource[Any], str]]:
    projected = volume.projected.sources if volume.projected else ()
    maps: list[ConfigVolume | None] = [volume.configMap, *(source.configMap for source in projected)]
    secrets: list[ConfigVolume | None] = [volume.secret, *(source.secret for source in projected)]
    yield from ((CONFIGMAPS, source.name) for source in maps if source)
    yield from ((SECRETS, source.secretName or source.name) for source in secrets if source)


def _by(write: Write) -> str:
    return " ".join(write.manager.split())[:_LONGEST_NAME] or "somebody"


def _read(write: Write) -> str:
    return f"{write.at:%Y-%m-%d %H:%M} UTC"


def _written(write: Write) -> str:
    return f"{write.at:%Y-%m-%dT%H:%M:%SZ}"
