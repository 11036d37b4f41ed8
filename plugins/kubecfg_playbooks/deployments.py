"""Deployments without the pods they want."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.workloads import BROKEN_POD, CONTROL_PLANE, POD_LOG
from kubecfg_playbooks.writing import book, look, outside, step, verify

_DESCRIBE: Final = look(
    "Read the conditions and events of the Deployment.",
    "kubectl describe deployment {name} {scope}",
    "The conditions name the reason, and since when.",
)
_HISTORY: Final = look(
    "See the versions that can be gone back to.",
    "kubectl rollout history deployment/{name} {scope}",
    "The revision before the newest is the one that worked.",
)
_UNDO: Final = step(
    ActionType.ROLLBACK,
    "If this began with the last rollout, go back to the version that worked.",
    "kubectl rollout undo deployment/{name} {scope}",
    "The previous version's pods become ready.",
    unless="only_revision",
)
_UNDO_TO: Final = step(
    ActionType.ROLLBACK,
    "Go back to revision {revision}, which worked.",
    "kubectl rollout undo deployment/{name} {scope} --to-revision={revision}",
    "The pods of revision {revision} become ready.",
)
_DONE: Final = verify(
    "Wait until every replica is available: {desired} are wanted.",
    "kubectl rollout status deployment/{name} {scope} --timeout 120s",
    "The rollout is reported as complete.",
)
DEPLOYMENTS: Final[tuple[Playbook, ...]] = (
    book(
        "deployment.unavailable",
        "None of the {desired} replicas of Deployment {name} is available: nobody is served.",
        "A Deployment is as well as its pods. Whatever keeps them from being ready is named at the pod, and is the "
        "thing to mend; the Deployment then recovers by itself.",
        _DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        outside(
            "Clear what is wrong at pod {pod} ({pod_code}), as its own solution says.",
            "The pod becomes ready, or is replaced by one that does.",
        ),
        _UNDO,
        _DONE,
        minutes=15,
    ),
    book(
        "deployment.degraded",
        "Only {available} of the {desired} replicas of Deployment {name} are available.",
        "It serves, with less in reserve. The pods that are not ready have a cause of their own, on their node or in "
        "their start.",
        look(
            "See which pods are not ready, and on which nodes.",
            "kubectl get pods {scope} -o wide",
            "All bad pods on one node point to that node, all of one age to the last rollout.",
        ),
        BROKEN_POD,
        POD_LOG,
        outside(
            "Follow the solution of the problem at that pod.",
            "The pod becomes ready, or is replaced by one that does.",
        ),
        _DONE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "deployment.deadline_exceeded",
        "The rollout of Deployment {name} has got stuck: for {seconds} s no new pod became available.",
        "Kubernetes does not go back by itself: the new pods are tried for ever, while the old ones that are left "
        "serve. What is wrong is named at the new pods.",
        _DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        _HISTORY,
        _UNDO_TO,
        _UNDO,
        _DONE,
        minutes=15,
    ),
    book(
        "deployment.not_observed",
        "The Deployment controller has not acted on the newest version of {name}.",
        "Every change raises the generation; the controller notes the one it has seen. When it lags for long, the "
        "controller manager does not run, is overloaded, or cannot reach the API server.",
        *CONTROL_PLANE,
        verify(
            "See whether the change is seen now.",
            "kubectl get deployment {name} {scope} -o yaml",
            "status.observedGeneration equals metadata.generation.",
        ),
        confidence=0.6,
        minutes=20,
    ),
)
