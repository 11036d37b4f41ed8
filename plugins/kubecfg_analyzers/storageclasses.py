"""The analyzer of StorageClasses: defaults that are too many or missing, drivers that are not installed."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found, listed
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.storage import CLAIMS, CSIDRIVERS, STORAGECLASSES, PersistentVolumeClaim, StorageClass

NO_PROVISIONER: Final = "kubernetes.io/no-provisioner"

_DOC: Final = "concepts/storage/storage-classes/"
_DEFAULT_DOC: Final = "tasks/administer-cluster/change-default-storage-class/"
_CSI: Final = re.compile(r"(?:^|[.\-])csi(?:$|[.\-])")
# Kubernetes hands what these built-in names ask for to the CSI driver of the same storage.
_MIGRATED: Final = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/azure-file": "file.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
    "kubernetes.io/portworx-volume": "pxd.portworx.com",
    "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
}


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with the classes of the cluster, and with each one."""
    classes = view.all(STORAGECLASSES)
    yield from _several_defaults(classes)
    yield from _no_default(view, classes)
    for item in classes:
        waiting = [claim for claim in view.all(CLAIMS) if claim.class_name == item.name and pending(claim)]
        yield from _driver(view, item, waiting)
        yield from _immediate(item, waiting)


def pending(claim: PersistentVolumeClaim) -> bool:
    """Whether a claim waits for its volume."""
    return claim.status.phase == "Pending" and claim.metadata.deletionTimestamp is None


def default_class(classes: Sequence[StorageClass]) -> StorageClass | None:
    """The class that claims without one get: the newest default, as Kubernetes chooses."""
    defaults = sorted((item for item in classes if item.default), key=lambda item: item.name)
    return max(defaults, key=_made, default=None)


def _made(item: StorageClass) -> str:
    return item.metadata.creationTimestamp.isoformat() if item.metadata.creationTimestamp else ""


def _found(
    item: StorageClass,
    code: str,
    text: str,
    *,
    cause: str,
    severity: Severity = WARNING,
    doc: str = _DOC,
    facts: Facts,
) -> Finding:
    evidence = {"storage_class": item.name, **facts}
    return found(STORAGECLASSES, item, code, text, cause=cause, severity=severity, doc=doc, facts=evidence)


def _several_defaults(classes: Sequence[StorageClass]) -> Iterator[Finding]:
    every = [item for item in classes if item.default]
    winner = default_class(every)
    if winner is not None and len(every) > 1:
        others = sorted(item.name for item in every if item is not winner)
        yield _found(
            winner,
            "storageclass.several_defaults",
            f"{len(every)} StorageClasses are marked as the default: {listed([winner.name, *others])}.",
            cause=f"Claims that name no class get the newest of them, {winner.name}.",
            doc=_DEFAULT_DOC,
            facts={"others": ",".join(others), "other": others[0], "count": len(every)},
        )


def _no_default(view: ClusterView, classes: Sequence[StorageClass]) -> Iterator[Finding]:
    """Said of the class that would most likely do; each claim that waits has a finding of its own."""
    claims = [claim for claim in view.all(CLAIMS) if claim.class_name is None and pending(claim)]
    claims = [claim for claim in claims if not claim.spec.volumeName]
    if not claims or not classes or not view.covers(STORAGECLASSES) or any(item.default for item in classes):
        return
    candidates = [item for item in classes if item.provisioner != NO_PROVISIONER] or list(classes)
    used = [claim.class_name for claim in view.all(CLAIMS)]
    candidate = max(candidates, key=lambda item: (used.count(item.name), _made(item)))
    first = claims[0]
    yield _found(
        candidate,
        "storageclass.no_default",
        f"No StorageClass is the default, and {counted(len(claims), 'claim')} without a class "
        f"{'waits' if len(claims) == 1 else 'wait'} for one, as {first.namespace}/{first.name}.",
        cause=f"There is {listed(item.name for item in classes)}; none is marked as the default.",
        doc=_DEFAULT_DOC,
        facts={"claims": len(claims), "claim": first.name, "claim_namespace": first.namespace},
    )


def _driver(view: ClusterView, item: StorageClass, waiting: list[PersistentVolumeClaim]) -> Iterator[Finding]:
    """Only names that are a CSI driver's for certain count: a provisioner of another kind needs no CSIDriver."""
    driver = _MIGRATED.get(item.provisioner, item.provisioner)
    if driver == item.provisioner and not _CSI.search(driver):
        return
    if not view.lacks(CSIDRIVERS, "", driver):
        return
    if not waiting and any(
        claim.class_name == item.name and claim.status.phase == "Bound" for claim in view.all(CLAIMS)
    ):
        return  # it has made volumes: a driver may do without a CSIDriver object
    claim = waiting[0] if waiting else None
    through = "" if driver == item.provisioner else f", which stands for {item.provisioner},"
    yield _found(
        item,
        "storageclass.driver_missing",
        f'The CSI driver "{driver}"{through} is not installed in the cluster.',
        severity=ERROR if claim else WARNING,
        cause=f"{counted(len(waiting), 'claim')} of the class "
        f"{'waits' if len(waiting) == 1 else 'wait'} for a volume that nobody makes."
        if claim
        else "A claim of this class would wait for a volume that nobody makes.",
        facts={
            "driver": driver,
            "claim": claim.name if claim else None,
            "claim_namespace": claim.namespace if claim else None,
        },
    )


def _immediate(item: StorageClass, waiting: list[PersistentVolumeClaim]) -> Iterator[Finding]:
    if item.provisioner == NO_PROVISIONER and not item.waits and waiting:
        claim = waiting[0]
        yield _found(
            item,
            "storageclass.no_provisioner",
            f"The class makes no volumes and binds at once; {claim.namespace}/{claim.name} waits for one that fits.",
            cause="Volumes of this class are made by hand. WaitForFirstConsumer would heed the pod's node too.",
            facts={"claim": claim.name, "claim_namespace": claim.namespace},
        )


ANALYZER: Final = Analyzer(
    name="storageclasses",
    reads=(STORAGECLASSES, CSIDRIVERS, CLAIMS),
    analyze=analyze,
    summary="Storage classes: none or several by default, drivers that are not installed.",
)
