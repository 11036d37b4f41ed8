"""ReplicaSets of their own without the pods they want, and the steps that are the same for every such controller."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_core.solutions import PlaybookStep
from kubecfg_playbooks.writing import book, escalate, look, outside, verify

DESCRIBE: Final = look(
    "Read the conditions and events of {kind} {name}.",
    "kubectl describe {resource} {name} {scope}",
    "The events at the end say what was tried last, and what was answered.",
)
BROKEN_POD: Final = look(
    "Read what keeps its pod {pod} from being ready ({pod_code}).",
    "kubectl describe pod {pod} {scope}",
    "The events at the end say what fails.",
)
POD_LOG: Final = look(
    "Read what {container} of that pod writes.",
    "kubectl logs {pod} -c {container} {scope} --tail 50",
    "The last lines name the error, if the container has run.",
)
CLEAR_POD: Final = outside(
    "Clear what is wrong at pod {pod} ({pod_code}), as its own solution says.",
    "The pod becomes ready, or is replaced by one that does.",
)
QUOTA: Final = look(
    "See what the quota {quota} allows and what is used.",
    "kubectl describe resourcequota {quota} {scope}",
    "Used is near Hard for the resource that the message names.",
)
ADMIT: Final = outside(
    "Change what is refused (requests, security context, ServiceAccount), or the rule that refuses it: {message}",
    "The API server lets the pods in; the controller tries again by itself, ever more slowly.",
)
CONTROL_PLANE: Final[tuple[PlaybookStep, ...]] = (
    look(
        "See whether the controller manager runs.",
        "kubectl get pods -n kube-system -o wide",
        "Its pods are Running and ready (a managed control plane does not show them).",
    ),
    look(
        "See who leads, and since when the lease was not renewed.",
        "kubectl get leases -n kube-system",
        "kube-controller-manager has a holder.",
    ),
    escalate(
        "Hand it to whoever runs the control plane: nothing in the namespace can mend it.",
        "The controller manager works again.",
    ),
)
SEEN: Final = verify(
    "See whether the change is seen now.",
    "kubectl get {resource} {name} {scope} -o yaml",
    "status.observedGeneration equals metadata.generation.",
)
_DONE: Final = verify(
    "See whether every pod is there and ready: {desired} are wanted.",
    "kubectl get replicaset {name} {scope}",
    "READY equals DESIRED.",
)

REPLICASETS: Final[tuple[Playbook, ...]] = (
    book(
        "replicaset.unavailable",
        "None of the {desired} pods of ReplicaSet {name} is available: nobody is served.",
        "A ReplicaSet is as well as its pods. No Deployment manages this one, so what made it must also change it.",
        DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        CLEAR_POD,
        outside(
            "If nothing needs the ReplicaSet any more, have its owner remove it.", "It is gone, or its pods are ready."
        ),
        _DONE,
        minutes=15,
    ),
    book(
        "replicaset.degraded",
        "Only {available} of the {desired} pods of ReplicaSet {name} are available.",
        "It serves, with less in reserve. The pods that are not ready have a cause of their own.",
        look(
            "See which pods are not ready, and on which nodes.",
            "kubectl get pods {scope} -o wide",
            "All bad pods on one node point to that node.",
        ),
        BROKEN_POD,
        POD_LOG,
        outside(
            "Follow the solution of the problem at its pods.", "The pod becomes ready, or is replaced by one that does."
        ),
        _DONE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "replicaset.create_failed",
        "Pods of ReplicaSet {name} are refused by the API server.",
        "The controller asks for the pods and is turned down, by a quota, a limit, a policy, a webhook or a missing "
        "ServiceAccount. The message names which.",
        DESCRIBE,
        QUOTA,
        ADMIT,
        _DONE,
        minutes=15,
    ),
    book(
        "replicaset.not_observed",
        "The ReplicaSet controller has not acted on the newest version of {name}.",
        "Every change raises the generation; the controller notes the one it has seen. When it lags for long, the "
        "controller manager does not run, is overloaded, or cannot reach the API server.",
        *CONTROL_PLANE,
        SEEN,
        confidence=0.6,
        minutes=20,
    ),
)
