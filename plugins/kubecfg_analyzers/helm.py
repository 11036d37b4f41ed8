"""Releases of Helm, told from the labels of the Secrets that it keeps them in: what they hold is never looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from kubecfg_analyzers.report import ERROR, WARNING, Facts, elapsed, found, span
from kubecfg_core import ClusterView, Finding
from kubecfg_core.kinds.config import SECRETS, Secret

PATIENCE: Final = timedelta(minutes=30)
"""What `helm upgrade --wait` may take; its own default is five minutes."""

_TYPE: Final = "helm.sh/release.v1"
_FIGURES: Final = 11
_DOC: Final = "tasks/manage-kubernetes-objects/"
_AT_WORK: Final = {
    "pending-install": "installation",
    "pending-upgrade": "upgrade",
    "pending-rollback": "rollback",
    "uninstalling": "removal",
}


def check(view: ClusterView) -> Iterator[Finding]:
    """Releases whose last revision has failed, or was begun and never ended."""
    revisions: dict[tuple[str, str], list[Secret]] = {}
    for secret in view.all(SECRETS):
        if secret.type == _TYPE and "name" in secret.metadata.labels:
            revisions.setdefault((secret.namespace, secret.metadata.labels["name"]), []).append(secret)
    for (_, name), every in revisions.items():
        newest = max(every, key=_revision)
        yield from _judge(view, name, newest, _deployed(every))


def _judge(view: ClusterView, name: str, newest: Secret, deployed: int) -> Iterator[Finding]:
    status = newest.metadata.labels.get("status", "")
    facts: Facts = {"release": name, "revision": _revision(newest), "deployed_revision": deployed or None}
    serving = f"Revision {deployed} was deployed last." if deployed else "No revision of it was ever deployed."
    age = elapsed(view.now, _changed(newest))
    if status == "failed":
        yield found(
            SECRETS,
            newest,
            "helm.release_failed",
            f"The last revision of the Helm release {name}, {_revision(newest)}, has failed.",
            cause=f"{serving} What it had made until then is still there.",
            severity=WARNING,
            doc=_DOC,
            facts=facts,
            names=(name,),
        )
    elif status in _AT_WORK and age is not None and age > PATIENCE:
        yield found(
            SECRETS,
            newest,
            "helm.release_stuck",
            f"The {_AT_WORK[status]} of the Helm release {name} was begun {span(age)} ago, and has not ended.",
            cause=f"Whoever ran helm was interrupted; until this is cleared, helm refuses to change it. {serving}",
            severity=ERROR,
            doc=_DOC,
            facts={**facts, "status": status, "minutes": int(age.total_seconds() // 60)},
            names=(name,),
        )


def _deployed(revisions: list[Secret]) -> int:
    """The revision that was deployed last; 0 where none was. The older ones of that sort are marked superseded."""
    good = [item for item in revisions if item.metadata.labels.get("status") in ("deployed", "superseded")]
    return max(map(_revision, good), default=0)


def _revision(secret: Secret) -> int:
    return _figure(secret.metadata.labels.get("version", ""))


def _changed(secret: Secret) -> datetime | None:
    """When Helm last wrote it: seconds in a label; else when it was made."""
    seconds = _figure(secret.metadata.labels.get("modifiedAt", ""))
    return datetime.fromtimestamp(seconds, UTC) if seconds else secret.metadata.creationTimestamp


def _figure(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _FIGURES else 0
