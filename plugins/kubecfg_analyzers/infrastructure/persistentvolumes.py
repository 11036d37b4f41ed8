"""The analyzer of PersistentVolumes: failed or left over, and those that no node, or no driver, can use."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.events import Warnings, latest
from kubecfg_analyzers.infrastructure.pods_by import by_claim, ready
from kubecfg_analyzers.report import (
    ERROR,
    WARNING,
    Facts,
    clip,
    elapsed,
    found,
    listed,
    older,
    sentence,
    span_since,
)
from kubecfg_core import Analyzer, ClusterView, Finding, ReadState, Severity
from kubecfg_core.kinds.attachments import CSINODES
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.events import WARNINGS
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.storage import CSIDRIVERS, VOLUMES, ClaimRef, PersistentVolume

PATIENCE: Final = timedelta(minutes=10)

_DOC: Final = "concepts/storage/persistent-volumes/"
_RECLAIM_DOC: Final = f"{_DOC}#reclaiming"
_AFFINITY_DOC: Final = f"{_DOC}#node-affinity"
_NOBODY: Final = ClaimRef()
_SHARED: Final = frozenset({"ReadWriteMany", "ReadOnlyMany"})


class Volumes:
    """The checks of volumes over one view."""

    def __init__(self, view: ClusterView) -> None:
        self._view = view
        self._warnings = Warnings(view)
        self._users = view.once(by_claim)
        self._registered = {driver.name for node in view.all(CSINODES) for driver in node.spec.drivers}
        self._drivers_known = view.state(CSIDRIVERS) is view.state(CSINODES) is ReadState.LISTED

    def check(self, volume: PersistentVolume) -> Iterator[Finding]:
        """What is wrong with a volume."""
        if volume.status.phase == "Failed":
            yield self._failed(volume)
        elif volume.status.phase == "Released":
            yield from self._released(volume)
        elif volume.metadata.deletionTimestamp is None:
            yield from self._out_of_reach(volume)
            yield from self._torn(volume)
            yield from self._driverless(volume)

    def _failed(self, volume: PersistentVolume) -> Finding:
        event = latest(self._warnings.of(VOLUMES, volume), "VolumeFailedDelete", "VolumeFailedRecycle")
        message = volume.status.message or (event.message if event else "")
        return self._found(
            volume,
            "persistentvolume.failed",
            f"The volume could not be reclaimed after its claim{_former(volume)} was deleted.",
            cause=sentence(message) or "Whoever should have deleted it does not say why that failed.",
            severity=ERROR,
            doc=_RECLAIM_DOC,
            facts={"message": clip(message), "reason": volume.status.reason, **_claim(volume)},
        )

    def _released(self, volume: PersistentVolume) -> Iterator[Finding]:
        """A volume on its way to deletion is left alone for a while; one that is kept stays so for ever."""
        since = volume.status.lastPhaseTransitionTime
        age = elapsed(self._view.now, since)
        event = latest(self._warnings.of(VOLUMES, volume), "VolumeFailedDelete", "VolumeFailedRecycle")
        policy = volume.spec.persistentVolumeReclaimPolicy
        if event is None and age is not None and age < PATIENCE:
            return
        yield self._found(
            volume,
            "persistentvolume.released",
            f"The volume has been unused for {span_since(self._view.now, since)}: its claim{_former(volume)} is gone.",
            cause=f"Deleting it fails: {sentence(event.message)}"
            if event
            else "Its reclaim policy Retain keeps it and its data, and no other claim gets it."
            if policy == "Retain"
            else f"Its reclaim policy is {policy or 'not known'}, and yet it is still there.",
            doc=_RECLAIM_DOC,
            facts={
                "policy": policy,
                "message": clip(event.message) if event else None,
                **_claim(volume),
            },
        )

    def _out_of_reach(self, volume: PersistentVolume) -> Iterator[Finding]:
        """A volume that can be used from none of the nodes there are; an error once a pod waits for it."""
        affinity = volume.spec.nodeAffinity.required if volume.spec.nodeAffinity else None
        nodes = self._view.all(NODES)
        if affinity is None or not nodes or not self._view.covers(NODES):
            return
        within = [node for node in nodes if affinity.matches(node.name, node.metadata.labels)]
        waiting = next((pod for pod in self._pods(volume) if not pod.spec.nodeName), None)
        useless = all(not node.ready or node.spec.unschedulable for node in within)
        if not within:
            cause = "No node has the zone, name or labels that it asks for: they were removed, or renamed."
        elif useless and waiting is not None:
            cause = (
                f"It can be used from {listed((node.name for node in within), 3)} alone, which {_state(len(within))}."
            )
        else:
            return
        if volume.status.phase != "Bound" and waiting is None:
            return
        wanted = ", ".join(
            f"{item.key} {item.operator} {'/'.join(item.values)}".strip()
            for term in affinity.nodeSelectorTerms
            for item in (*term.matchExpressions, *term.matchFields)
        )
        yield self._found(
            volume,
            "persistentvolume.node_affinity",
            f"No node can use the volume: it asks for {clip(wanted, 160) or 'a node that cannot be'}."
            if not within
            else f"No node that takes pods can use the volume: it asks for {clip(wanted, 160)}.",
            cause=cause,
            severity=WARNING if waiting is None else ERROR,
            doc=_AFFINITY_DOC,
            facts={
                "wanted": clip(wanted, 160),
                "node": within[0].name if within else None,
                "pod": waiting.name if waiting else None,
                **_claim(volume),
            },
        )

    def _torn(self, volume: PersistentVolume) -> Iterator[Finding]:
        """Pods on two nodes want what one node at a time can have: a rollout waits for itself."""
        pods = [pod for pod in self._pods(volume) if pod.spec.nodeName]
        holder = next((pod for pod in pods if ready(pod)), None)
        if holder is None or not volume.spec.accessModes or _SHARED & set(volume.spec.accessModes):
            return
        late = [pod for pod in pods if older(self._view.now, pod.metadata.creationTimestamp, PATIENCE)]
        stuck = next((pod for pod in late if not _started(pod) and pod.spec.nodeName != holder.spec.nodeName), None)
        if stuck is not None:
            yield self._found(
                volume,
                "persistentvolume.multi_attach",
                f"Pod {stuck.name} on {stuck.spec.nodeName} waits for the volume, which pod {holder.name} on "
                f"{holder.spec.nodeName} has; only one node at a time can have it.",
                cause=f"Its access mode is {'/'.join(volume.spec.accessModes)}: one of the two must go, or both "
                "must be on one node.",
                severity=ERROR,
                doc=f"{_DOC}#access-modes",
                facts={"pod": stuck.name, "other_name": holder.name, "node": holder.spec.nodeName, **_claim(volume)},
            )

    def _driverless(self, volume: PersistentVolume) -> Iterator[Finding]:
        """A driver needs no CSIDriver object; one that no kubelet knows either is not there."""
        driver = volume.spec.csi.driver if volume.spec.csi else ""
        users = self._pods(volume)
        if not driver or not users or not self._drivers_known or not self._view.all(CSINODES):
            return
        if driver in self._registered or self._view.get(CSIDRIVERS, "", driver) is not None:
            return
        yield self._found(
            volume,
            "persistentvolume.driver_missing",
            f'The storage driver "{driver}" of the volume is not installed, and pod {users[0].name} uses it.',
            cause="No node has the driver: the volume cannot be mounted, or unmounted, or moved to another node.",
            severity=ERROR,
            facts={"driver": driver, "pod": users[0].name, **_claim(volume)},
        )

    def _pods(self, volume: PersistentVolume) -> list[Pod]:
        claim = volume.spec.claimRef
        return self._users.get((claim.namespace, claim.name), []) if claim and volume.status.phase == "Bound" else []

    def _found(
        self,
        volume: PersistentVolume,
        code: str,
        text: str,
        *,
        cause: str,
        severity: Severity = WARNING,
        doc: str = _DOC,
        facts: Facts,
    ) -> Finding:
        return found(VOLUMES, volume, code, text, cause=cause, severity=severity, doc=doc, facts=facts)


def _started(pod: Pod) -> bool:
    """Whether a pod has got as far as an address: its volumes come first."""
    return bool(pod.status.podIP)


def _former(volume: PersistentVolume) -> str:
    claim = volume.spec.claimRef or _NOBODY
    return f" {claim.namespace}/{claim.name}" if claim.name else ""


def _claim(volume: PersistentVolume) -> dict[str, str | int | None]:
    claim = volume.spec.claimRef or _NOBODY
    return {"claim": claim.name, "claim_namespace": claim.namespace}


def _state(number: int) -> str:
    return "is not ready or is cordoned" if number == 1 else "are not ready or are cordoned"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every volume; of a namespace, with those that its claims have, or had."""
    if not view.all(VOLUMES):
        return
    volumes = Volumes(view)
    for volume in view.all(VOLUMES):
        if view.namespace in (None, (volume.spec.claimRef or _NOBODY).namespace):
            yield from volumes.check(volume)


ANALYZER: Final = Analyzer(
    name="persistentvolumes",
    reads=(VOLUMES, NODES, PODS, CSIDRIVERS, CSINODES, WARNINGS),
    analyze=analyze,
    summary="Volumes that failed or were left over, and those that no node or driver can use.",
)
