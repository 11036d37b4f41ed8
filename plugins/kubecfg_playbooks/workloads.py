"""The steps that are the same for every controller that lacks pods."""

from typing import Final

from kubecfg_core import PlaybookStep
from kubecfg_playbooks.writing import escalate, look, outside, verify

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
