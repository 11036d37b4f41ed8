"""The analyzer of StatefulSets: the replica that keeps the others back, and what of it is behind that."""

from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers import pods
from kubecfg_analyzers.controllers import ordinals, shortfall
from kubecfg_analyzers.controllers.shortfall import YOUNG
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.report import CRITICAL, ERROR, WARNING, Facts, counted, found, nearest, older, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.storage import CLAIMS, STORAGECLASSES, VOLUMES
from kubecfg_core.kinds.workloads import STATEFULSETS, StatefulSet

_DOC: Final = "concepts/workloads/controllers/statefulset/"
_STUCK_DOC: Final = "concepts/workloads/controllers/statefulset/#forced-rollback"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every StatefulSet: its Service, and the deepest cause of replicas that it lacks."""
    warnings = Warnings(view)
    for item in view.all(STATEFULSETS):
        if item.metadata.deletionTimestamp is None and item.spec.replicas > 0:
            yield from _service(view, item)
            yield from _judge(view, warnings, item)


def available(item: StatefulSet) -> int:
    """How many replicas serve; servers before 1.25 count only those that are ready."""
    return max(item.status.availableReplicas, item.status.readyReplicas)


def _service(view: ClusterView, item: StatefulSet) -> Iterator[Finding]:
    name = item.spec.serviceName
    if not name or not view.lacks(SERVICES, item.namespace, name):
        return
    near = nearest(name, (service.name for service in view.within(SERVICES, item.namespace)))
    yield _found(
        item,
        "statefulset.service_missing",
        f'The Service "{name}" of the StatefulSet does not exist.{suggestion(near)}',
        severity=WARNING if available(item) >= item.spec.replicas else ERROR,
        cause="Without it the replicas have no DNS names, by which they (and their clients) find each other.",
        facts={"service": name, "nearest": near},
    )


def _judge(view: ClusterView, warnings: Warnings, item: StatefulSet) -> Iterator[Finding]:
    if not older(view.now, item.metadata.creationTimestamp, YOUNG):
        return
    if item.status.observedGeneration < item.metadata.generation:
        yield _found(
            item,
            "statefulset.not_observed",
            "The controller has not acted on the newest version of the StatefulSet.",
            severity=WARNING,
            cause="The controller manager does not run, or is far behind.",
            facts={"generation": item.metadata.generation, "observed": item.status.observedGeneration},
        )
    elif available(item) < item.spec.replicas:
        # A replica that does not go away cannot be made anew: its name and its claims are taken.
        every = shortfall.live_pods(view, item, going=True)
        deepest = (_refused(warnings, item), _class_missing(view, item), _stuck(view, warnings, item, every))
        explained = next((finding for finding in deepest if finding is not None), None)
        if explained is not None:
            yield explained
        else:
            yield from _short_of(view, warnings, item, every)


def _refused(warnings: Warnings, item: StatefulSet) -> Finding | None:
    refusal = shortfall.refused(warnings, STATEFULSETS, item) if item.status.replicas < item.spec.replicas else None
    if refusal is None:
        return None
    why, cause, facts = refusal
    return _found(
        item,
        "statefulset.create_failed",
        f"Its pods or their claims cannot be created ({_replicas(item)}): {why}.",
        severity=_severity(item, ERROR),
        cause=cause,
        facts=facts,
    )


def _class_missing(view: ClusterView, item: StatefulSet) -> Finding | None:
    """A claim that is bound needs its class no more, and volumes made by hand may be of a class without an object."""
    for template in item.spec.volumeClaimTemplates:
        name = template.spec.storageClassName
        if not name or not view.lacks(STORAGECLASSES, "", name):
            continue
        if not view.covers(VOLUMES) or any(volume.spec.storageClassName == name for volume in view.all(VOLUMES)):
            continue
        waiting = next(ordinals.unbound(view, item, template.name), "")
        if waiting:
            near = nearest(name, (each.name for each in view.all(STORAGECLASSES)))
            return _found(
                item,
                "statefulset.class_missing",
                f'Its claims "{template.name}" name the StorageClass "{name}", which does not exist.{suggestion(near)}',
                severity=_severity(item, ERROR),
                cause=f"The claim {waiting} waits for a volume, and its replica for the claim ({_replicas(item)}).",
                doc="concepts/storage/storage-classes/",
                facts={"storage_class": name, "claim": waiting, "nearest": near},
            )
    return None


def _stuck(view: ClusterView, warnings: Warnings, item: StatefulSet, every: list[Pod]) -> Finding | None:
    """A broken replica of a version that is no longer wanted: the controller waits for it before it replaces it.

    That is https://github.com/kubernetes/kubernetes/issues/67250: mending the template alone does not help.
    """
    outdated = ordinals.outdated(item, every)
    broken = shortfall.worst(view, warnings, outdated)
    if broken is None:
        return None
    cause, facts = shortfall.because(broken)
    facts.pop("pod_code", None)  # what is wrong in the pod may be mended already: it is not the cause
    return _found(
        item,
        "statefulset.update_stuck",
        f"The newest version does not reach pod {broken.name}, which is broken in an older one ({_replicas(item)}).",
        severity=_severity(item, ERROR),
        cause=f"The controller waits for the pod to become ready before it replaces it. {cause}",
        doc=_STUCK_DOC,
        facts={**facts, "revision_wanted": item.status.updateRevision},
        broken=broken,
    )


def _short_of(view: ClusterView, warnings: Warnings, item: StatefulSet, every: list[Pod]) -> Iterator[Finding]:
    """Without a broken pod to name, replicas may still be coming: they start one after the other."""
    broken = shortfall.worst(view, warnings, every)
    if broken is None and not shortfall.overdue(view, item, every):
        return
    cause, facts = shortfall.because(broken, none=not every and view.covers(PODS, item.namespace))
    none = not available(item)
    held = ordinals.held_back(item, broken.name) if broken else 0
    text, code = f"{_replicas(item)}.", "statefulset.unavailable" if none else "statefulset.degraded"
    if broken and held:
        code = "statefulset.blocked"
        text = f"{_replicas(item)}: pod {broken.name} is broken, so {counted(held, 'later one')} cannot be made."
    yield _found(
        item,
        code,
        text,
        severity=_severity(item, ERROR if held else WARNING),
        cause=cause,
        facts={**facts, "held": held or None},
        broken=broken,
    )


def _replicas(item: StatefulSet) -> str:
    return f"{available(item)} of {counted(item.spec.replicas, 'replica')} available"


def _severity(item: StatefulSet, partly: Severity) -> Severity:
    return partly if available(item) else CRITICAL


def _found(
    item: StatefulSet,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str,
    doc: str = _DOC,
    facts: Facts,
    broken: Finding | None = None,
) -> Finding:
    counts = {"desired": item.spec.replicas, "available": available(item)}
    names = shortfall.names_in(broken)
    return found(
        STATEFULSETS,
        item,
        code,
        text,
        severity=severity,
        cause=cause,
        doc=doc,
        facts={**counts, **facts},
        names=names,
    )


ANALYZER: Final = Analyzer(
    name="statefulsets",
    reads=(STATEFULSETS, *pods.STATUS_READS, SERVICES, CLAIMS, STORAGECLASSES, VOLUMES),
    analyze=analyze,
    summary="StatefulSets short of replicas, the replica that blocks the others, updates that are stuck.",
)
