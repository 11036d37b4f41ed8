"""Why a controller has fewer pods than it is to have: refused, broken, or not acted on."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers import pods, refusals
from kubecfg_analyzers.events import Warnings, latest
from kubecfg_analyzers.report import WARNING, Facts, older, sentence
from kubecfg_core import ClusterView, Finding, KubeObject, Resource
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS, Pod

YOUNG: Final = timedelta(minutes=5)
"""What a controller is given to do its work before anything is said."""

LATE: Final = timedelta(minutes=10)
"""How long a pod may take to be ready before its controller counts as short, whatever the cause."""

_MOST_PODS: Final = 20

Because = tuple[str, dict[str, str | int | None]]


def live_pods(view: ClusterView, item: KubeObject, *, going: bool = False) -> list[Pod]:
    """The pods that a controller made and still counts; with `going` also those that are being deleted."""
    owned = view.owned_by(PODS, item.metadata.uid) if item.metadata.uid else ()
    return [pod for pod in owned if not pod.finished and (going or pod.metadata.deletionTimestamp is None)]


def is_ready(pod: Pod) -> bool:
    """Whether a pod serves, and is not on its way out."""
    if pod.metadata.deletionTimestamp is not None:
        return False
    condition = find_condition(pod.status.conditions, "Ready")
    return condition is not None and condition.status == "True"


def worst(view: ClusterView, warnings: Warnings, candidates: Iterable[Pod]) -> Finding | None:
    """The worst that keeps any of the pods from serving; `None` where all are well or merely young.

    What is a warning at the pod counts only once the pod is late: a moment ago it was on its way.
    """
    found: list[Finding] = []
    unready = (pod for pod in candidates if not is_ready(pod))
    for pod, _ in zip(unready, range(_MOST_PODS), strict=False):
        finding = pods.trouble(view, warnings, pod)
        if finding is not None and (finding.severity is not WARNING or _late(view, pod)):
            found.append(finding)
    return min(found, key=lambda finding: (finding.severity.rank, finding.code, finding.name), default=None)


def overdue(view: ClusterView, item: KubeObject, candidates: Sequence[Pod]) -> bool:
    """Whether a shortage is one although no pod tells why: there are no pods, they are late, or cannot be read."""
    if not candidates or not view.covers(PODS, item.namespace):
        return True
    return any(_late(view, pod) for pod in candidates if not is_ready(pod))


def _late(view: ClusterView, pod: Pod) -> bool:
    condition = find_condition(pod.status.conditions, "Ready")
    since = pod.metadata.deletionTimestamp or (condition.lastTransitionTime if condition else None)
    return older(view.now, since or pod.metadata.creationTimestamp, LATE)


def because(broken: Finding | None, *, none: bool = False) -> Because:
    """A pod's finding as the cause of its controller's, in words and as evidence; `none` says that it has no pods."""
    if broken is None:
        return ("It has no pods, and nothing says why." if none else "Nothing that was read says why."), {}
    facts: dict[str, str | int | None] = {"pod": broken.name, "pod_code": broken.code}
    facts |= {key: str(broken.evidence[key]) for key in ("container", "image") if key in broken.evidence}
    return f"Its pod {broken.name}: {pods.in_short(broken)}", facts


def names_in(broken: Finding | None) -> Sequence[str]:
    """The sensitive words that `because` repeats."""
    return broken.sensitive if broken else ()


def refused(warnings: Warnings, resource: Resource[Any], item: KubeObject) -> tuple[str, str, Facts] | None:
    """What the API server answered to the creation of pods: a few words, a sentence, and facts.

    For a controller that is short of pods now: the warnings outlive what they are about.
    """
    event = latest(warnings.of(resource, item), "FailedCreate")
    return told(event.message) if event is not None else None


def told(message: str) -> tuple[str, str, Facts]:
    """The same, of a message that was found elsewhere."""
    refusal = refusals.classify(message)
    facts = {"message": refusal.message, "refusal": refusal.code.partition(".")[2], **refusal.facts}
    return refusal.why, sentence(refusal.message), facts
