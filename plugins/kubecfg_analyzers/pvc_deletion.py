"""Claims that were deleted and do not go."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.report import WARNING, counted, found, listed, minutes, older, span_since
from kubecfg_core import ClusterView, Finding
from kubecfg_core.kinds.storage import CLAIMS, PersistentVolumeClaim

PATIENCE: Final = timedelta(minutes=10)

_PROTECTION: Final = "kubernetes.io/pvc-protection"
_DOC: Final = "concepts/storage/persistent-volumes/#storage-object-in-use-protection"


def check(view: ClusterView, claim: PersistentVolumeClaim, users: Sequence[str]) -> Iterator[Finding]:
    """A claim goes once no pod of `users` uses it, and every finalizer was removed."""
    since, finalizers = claim.metadata.deletionTimestamp, claim.metadata.finalizers
    if not finalizers or not older(view.now, since, PATIENCE):
        return
    other = next((item for item in finalizers if item != _PROTECTION), "")
    if users:
        cause = f"{counted(len(users), 'pod')} still {'uses' if len(users) == 1 else 'use'} it: {listed(users, 3)}."
    elif other:
        cause = f'The finalizer "{other}" holds it: its controller has not removed it.'
    else:
        cause = "No pod that was read uses it; the controller manager has not let it go yet."
    yield found(
        CLAIMS,
        claim,
        "pvc.stuck_terminating",
        f"The claim was deleted {span_since(view.now, since)} ago, and is still there.",
        cause=cause,
        severity=WARNING,
        doc=_DOC,
        facts={
            "minutes": minutes(view.now, since),
            "pod": users[0] if users else None,
            "finalizer": other or None,
            "count": len(users),
        },
        names=users,
    )
