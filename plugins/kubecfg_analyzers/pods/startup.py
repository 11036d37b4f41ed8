"""Pods that have a node but whose containers are not being made: network, volumes, or nobody says why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import cni
from kubecfg_analyzers.pods import missing
from kubecfg_analyzers.pods.case import Case
from kubecfg_analyzers.pods.containers import STARTING
from kubecfg_analyzers.report import WARNING, clip, elapsed, first_group, sentence, span
from kubecfg_core import Finding
from kubecfg_core.kinds.events import Event

GRACE: Final = timedelta(minutes=2)
STUCK: Final = timedelta(minutes=10)

_DEBUG: Final = "tasks/debug/debug-application/debug-pods/"
_VOLUMES: Final = "concepts/storage/volumes/"


def check(case: Case) -> Iterator[Finding]:
    """Why containers stay in creation. Failures in the first two minutes are tried again, and do not count."""
    if not _creating(case):
        return
    event = case.warning("FailedCreatePodSandBox", "FailedMount", "FailedAttachVolume")
    gone = list(missing.from_kubelet(case, event.message)) if event else []
    if gone:
        yield from gone
    elif event is not None and _waited(case) > GRACE:
        yield _explained(case, event)
    elif event is None and _waited(case) > STUCK:
        yield _unexplained(case)


def _waited(case: Case) -> timedelta:
    """Since the pod has had its node, or since the last of its init containers ended: what came before is no delay."""
    ended = [part.status.state.terminated for part in case.parts()]
    ages = [elapsed(case.view.now, end.finishedAt) for end in ended if end is not None]
    return min((case.bound, *(age for age in ages if age is not None)))


def _creating(case: Case) -> bool:
    if not case.pod.spec.nodeName or case.pod.status.phase not in ("Pending", ""):
        return False
    init = [part for part in case.parts() if part.type != "container" and part.status.state.running]
    if init:
        return False
    waiting = [part.status.state.waiting for part in case.parts()]
    begun = any(part.status.state.running for part in case.parts())
    return not begun and all(state is None or state.reason in STARTING for state in waiting)


def _explained(case: Case, event: Event) -> Finding:
    volume = first_group(r'olume "([^"]+)"', event.message) or first_group(
        r"unmounted volumes=\[([^\] ]+)", event.message
    )
    if event.reason == "FailedCreatePodSandBox":
        return case.found(
            "pod.sandbox_failed",
            f"The pod's sandbox cannot be made: {sentence(event.message)}",
            cause=_network(event.message),
            doc=_DEBUG,
            facts={"message": clip(event.message)},
            culprit=cni.behind(case.view, case.pod.spec.nodeName),
        )
    attach = event.reason == "FailedAttachVolume"
    many = "Multi-Attach" in event.message
    return case.found(
        "pod.attach_failed" if attach else "pod.mount_failed",
        f"A volume of the pod cannot be {'attached' if attach else 'mounted'}: {sentence(event.message)}",
        cause="The volume is still attached to another node, and can be on one at a time." if many else "",
        doc="concepts/storage/persistent-volumes/" if attach else _VOLUMES,
        facts={"message": clip(event.message), "volume": volume},
    )


def _network(message: str) -> str:
    low = message.lower()
    if "address" in low and ("assign" in low or "exhaust" in low or "no available" in low or "allocat" in low):
        return "The network plugin has no free address for the pod."
    if "cni" in low or "network" in low:
        return "The network plugin of the node fails."
    return "The container runtime of the node fails."


def _unexplained(case: Case) -> Finding:
    where = f" on node {case.pod.spec.nodeName}"
    return case.found(
        "pod.stuck_creating",
        f"The pod has waited on its node for {span(_waited(case))}, and its containers are still not made{where}.",
        cause="No warning says why: the image may be large, a volume slow, or the kubelet busy or gone.",
        doc=_DEBUG,
        severity=WARNING,
        facts={"minutes": int(_waited(case).total_seconds() // 60)},
    )
