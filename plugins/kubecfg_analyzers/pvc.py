"""The analyzer of PersistentVolumeClaims: claims that wait for ever, lost volumes, volumes that do not grow."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import pvc_deletion
from kubecfg_analyzers.events import Warnings, latest
from kubecfg_analyzers.quantities import amount_of
from kubecfg_analyzers.report import (
    CRITICAL,
    ERROR,
    WARNING,
    Facts,
    clip,
    found,
    listed,
    minutes,
    nearest,
    older,
    sentence,
    span_since,
    suggestion,
)
from kubecfg_analyzers.storageclasses import NO_PROVISIONER, default_class, pending
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.events import WARNINGS, Event
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.storage import CLAIMS, STORAGECLASSES, VOLUMES, PersistentVolumeClaim, StorageClass

PATIENCE: Final = timedelta(minutes=10)

_DOC: Final = "concepts/storage/persistent-volumes/"
_CLASS_DOC: Final = "concepts/storage/storage-classes/"
_SELECTED_NODE: Final = "volume.kubernetes.io/selected-node"


class Claims:
    """The checks of claims over one view: warnings and the pods that use a claim are indexed once."""

    def __init__(self, view: ClusterView) -> None:
        self._view = view
        self._warnings = view.once(Warnings)
        self._users: dict[tuple[str, str], list[str]] = defaultdict(list)
        for pod in view.all(PODS):
            for volume in () if pod.finished else pod.spec.volumes:
                if volume.persistentVolumeClaim:
                    self._users[pod.namespace, volume.persistentVolumeClaim.claimName].append(pod.name)

    def check(self, claim: PersistentVolumeClaim) -> Iterator[Finding]:
        """What is wrong with a claim: one finding, the deepest cause."""
        if claim.metadata.deletionTimestamp is not None:
            yield from pvc_deletion.check(self._view, claim, self._users.get((claim.namespace, claim.name), ()))
            return
        if claim.status.phase == "Lost":
            yield self._found(
                claim,
                "pvc.lost",
                f"The claim has lost its PersistentVolume {claim.spec.volumeName}.",
                severity=CRITICAL,
                cause="The volume was deleted while the claim was bound to it: its data may be gone.",
                facts={"volume": claim.spec.volumeName},
            )
        elif pending(claim):
            yield from self._pending(claim)
        else:
            yield from self._resize(claim)

    def _pending(self, claim: PersistentVolumeClaim) -> Iterator[Finding]:
        view, name = self._view, claim.class_name
        if claim.spec.volumeName:
            yield from self._named_volume(claim)
        elif name is None:
            yield from self._classless(claim)
        elif name and view.lacks(STORAGECLASSES, "", name) and not self._served_by_hand(name):
            yield self._no_such_class(claim, name)
        else:
            yield from self._waiting(claim, view.get(STORAGECLASSES, "", name) if name else None)

    def _served_by_hand(self, name: str) -> bool:
        """A class needs no object where somebody makes volumes of it by hand."""
        return any(volume.spec.storageClassName == name for volume in self._view.all(VOLUMES))

    def _named_volume(self, claim: PersistentVolumeClaim) -> Iterator[Finding]:
        volume = claim.spec.volumeName
        if self._view.lacks(VOLUMES, "", volume):
            yield self._found(
                claim,
                "pvc.volume_missing",
                f'The PersistentVolume "{volume}" that the claim names does not exist.',
                cause="The claim binds to no other one.",
                facts={"volume": volume},
            )
        else:
            yield from self._waiting(claim, None)

    def _classless(self, claim: PersistentVolumeClaim) -> Iterator[Finding]:
        classes = self._view.all(STORAGECLASSES)
        default = default_class(classes)
        if default is not None or not self._view.covers(STORAGECLASSES):
            yield from self._waiting(claim, default)
            return
        if any(not item.spec.storageClassName and item.status.phase == "Available" for item in self._view.all(VOLUMES)):
            old = older(self._view.now, claim.metadata.creationTimestamp, PATIENCE)
            yield from self._by_hand(claim, None) if old else ()
            return
        there = [item.name for item in classes]
        yield self._found(
            claim,
            "pvc.no_default_class",
            "The claim names no StorageClass, and none is the default.",
            cause=f"There is {listed(there)}." if there else "There is no StorageClass at all.",
            doc=_CLASS_DOC,
            facts={
                "declared": ",".join(there),
                "only_class": there[0] if len(there) == 1 else "",
                **self._user(claim),
            },
        )

    def _no_such_class(self, claim: PersistentVolumeClaim, name: str) -> Finding:
        classes = self._view.all(STORAGECLASSES)
        there = [item.name for item in classes]
        close, default = nearest(name, there), default_class(classes)
        known = f"There is {listed(there)}." if there else "There is no StorageClass at all."
        return self._found(
            claim,
            "pvc.class_missing",
            f'The StorageClass "{name}" that the claim names does not exist.',
            cause=f"{known}{suggestion(close)}",
            doc=_CLASS_DOC,
            facts={
                "storage_class": name,
                "declared": ",".join(there),
                "nearest": close or (default.name if default else ""),
                **self._user(claim),
            },
        )

    def _waiting(self, claim: PersistentVolumeClaim, item: StorageClass | None) -> Iterator[Finding]:
        event = latest(self._warnings.of(CLAIMS, claim), "ProvisioningFailed", "FailedBinding", "VolumeMismatch")
        since = claim.metadata.creationTimestamp
        old = older(self._view.now, since, PATIENCE)
        if event is not None and event.reason == "ProvisioningFailed":
            yield self._not_provisioned(claim, event)
        elif item is not None and item.waits and not claim.metadata.annotations.get(_SELECTED_NODE):
            return  # it waits for a pod, as its class says; one of an unreadable class may do so too
        elif (claim.class_name == "" and not claim.spec.volumeName) or (item and item.provisioner == NO_PROVISIONER):
            yield from self._by_hand(claim, event) if old or event else ()
        elif old and (event is not None or item is not None or claim.spec.volumeName):
            yield self._found(
                claim,
                "pvc.pending",
                f"The claim has waited for its volume for {span_since(self._view.now, since)}.",
                severity=WARNING,
                cause=sentence(event.message) if event else self._unanswered(claim),
                facts={
                    "minutes": minutes(self._view.now, since),
                    "storage_class": item.name if item else None,
                    "message": clip(event.message) if event else None,
                    **self._user(claim),
                },
            )

    def _unanswered(self, claim: PersistentVolumeClaim) -> str:
        """Why nobody says anything: the volume that the claim names is not free, or nobody is there to make one."""
        volume = self._view.get(VOLUMES, "", claim.spec.volumeName)
        if volume is None or volume.status.phase in ("", "Available"):
            return "The provisioner does not run, or does not say why."
        owner = volume.spec.claimRef
        whose = f" It belongs to the claim {owner.namespace}/{owner.name}." if owner and owner.name else ""
        return f"The PersistentVolume {volume.name} that it names is {volume.status.phase}.{whose}"

    def _not_provisioned(self, claim: PersistentVolumeClaim, event: Event) -> Finding:
        return self._found(
            claim,
            "pvc.provisioning_failed",
            f"No volume can be made for the claim: {sentence(event.message)}",
            cause="The provisioner of its class says so, and tries again.",
            facts={"storage_class": claim.class_name, "message": clip(event.message), **self._user(claim)},
        )

    def _by_hand(self, claim: PersistentVolumeClaim, event: Event | None) -> Iterator[Finding]:
        size = claim.spec.resources.requests.get("storage")
        name = claim.class_name or ""
        yield self._found(
            claim,
            "pvc.no_matching_volume",
            f"No free PersistentVolume {f'of class {name} ' if name else ''}fits the claim"
            f"{f' for {size}' if size else ''}.",
            cause="Volumes of this class are made by hand, and no free one has the size and access modes asked for.",
            facts={
                "storage_class": name,
                "size": str(size) if size else None,
                "message": clip(event.message) if event else None,
                **self._user(claim),
            },
        )

    def _resize(self, claim: PersistentVolumeClaim) -> Iterator[Finding]:
        event = latest(self._warnings.of(CLAIMS, claim), "VolumeResizeFailed", "FileSystemResizeFailed")
        errors = ("ControllerResizeError", "NodeResizeError")
        failed = [find_condition(claim.status.conditions, kind) for kind in errors]
        condition = next((item for item in failed if item is not None and item.status == "True"), None)
        wanted, got = claim.spec.resources.requests.get("storage"), claim.status.capacity.get("storage")
        if condition is None and (event is None or (amount_of(got) or 0) >= (amount_of(wanted) or 0)):
            return
        message = condition.message if condition else event.message if event else ""
        yield self._found(
            claim,
            "pvc.resize_failed",
            f"The volume cannot be grown from {got} to {wanted}.",
            severity=WARNING,
            cause=sentence(message),
            doc=f"{_DOC}#expanding-persistent-volumes-claims",
            facts={
                "message": clip(message),
                "size": str(wanted) if wanted else None,
                "current": str(got) if got else None,
            },
        )

    def _user(self, claim: PersistentVolumeClaim) -> dict[str, str | int | None]:
        return {"pod": next(iter(self._users.get((claim.namespace, claim.name), ())), None)}

    def _found(
        self,
        claim: PersistentVolumeClaim,
        code: str,
        text: str,
        *,
        cause: str,
        severity: Severity = ERROR,
        doc: str = _DOC,
        facts: Facts,
    ) -> Finding:
        controller = claim.controller
        parent = f"{controller.kind}/{controller.name}" if controller else ""
        return found(CLAIMS, claim, code, text, cause=cause, severity=severity, doc=doc, parent=parent, facts=facts)


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every claim of the view."""
    claims = Claims(view)
    for claim in view.all(CLAIMS):
        yield from claims.check(claim)


ANALYZER: Final = Analyzer(
    name="pvc",
    reads=(CLAIMS, VOLUMES, STORAGECLASSES, PODS, WARNINGS),
    analyze=analyze,
    summary="Claims that get no volume, and why; lost volumes, failed growth.",
)
